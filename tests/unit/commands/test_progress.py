"""How far the workers are: what is told of a store and its log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import ALL_TOPICS, INVOICES
from services.commands.playback.progress import Log, as_lines, log_of, progress
from services.pipeline import READS
from services.runtime.settings import Settings
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.telemetry.consumer_lag import PartitionLag

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """An empty store of two partitions."""
    with SqliteStore(IN_MEMORY) as made:
        made.fix_partitions(2)
        yield made


@contextmanager
def transaction(store: SqliteStore) -> Iterator[None]:
    store.begin()
    yield
    store.commit()


def told(store: SqliteStore, log: Log | None = None) -> tuple[dict[tuple[str, str, int], dict[str, Any]], bool]:
    """What is told by worker, topic and partition; whether all is drained."""
    with log_of(Settings(), store, Path(IN_MEMORY)) as own:
        *lines, whole = map(json.loads, as_lines(progress(store, log or own, NOW)))
    return {(each["worker"], each["topic"], each["partition"]): each for each in lines}, whole["drained"]


def test_an_empty_store_is_drained_and_every_worker_is_told_of(store: SqliteStore) -> None:
    lines, drained = told(store)
    assert drained
    assert set(lines) == {
        (name, topic.name, place) for name, reads in READS.items() for topic in reads for place in (0, 1)
    }
    assert {line["lag"] for line in lines.values()} == {0}


def test_a_record_that_was_not_taken_is_a_lag_until_it_is_taken(store: SqliteStore) -> None:
    # given
    with transaction(store):
        store.log.append(INVOICES.name, 1, "kuura", b"{}")
    lines, drained = told(store)
    assert (lines["intake", "invoices", 1]["lag"], lines["intake", "invoices", 0]["lag"], drained) == (1, 0, False)
    # when
    with transaction(store):
        store.move({("intake", "invoices", 1): 1})
    # then
    lines, drained = told(store)
    assert (lines["intake", "invoices", 1]["lag"], drained) == (0, True)


def test_what_a_seat_owes_or_is_busy_with_is_left_to_do(store: SqliteStore) -> None:
    with transaction(store):
        store.partition_tasks.take_over("intake", 0)
        store.partition_tasks.finish_transaction("intake", 0, b"", busy=True)
    lines, drained = told(store)
    assert (lines["intake", "payments", 0]["busy"], lines["intake", "payments", 1]["busy"], drained) == (
        True,
        False,
        False,
    )


def test_what_was_to_be_done_by_the_last_tick_is_left_to_do(store: SqliteStore) -> None:
    with transaction(store):
        space = store.state.space("overdue", "account")
        store.state.save(space, 0, [("a", b"", int(NOW.timestamp()), None)])
        store.set_bookmark("reached", (NOW - timedelta(seconds=1)).isoformat())
    assert told(store)[1]
    with transaction(store):
        store.set_bookmark("reached", NOW.isoformat())
    assert not told(store)[1]


def test_the_age_is_that_of_the_oldest_record_that_was_not_taken(store: SqliteStore) -> None:
    # given
    def arrived(place: PartitionLag) -> datetime | None:
        return NOW - timedelta(seconds=90) if place.topic == "invoices" else None

    ends = {topic.name: [1, 0] for topic in ALL_TOPICS}
    # when
    lines, _ = told(store, Log(lambda: ends, arrived))
    # then
    assert lines["intake", "invoices", 0]["age_s"] == 90
    assert lines["intake", "invoices", 1]["age_s"] is None
    assert lines["intake", "payments", 0]["age_s"] is None
