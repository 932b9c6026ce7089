"""A made-up country, Lumimaa, as another package registers it: its law, its business ids, its payment references."""

import re
from importlib.resources import files
from typing import Final

from schemas.reference_schemes import ReferenceScheme
from services.law.country_pack import CountryPack

_ID: Final = re.compile(r"(?:XL)?[ .]*([0-9]{3})[ .]*([0-9]{3})")
_PERSONAL: Final = re.compile(r"[0-9]{8}/[0-9]{2}")


class LumimaaIds:
    """Business ids such as ``XL 123.456``, personal identity codes such as ``19800131/07``."""

    def business_id(self, text: str) -> str | None:
        """The id as ``XL 123.456``."""
        match = _ID.fullmatch(text.strip())
        return f"XL {match[1]}.{match[2]}" if match else None

    def same_business(self, text: str) -> str:
        """The id as people read it, any other text as it is."""
        return self.business_id(text) or text

    def is_personal_code(self, text: str) -> bool:
        """Whether the text has the form of a personal identity code."""
        return _PERSONAL.fullmatch(text) is not None


def _sum_of_digits(base: str) -> str:
    return str(sum(int(digit) * weight for weight, digit in enumerate(reversed(base), 2)) % 10)


def _in_threes(reference: str) -> str:
    return "-".join(reference[at : at + 3] for at in range(0, len(reference), 3))


LUMIMAA: Final = CountryPack(files(__package__).joinpath("lumimaa.toml"), LumimaaIds())
REFERENCES: Final = ReferenceScheme("lumimaa", 4, 18, _sum_of_digits, _in_threes)
ENTRIES: Final = {
    "erapaiva.countries": {"XL": "tests.strangers.lumimaa:LUMIMAA"},
    "erapaiva.reference-schemes": {"lumimaa": "tests.strangers.lumimaa:REFERENCES"},
}
"""What the package's metadata says."""
