"""Money that is not placed: since when, whose it may be, and whom it holds until when (rules.md M3, G10)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.money import decimal_text
from services.reporting.reading import QueryRow, day, number, query_rows, text, text_or_none
from services.runtime.store.port import Store

_MONEY = """
    SELECT u.*, p.booked FROM unmatched_payment_now u LEFT JOIN payment p
    ON p.creditor = u.creditor AND p.account = u.account AND p.payment = u.payment
    WHERE ? IN ('', u.creditor) ORDER BY u.creditor, COALESCE(u.since, u.date), u.account, u.payment, u.debtor
"""
_SUGGESTIONS = """
    SELECT * FROM suggested_place WHERE creditor = ? AND account = ? AND payment = ? AND placed_on = ? ORDER BY rank
"""
_HOLDS = "SELECT * FROM held_money_now WHERE creditor = ? AND account = ? AND payment = ? ORDER BY debtor"


@dataclass(frozen=True, slots=True)
class SuggestedDebtor:
    """A debtor who may have paid, with the invoices, the confidence in percent and the code of the way of matching."""

    debtor: str
    invoices: tuple[str, ...]
    confidence: int
    why: str


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """A debtor whose letters the money holds, and why: until a person decides, or until a day."""

    debtor: str
    why: tuple[str, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class UnplacedMoney:
    """A payment that is not placed. ``debtor``: the account that does not take it; ``amount`` is a decimal text."""

    creditor: str
    account: str
    payment: str
    booked: date | None
    since: date
    amount: str
    currency: str
    reason: str
    debtor: str | None
    suggestions: tuple[SuggestedDebtor, ...]
    holds: tuple[HeldAccount, ...]


def unplaced_money(store: Store, creditor: str | None = None) -> list[UnplacedMoney]:
    """All payments that are not placed, of one creditor or of all, the longest waiting first."""
    return [_unplaced(store, row) for row in query_rows(store, _MONEY, (creditor or "",))]


def _unplaced(store: Store, row: QueryRow) -> UnplacedMoney:
    key = text(row, "creditor"), text(row, "account"), text(row, "payment")
    booked = text_or_none(row, "booked")
    return UnplacedMoney(
        *key,
        None if booked is None else date.fromisoformat(booked),
        day(row, "date") if row["since"] is None else day(row, "since"),
        decimal_text(number(row, "amount"), text(row, "currency")),
        text(row, "currency"),
        text(row, "reason"),
        text(row, "debtor") or None,
        tuple(_suggestions(store, key, text(row, "debtor"))),
        tuple(_holds(store, key)),
    )


def _suggestions(store: Store, key: tuple[str, str, str], placed_on: str) -> Iterator[SuggestedDebtor]:
    for row in query_rows(store, _SUGGESTIONS, (*key, placed_on)):
        invoices = tuple(json.loads(text(row, "invoices")))
        yield SuggestedDebtor(text(row, "debtor"), invoices, number(row, "confidence"), text(row, "why"))


def _holds(store: Store, key: tuple[str, str, str]) -> Iterator[HeldAccount]:
    for row in query_rows(store, _HOLDS, key):
        until = None if row["until"] is None else day(row, "until")
        yield HeldAccount(text(row, "debtor"), tuple(json.loads(text(row, "why"))), until)
