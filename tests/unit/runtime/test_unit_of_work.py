"""The unit of work: reads see the unit's own writes, and each row is written once."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from schemas.topics import JOURNAL, partition_of
from services.runtime.sqlite.connection import connect
from services.runtime.sqlite.state import SqliteState
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, StateRow
from services.runtime.store.read_model import ReadModel
from services.runtime.store.state_cache import StateCache
from services.runtime.unit_of_work import Effect, UnitOfWork


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore()
    opened.fix_partitions(4)
    opened.tables.ensure(
        ["CREATE TABLE letter (account TEXT, number INTEGER, text TEXT, PRIMARY KEY (account, number))"]
    )
    opened.begin()
    yield opened
    opened.close()


def unit_over(store: SqliteStore, state_cache: StateCache | None = None) -> UnitOfWork:
    effects: list[Effect] = []
    return UnitOfWork(
        1, 4, store.log, state_cache or StateCache(store.state, "worker", 1), ReadModel(store.tables), effects
    )


@pytest.fixture
def unit(store: SqliteStore) -> UnitOfWork:
    return unit_over(store)


def test_a_row_that_was_put_is_read_and_one_that_was_deleted_is_gone(unit: UnitOfWork) -> None:
    unit.put("account", "a", b"one")
    unit.put("account", "b", b"two")
    unit.delete("account", "b")

    assert unit.get("account", "a") == b"one"
    assert unit.get("account", "b") is None
    assert unit.get_many("account", ["b", "never", "a"]) == {"a": b"one"}


def test_many_rows_come_in_the_order_they_were_asked_for(unit: UnitOfWork) -> None:
    for key in "abcd":
        unit.put("account", key, key.encode())

    assert list(unit.get_many("account", ["d", "a", "c"])) == ["d", "a", "c"]


LOOKS: dict[str, tuple[Callable[[UnitOfWork], object], object]] = {
    "scan": (lambda u: list(u.scan("account", "a")), [("a1", b"1"), ("a2", b"2")]),
    "due": (lambda u: u.due("account", 20, 9), [("a2", b"2"), ("a1", b"1")]),
    "wake_waiting": (lambda u: u.wake_waiting("account", "feed", 1), 2),
    "wake_prefix": (lambda u: u.wake_prefix("account", "a", 1), 2),
    "next_wake": (lambda u: u.next_wake("account"), 10),
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_way_of_looking_sees_the_rows_that_are_not_written_yet(unit: UnitOfWork, look: str) -> None:
    unit.put("account", "a2", b"old", wake=90)
    unit.put("account", "a1", b"1", wake=20, waits_for="feed")
    unit.put("account", "a2", b"2", wake=10, waits_for="feed")
    unit.put("account", "a3", b"3", wake=5, waits_for="feed")
    unit.delete("account", "a3")

    see, expected = LOOKS[look]

    assert see(unit) == expected


def test_rows_may_be_changed_while_they_are_scanned(unit: UnitOfWork) -> None:
    for number in range(1_200):
        unit.put("account", f"k{number:04}", b"")

    for key, _ in unit.scan("account"):
        unit.delete("account", key)

    assert list(unit.scan("account")) == []


def test_putting_a_row_again_takes_its_wake_and_signal_away(unit: UnitOfWork) -> None:
    unit.put("account", "a", b"", wake=10, waits_for="feed")
    assert unit.wake_waiting("account", "feed", 3) == 1

    unit.put("account", "a", b"")

    assert unit.due("account", 99, 9) == []
    assert unit.wake_waiting("account", "feed", 3) == 0


class CountingState(SqliteState):
    """Remembers the keys that were saved."""

    saved: list[str]

    def save(self, space: int, partition: int, rows: Iterable[StateRow]) -> None:
        kept = list(rows)
        self.saved += [row[0] for row in kept]
        super().save(space, partition, kept)


def test_a_row_touched_a_thousand_times_is_written_once() -> None:
    connection = connect(":memory:", Access.ENGINE)
    state = CountingState(connection)
    state.saved = []
    state_cache = StateCache(state, "worker", 0)
    connection.execute("BEGIN")

    for number in range(1_000):
        state_cache.put("lane", "creditor", b"%d" % number, None, None)
        assert state_cache.get("lane", "creditor") == b"%d" % number
    state_cache.flush()
    state_cache.flush()

    assert state.saved == ["creditor"]
    assert state.load(state.space("worker", "lane"), 0, "creditor") == b"999"
    connection.close()


def test_a_message_goes_to_the_partition_of_its_key_unless_one_is_named(store: SqliteStore, unit: UnitOfWork) -> None:
    key = "creditor\x1fdebtor"

    unit.publish(JOURNAL, key, b"by key")
    unit.publish(JOURNAL, key, b"by name", partition=(partition_of(key, 4) + 1) % 4)
    unit.publish_everywhere(JOURNAL, b"everywhere")

    ends = list(store.log.ends("journal"))
    assert sum(ends) == unit.published == 6
    assert [value for _, _, value in store.log.read("journal", partition_of(key, 4), 0, 9)] == [
        b"by key",
        b"everywhere",
    ]


def test_a_partition_that_does_not_exist_is_a_fault(unit: UnitOfWork) -> None:
    with pytest.raises(AssertionError, match="a partition that the topic does not have"):
        unit.publish(JOURNAL, "k", b"", partition=4)


def test_the_last_word_on_a_read_model_row_counts(store: SqliteStore, unit: UnitOfWork) -> None:
    model = unit.read_model
    model.upsert("letter", {"account": "a", "number": 1, "text": "first"})
    model.upsert("letter", {"account": "a", "number": 1, "text": "second"})
    model.upsert("letter", {"account": "a", "number": 2, "text": "gone"})
    model.delete("letter", {"account": "a", "number": 2})
    model.upsert("letter", {"account": "b", "number": 1, "text": "swept"})
    model.delete("letter", {"account": "b"})
    model.upsert("letter", {"account": "b", "number": 2, "text": "after the sweep"})
    model.flush()

    rows = store.tables.query("SELECT account, number, text FROM letter ORDER BY account, number")
    assert [tuple(row.values()) for row in rows] == [("a", 1, "second"), ("b", 2, "after the sweep")]


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (lambda m: m.upsert("letter", {"account": "a", "number": 1, "colour": "x"}), "letter has no column colour"),
        (lambda m: m.upsert("letter", {"account": "a"}), r"needs its whole primary key \(account, number\)"),
        (lambda m: m.delete("letter", {}), "names no column"),
    ],
)
def test_a_read_model_row_that_does_not_fit_its_table_is_refused(
    unit: UnitOfWork, act: Callable[[ReadModel], None], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        act(unit.read_model)
