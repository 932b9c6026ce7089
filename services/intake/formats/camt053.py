"""camt.053: account statements (ISO 20022 ``BankToCustomerStatement``).

A statement gives the payments that it lists one by one and, where its entries lead from the opening to the closing
balance, ``bank-feed.completed`` with the sum of all customers' money in it. That sum includes what the statement only
sums up and camt.054 lists, so that letters wait until that has come, too. Its number and balances go along, so that a
missing statement is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from schemas.money import currency_decimals, decimal_text
from services.intake.formats.camt.fields import amount, day, day_of, identifier, is_credit
from services.intake.formats.camt.money import AccountReport
from services.intake.formats.camt.report import Header, Style, read_reports
from services.intake.formats.camt.summary import check_summary
from services.intake.formats.camt.transaction import RECEIVED, REVERSED
from services.intake.formats.format import Fault, Format, Piece
from services.intake.formats.xml.elements import Element, every, first, line, names_at, text

COMPLETED: Final = "bank-feed.completed.v1"

NO_BALANCE: Final = "no-balance"
WRONG_CURRENCY: Final = "wrong-currency"
BALANCE_DOES_NOT_TIE: Final = "balance-does-not-tie"
PAGED_STATEMENT: Final = "paged-statement"
NO_STATEMENT_ID: Final = "no-statement-id"

_MESSAGE: Final = "BkToCstmrStmt"
_OPENING: Final = "OPBD"
_CLOSING: Final = "CLBD"
_PREVIOUS_CLOSING: Final = "PRCD"
_INTERIM: Final = "INTM"
_MOST_DIGITS: Final = 9
_YEAR_LENGTH: Final = len("2026")
_SUM_DECIMALS: Final = 2
"""``bank-feed.completed`` names no currency: its sum is read as hundredths."""


@dataclass(slots=True)
class _BookedBalance:
    """A booked balance, in minor units (below zero: the account is overdrawn), and its day."""

    minor: int
    currency: str
    day: date | None


@dataclass(slots=True)
class _BookedBalances:
    """What the account held before and after all entries of the statement, and the statement's first and last day."""

    opening: _BookedBalance
    closing: _BookedBalance
    first_day: date | None
    last_day: date


def _recognises(head: bytes) -> bool:
    return _MESSAGE in names_at(head)


def _close(report: AccountReport, element: Element, header: Header) -> Iterator[Piece]:
    """What a statement says as a whole; nothing where any of it is in doubt, so that letters go on waiting."""
    yield from check_summary(report, element)
    if not header.is_whole or not _is_one_page(first(element, "StmtPgntn")):
        yield report.fault(
            PAGED_STATEMENT,
            "is one page of several, which are not put together here; order whole statements from the bank",
        )
        return
    name = line(element, "Id")
    if name is None:
        yield report.fault(
            NO_STATEMENT_ID, "Id: is missing; send the statement whole and unchanged, as the bank delivers it"
        )
        return
    balances = _balances(report, element)
    if isinstance(balances, Fault):
        yield balances
        return
    if not report.is_doubtful:
        yield _completed(report, identifier(name), _number(element), balances)


def _completed(report: AccountReport, statement: str, number: int | None, balances: _BookedBalances) -> Piece:
    """``bank-feed.completed``; without a count where the statement sums up payments that it does not list."""
    data = {
        "through": balances.last_day.isoformat(),
        "count": None if report.sums_up else report.payments,
        "sum": decimal_text(report.received, balances.closing.currency),
        "statement": _statement(report, number, balances),
    }
    id_ = f"completed:{statement}:{balances.last_day}"
    return report.account.event(COMPLETED, id_, balances.last_day, data)


def _statement(report: AccountReport, number: int | None, balances: _BookedBalances) -> dict[str, str | int]:
    """The statement as a whole; what is neither customers' money nor taken back of it is the rest of the entries."""
    currency = balances.closing.currency
    other = report.booked.credits - report.booked.debits - report.received + report.returned
    data: dict[str, str | int] = {"currency": currency}
    if number is not None:
        data["number"] = number
    elif report.account.statement is not None:
        data["name"] = report.account.statement
    if balances.first_day is not None:
        data["from"] = balances.first_day.isoformat()
    amounts = {
        "opening": balances.opening.minor,
        "received": report.received,
        "returned": report.returned,
        "other": other,
        "closing": balances.closing.minor,
    }
    return data | {name: decimal_text(minor, currency) for name, minor in amounts.items()}


