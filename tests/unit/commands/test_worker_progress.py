"""How far the workers are, from a store and its log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import ALL_TOPICS, INVOICES
from services.commands.processes.worker_progress import LogOffsets, as_lines, offsets_of, progress
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


def progress_of(
    store: SqliteStore, log: LogOffsets | None = None
) -> tuple[dict[tuple[str, str, int], dict[str, Any]], bool]:
    """The lines by worker, topic and partition; whether all is drained."""
    with offsets_of(Settings(), store, Path(IN_MEMORY)) as own:
        *lines, whole = map(json.loads, as_lines(progress(store, log or own, NOW)))
    return {(each["worker"], each["topic"], each["partition"]): each for each in lines}, whole["drained"]


def test_an_empty_store_is_drained_and_every_worker_has_a_line(store: SqliteStore) -> None:
    lines, drained = progress_of(store)
    assert drained
    assert set(lines) == {
        (name, topic.name, each) for name, reads in READS.items() for topic in reads for each in (0, 1)
    }
    assert {line["lag"] for line in lines.values()} == {0}


def test_a_record_that_was_not_taken_is_a_lag_until_it_is_taken(store: SqliteStore) -> None:
    # given
    with transaction(store):
        store.log.append(INVOICES.name, 1, "kuura", b"{}")
    lines, drained = progress_of(store)
    assert (lines["intake", "invoices", 1]["lag"], lines["intake", "invoices", 0]["lag"], drained) == (1, 0, False)
    # when
    with transaction(store):
        store.move({("intake", "invoices", 1): 1})
    # then
    lines, drained = progress_of(store)
    assert (lines["intake", "invoices", 1]["lag"], drained) == (0, True)


def test_what_a_partition_task_has_to_send_or_do_is_left_to_do(store: SqliteStore) -> None:
    with transaction(store):
        store.partition_tasks.take_over("intake", 0)
        store.partition_tasks.finish_transaction("intake", 0, b"", busy=True)
    lines, drained = progress_of(store)
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
    assert progress_of(store)[1]
    with transaction(store):
        store.set_bookmark("reached", NOW.isoformat())
    assert not progress_of(store)[1]


def test_the_age_is_that_of_the_oldest_record_that_was_not_taken(store: SqliteStore) -> None:
    # given
    def arrived(each: PartitionLag) -> datetime | None:
        return NOW - timedelta(seconds=90) if each.topic == "invoices" else None

    ends = {topic.name: [1, 0] for topic in ALL_TOPICS}
    # when
    lines, _ = progress_of(store, LogOffsets(lambda: ends, arrived))
    # then
    assert lines["intake", "invoices", 0]["age_s"] == 90
    assert lines["intake", "invoices", 1]["age_s"] is None
    assert lines["intake", "payments", 0]["age_s"] is None
