"""Bringing the tables of a database to the version that this program knows: numbered steps in `schema/`."""

from __future__ import annotations

from importlib import resources
from typing import Final

from services.runtime.postgres.connection import SCHEMA, Connection
from services.runtime.refusal import Refusal

_STEPS: Final = tuple(
    step.read_text(encoding="utf-8")
    for step in sorted((resources.files(__package__) / "schema").iterdir(), key=lambda step: step.name)
    if step.name.endswith(".sql")
)

VERSION: Final = len(_STEPS)
"""The version that the last step makes."""

_KEY: Final = 0x4552500001
"""The lock under which one process at a time changes tables."""


def migrate(connection: Connection, *, create: bool) -> None:
    """Run the steps that are missing, all or none, one process at a time.

    Raises Refusal for tables of a newer program, and when there are none (unless `create`).
    """
    connection.begin()
    try:
        under_lock(connection)
        version = _version(connection)
        if not create:
            _refuse_none(connection, version)
        _refuse_newer(connection, version)
        if version == 0:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            connection.execute("CREATE TABLE schema_version (version integer NOT NULL)")
            connection.execute("INSERT INTO schema_version VALUES (0)")
        for step in _STEPS[version:]:
            connection.execute(step)
        connection.execute("UPDATE schema_version SET version = %s WHERE version < %s", (VERSION, VERSION))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def check(connection: Connection) -> None:
    """Raise Refusal unless the tables are those of this program, for those who only read them."""
    version = _version(connection)
    _refuse_none(connection, version)
    _refuse_newer(connection, version)
    if version < VERSION:
        raise Refusal(f"{connection.name}: made by an older version; `erapaiva run` on it brings it up to date")


def under_lock(connection: Connection) -> None:
    """Wait for one's turn to change tables; it ends with the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_KEY,))


def _version(connection: Connection) -> int:
    """The version of the tables; 0 when there are none."""
    if connection.one("SELECT to_regclass('schema_version')")[0] is None:
        return 0
    return int(connection.one("SELECT version FROM schema_version")[0])


def _refuse_none(connection: Connection, version: int) -> None:
    if version == 0:
        raise Refusal(f"{connection.name}: it is empty; `erapaiva run` makes a store in it")


def _refuse_newer(connection: Connection, version: int) -> None:
    if version > VERSION:
        raise Refusal(f"{connection.name}: made by version {version} of the store, this program has {VERSION}")
