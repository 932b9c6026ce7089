"""Discounts that were earned before a credit note or a correction changed their invoice (rules.md M8).

What was earned was the rest at its time. A change that is known later lessens it in proportion and never raises it:
whoever paid the rest owes nothing of what was asked then, and what they paid too much is credit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.overdue.account import Receivable
from services.overdue.books.balances import Books, OpenReceivable
from services.overdue.books.discounts import Discounts, in_proportion


@dataclass(frozen=True, slots=True)
class EarnedDiscount:
    """A discount, in minor units, of an invoice that asked ``asked``, and the keys of the payments that earned it."""

    amount: int
    asked: int
    payments: frozenset[str]


EarnedBefore = Callable[[datetime], Mapping[str, EarnedDiscount]]
"""The discounts that were earned by what was known before an instant, by invoice."""


def earned_discounts(books: Books, discounts: Discounts, day: date) -> dict[str, EarnedDiscount]:
    """The discounts taken in the books, and those that what is open becomes at the end of ``day`` or later."""
    earned: dict[str, EarnedDiscount] = {}
    for invoice, entry in books.open.items():
        amount = entry.discount_taken + (entry.principal if discounts.is_near(entry, day) else 0)
        if amount:
            payments = frozenset(payment for payment, paid in books.paid_by.items() if invoice in paid)
            earned[invoice] = EarnedDiscount(amount, _asked(entry), payments)
    return earned


def settled_discount(entry: OpenReceivable, earned_before: EarnedBefore) -> EarnedDiscount | None:
    """The discount of a receivable that was earned before its latest change, lessened in proportion by that."""
    receivable = entry.receivable
    if not _ever_offered(receivable):
        return None
    changes = [note.known for note in receivable.credit_notes] + [each.known for each in receivable.corrected]
    latest = max(changes, default=None)
    before = None if latest is None else earned_before(latest).get(receivable.invoice)
    if before is None:
        return None
    amount = min(before.amount, in_proportion(before.amount, _asked(entry), before.asked))
    return EarnedDiscount(amount, _asked(entry), before.payments)


def _ever_offered(receivable: Receivable) -> bool:
    return bool(receivable.discounts) or any(corrected.discounts for corrected in receivable.corrected)


def _asked(entry: OpenReceivable) -> int:
    return entry.receivable.amount_now - entry.credited
