"""Contract: seats tell twins apart, and keep what is to be published until it is."""

import pytest

from services.runtime.store.partition_tasks import PendingRecord, SeatSeen, SeatStore, Turn
from services.runtime.store.port import Store


@pytest.fixture
def seats(store: Store) -> SeatStore:
    return store.seats


def record(number: int, value: bytes = b"v") -> PendingRecord:
    return PendingRecord(number, "journal", 2, number + 10, "a\x1fb", value)


def test_a_new_seat_begins_with_its_first_epoch_and_an_empty_ledger(seats: SeatStore) -> None:
    assert seats.take("overdue", 3) == (Turn(1, 0), b"")
    assert seats.turn("overdue", 3) == Turn(1, 0)


def test_a_seat_that_nobody_took_has_had_no_turn(seats: SeatStore) -> None:
    assert seats.turn("overdue", 3) == Turn(0, 0)


def test_whoever_takes_a_seat_over_raises_its_epoch_and_finds_its_ledger(store: Store, seats: SeatStore) -> None:
    seats.take("overdue", 3)
    seats.keep("overdue", 3, b"what it owes", busy=True)
    store.commit()

    store.begin()

    assert seats.take("overdue", 3) == (Turn(2, 1), b"what it owes")


def test_each_transaction_has_a_turn_of_its_own_and_one_rolled_back_has_none(store: Store, seats: SeatStore) -> None:
    seats.take("overdue", 3)
    seats.keep("overdue", 3, b"", busy=False)
    store.commit()

    store.begin()
    seats.keep("overdue", 3, b"", busy=False)
    store.rollback()

    store.begin()
    assert seats.turn("overdue", 3) == Turn(1, 1)


def test_seats_are_apart_by_worker_and_partition(seats: SeatStore) -> None:
    seats.take("overdue", 0)
    seats.keep("overdue", 0, b"x", busy=True)
    seats.hold("overdue", 0, [record(1)])

    assert seats.take("overdue", 1) == (Turn(1, 0), b"")
    assert seats.take("notifier", 0) == (Turn(1, 0), b"")
    assert seats.pending("overdue", 1) == []


def test_records_are_held_in_their_order_until_they_are_let_go_of(seats: SeatStore) -> None:
    seats.take("overdue", 3)
    seats.hold("overdue", 3, [record(1), record(2, b"\x00\xff")])
    seats.hold("overdue", 3, [record(3)])

    seats.let_go("overdue", 3, through=1)

    assert seats.pending("overdue", 3) == [record(2, b"\x00\xff"), record(3)]


def test_letting_go_of_nothing_and_of_all_does_just_that(seats: SeatStore) -> None:
    seats.take("overdue", 3)
    seats.hold("overdue", 3, [record(1), record(2)])

    seats.let_go("overdue", 3, through=0)
    assert len(seats.pending("overdue", 3)) == 2

    seats.let_go("overdue", 3, through=9)
    assert seats.pending("overdue", 3) == []


def test_others_see_turns_work_left_and_records_held(store: Store, seats: SeatStore) -> None:
    seats.take("overdue", 3)
    seats.hold("overdue", 3, [record(1), record(2)])
    seats.keep("overdue", 3, b"", busy=True)
    seats.take("notifier", 0)
    store.commit()

    assert seats.seen() == [
        SeatSeen("notifier", 0, Turn(1, 0), busy=False, pending=0),
        SeatSeen("overdue", 3, Turn(1, 1), busy=True, pending=2),
    ]
