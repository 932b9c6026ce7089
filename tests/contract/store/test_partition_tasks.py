"""Contract: seats tell twins apart, and keep what is to be published until it is."""

import pytest

from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PartitionTaskStore, PendingRecord
from services.runtime.store.port import Store


@pytest.fixture
def tasks(store: Store) -> PartitionTaskStore:
    return store.partition_tasks


def record(number: int, value: bytes = b"v") -> PendingRecord:
    return PendingRecord(number, "journal", 2, number + 10, "a\x1fb", value)


def test_a_new_seat_begins_with_its_first_epoch_and_an_empty_ledger(tasks: PartitionTaskStore) -> None:
    assert tasks.take("overdue", 3) == (FencingToken(1, 0), b"")
    assert tasks.turn("overdue", 3) == FencingToken(1, 0)


def test_a_seat_that_nobody_took_has_had_no_turn(tasks: PartitionTaskStore) -> None:
    assert tasks.turn("overdue", 3) == FencingToken(0, 0)


def test_whoever_takes_a_seat_over_raises_its_epoch_and_finds_its_ledger(
    store: Store, tasks: PartitionTaskStore
) -> None:
    tasks.take("overdue", 3)
    tasks.keep("overdue", 3, b"what it owes", busy=True)
    store.commit()

    store.begin()

    assert tasks.take("overdue", 3) == (FencingToken(2, 1), b"what it owes")


def test_each_transaction_has_a_turn_of_its_own_and_one_rolled_back_has_none(
    store: Store, tasks: PartitionTaskStore
) -> None:
    tasks.take("overdue", 3)
    tasks.keep("overdue", 3, b"", busy=False)
    store.commit()

    store.begin()
    tasks.keep("overdue", 3, b"", busy=False)
    store.rollback()

    store.begin()
    assert tasks.turn("overdue", 3) == FencingToken(1, 1)


def test_seats_are_apart_by_worker_and_partition(tasks: PartitionTaskStore) -> None:
    tasks.take("overdue", 0)
    tasks.keep("overdue", 0, b"x", busy=True)
    tasks.hold("overdue", 0, [record(1)])

    assert tasks.take("overdue", 1) == (FencingToken(1, 0), b"")
    assert tasks.take("notifier", 0) == (FencingToken(1, 0), b"")
    assert tasks.pending("overdue", 1) == []


def test_records_are_held_in_their_order_until_they_are_let_go_of(tasks: PartitionTaskStore) -> None:
    tasks.take("overdue", 3)
    tasks.hold("overdue", 3, [record(1), record(2, b"\x00\xff")])
    tasks.hold("overdue", 3, [record(3)])

    tasks.let_go("overdue", 3, through=1)

    assert tasks.pending("overdue", 3) == [record(2, b"\x00\xff"), record(3)]


def test_letting_go_of_nothing_and_of_all_does_just_that(tasks: PartitionTaskStore) -> None:
    tasks.take("overdue", 3)
    tasks.hold("overdue", 3, [record(1), record(2)])

    tasks.let_go("overdue", 3, through=0)
    assert len(tasks.pending("overdue", 3)) == 2

    tasks.let_go("overdue", 3, through=9)
    assert tasks.pending("overdue", 3) == []


def test_others_see_turns_work_left_and_records_held(store: Store, tasks: PartitionTaskStore) -> None:
    tasks.take("overdue", 3)
    tasks.hold("overdue", 3, [record(1), record(2)])
    tasks.keep("overdue", 3, b"", busy=True)
    tasks.take("notifier", 0)
    store.commit()

    assert tasks.seen() == [
        PartitionTaskStatus("notifier", 0, FencingToken(1, 0), busy=False, pending=0),
        PartitionTaskStatus("overdue", 3, FencingToken(1, 1), busy=True, pending=2),
    ]