def _name(statement: Element) -> str | None:
    """What the bank calls a statement: its number in the year of its last day, else its id."""
    number = _number(statement)
    if number is None:
        return line(statement, "Id")
    closing = (text(each, "Dt/Dt") for each in every(statement, "Bal") if text(each, "Tp/CdOrPrtry/Cd") == _CLOSING)
    last_day = next(filter(None, closing), None) or _edge(statement, "To") or text(statement, "CreDtTm") or ""
    return f"{last_day[:_YEAR_LENGTH]}/{number}"


def _number(statement: Element) -> int | None:
    """The bank's number of the statement; an empty one may have 0, which is none."""
    number = line(statement, "LglSeqNb") or line(statement, "ElctrncSeqNb") or ""
    return int(number) or None if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS else None


def _balances(report: AccountReport, element: Element) -> _BookedBalances | Fault:
    """The opening and the closing balance, if the entries lead from the one to the other."""
    zone = report.account.zone
    found: dict[str, _BookedBalance] = {}
    try:
        for balance in every(element, "Bal"):
            kind = text(balance, "Tp/CdOrPrtry/Cd")
            if kind is None or text(balance, "Tp/SubTp/Cd") == _INTERIM or (kind == _OPENING and kind in found):
                continue
            found[kind] = _balance(balance, zone)
    except ValueError as wrong:
        return report.fault(NO_BALANCE, f"Bal: {wrong}")
    opening, closing = found.get(_OPENING) or found.get(_PREVIOUS_CLOSING), found.get(_CLOSING)
    if opening is None or closing is None:
        return report.fault(
            NO_BALANCE,
            "Bal: has no booked opening or closing balance (OPBD, CLBD); order statements with them from the bank",
        )
    last_day = closing.day or day_of(_edge(element, "To"), zone)
    if last_day is None:
        return report.fault(NO_BALANCE, "Bal: the closing balance has no day; order statements with it from the bank")
    currencies = {opening.currency, closing.currency, *report.currencies}
    if len(currencies) > 1 or currency_decimals(closing.currency) > _SUM_DECIMALS:
        return report.fault(
            WRONG_CURRENCY,
            "balances and entries are not of one currency that can be summed up; tell bank-feed.completed as an event",
        )
    if opening.minor + report.booked.credits - report.booked.debits != closing.minor:
        what = (
            "the opening balance and the entries do not come to the closing balance: an entry is missing or was changed"
            " on the way; fetch the statement from the bank again, and send it unchanged"
        )
        return report.fault(BALANCE_DOES_NOT_TIE, what)
    first_day = day_of(_edge(element, "Fr"), zone)
    return _BookedBalances(opening, closing, first_day if first_day and first_day <= last_day else None, last_day)


def _balance(element: Element, zone: ZoneInfo) -> _BookedBalance:
    money = amount(first(element, "Amt"))
    if money is None:
        raise ValueError("Amt: is missing; send the statement unchanged, as the bank delivers it")
    minor = money.minor if is_credit(first(element, "CdtDbtInd")) else -money.minor
    return _BookedBalance(minor, money.currency, day(first(element, "Dt"), zone))


def _edge(element: Element, end: str) -> str | None:
    return text(element, f"FrToDt/{end}DtTm") or text(element, f"FrToDt/{end}Dt")


def _is_one_page(pages: Element | None) -> bool:
    return pages is None or (text(pages, "PgNb") in (None, "1") and text(pages, "LastPgInd") in (None, "true", "1"))


FORMAT: Final = Format(
    name="camt.053",
    title="camt.053: a bank's account statement, ISO 20022 (001.02 and later)",
    gives=(RECEIVED, REVERSED, COMPLETED),
    recognises=_recognises,
    read=partial(read_reports, style=Style("Stmt", "statement", "statement", _name, sums_up=True, close=_close)),
)
