"""A database of an older program is brought up to date by `erapaiva migrate`, one of a newer program is left alone."""

from importlib import resources

import psycopg
import pytest

from services.cli import main
from services.prepared_store import worker_store
from services.runtime.postgres.migrations import VERSION
from services.runtime.postgres.store import PostgresStore
from services.runtime.refusal import Refusal
from services.runtime.settings import PostgresSettings, Settings
from services.runtime.store.log_identity import LogIdentity
from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus
from services.runtime.store.port import Access
from services.runtime.store.versions import CURRENT, OlderStore, versions_of


def run(database: str, *statements: str) -> None:
    """What another hand than the program's does."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET search_path = erapaiva")
        for statement in statements:
            connection.execute(statement.encode())


def older_store(database: str, version: int) -> None:
    """A store as the numbered steps up to a version made it, with a record in its log."""
    folder = resources.files("services.runtime.postgres") / "schema"
    steps = sorted((step for step in folder.iterdir() if step.name.endswith(".sql")), key=lambda step: step.name)
    run(
        database,
        "CREATE SCHEMA erapaiva",
        f"CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES ({version})",
        *(step.read_text(encoding="utf-8") for step in steps[:version]),
        "INSERT INTO bookmarks VALUES ('partitions', '2')",
        "INSERT INTO topics (name) VALUES ('journal')",
        "INSERT INTO log VALUES (1, 1, 0, 'a', 'kept')",
        "INSERT INTO spaces (worker, kind) VALUES ('overdue', 'letter')",
        "INSERT INTO state VALUES (1, 1, 'L-1', 'kept', NULL, NULL)",
    )


@pytest.mark.parametrize("version", range(1, VERSION))
@pytest.mark.parametrize("access", [access for access in Access if access is not Access.MIGRATE])
def test_an_older_store_is_refused_until_it_is_migrated_and_keeps_what_it_holds(
    database: str, version: int, access: Access
) -> None:
    older_store(database, version)

    with pytest.raises(OlderStore, match=r"made by an older version .*stop all workers, and run `erapaiva migrate`"):
        PostgresStore(database, access=access)
    PostgresStore(database, access=Access.MIGRATE).close()

    with PostgresStore(database, access=Access.ENGINE) as store:
        assert store.partition_tasks.status() == []
        assert store.log.read("journal", 1, 0, 9) == [(0, "a", b"kept")]
        assert store.state.load(store.state.space("overdue", "letter"), 1, "L-1") == b"kept"


def test_a_partition_task_keeps_its_row_through_its_renaming(database: str) -> None:
    older_store(database, 2)
    run(database, "INSERT INTO seats VALUES ('overdue', 1, 3, 7, true, 'sequences')")

    with PostgresStore(database, access=Access.MIGRATE) as store:
        (task,) = store.partition_tasks.status()

    assert task == PartitionTaskStatus("overdue", 1, FencingToken(3, 7), busy=True, pending=0)


def test_the_command_brings_a_store_up_to_date_and_workers_start_on_it_then(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    older_store(database, 2)
    run(database, "DELETE FROM log")  # the workers' log is elsewhere
    settings = Settings(postgres=PostgresSettings(dsn=database))
    log = LogIdentity("kafka", "cluster-1")
    monkeypatch.setenv("ERAPAIVA_POSTGRES__DSN", database)

    with pytest.raises(OlderStore):
        worker_store(settings, log)
    assert main(["migrate"]) == 0

    assert "state 2 -> 3" in capsys.readouterr().out
    with worker_store(settings, log) as store:
        assert versions_of(store) == CURRENT
        assert store.state.load(store.state.space("overdue", "letter"), 1, "L-1") == b"kept"


def test_a_store_is_not_migrated_while_workers_run_on_it(database: str) -> None:
    with PostgresStore(database, access=Access.WORKER), pytest.raises(Refusal, match="is running on it"):
        PostgresStore(database, access=Access.MIGRATE)


def test_a_step_that_fails_leaves_the_store_as_it_was(database: str) -> None:
    older_store(database, 1)
    run(database, "CREATE TABLE pending (in_the_way integer)")

    with pytest.raises(psycopg.errors.DuplicateTable):
        PostgresStore(database, access=Access.MIGRATE)

    run(database, "DROP TABLE pending")
    PostgresStore(database, access=Access.MIGRATE).close()


@pytest.mark.parametrize("access", Access)
def test_a_store_of_a_newer_program_is_refused(database: str, access: Access) -> None:
    PostgresStore(database).close()
    run(database, "UPDATE schema_version SET version = 99")

    with pytest.raises(Refusal, match=f"made by version 99 of the store, this program has {VERSION}"):
        PostgresStore(database, access=access)


def test_another_programs_tables_in_the_database_stay_unharmed(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.state (song text)")

    with PostgresStore(database) as store:
        store.fix_partitions(1)

    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT * FROM other.state").fetchall() == []
