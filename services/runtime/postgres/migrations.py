"""Bringing the tables of a database to the version that this program knows: numbered steps in `schema/`."""

from __future__ import annotations

from importlib import resources
from typing import Final

from services.runtime.postgres.connection import SCHEMA, PostgresConnection
from services.runtime.refusal import Refusal
from services.runtime.store.versions import OlderStore

_STEPS: Final = tuple(
    step.read_text(encoding="utf-8")
    for step in sorted((resources.files(__package__) / "schema").iterdir(), key=lambda step: step.name)
    if step.name.endswith(".sql")
)

VERSION: Final = len(_STEPS)
"""The version that the last step makes."""

START_ADVICE: Final = "`erapaiva run` makes a store, with Kafka `erapaiva worker`"
UPGRADE_ADVICE: Final = "stop all workers, and run `erapaiva migrate`"

_KEY: Final = 0x4552500001
"""The lock under which one process at a time changes tables."""


def make(connection: PostgresConnection) -> None:
    """Make the tables in an empty database, one process at a time. Raises Refusal for those of another version."""
    connection.begin()
    try:
        under_lock(connection)
        version = _version(connection)
        if version == 0:
            _run_steps(connection, version)
        else:
            _refuse_other(connection, version)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def migrate(connection: PostgresConnection) -> None:
    """Run the steps that are missing, all or none, one process at a time. Raises Refusal for newer tables."""
    connection.begin()
    try:
        under_lock(connection)
        version = _version(connection)
        _refuse_newer(connection, version)
        _run_steps(connection, version)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def check(connection: PostgresConnection) -> None:
    """Raise Refusal unless there are tables, of this program's version."""
    version = _version(connection)
    if version == 0:
        raise Refusal(f"{connection.name}: it is empty; {START_ADVICE}")
    _refuse_other(connection, version)


def under_lock(connection: PostgresConnection) -> None:
    """Wait for one's turn to change tables; it ends with the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_KEY,))


def _version(connection: PostgresConnection) -> int:
    """The version of the tables; 0 when there are none."""
    if connection.one("SELECT to_regclass('schema_version')")[0] is None:
        return 0
    return int(connection.one("SELECT version FROM schema_version")[0])


def _run_steps(connection: PostgresConnection, version: int) -> None:
    if version == 0:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute("CREATE TABLE schema_version (version integer NOT NULL)")
        connection.execute("INSERT INTO schema_version VALUES (0)")
    for step in _STEPS[version:]:
        connection.execute(step)
    connection.execute("UPDATE schema_version SET version = %s WHERE version < %s", (VERSION, VERSION))


def _refuse_other(connection: PostgresConnection, version: int) -> None:
    _refuse_newer(connection, version)
    if version < VERSION:
        raise OlderStore(f"{connection.name}: made by an older version (tables); {UPGRADE_ADVICE}")


def _refuse_newer(connection: PostgresConnection, version: int) -> None:
    if version > VERSION:
        raise Refusal(
            f"{connection.name}: made by version {version} of the store, this program has {VERSION}; "
            "use the program that wrote it, or a newer one"
        )
