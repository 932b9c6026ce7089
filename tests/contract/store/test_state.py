"""Contract: the workers' rows, found by key, by due time and by signal."""

from random import Random

import pytest

from services.runtime.store.port import StateRow, StateStore, Store


@pytest.fixture
def state(store: Store) -> StateStore:
    return store.state


@pytest.fixture
def accounts(state: StateStore) -> int:
    return state.space("overdue", "account")


def row(key: str, value: bytes = b"v", wake: int | None = None, waits_for: str | None = None) -> StateRow:
    return key, value, wake, waits_for


def test_a_saved_row_is_loaded_and_a_missing_one_is_none(state: StateStore, accounts: int) -> None:
    state.save(accounts, 0, [row("a", b"one")])

    assert state.load(accounts, 0, "a") == b"one"
    assert state.load(accounts, 0, "b") is None


def test_saving_again_replaces_the_value_the_wake_and_the_signal(state: StateStore, accounts: int) -> None:
    state.save(accounts, 0, [row("a", b"old", wake=10, waits_for="feed")])

    state.save(accounts, 0, [row("a", b"new")])

    assert state.load(accounts, 0, "a") == b"new"
    assert state.due(accounts, 0, 1_000, 10) == []
    assert state.wake_waiting(accounts, 0, "feed", 5) == 0


def test_rows_are_apart_by_worker_kind_and_partition(state: StateStore, accounts: int) -> None:
    others = [(state.space("overdue", "receivable"), 0), (state.space("notifier", "account"), 0), (accounts, 1)]
    state.save(accounts, 0, [row("a", b"mine", wake=1, waits_for="feed")])
    for space, partition in others:
        state.save(space, partition, [row("a", b"theirs", wake=7, waits_for="feed")])

    state.wake_waiting(accounts, 0, "feed", 0)
    state.remove(accounts, 0, ["a"])

    assert state.load(accounts, 0, "a") is None
    assert [state.due(space, partition, 7, 9) for space, partition in others] == [[("a", b"theirs")]] * 3
    assert [state.due(space, partition, 6, 9) for space, partition in others] == [[]] * 3


def test_a_space_keeps_its_number(state: StateStore, accounts: int) -> None:
    assert state.space("overdue", "account") == accounts


def test_the_kinds_a_worker_has_used_are_listed(state: StateStore, accounts: int) -> None:
    letters = state.space("notifier", "letter")

    assert state.spaces_of("overdue") == {"account": accounts}
    assert state.spaces_of("notifier") == {"letter": letters}
    assert state.spaces_of("nobody") == {}


def test_outside_a_transaction_a_kind_that_nobody_used_has_no_rows_and_is_not_added(store: Store) -> None:
    store.commit()

    unused = store.state.space("overdue", "account")

    assert store.state.load(unused, 0, "a") is None
    assert store.state.page(unused, 0, "", None, 9) == []
    assert store.state.spaces_of("overdue") == {}


def test_many_rows_are_loaded_at_once_and_missing_ones_left_out(state: StateStore, accounts: int) -> None:
    state.save(accounts, 0, [row(f"k{n:04}", b"%d" % n) for n in range(1_500)])

    found = state.load_many(accounts, 0, [f"k{n:04}" for n in range(1_400, 2_600)] + ['"', "\x1f", "ö"])

    assert found == {f"k{n:04}": b"%d" % n for n in range(1_400, 1_500)}


def test_removing_a_missing_row_is_no_error(state: StateStore, accounts: int) -> None:
    state.remove(accounts, 0, ["never there"])


def test_pages_are_ordered_by_key_and_go_on_after_the_last_one(state: StateStore, accounts: int) -> None:
    state.save(accounts, 0, [row(key) for key in ("b", "ä", "a\x1f2", "a", "a\x1f1", "🙂", "Z")])

    first = [key for key, _ in state.page(accounts, 0, "", None, 4)]
    rest = [key for key, _ in state.page(accounts, 0, "", first[-1], 10)]

    assert first + rest == sorted(["b", "ä", "a\x1f2", "a", "a\x1f1", "🙂", "Z"])


