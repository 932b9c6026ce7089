"""A database of an older program is brought up to date at the start, one of a newer program is left alone."""

from importlib import resources

import psycopg
import pytest

from services.runtime.postgres.migrations import VERSION
from services.runtime.postgres.store import PostgresStore
from services.runtime.refusal import Refusal
from services.runtime.store.port import Access


def run(database: str, *statements: str) -> None:
    """What another hand than the program's does."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET search_path = erapaiva")
        for statement in statements:
            connection.execute(statement.encode())


def first_version(database: str) -> None:
    """A store as the first version of the tables made it, with a record in its log."""
    step = resources.files("services.runtime.postgres") / "schema" / "0001_store.sql"
    run(
        database,
        "CREATE SCHEMA erapaiva",
        "CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (1)",
        step.read_text(encoding="utf-8"),
        "INSERT INTO bookmarks VALUES ('partitions', '2')",
        "INSERT INTO topics (name) VALUES ('journal')",
        "INSERT INTO log VALUES (1, 1, 0, 'a', 'kept')",
    )


def test_a_store_of_the_first_version_is_brought_up_to_date_and_keeps_what_it_holds(database: str) -> None:
    first_version(database)

    with pytest.raises(Refusal, match="made by an older version; `erapaiva run` on it brings it up to date"):
        PostgresStore(database, access=Access.READ)
    PostgresStore(database).close()

    with PostgresStore(database, access=Access.READ) as store:
        assert store.partition_tasks.status() == []
        assert store.log.read("journal", 1, 0, 9) == [(0, "a", b"kept")]


def test_a_step_that_fails_leaves_the_store_as_it_was(database: str) -> None:
    first_version(database)
    run(database, "CREATE TABLE pending (in_the_way integer)")

    with pytest.raises(psycopg.errors.DuplicateTable):
        PostgresStore(database)

    run(database, "DROP TABLE pending")
    PostgresStore(database).close()


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
