"""What the collector is to be told of a receivable after it was handed over (rules.md S7, M10).

Whoever collects asks for what was handed over. A person tells them when less is owed since, or more: one task for each
payment, reversal, refund, credit note, correction, write-off and cancellation that is known after the hand-over.
"""

from collections.abc import Iterator
from datetime import datetime

from services.overdue.account import Receivable
from services.overdue.acts import RaiseTask
from services.overdue.books.entries import payment_key
from services.overdue.steps.facts import AccountFacts

_TASK = "tell-collector"
_REASON = "handed-over"


def collector_tasks(facts: AccountFacts) -> Iterator[RaiseTask]:
    """The tasks about all receivables that were handed over, raised before or not."""
    for receivable in facts.account.receivables.values():
        if receivable.handed_over is not None:
            since = facts.context.opens_at(facts.account.kind, receivable.handed_over)
            yield from _changed(receivable, since)
            yield from _paid(facts, receivable, since)


def _changed(receivable: Receivable, since: datetime) -> Iterator[RaiseTask]:
    """Corrections, credit notes, write-offs and a cancellation."""
    invoice = receivable.invoice
    for corrected in receivable.corrected:
        if corrected.known > since:
            yield RaiseTask(f"corrected {invoice} {corrected.id}", _TASK, _REASON, invoice, correction=corrected.by)
    for note in receivable.credit_notes:
        if note.known > since:
            yield RaiseTask(f"credited {invoice} {note.id}", _TASK, _REASON, invoice)
    for cut in receivable.reductions:
        if cut.known > since:
            yield RaiseTask(f"reduced {invoice} {cut.id}", _TASK, _REASON, invoice)
    if receivable.cancelled is not None and receivable.cancelled >= since.date():
        yield RaiseTask(f"cancelled {invoice}", _TASK, _REASON, invoice)


def _paid(facts: AccountFacts, receivable: Receivable, since: datetime) -> Iterator[RaiseTask]:
    """Payments that paid it, and money by whose return it is open again."""
    invoice = receivable.invoice
    for money in facts.account.moneys:
        key = payment_key(money)
        if money.placed > since and invoice in facts.books.paid_by.get(key, {}):
            about = (money.account, money.payment)
            yield RaiseTask(f"paid {invoice} {key}", _TASK, _REASON, invoice, about)
    for undone in facts.account.undone:
        if undone.known > since and invoice in undone.invoices:
            yield RaiseTask(f"opened {invoice} {undone.id}", _TASK, _REASON, invoice)
    for day in facts.books.open[invoice].reopened:
        if day >= since.date():
            yield RaiseTask(f"opened {invoice} {day}", _TASK, _REASON, invoice)
