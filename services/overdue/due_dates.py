"""The due dates of a receivable after its own: by reschedules, extensions and corrections (rules.md M7, M10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

KnownOrder = tuple[datetime, datetime, str]
"""By what replaces what: the instant at which it is known, the event's time, its id (rules.md K1)."""


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

    @property
    def order(self) -> KnownOrder:
        """Its place among what replaces a due date (rules.md K1)."""
        return self.known, self.time or self.known, self.id


def due_after(due: date, changes: Iterable[DueDateChange]) -> date:
    """The due date that changes leave of an invoice's own, in the order in which they became known."""
    day = printed = due
    for change in sorted(changes, key=lambda change: change.order):
        if not (change.printed and change.day == printed):
            day = max(day, change.day) if change.extension else change.day
        printed = change.day if change.printed else printed
    return day
