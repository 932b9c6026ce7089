"""The due dates of a receivable after its own: by reschedules, extensions and corrections (rules.md M7, M10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.overdue.known_order import known_order


@dataclass(slots=True)
class DueDateChange:
    """A new due date, given after the invoice's own (rules.md M7).

    ``printed``: it stands on an invoice that replaced this one; the due date that was printed before it, printed again,
    changes nothing (M10).
    """

    known: datetime
    id: str
    day: date
    extension: bool
    time: datetime | None = None
    printed: bool = False


def due_after(due: date, changes: Iterable[DueDateChange]) -> date:
    """The due date that changes leave of an invoice's own, in the order in which they became known."""
    day = printed = due
    for change in sorted(changes, key=known_order):
        if not (change.printed and change.day == printed):
            day = max(day, change.day) if change.extension else change.day
        printed = change.day if change.printed else printed
    return day
