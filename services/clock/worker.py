"""The clock: tells every public topic each whole minute, so that time is an event like any other.

Reads: a `Clock`. Writes: `time.reached` into every partition of the public topics, through `tick`.
When behind (the machine slept, a backlog took long) only the latest minute is told: minutes in between could change
nothing that the latest does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.runtime.refusal import Refusal

LEEWAY = timedelta(minutes=10)
"""How far the clock may be behind the last tick before that counts as a wrong clock and not as its correction."""


class Clock(Protocol):
    """Says what time it is. The notifier's `now` is such a port too."""

    def now(self) -> datetime:
        """The instant, in UTC."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """Starts at a given instant and then runs as real time does (`erapaiva run --example`)."""

    def __init__(self, start: datetime, elapsed_s: Callable[[], float] = time.monotonic) -> None:
        assert start.tzinfo is not None, "an instant without a zone is no instant"
        self._start = start.astimezone(UTC)
        self._elapsed_s = elapsed_s
        self._origin_s = elapsed_s()

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._start + timedelta(seconds=self._elapsed_s() - self._origin_s)


class ClockWorker:
    """Tells each whole minute once. `beat` is called by whoever runs it, a few times a second."""

    name = "clock"

    def __init__(self, clock: Clock, tick: Callable[[datetime], bool], reached: datetime | None = None) -> None:
        """Take a clock and the engine's `tick`; `reached` is the store's last tick.

        Raises Refusal when the clock is far behind that: every letter would wait until it has caught up.
        """
        now = clock.now()
        if reached is not None and now < reached - LEEWAY:
            raise Refusal(
                f"clock: it is {now:%Y-%m-%d %H:%M} UTC, but this store has already seen {reached:%Y-%m-%d %H:%M} UTC; "
                "set the machine's clock, or name another store"
            )
        self._clock = clock
        self._tick = tick
        self._told: datetime | None = reached

    def beat(self) -> datetime | None:
        """Tell the latest whole minute if it was not told yet, and return it; None when there was nothing to tell."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        if self._told is not None and minute <= self._told:
            return None
        self._told = minute
        return minute if self._tick(minute) else None
