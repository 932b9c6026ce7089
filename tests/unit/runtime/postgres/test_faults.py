"""What an operator can mend is told in a line that names the setting, never the password; all else ends the process."""

from collections.abc import Callable

import psycopg
import pytest

from services.runtime.engine import EmbeddedEngine
from services.runtime.postgres import connection
from services.runtime.postgres.store import PostgresStore
from services.runtime.refusal import Refusal
from services.runtime.store.port import Access
from tests.servers.ports import free_port
from tests.servers.postgres import PASSWORD, USER, Postgres

SETTING = "ERAPAIVA_POSTGRES__DSN"


def nobody_listens(_: Postgres) -> str:
    return f"host=127.0.0.1 port={free_port()} user={USER} dbname=any"


def no_such_database(server: Postgres) -> str:
    return server.dsn("nothing_such")


def no_such_user(server: Postgres) -> str:
    return f"{server.network_dsn('postgres')} user=nobody"


def not_a_dsn(_: Postgres) -> str:
    return "db.example:5432"


def without_rights(server: Postgres) -> str:
    database = server.fresh_database()
    server.run(f"ALTER DATABASE {database} OWNER TO postgres")
    return server.dsn(database)


def read_only(server: Postgres) -> str:
    database = server.fresh_database()
    server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    return server.dsn(database)


def crowded(server: Postgres) -> str:
    database = server.fresh_database()
    server.run(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    return server.dsn(database)


def of_few_letters(server: Postgres) -> str:
    database = server.fresh_database()
    server.run(f"CREATE DATABASE {database}_latin OWNER {USER} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    return server.dsn(f"{database}_latin")


def in_clear(server: Postgres) -> str:
    """The server has no certificate, and is reached under a name that is not this machine's."""
    return server.network_dsn("postgres").replace("host=127.0.0.1", "host=db.example hostaddr=127.0.0.1")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nobody_listens, "[Cc]onnection refused"),
        (no_such_database, 'database "nothing_such" does not exist'),
        (no_such_user, "password authentication failed"),
        (not_a_dsn, "write it as host=... dbname=... user=..."),
        (without_rights, "permission denied"),
        (read_only, "read-only transaction"),
        (of_few_letters, "its encoding is not UTF8"),
        (crowded, "too many connections"),
        (in_clear, "SSL was required"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_a_line_that_names_the_setting(
    postgres: Postgres, make: Callable[[Postgres], str], words: str
) -> None:
    dsn = make(postgres)

    with pytest.raises(Refusal, match=words) as refused:
        PostgresStore(dsn, PASSWORD)

    assert SETTING in str(refused.value)
    assert "\n" not in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_a_wrong_password_is_refused_and_not_shown(postgres: Postgres) -> None:
    dsn = postgres.network_dsn(postgres.fresh_database())
    PostgresStore(dsn, PASSWORD).close()

    with pytest.raises(Refusal, match=r"password authentication failed.*ERAPAIVA_POSTGRES__PASSWORD_FILE") as refused:
        PostgresStore(dsn, "guessed")

    assert "guessed" not in str(refused.value)


def test_a_full_disk_is_told_in_a_line_and_what_was_committed_stays(database: str) -> None:
    full = "could not extend file: No space left on device"
    with PostgresStore(database) as store:
        store.fix_partitions(1)
        store.tables.ensure(["CREATE TABLE IF NOT EXISTS tally (key TEXT PRIMARY KEY)"])
        store.begin()
        store.tables.upsert("tally", [{"key": "kept"}])
        store.commit()
        with psycopg.connect(database, autocommit=True) as other:
            other.execute(
                f"CREATE FUNCTION erapaiva.fill() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{full}' USING ERRCODE = 'disk_full'; END $$".encode()
            )
            other.execute("CREATE TRIGGER fill BEFORE INSERT ON erapaiva.tally EXECUTE FUNCTION erapaiva.fill()")

        store.begin()
        with pytest.raises(Refusal, match=f"{full}; nothing of this step was written"):
            store.tables.upsert("tally", [{"key": "lost"}])
        store.rollback()

        assert store.tables.query("SELECT key FROM tally") == [{"key": "kept"}]


def test_a_transaction_in_which_a_statement_failed_cannot_be_committed(database: str) -> None:
    with PostgresStore(database) as store:
        store.begin()
        store.set_bookmark("file", "line 1")
        with pytest.raises(psycopg.errors.UndefinedTable):
            store.tables.query("SELECT * FROM nothing_such")

        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            store.commit()

        assert store.bookmark("file") is None


def test_a_lost_connection_ends_the_engine_with_the_fault_itself(postgres: Postgres, database: str) -> None:
    engine = EmbeddedEngine(PostgresStore(database), [])
    engine.set_bookmark("file", "line 1")
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'erapaiva%'")

    with pytest.raises(psycopg.OperationalError):
        engine.commit()
    engine.close()

    with PostgresStore(database) as store:
        assert store.bookmark("file") is None


def test_who_wants_to_append_waits_for_other_writers_and_not_for_ever(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection._SESSION_FOR, Access.APPEND, "SET lock_timeout = '200ms'")
    with PostgresStore(database) as engine, PostgresStore(database, access=Access.APPEND) as teller:
        engine.fix_partitions(1)
        engine.begin()

        with pytest.raises(Refusal, match="lock timeout; nothing of this step was written"):
            teller.begin()


def test_a_worker_paused_in_its_transaction_does_not_keep_its_seat_from_others(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection._SESSION_FOR, Access.WORKER, "SET idle_in_transaction_session_timeout = '200ms'")
    with (
        PostgresStore(database, access=Access.WORKER) as paused,
        PostgresStore(database, access=Access.WORKER) as other,
    ):
        paused.begin()
        paused.partition_tasks.take_over("overdue", 0)
        paused.commit()
        paused.begin()
        paused.partition_tasks.token("overdue", 0)

        other.begin()
        turn, _ = other.partition_tasks.take_over("overdue", 0)
        other.commit()

        assert turn.epoch == 2
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            paused.partition_tasks.finish_transaction("overdue", 0, b"", busy=False)
