"""A virtual clock that steps to the next minute in which anything can happen (design.md §9, `play`).

The live clock ticks each minute. A tick changes nothing unless an event was published since the last one or a worker's
wake is due, so the virtual clock leaves all other ticks out: the result is the same, minute by minute.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

MINUTE = timedelta(minutes=1)


class SteppedEngine(Protocol):
    """What the virtual clock needs of an engine."""

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick."""

    def tick(self, instant: datetime) -> bool:
        """Publish one tick."""

    def settle(self, durable: bool = True) -> None:
        """Run all workers until none has anything to do."""

    def next_wake(self) -> int | None:
        """The earliest instant, as epoch seconds, at which a worker has something to do."""


class SteppingClock:
    """Steps an engine from minute to minute, as its wakes and the events published to it require."""

    def __init__(self) -> None:
        self._engine: SteppedEngine | None = None
        self._last_event: datetime | None = None

    def drive(self, engine: SteppedEngine) -> None:
        """Drive this engine, from the last tick in its store on."""
        self._engine = engine

    def now(self) -> datetime:
        """The last published tick (design.md §7.2), or the beginning of time."""
        return self._driven.reached or datetime.min.replace(tzinfo=UTC)

    @property
    def _driven(self) -> SteppedEngine:
        assert self._engine is not None, "a clock drives an engine"
        return self._engine

    def note_event(self, instant: datetime) -> None:
        """An event of this instant was published; the next whole minute is a tick."""
        self._last_event = instant if self._last_event is None else max(self._last_event, instant)

    def advance(self, until: datetime) -> bool:
        """Tick once, at the next minute before ``until`` in which anything can happen; False when there is none."""
        following = self._next()
        if following is None or following >= until:
            return False
        self._last_event = None
        self._driven.tick(following)
        self._driven.settle(durable=False)
        return True

    def _next(self) -> datetime | None:
        candidates = [] if self._last_event is None else [whole_minute(self._last_event)]
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
