"""A clock that steps: the next minute in which anything can happen (design.md §9, `play`).

The live clock ticks each minute. Between two of its ticks nothing changes unless an event came in or a worker asked to
be woken, so a virtual clock may leave out all others: the result is the same, minute by minute.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

MINUTE = timedelta(minutes=1)


class Ticking(Protocol):
    """What the virtual clock drives: an engine."""

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick."""

    def tick(self, instant: datetime) -> bool:
        """Publish one tick."""

    def settle(self, durable: bool = True) -> None:
        """Let every worker finish what it can do."""

    def next_wake(self) -> int | None:
        """The earliest instant, as epoch seconds, at which a worker has something to do."""


class SteppingClock:
    """A clock that an engine's own wakes and the events given to it move on."""

    def __init__(self) -> None:
        self._engine: Ticking | None = None
        self._news: datetime | None = None

    def drive(self, engine: Ticking) -> None:
        """Drive this engine, from where its store has got to."""
        self._engine = engine

    def now(self) -> datetime:
        """The last published tick (design.md §7.2), or the beginning of time."""
        return self._driven.reached or datetime.min.replace(tzinfo=UTC)

    @property
    def _driven(self) -> Ticking:
        assert self._engine is not None, "a clock drives an engine"
        return self._engine

    def heard(self, instant: datetime) -> None:
        """An event of this instant was published: it is seen at the next whole minute."""
        self._news = instant if self._news is None else max(self._news, instant)

    def advance(self, until: datetime) -> bool:
        """Tick once, at the next minute before ``until`` in which anything can happen; False when there is none."""
        following = self._next()
        if following is None or following >= until:
            return False
        self._news = None
        self._driven.tick(following)
        self._driven.settle(durable=False)
        return True

    def _next(self) -> datetime | None:
        candidates = [] if self._news is None else [whole_minute(self._news)]
        wake = self._driven.next_wake()
        if wake is not None:
            candidates.append(whole_minute(datetime.fromtimestamp(wake, UTC)))
        if not candidates:
            return None
        reached = self._driven.reached
        return min(candidates) if reached is None else max(min(candidates), reached + MINUTE)


def whole_minute(instant: datetime) -> datetime:
    """The first whole minute that is not before ``instant``, in UTC."""
    instant = instant.astimezone(UTC)
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + MINUTE
