"""Contract: the log keeps what was appended, in order, by topic and partition."""

import pytest

from services.runtime.store.port import Store


def test_a_partition_gives_back_what_was_appended_in_order(store: Store) -> None:
    for number in range(5):
        store.log.append("invoices", 2, f"key {number}", b"value %d" % number)

    assert store.log.read("invoices", 2, 0, 100) == [(n, f"key {n}", b"value %d" % n) for n in range(5)]


def test_offsets_count_from_zero_without_gaps_in_each_partition(store: Store) -> None:
    offsets = [store.log.append("invoices", n % 2, "k", b"") for n in range(6)]

    assert offsets == [0, 0, 1, 1, 2, 2]
    assert list(store.log.ends("invoices")) == [3, 3, 0, 0]


def test_topics_are_apart(store: Store) -> None:
    store.log.append("invoices", 0, "k", b"an invoice")
    store.log.append("payments", 0, "k", b"a payment")

    assert store.log.read("payments", 0, 0, 10) == [(0, "k", b"a payment")]


def test_reading_starts_at_the_offset_and_stops_at_the_limit(store: Store) -> None:
    for number in range(10):
        store.log.append("invoices", 0, "k", b"%d" % number)

    assert [value for _, _, value in store.log.read("invoices", 0, 3, 4)] == [b"3", b"4", b"5", b"6"]
    assert store.log.read("invoices", 0, 10, 4) == []


def test_a_topic_nobody_wrote_to_is_empty(store: Store) -> None:
    assert store.log.read("never", 1, 0, 10) == []
    assert list(store.log.ends("never")) == [0, 0, 0, 0]


@pytest.mark.parametrize("size", [0, 1, 5_000, 1_000_000])
def test_values_of_any_size_come_back_whole(store: Store, size: int) -> None:
    value = bytes(n % 251 for n in range(size))

    store.log.append("invoices", 0, "k", value)

    assert store.log.read("invoices", 0, 0, 1)[0][2] == value


@pytest.mark.parametrize("key", ["", "creditor\x1fdebtor", "Ääkköset 🙂", "a\x00b", "' OR 1=1 --"])
def test_keys_of_any_text_come_back_whole(store: Store, key: str) -> None:
    store.log.append("invoices", 0, key, b"")

    assert store.log.read("invoices", 0, 0, 1)[0][1] == key


def test_many_appends_are_read_back_across_every_buffer_edge(store: Store) -> None:
    for number in range(4_500):
        store.log.append("invoices", 0, "k", b"%d" % number)

    assert [int(value) for _, _, value in store.log.read("invoices", 0, 0, 10_000)] == list(range(4_500))


def test_the_list_of_ends_stays_the_same_list_and_follows_appends_and_rollbacks(store: Store) -> None:
    ends = store.log.ends("invoices")
    store.log.append("invoices", 1, "k", b"kept")
    store.commit()
    store.begin()
    store.log.append("invoices", 1, "k", b"forgotten")
    assert ends[1] == 2

    store.rollback()

    assert ends is store.log.ends("invoices")
    assert list(ends) == [0, 1, 0, 0]
