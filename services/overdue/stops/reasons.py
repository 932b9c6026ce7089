"""Why a step waits, and when to look again."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class StopReason:
    """A reason code of rules.md "Stops", whom it concerns, and the date from which it may no longer hold, or None."""

    code: str
    invoice: str | None = None
    until: date | None = None


@dataclass(slots=True)
class Watch:
    """When the answer may change: dates, and whether a bank feed's progress may change it (design.md §5)."""

    today: date
    dates: set[date] = field(default_factory=set)
    feed: bool = False

    def at(self, day: date | None) -> None:
        """Look again on a day; days that have come are not worth a look."""
        if day is not None and day > self.today:
            self.dates.add(day)

    def passing(self, earliest: date) -> None:
        """Look again when a day may have passed (rules.md C4): on ``earliest``, or from then as the feed moves."""
        if earliest > self.today:
            self.dates.add(earliest)
        else:
            self.feed = True

    def first(self) -> date | None:
        """The earliest date on which the answer may change, or None."""
        return min(self.dates, default=None)
