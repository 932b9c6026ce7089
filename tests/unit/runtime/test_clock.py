"""The clock tells each whole minute once, and the latest one when it is behind."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.clock.worker import ClockWorker, ShiftedClock, WallClock
from services.runtime.engine import EmbeddedEngine
from services.runtime.refusal import Refusal
from services.runtime.sqlite.store import SqliteStore

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Go to an instant."""
        self._now = instant


def told_by(worker: ClockWorker, clock: HandClock, *instants: datetime) -> list[datetime | None]:
    told = []
    for instant in instants:
        clock.move_to(instant)
        told.append(worker.beat())
    return told


def test_each_whole_minute_is_told_once() -> None:
    clock = HandClock(NOON)
    worker = ClockWorker(clock, lambda _: True)

    told = told_by(worker, clock, *(NOON + timedelta(seconds=s) for s in (0, 1, 59, 60, 61, 119, 121)))

    assert told == [NOON, None, None, NOON + timedelta(minutes=1), None, None, NOON + timedelta(minutes=2)]


def test_when_behind_only_the_latest_minute_is_told() -> None:
    clock = HandClock(NOON)
    worker = ClockWorker(clock, lambda _: True)

    assert told_by(worker, clock, NOON, NOON + timedelta(hours=7, seconds=30)) == [NOON, NOON + timedelta(hours=7)]


def test_a_store_that_has_seen_the_minute_is_not_told_it_again_after_a_restart() -> None:
    store = SqliteStore()
    clock = HandClock(NOON)
    first = EmbeddedEngine(store, [])
    ClockWorker(clock, first.tick, first.reached).beat()
    first.commit()
    again = EmbeddedEngine(store, [])
    worker = ClockWorker(clock, again.tick, again.reached)

    assert told_by(worker, clock, NOON, NOON + timedelta(seconds=60)) == [None, NOON + timedelta(minutes=1)]
    assert list(store.log.ends("invoices")) == [2, 2, 2, 2]
    store.close()


def test_a_clock_that_was_set_back_a_little_waits_until_time_has_caught_up() -> None:
    clock = HandClock(NOON)
    worker = ClockWorker(clock, lambda _: True, reached=NOON + timedelta(minutes=2))

    minutes = [NOON + timedelta(minutes=m) for m in range(4)]
    assert told_by(worker, clock, *minutes) == [None, None, None, minutes[3]]


def test_a_clock_far_behind_the_store_is_refused() -> None:
    with pytest.raises(
        Refusal, match=r"it is 2026-03-02 10:00 UTC, but this store has already seen 2026-05-01 00:00 UTC"
    ):
        ClockWorker(HandClock(NOON), lambda _: True, reached=datetime(2026, 5, 1, tzinfo=UTC))


def test_the_wall_clock_speaks_utc() -> None:
    before = datetime.now(UTC)

    now = WallClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_shifted_clock_starts_where_it_is_told_and_runs_as_time_does() -> None:
    elapsed_s = 1_000.0
    helsinki = timezone(timedelta(hours=2))
    clock = ShiftedClock(datetime(2026, 5, 1, 12, 0, tzinfo=helsinki), lambda: elapsed_s)
    assert clock.now() == datetime(2026, 5, 1, 10, 0, tzinfo=UTC)

    elapsed_s += 90.5

    assert clock.now() == datetime(2026, 5, 1, 10, 1, 30, 500_000, tzinfo=UTC)
