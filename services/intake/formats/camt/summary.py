"""The summary that a bank's report may begin with (``TxsSummry``): counts and sums that its entries must come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schemas.fields import CURRENCY_WITHOUT_FIELD
from services.intake.formats.camt.fields import sum_of
from services.intake.formats.camt.money import AccountReport, EntryTotals
from services.intake.formats.format import Fault
from services.intake.formats.xml.elements import Element, first, text

SUMMARY_DOES_NOT_TIE: Final = "summary-does-not-tie"


def check_summary(report: AccountReport, element: Element) -> Iterator[Fault]:
    """A fault for each count or sum that the report states of its entries and that they do not come to.

    Banks differ in whether they count what is not booked; either is taken. What is in more than one currency has no
    sums to compare.
    """
    if report.is_doubtful or len(report.currencies) > 1:
        return
    currency = next(iter(report.currencies), CURRENCY_WITHOUT_FIELD)
    for name in ("TtlNtries", "TtlCdtNtries", "TtlDbtNtries"):
        stated = first(element, f"TxsSummry/{name}")
        if stated is None:
            continue
        entries = {_figures(name, tally) for tally in (report.booked, report.listed)}
        if not any(_agrees(stated, count, total, currency) for count, total in entries):
            yield report.fault(
                SUMMARY_DOES_NOT_TIE,
                f"{name}: the entries do not come to what it says; send the file whole, as the bank delivers it",
            )


def _figures(name: str, tally: EntryTotals) -> tuple[int, int]:
    match name:
        case "TtlCdtNtries":
            return tally.credit_entries, tally.credits
        case "TtlDbtNtries":
            return tally.debit_entries, tally.debits
        case _:
            return tally.entries, tally.credits + tally.debits


def _agrees(stated: Element, count: int, total: int, currency: str) -> bool:
    """Whether the figures that are stated are these; a figure that is not stated agrees with any."""
    stated_count, stated_sum = text(stated, "NbOfNtries"), text(stated, "Sum")
    try:
        return stated_count in (None, str(count)) and (stated_sum is None or sum_of(stated_sum, currency) == total)
    except ValueError:
        return False
