"""The clock: publishes each whole minute to every public topic, so that time is an event like any other.

Reads: a `Clock`. Writes: `time.reached` into every partition of the public topics, through `tick`.
When it is behind (the machine slept, a backlog took long) it publishes the latest minute only: the minutes in between
would change nothing that the latest does not.
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
    """The port through which the current time is read."""

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
    """Publishes each whole minute once. The run loop calls `beat` a few times a second."""

    name = "clock"

    def __init__(self, clock: Clock, tick: Callable[[datetime], bool], reached: datetime | None = None) -> None:
        """`tick` is the engine's; `reached` is the store's last tick.

        Raises Refusal when the clock is far behind it: every letter would wait until the clock has caught up.
        """
        now = clock.now()
        if reached is not None and now < reached - LEEWAY:
            raise Refusal(
                f"clock: it is {now:%Y-%m-%d %H:%M} UTC, but this store has already seen {reached:%Y-%m-%d %H:%M} UTC; "
                "set the machine's clock, or name another store"
            )
        self._clock = clock
        self._tick = tick
        self._published: datetime | None = reached

    def beat(self) -> datetime | None:
        """Publish the latest whole minute and return it; None when it was published before."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        if self._published is not None and minute <= self._published:
            return None
        self._published = minute
        return minute if self._tick(minute) else None
