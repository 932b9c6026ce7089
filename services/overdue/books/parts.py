"""What an invoice's parts share: credit notes, which take from the last, and the room for fees (rules.md M9, F3)."""

from collections.abc import Iterator

from schemas.fields import Kind
from services.law.figures import Law
from services.overdue.account import Account, CreditNote, Receivable, Reduction
from services.overdue.books.balances import Books


def credited_of(account: Account, receivable: Receivable, last: CreditNote | None = None) -> int:
    """How much credit notes take of a receivable, in minor units; what is more than all parts falls to the first.

    With ``last`` only this note and those that were known before it.
    """
    if not receivable.credit_notes:
        return 0
    parts = account.whole_of(receivable)
    credited = {part.invoice: sum(note.amount for note in _until(last, part) if not note.of_whole) for part in parts}
    for note in _until(last, receivable):
        if note.of_whole:
            _take_from_last(note, parts, credited)
    return credited[receivable.invoice]


def _take_from_last(note: CreditNote, parts: list[Receivable], credited: dict[str, int]) -> None:
    """A note of the whole takes from the last part; of those that were not given up before the first has the rest."""
    left, rooms = note.amount, _rooms(note, parts, credited)
    takers = [part for part in parts if rooms[part.invoice]] or _standing(note, parts) or parts
    for part in reversed(takers):
        taken = left if part is takers[0] else min(left, rooms[part.invoice])
        credited[part.invoice] += taken
        left -= taken


def _rooms(note: CreditNote, parts: list[Receivable], credited: dict[str, int]) -> dict[str, int]:
    """What a note may take of each part: what was not credited, cancelled or written off before it was known.

    A write-off of the whole takes what the note leaves, as it does of an invoice that is not in parts.
    """
    rooms = {part.invoice: 0 for part in parts}
    for part in _standing(note, parts):
        written_off = sum(part.amount_now if cut.amount is None else cut.amount for cut in _write_offs(note, part))
        rooms[part.invoice] = max(0, part.amount_now - credited[part.invoice] - written_off)
    return rooms


def _standing(note: CreditNote, parts: list[Receivable]) -> list[Receivable]:
    return [part for part in parts if part.cancelled is None or note.known_on < part.cancelled]


def _write_offs(note: CreditNote, part: Receivable) -> Iterator[Reduction]:
    """The write-offs of this part alone that were known before a note."""
    for cut in part.reductions:
        if cut.of == "receivable" and not cut.of_whole and (cut.known, cut.id) < (note.known, note.id):
            yield cut


def _until(last: CreditNote | None, receivable: Receivable) -> list[CreditNote]:
    """The receivable's credit notes in the order in which they were known, up to ``last``."""
    notes = sorted(receivable.credit_notes, key=lambda note: (note.known, note.id))
    return notes if last is None else [note for note in notes if (note.known, note.id) <= (last.known, last.id)]


def fee_room(account: Account, kind: Kind, receivable: Receivable, books: Books, law: Law) -> int:
    """How much of fees the invoice may still bear: the ceilings count over all parts, by the invoice's amount (F3)."""
    parts = account.whole_of(receivable)
    fees = sum(books.open[part.invoice].fees for part in parts)
    return law.total_cap(kind, sum(part.amount_now for part in parts)) - fees
