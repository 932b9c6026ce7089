"""Contract: what is written between begin and commit becomes visible together or not at all."""

import sqlite3
from collections.abc import Callable

import psycopg
import pytest

from services.runtime.refusal import Refusal
from services.runtime.store.partition_tasks import PendingRecord
from services.runtime.store.port import Store

TABLE = "CREATE TABLE IF NOT EXISTS account (creditor TEXT, debtor TEXT, owed BIGINT, PRIMARY KEY (creditor, debtor))"


def write_everything(store: Store) -> None:
    store.log.append("journal", 2, "k", b"v")
    store.state.save(store.state.space("overdue", "account"), 2, [("a", b"v", 7, "feed")])
    store.tables.upsert("account", [{"creditor": "c", "debtor": "d", "owed": 1}])
    store.move({("overdue", "journal", 2): 1})
    store.set_bookmark("file", "line 1")


def write_with_a_fault(store: Store) -> None:
    twice = PendingRecord(1, "journal", 0, 1, "k", b"v")
    with store.together():
        store.state.save(store.state.space("overdue", "account"), 2, [("a", b"v", 7, "feed")])
        store.partition_tasks.add_pending("overdue", 2, [twice])
        store.partition_tasks.add_pending("overdue", 2, [twice])
        store.set_bookmark("file", "line 1")


def everything_read(store: Store) -> list[object]:
    return [
        store.log.read("journal", 2, 0, 9),
        list(store.log.ends("journal")),
        store.state.earliest_wake(),
        store.tables.query("SELECT * FROM account"),
        store.positions(),
        store.bookmark("file"),
    ]


EMPTY: list[object] = [[], [0, 0, 0, 0], None, [], {}, None]
FULL: list[object] = [
    [(0, "k", b"v")],
    [0, 0, 1, 0],
    7,
    [{"creditor": "c", "debtor": "d", "owed": 1}],
    {("overdue", "journal", 2): 1},
    "line 1",
]


@pytest.fixture
def declared(store: Store) -> Store:
    store.commit()
    store.tables.ensure([TABLE])
    store.begin()
    return store


def test_what_is_written_together_is_there_at_the_end(declared: Store) -> None:
    with declared.together():
        write_everything(declared)

    assert everything_read(declared) == FULL


def test_a_fault_in_what_is_written_together_is_raised_and_leaves_nothing(declared: Store) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        write_with_a_fault(declared)

    declared.rollback()
    declared.begin()
    assert everything_read(declared) == EMPTY
    assert declared.partition_tasks.pending("overdue", 2) == []


def test_a_transaction_sees_its_own_writes_and_keeps_them_when_committed(declared: Store) -> None:
    write_everything(declared)
    assert everything_read(declared) == FULL

    declared.commit()

    assert not declared.in_transaction
    assert everything_read(declared) == FULL


def test_a_rollback_forgets_all_of_it(declared: Store) -> None:
    write_everything(declared)

    declared.rollback()

    assert not declared.in_transaction
    assert everything_read(declared) == EMPTY


def test_after_a_rollback_the_same_can_be_written_again(declared: Store) -> None:
    write_everything(declared)
    declared.rollback()

    declared.begin()
    write_everything(declared)
    declared.commit()

    assert everything_read(declared) == FULL


def test_a_rollback_takes_back_only_what_the_last_commit_did_not_have(declared: Store) -> None:
    write_everything(declared)
    declared.commit()
    declared.begin()
    declared.log.append("journal", 2, "k", b"more")
    declared.state.remove(declared.state.space("overdue", "account"), 2, ["a"])
    declared.tables.delete("account", [{"creditor": "c"}])
    declared.move({("overdue", "journal", 2): 2})
    declared.set_bookmark("file", "line 2")

    declared.rollback()

    assert everything_read(declared) == FULL


def test_positions_move_on_by_consumer_topic_and_partition(store: Store) -> None:
    store.move({("overdue", "journal", 0): 3, ("overdue", "journal", 1): 1, ("printer", "journal", 0): 2})
    store.move({("overdue", "journal", 0): 9})

    assert store.positions() == {
        ("overdue", "journal", 0): 9,
        ("overdue", "journal", 1): 1,
        ("printer", "journal", 0): 2,
    }


def test_the_partition_count_is_fixed_once(store: Store) -> None:
    store.commit()

    store.fix_partitions(4)
    with pytest.raises(Refusal, match="made with 4 partitions, the settings say 3"):
        store.fix_partitions(3)

    assert store.partitions == 4


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (lambda tables: tables.columns("nobody's"), "no table nobody's"),
        (lambda tables: tables.upsert("nobody's", [{"a": 1}]), "no table nobody's"),
    ],
)
def test_a_table_nobody_declared_is_a_fault(store: Store, act: Callable[[object], object], fault: str) -> None:
    with pytest.raises(LookupError, match=fault):
        act(store.tables)


def test_a_question_names_its_parameters_or_counts_them_and_its_texts_stay_as_they_are(declared: Store) -> None:
    tables = declared.tables
    tables.upsert("account", [{"creditor": "c", "debtor": d, "owed": 5} for d in ("50 % of :c?", "all")])

    part = "SELECT debtor FROM account WHERE debtor LIKE '%% of :c_' AND creditor"
    assert tables.query(f"{part} = :c AND creditor = :c", {"c": "c"}) == [{"debtor": "50 % of :c?"}]
    assert tables.query(f"{part} = ? AND owed = ?", ("c", 5)) == [{"debtor": "50 % of :c?"}]
    assert tables.query("SELECT debtor FROM account WHERE debtor = '50 % of :c?'") == [{"debtor": "50 % of :c?"}]


def test_sums_are_whole_numbers_and_texts_are_ordered_bytewise(declared: Store) -> None:
    debtors = ["Z", "a", "b", "ä", "🙂", "å", "A", "-b", "b-a"]
    declared.tables.upsert("account", [{"creditor": "c", "debtor": debtor, "owed": 2**40} for debtor in debtors])

    rows = declared.tables.query("SELECT debtor FROM account WHERE debtor > 'A' ORDER BY debtor")
    (total,) = declared.tables.query("SELECT SUM(owed) AS owed, COUNT(*) AS n FROM account")

    assert [row["debtor"] for row in rows] == sorted(debtor for debtor in debtors if debtor > "A")
    assert total == {"owed": 9 * 2**40, "n": 9}


def test_the_read_model_replaces_whole_rows_and_deletes_by_any_columns(declared: Store) -> None:
    tables = declared.tables
    tables.upsert("account", [{"creditor": "c", "debtor": d, "owed": 5} for d in "xyz"])

    tables.upsert("account", [{"creditor": "c", "debtor": "y"}])
    tables.delete("account", [{"debtor": "x"}])

    assert tables.key_columns("account") == ("creditor", "debtor")
    assert tables.query("SELECT debtor, owed FROM account WHERE creditor = :c ORDER BY debtor", {"c": "c"}) == [
        {"debtor": "y", "owed": None},
        {"debtor": "z", "owed": 5},
    ]


def test_a_nul_in_a_row_of_a_table_is_refused_at_the_door(declared: Store) -> None:
    with pytest.raises(ValueError, match="a NUL"):
        declared.tables.upsert("account", [{"creditor": "c", "debtor": "a\x00b", "owed": 1}])
