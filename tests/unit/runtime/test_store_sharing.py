"""One engine on a store; anybody may append to it and read it meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.topics import INVOICES
from services.runtime.engine import EmbeddedEngine
from services.runtime.log_client import append
from services.runtime.refusal import Refusal
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access
from services.runtime.store.versions import OlderStore, versions_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "store.db"


def fill_up(store: SqliteStore) -> None:
    """As if the disk held not a page more."""
    pages = store.tables.query("PRAGMA page_count")[0]["page_count"]
    store.tables.query(f"PRAGMA max_page_count = {pages!r}")


def test_an_event_waits_in_the_log_when_no_engine_runs(path: Path) -> None:
    EmbeddedEngine(SqliteStore(path), []).close()
    with SqliteStore(path, Access.APPEND) as teller:
        append(teller, INVOICES, "c", b"told")

    with EmbeddedEngine(SqliteStore(path), []) as engine:
        assert [record.value for record in engine.consume("test", INVOICES)] == [b"told"]


def test_an_append_that_fails_leaves_the_store_to_others(path: Path) -> None:
    EmbeddedEngine(SqliteStore(path), []).close()
    with SqliteStore(path, Access.APPEND) as teller:
        fill_up(teller)
        with pytest.raises(Refusal, match="full"):
            append(teller, INVOICES, "c", b"x" * 100_000)

        assert not teller.in_transaction


def test_a_busy_engine_lets_others_append_between_its_transactions(path: Path) -> None:
    EmbeddedEngine(SqliteStore(path), []).close()
    stop, started = threading.Event(), threading.Event()

    def be_busy() -> None:
        with SqliteStore(path) as store:
            while not stop.is_set():
                store.begin()
                started.set()
                time.sleep(0.02)
                store.set_bookmark("busy", "yes")
                store.commit()

    engine = threading.Thread(target=be_busy)
    engine.start()
    started.wait()
    waits_s = []
    try:
        with SqliteStore(path, Access.APPEND) as teller:
            for _ in range(5):
                before_s = time.monotonic()
                append(teller, INVOICES, "c", b"told")
                waits_s.append(time.monotonic() - before_s)
    finally:
        stop.set()
        engine.join()

    assert max(waits_s) < 2


@pytest.mark.parametrize("access", [Access.APPEND, Access.READ])
def test_without_a_store_there_is_nothing_to_append_to_or_read(path: Path, access: Access) -> None:
    with pytest.raises(Refusal, match="there is none; `erapaiva run`"):
        SqliteStore(path, access)

    assert not path.exists()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"invoice;amount\n" * 1_000)


def another_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()


def newer_version(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (not_a_database, "file is not a database"),
        (another_program, "belongs to another program"),
        (newer_version, "made by version 99 of the store"),
        (a_folder, "unable to open database file"),
    ],
)
def test_a_file_that_is_no_store_of_ours_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(Refusal, match=words) as refused:
        SqliteStore(path)

    assert str(path) in str(refused.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def older_store(path: Path) -> None:
    """A store as the first version of the tables made it: without partition tasks and versions."""
    with SqliteStore(path) as store:
        store.fix_partitions(2)
        store.begin()
        store.log.append("journal", 1, "a", b"kept")
        store.commit()
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE partition_tasks; DROP TABLE pending; PRAGMA user_version = 1;")
    connection.close()


@pytest.mark.parametrize("access", [Access.READ, Access.APPEND, Access.WORKER])
def test_an_older_store_is_brought_up_to_date_by_its_engine_alone_and_keeps_what_it_holds(
    path: Path, access: Access
) -> None:
    older_store(path)

    SqliteStore(path).close()  # without a commit nothing is brought up to date
    with pytest.raises(OlderStore, match=r"made by an older version .*`erapaiva migrate` brings it up to date"):
        SqliteStore(path, access)
    with SqliteStore(path) as engine:
        engine.begin()
        engine.commit()

    with SqliteStore(path, Access.READ) as store:
        assert store.partition_tasks.status() == []
        assert store.log.read("journal", 1, 0, 9) == [(0, "a", b"kept")]
        assert versions_of(store) == {"state": 1, "read-model": 1, "messages": 1, "contracts": 1}


def test_a_full_disk_is_told_in_a_line_and_loses_nothing(path: Path) -> None:
    store = SqliteStore(path)
    engine = EmbeddedEngine(store, [])
    engine.publish(INVOICES, "c", b"kept")
    engine.commit()
    fill_up(store)

    engine.publish(INVOICES, "c", b"x" * 1_000_000)
    with pytest.raises(Refusal, match="database or disk is full; nothing of this step was written"):
        engine.commit()
    store.close()

    with EmbeddedEngine(SqliteStore(path), []) as again:
        assert [record.value for record in again.consume("test", INVOICES)] == [b"kept"]


def test_what_is_written_after_a_rollback_is_found_when_the_store_is_opened_again(path: Path) -> None:
    with SqliteStore(path) as store:
        store.fix_partitions(1)
        for end in (store.rollback, store.commit):
            store.begin()
            store.state.save(store.state.space("overdue", "account"), 0, [("a", b"kept", 5, None)])
            store.log.append("journal", 0, "a", b"kept")
            end()

    with SqliteStore(path) as store:
        assert store.state.load(store.state.space("overdue", "account"), 0, "a") == b"kept"
        assert store.state.earliest_wake() == 5
        assert store.log.read("journal", 0, 0, 9) == [(0, "a", b"kept")]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")

    with pytest.raises(Refusal, match="its folder cannot be made"):
        SqliteStore(tmp_path / "var" / "store.db")
