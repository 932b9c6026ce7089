"""What an invoice's parts share: credit notes, which take from the last, and the room for fees (rules.md M9, F3)."""

from schemas.fields import Kind
from services.law.figures import Law
from services.overdue.account import Account, CreditNote, Receivable
from services.overdue.books.balances import Books


def credited_of(account: Account, receivable: Receivable, last: CreditNote | None = None) -> int:
    """How much credit notes take of a receivable, in minor units; what is more than all parts falls to the first.

    With ``last`` only this note and those that were known before it.
    """
    left = sum(note.amount for note in _until(last, receivable) if note.of_whole)
    for part in reversed(account.whole_of(receivable)):
        own = sum(note.amount for note in _until(last, part) if not note.of_whole)
        taken = left if part.part <= 1 else min(left, max(0, part.amount_now - own))
        if part is receivable:
            return own + taken
        left -= taken
    raise AssertionError("a receivable is a part of its own invoice")


def _until(last: CreditNote | None, receivable: Receivable) -> list[CreditNote]:
    notes = receivable.credit_notes
    return notes if last is None else [note for note in notes if (note.known, note.id) <= (last.known, last.id)]


def fee_room(account: Account, kind: Kind, receivable: Receivable, books: Books, law: Law) -> int:
    """How much of fees the invoice may still bear: the ceilings count over all parts, by the invoice's amount (F3)."""
    parts = account.whole_of(receivable)
    fees = sum(books.open[part.invoice].fees for part in parts)
    return law.total_cap(kind, sum(part.amount_now for part in parts)) - fees
