"""camt.054: notifications of what was booked, transaction by transaction (ISO 20022 ``BankToCustomerDebitCredit…``).

They give payments, and say nothing about the account as a whole: that is camt.053's (`camt053`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from services.intake.formats.camt.money import AccountReport
from services.intake.formats.camt.report import Header, Style, read_reports
from services.intake.formats.camt.summary import check_summary
from services.intake.formats.camt.transaction import RECEIVED, REVERSED
from services.intake.formats.format import Fault, Format
from services.intake.formats.xml.elements import Element, line, names_at

_MESSAGE: Final = "BkToCstmrDbtCdtNtfctn"


def _recognises(head: bytes) -> bool:
    return _MESSAGE in names_at(head)


def _name(notification: Element) -> str | None:
    return line(notification, "Id")


def _close(report: AccountReport, element: Element, _: Header) -> Iterator[Fault]:
    yield from check_summary(report, element)


FORMAT: Final = Format(
    name="camt.054",
    title="camt.054: a bank's notification of payments, ISO 20022 (001.02 and later)",
    gives=(RECEIVED, REVERSED),
    recognises=_recognises,
    read=partial(
        read_reports, style=Style("Ntfctn", "notification", "notification", _name, sums_up=False, close=_close)
    ),
)