@pytest.mark.parametrize("prefix", ["c", "c\x1f", "c\U0010ffff", "c\ud7ff", "\U0010ffff", "%", "_", ""])
def test_a_prefix_finds_exactly_the_keys_that_start_with_it(state: StateStore, accounts: int, prefix: str) -> None:
    keys = [
        prefix,
        prefix + "1",
        prefix + "\U0010ffff",
        prefix + "\U0010ffff1",
        "b",
        "d",
        "c2",
        "cc",
        "\ue000",
        "\U0010ffff",
    ]
    state.save(accounts, 0, [row(key) for key in keys])
    matching = sorted({key for key in keys if key.startswith(prefix)})

    assert [key for key, _ in state.page(accounts, 0, prefix, None, 99)] == matching
    assert state.wake_prefix(accounts, 0, prefix, 5) == len(matching)
    assert sorted(key for key, _ in state.due(accounts, 0, 5, 99)) == matching


def test_due_gives_what_is_due_earliest_first_then_by_key_up_to_the_limit(state: StateStore, accounts: int) -> None:
    state.save(
        accounts, 0, [row("late", wake=30), row("b", wake=20), row("a", wake=20), row("first", wake=10), row("never")]
    )

    assert [key for key, _ in state.due(accounts, 0, 20, 10)] == ["first", "a", "b"]
    assert [key for key, _ in state.due(accounts, 0, 99, 2)] == ["first", "a"]
    assert state.due(accounts, 0, 9, 10) == []


def test_a_signal_wakes_those_who_wait_for_it_and_never_later_than_they_would(state: StateStore, accounts: int) -> None:
    state.save(accounts, 0, [row("asleep", waits_for="feed"), row("soon", wake=5, waits_for="feed")])
    state.save(accounts, 0, [row("later", wake=50, waits_for="feed"), row("other", wake=50, waits_for="rate")])

    assert state.wake_waiting(accounts, 0, "feed", 20) == 3

    assert [key for key, _ in state.due(accounts, 0, 20, 10)] == ["soon", "asleep", "later"]
    assert [key for key, _ in state.due(accounts, 0, 5, 10)] == ["soon"]


def test_the_next_wake_is_the_earliest_of_the_space_in_the_partition(state: StateStore, accounts: int) -> None:
    assert state.next_wake(accounts, 0) is None
    state.save(accounts, 0, [row("a", wake=30), row("b", wake=20), row("c")])
    state.save(accounts, 1, [row("a", wake=5)])

    assert state.next_wake(accounts, 0) == 20
    assert state.next_wake(accounts, 1) == 5


def test_the_earliest_wake_is_over_all_workers_and_partitions(state: StateStore, accounts: int) -> None:
    assert state.earliest_wake() is None
    letters = state.space("notifier", "letter")
    state.save(accounts, 3, [row("a", wake=30)])
    state.save(letters, 1, [row("a", wake=20)])
    assert state.earliest_wake() == 20

    state.remove(letters, 1, ["a"])

    assert state.earliest_wake() == 30
    assert state.spaces_that_wake() == {accounts, letters}


@pytest.mark.parametrize("key", ["\x00", "a\x00b"])
def test_a_nul_in_a_key_is_refused_at_the_door(state: StateStore, accounts: int, key: str) -> None:
    with pytest.raises(ValueError, match="a NUL"):
        state.save(accounts, 0, [row("a"), row(key)])


def test_the_longest_lawful_keys_are_kept_whatever_their_script(state: StateStore, accounts: int) -> None:
    signs = Random(1)
    keys = ["".join(chr(signs.randrange(0x4E00, 0x9FFF)) for _ in range(850)) for _ in range(5)]

    state.save(accounts, 0, [row(key, wake=7, waits_for="feed") for key in keys])

    assert state.load_many(accounts, 0, keys) == dict.fromkeys(keys, b"v")
    assert [key for key, _ in state.due(accounts, 0, 7, 9)] == sorted(keys)
