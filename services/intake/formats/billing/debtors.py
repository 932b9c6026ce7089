"""The debtor of an invoice: an id, the same in every file, and the party to whom letters are addressed."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from schemas.fields import Country, Email, Language
from services.intake.formats.plain_text import plain
from services.law.countries import is_personal_code
from services.law.country_pack import IdScheme

_EMAIL: Final = TypeAdapter[str](Email)
_COUNTRY: Final = TypeAdapter[str](Country)
_LANGUAGES: Final = frozenset(get_args(Language))
_HASH_DIGITS: Final = 12
_TOWN: Final = re.compile(r"(?:[A-Z]{2}-)?(\d{5}|\d{3} \d{2}) +(\D+)", re.ASCII)
"""A line of an address that is a postcode and a town."""
_BETWEEN_EMAILS: Final = re.compile(r"[;,|<>\s]+")


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer as the file says; what it does not say is empty.

    ``numbers`` are the numbers that seller or buyer gave, the seller's customer number first; ``registered`` are ids
    that only organisations have: business ids, VAT numbers, registered identifiers. ``kind`` is the kind of debtor
    where a file states it. ``country`` is a two-letter code, ``language`` a code such as ``FI``. ``address_lines``
    complete what street, postcode and city leave out (hybrid addresses); no debtor's id is made of them.
    """

    name: str = ""
    numbers: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    kind: str = ""
    email: str = ""
    language: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    address_lines: tuple[str, ...] = ()


def debtor_of(buyer: Buyer, ids: IdScheme) -> str | None:
    """The debtor's id: the buyer's number, else the business id, else a hash of who and where the buyer is.

    ``ids`` are those of the creditor's country.
    A personal identity code is never used. The hash is ``N-`` and twelve hexadecimal digits over name, street and
    postcode (letter case and spaces left aside): two people of one name at different addresses are two debtors. None
    when the file does not even name the buyer.
    """
    numbers = [*_usable(buyer.numbers), *_registered(buyer, ids)]
    if numbers:
        return numbers[0]
    if not plain(buyer.name):
        return None
    words = "\n".join(_normal(part) for part in (buyer.name, buyer.street, buyer.postcode))
    return "N-" + hashlib.sha256(words.encode()).hexdigest()[:_HASH_DIGITS]


def party_of(buyer: Buyer, ids: IdScheme) -> dict[str, Any]:
    """The party of a public event. What is no e-mail address, language or whole postal address is left out.

    Of several e-mail addresses the first valid one is taken.
    """
    registered = _registered(buyer, ids)
    language = buyer.language.strip().lower()
    party = {
        "kind": buyer.kind or ("business" if registered else "consumer"),
        "name": plain(buyer.name) or None,
        "email": _email(buyer.email),
        "language": language if language in _LANGUAGES else None,
        "address": _address(buyer),
        "business_id": next(filter(ids.business_id, registered), registered[0] if registered else None),
    }
    return {name: value for name, value in party.items() if value is not None}


def _email(text: str) -> str | None:
    """The first valid e-mail address of a field that may hold several, separated by signs or white space."""
    return next(filter(None, (_valid(_EMAIL, each) for each in (text, *_BETWEEN_EMAILS.split(text)))), None)


def _registered(buyer: Buyer, ids: IdScheme) -> list[str]:
    return [ids.business_id(number) or number for number in _usable(buyer.registered)]


def _usable(numbers: tuple[str, ...]) -> list[str]:
    texts = map(plain, numbers)
    return [number for number in texts if number and not is_personal_code(number)]


def _address(buyer: Buyer) -> dict[str, str] | None:
    streets, postcode, city = [plain(buyer.street)], plain(buyer.postcode), plain(buyer.city)
    for line in map(plain, buyer.address_lines):
        town = _TOWN.fullmatch(line)
        if town is None:
            streets.append(line)
        else:
            postcode, city = postcode or town[1], city or town[2].strip()
    street = ", ".join(dict.fromkeys(filter(None, streets)))
    address = {"street": street, "postcode": postcode, "city": city}
    if not all(address.values()):
        return None
    country = _valid(_COUNTRY, buyer.country)
    return address | {"country": country} if country else address


def _valid(kind: TypeAdapter[str], text: str) -> str | None:
    try:
        return kind.validate_python(text.strip())
    except ValidationError:
        return None


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", plain(text)).casefold().split())
