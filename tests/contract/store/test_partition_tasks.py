"""Contract: partition tasks fence zombie processes, and keep records until the log has them."""

import pytest

from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PartitionTaskStore, PendingRecord
from services.runtime.store.port import Store


@pytest.fixture
def tasks(store: Store) -> PartitionTaskStore:
    return store.partition_tasks


def record(number: int, value: bytes = b"v") -> PendingRecord:
    return PendingRecord(number, "journal", 2, number + 10, "a\x1fb", value)


def test_a_new_partition_task_begins_with_its_first_epoch_and_without_sequences(tasks: PartitionTaskStore) -> None:
    assert tasks.take_over("overdue", 3) == (FencingToken(1, 0), b"")
    assert tasks.token("overdue", 3) == FencingToken(1, 0)


def test_a_partition_task_that_nobody_took_over_has_had_no_transaction(tasks: PartitionTaskStore) -> None:
    assert tasks.token("overdue", 3) == FencingToken(0, 0)


def test_whoever_takes_a_partition_task_over_raises_its_epoch_and_finds_its_sequences(
    store: Store, tasks: PartitionTaskStore
) -> None:
    tasks.take_over("overdue", 3)
    tasks.finish_transaction("overdue", 3, b"sequences", busy=True)
    store.commit()

    store.begin()

    assert tasks.take_over("overdue", 3) == (FencingToken(2, 1), b"sequences")


def test_each_transaction_raises_the_number_and_one_rolled_back_does_not(
    store: Store, tasks: PartitionTaskStore
) -> None:
    tasks.take_over("overdue", 3)
    tasks.finish_transaction("overdue", 3, b"", busy=False)
    store.commit()

    store.begin()
    tasks.finish_transaction("overdue", 3, b"", busy=False)
    store.rollback()

    store.begin()
    assert tasks.token("overdue", 3) == FencingToken(1, 1)


def test_partition_tasks_are_apart_by_worker_and_partition(tasks: PartitionTaskStore) -> None:
    tasks.take_over("overdue", 0)
    tasks.finish_transaction("overdue", 0, b"x", busy=True)
    tasks.add_pending("overdue", 0, [record(1)])

    assert tasks.take_over("overdue", 1) == (FencingToken(1, 0), b"")
    assert tasks.take_over("notifier", 0) == (FencingToken(1, 0), b"")
    assert tasks.pending("overdue", 1) == []


def test_pending_records_keep_their_order_until_they_are_removed(tasks: PartitionTaskStore) -> None:
    tasks.take_over("overdue", 3)
    tasks.add_pending("overdue", 3, [record(1), record(2, b"\x00\xff")])
    tasks.add_pending("overdue", 3, [record(3)])

    tasks.remove_pending("overdue", 3, through=1)

    assert tasks.pending("overdue", 3) == [record(2, b"\x00\xff"), record(3)]


def test_removing_through_an_early_number_removes_none_and_through_a_late_one_all(tasks: PartitionTaskStore) -> None:
    tasks.take_over("overdue", 3)
    tasks.add_pending("overdue", 3, [record(1), record(2)])

    tasks.remove_pending("overdue", 3, through=0)
    assert len(tasks.pending("overdue", 3)) == 2

    tasks.remove_pending("overdue", 3, through=9)
    assert tasks.pending("overdue", 3) == []


def test_the_status_shows_tokens_work_left_and_pending_records(store: Store, tasks: PartitionTaskStore) -> None:
    tasks.take_over("overdue", 3)
    tasks.add_pending("overdue", 3, [record(1), record(2)])
    tasks.finish_transaction("overdue", 3, b"", busy=True)
    tasks.take_over("notifier", 0)
    store.commit()

    assert tasks.status() == [
        PartitionTaskStatus("notifier", 0, FencingToken(1, 0), busy=False, pending=0),
        PartitionTaskStatus("overdue", 3, FencingToken(1, 1), busy=True, pending=2),
    ]
