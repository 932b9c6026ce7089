"""The small things that bank messages of ISO 20022 (camt) say: amounts, days, codes, names of parties.

Versions from 001.02 on are read alike: where later ones wrap a value (``Sts/Cd``, ``Dbtr/Pty``), both forms are known.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.fields import EARLIEST_YEAR, LATEST_YEAR
from schemas.money import currency_decimals, minor_units
from services.intake.formats.xml.elements import Element, first, line, name_of, one_line, text

LONGEST_ID: Final = 100
"""Characters of a bank's reference that are kept as they are; ISO 20022 allows 35."""
LONGEST_MESSAGE: Final = 4_000
"""Characters: what a text in an event may have (`schemas.fields.Text`)."""

_LONGEST_NUMBER: Final = 40
"""Characters of an amount, a day or an instant; those met lately are remembered."""
_DAY_LENGTH: Final = len("2026-01-09")
_NOT_IN_MESSAGE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_NO_REFERENCE: Final = re.compile(r"(?:NOTPROVIDED|NOT PROVIDED|NONREF|NOREF|NONE|N/A|[0.\-_/ ]+)", re.IGNORECASE)
"""What banks write where they have nothing to write."""


class CurrencyAmount(NamedTuple):
    """An amount in minor units, never below zero, and its currency."""

    minor: int
    currency: str


def amount(element: Element | None) -> CurrencyAmount | None:
    """The money of an element such as ``<Amt Ccy="EUR">100.00</Amt>``; None without the element.

    Zeros beyond the decimals of the currency are forgiven.

    Raises:
        ValueError: when it is no amount of a known currency; the message does not hold the value.
    """
    if element is None:
        return None
    currency = element.get("Ccy", "")
    try:
        minor = sum_of(element.text or "", currency)
    except ValueError as wrong:
        raise ValueError(f"{name_of(element)}: {wrong}") from None
    if minor < 0:
        raise ValueError(f"{name_of(element)}: is below zero; write it without a sign, CdtDbtInd tells the direction")
    return CurrencyAmount(minor, currency)


def sum_of(written: str, currency: str) -> int:
    """The minor units of a sum that stands without its currency; it may be below zero.

    Raises:
        ValueError: when it is none; the message does not hold the value.
    """
    if len(written) > _LONGEST_NUMBER:
        raise ValueError("is too long for an amount; check that no digits were added to it")
    return _minor_units(written, currency)


@lru_cache(maxsize=4096)
def _minor_units(written: str, currency: str) -> int:
    whole, _, fraction = written.strip().partition(".")
    fraction = fraction.rstrip("0").ljust(currency_decimals(currency), "0")
    return minor_units(f"{whole}.{fraction}" if fraction else whole, currency)


def is_credit(indicator: Element | None) -> bool:
    """Whether money came in by what a ``CdtDbtInd`` says.

    Raises:
        ValueError: when it says neither.
    """
    direction = None if indicator is None else (indicator.text or "").strip()
    if direction not in ("CRDT", "DBIT"):
        raise ValueError("CdtDbtInd: says neither CRDT nor DBIT; send the file unchanged, as the bank delivers it")
    return direction == "CRDT"


def day(element: Element | None, zone: ZoneInfo) -> date | None:
    """The day of an element that holds ``Dt`` or ``DtTm``; an instant is a day in ``zone``; None when there is none."""
    if element is None:
        return None
    return day_of(text(element, "Dt") or text(element, "DtTm") or element.text, zone)


def day_of(written: str | None, zone: ZoneInfo) -> date | None:
    """The day of an ISO day or instant; an instant with an offset is a day in ``zone``.

    None when it is neither, or no day that an event may have.
    """
    return None if written is None or len(written) > _LONGEST_NUMBER else _day_of(written.strip(), zone)


@lru_cache(maxsize=4096)
def _day_of(written: str, zone: ZoneInfo) -> date | None:
    try:
        if "T" not in written:
            found = date.fromisoformat(written[:_DAY_LENGTH])
        else:
            instant = datetime.fromisoformat(written)
            found = (instant.astimezone(zone) if instant.tzinfo else instant).date()
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def code(element: Element | None) -> str | None:
    """A code, bare (``<Sts>BOOK</Sts>``) or wrapped (``<Sts><Cd>BOOK</Cd></Sts>``)."""
    if element is None:
        return None
    wrapped = text(element, "Cd") or text(element, "Prtry") if len(element) else element.text
    return (wrapped or "").strip() or None


def party(element: Element, path: str) -> str | None:
    """The name of a party: ``Nm``; since 001.08 ``Pty/Nm``, or of a bank ``Agt/FinInstnId/Nm``."""
    found = first(element, path)
    if found is None:
        return None
    return line(found, "Nm") or line(found, "Pty/Nm") or line(found, "Agt/FinInstnId/Nm")


def reference(element: Element | None) -> str | None:
    """A bank's reference as an identifier; None where there is none, or a word for "none"."""
    found = None if element is None else one_line(element.text or "")
    if found is None or _NO_REFERENCE.fullmatch(found):
        return None
    return identifier(found)


def identifier(name: str) -> str:
    """A text as an identifier of an event: one that is too long is cut, and ends with its digest."""
    if len(name) <= LONGEST_ID:
        return name
    return f"{name[: LONGEST_ID // 2]}…{digest(name)}"


def digest(name: str) -> str:
    """A short name for what is too long, or too personal, to stand in an identifier."""
    return sha256(name.encode()).hexdigest()[:16]


def message(lines: list[str]) -> str | None:
    """Texts as the message of a payment, one a line, each once; None when there are none.

    What banks write where they have nothing to write, such as ``NOTPROVIDED``, is none.
    """
    cleaned = (_NOT_IN_MESSAGE.sub(" ", each).strip() for each in lines)
    kept = dict.fromkeys(each for each in cleaned if each and not _NO_REFERENCE.fullmatch(each))
    return "\n".join(kept)[:LONGEST_MESSAGE].rstrip() or None
