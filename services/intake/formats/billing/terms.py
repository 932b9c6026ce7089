"""Cash discounts and parts of an invoice: as its file states them, and what they are in money (rules.md M8, M9)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from schemas.money import decimal_text, minor_units
from services.intake.formats.billing.decimals import sign_of

_PERCENT: Final = re.compile(r"(\d{1,3})(?:\.(\d{1,6}))?", re.ASCII)
_DAYS: Final = re.compile(r"\d{1,3}", re.ASCII)
_NOTE: Final = re.compile(r"#SKONTO#(?P<fields>(?:[A-Z]+=[0-9.]+#)+)")
"""A discount in a note on the terms of payment, as Germany's CIUS of EN 16931 (XRechnung, BT-20) writes it."""
_ALL: Final = 100


@dataclass(frozen=True, slots=True)
class StatedDiscount:
    """A cash discount; what the file does not state is empty.

    It is ``amount``, else ``percent`` of ``base``, without a base of all that is to be paid. It is given until the day
    ``through``, else for ``days`` after the day of the invoice.
    """

    through: str = ""
    days: str = ""
    amount: str = ""
    percent: str = ""
    base: str = ""

    @property
    def takes_something(self) -> bool:
        """Whether it states an amount or a percentage above zero."""
        stated = self.amount or self.percent
        return bool(stated) and sign_of(stated) != 0


@dataclass(frozen=True, slots=True)
class StatedPart:
    """A part in which an invoice is to be paid: ``amount``, else ``percent`` of all that is to be paid."""

    due: str
    amount: str = ""
    percent: str = ""
    reference: str = ""


def discounts_in(note: str) -> Iterator[StatedDiscount]:
    """The discounts that stand in a note on the terms of payment in their structured form.

    ``#SKONTO#TAGE=14#PROZENT=2.00#`` is 2 % for 14 days; ``BASISBETRAG=…#`` may follow, the base.
    """
    for found in _NOTE.finditer(note):
        fields = dict(each.split("=") for each in found["fields"].split("#") if each)
        yield StatedDiscount(
            days=fields.get("TAGE", ""), percent=fields.get("PROZENT", ""), base=fields.get("BASISBETRAG", "")
        )


def without_discounts(note: str) -> str:
    """The words of a note on the terms of payment without its structured discounts."""
    return _NOTE.sub(" ", note)


def discounts_of(
    stated: Iterable[StatedDiscount], amount: str, currency: str, issued: date
) -> list[dict[str, Any]] | None:
    """The field ``discounts`` of ``invoice.issued``; None without any. What is no number or day is left out of it."""
    found = []
    for each in stated:
        if not each.takes_something:
            continue
        days = timedelta(int(each.days)) if _DAYS.fullmatch(each.days) else None
        through = each.through or ((issued + days).isoformat() if days is not None else None)
        taken = each.amount or _part_of(each.base or amount, each.percent, currency)
        discount = {"through": through, "amount": taken}
        if discount not in found:
            found.append(discount)
    return [_given(each) for each in found] or None


def parts_of(stated: Sequence[StatedPart], amount: str, currency: str) -> list[dict[str, Any]] | None:
    """The field ``parts`` of ``invoice.issued``; None where all is due on one day.

    Where parts are given in percent, the last one is the rest.
    """
    if not stated or (len({each.due for each in stated}) == 1 and stated[0].amount in ("", amount)):
        return None
    amounts = [each.amount or _part_of(amount, each.percent, currency) for each in stated]
    if _are_all(stated):
        amounts[-1] = _rest_of(amount, amounts[:-1], currency)
    fields = zip(stated, amounts, strict=True)
    return [_given({"due": each.due, "amount": part, "reference": each.reference}) for each, part in fields]


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _part_of(base: str, percent: str, currency: str) -> str | None:
    """A percentage of an amount, half up to the minor unit; None where one of them is no number."""
    number = _PERCENT.fullmatch(percent)
    try:
        minor = minor_units(base, currency)
    except ValueError:
        return None
    if number is None:
        return None
    fraction = number[2] or ""
    whole = _ALL * 10 ** len(fraction)
    return decimal_text((2 * minor * int(number[1] + fraction) + whole) // (2 * whole), currency)


def _are_all(stated: Sequence[StatedPart]) -> bool:
    """Whether all parts are given in percent, which come to one hundred."""
    if any(each.amount for each in stated):
        return False
    numbers = [_PERCENT.fullmatch(each.percent) for each in stated]
    thousandths = [int(number[1] + (number[2] or "").ljust(6, "0")) for number in numbers if number]
    return len(thousandths) == len(numbers) and sum(thousandths) == _ALL * 10**6


def _rest_of(amount: str, parts: Iterable[str | None], currency: str) -> str | None:
    try:
        rest = minor_units(amount, currency) - sum(minor_units(each or "", currency) for each in parts)
    except ValueError:
        return None
    return decimal_text(rest, currency)
