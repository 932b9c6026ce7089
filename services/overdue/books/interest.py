"""Interest on open principal: its first day, the days and amounts it is counted from, what a letter claims of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from schemas.fields import Kind
from services.law.rates import accrued
from services.overdue.books.balances import OpenReceivable
from services.overdue.letter_record import RecordedLine

BEGINNING: Final = date.min
"""The day of the first item of a receivable's history: what it was before any entry."""


def interest_start(kind: Kind, entry: OpenReceivable, effective_due: date, first_letter: date | None) -> date:
    """The day after which a debtor of a ``kind`` owes interest (Korkolaki 5, 6 §; rules.md I1)."""
    receivable = entry.receivable
    agreed = kind == "business" if receivable.due_agreed is None else receivable.due_agreed
    if agreed:
        return effective_due
    start = max(effective_due, receivable.sent + timedelta(days=30))
    if kind == "consumer" and not receivable.interest_stated and first_letter is not None:
        start = max(start, first_letter)
    return start


def principal_pieces(entry: OpenReceivable, first: date, last: date, disputed: int) -> Iterable[tuple[date, date, int]]:
    """The principal that bears interest on the days ``first`` to ``last``: (from, to, minor units) pieces.

    A part paid on a day bears interest for that day still (rules.md I5), so a day's principal is what the days
    before it left. A disputed part is left out (rules.md G2).
    """
    for index, (day, principal) in enumerate(entry.history):
        begins = first if day is BEGINNING else max(first, day + timedelta(days=1))
        ends = min(last, entry.history[index + 1][0]) if index + 1 < len(entry.history) else last
        if begins <= ends and principal > disputed:
            yield begins, ends, principal - disputed


def claimed_interest(entry: OpenReceivable, line: RecordedLine, start: date) -> int:
    """The interest a letter's line claims: what accrued since the last claim, rounded once (rules.md I4)."""
    if line.through is None:
        return 0
    after = start if entry.claimed_through is None else max(start, entry.claimed_through)
    pieces = [
        (principal, (last - first).days + 1, segment.rate)
        for segment in line.segments
        for first, last, principal in principal_pieces(
            entry, max(segment.first, after + timedelta(days=1)), min(segment.last, line.through), line.disputed
        )
    ]
    return accrued(pieces)
