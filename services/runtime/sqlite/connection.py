"""Opening the database file: its pragmas, its tables, its version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.runtime.refusal import Refusal

APPLICATION_ID = 0x45525041
"""Written into the file's header ("ERPA"), so that another program's database is refused."""

SCHEMA_VERSION = 3
"""Raised with every change of the tables below, which gets its step in `_MIGRATIONS`."""

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one, in seconds; an engine's transaction takes well under a second."""

# Pages of 8 KiB hold a record or a row of up to 2 KB without overflow pages. The write-ahead log is folded back after
# 64 MB instead of 4, so that bursts pay for fewer extra syncs.
_PRAGMAS = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -65536;
PRAGMA temp_store = MEMORY;
"""

_MENDABLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}

_PARTITION_TASKS = """
CREATE TABLE IF NOT EXISTS partition_tasks (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, transactions INTEGER NOT NULL,
    busy INTEGER NOT NULL, sequences BLOB NOT NULL, PRIMARY KEY (worker, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL,
    topic TEXT NOT NULL, to_partition INTEGER NOT NULL, sequence INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (worker, partition, number)) WITHOUT ROWID;
"""

_TABLES = f"""
CREATE TABLE IF NOT EXISTS bookmarks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS log (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (topic, partition, "offset")) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
    consumer TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (consumer, topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spaces (
    id INTEGER PRIMARY KEY, worker TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (worker, kind));
CREATE TABLE IF NOT EXISTS state (
    space INTEGER NOT NULL, partition INTEGER NOT NULL, key TEXT NOT NULL,
    value BLOB NOT NULL, wake INTEGER, waits_for TEXT,
    PRIMARY KEY (space, partition, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS state_by_wake ON state (space, partition, wake, key) WHERE wake IS NOT NULL;
CREATE INDEX IF NOT EXISTS state_by_signal ON state (space, partition, waits_for, key) WHERE waits_for IS NOT NULL;
{_PARTITION_TASKS}"""

_SEATS = """
CREATE TABLE seats (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, turn INTEGER NOT NULL,
    busy INTEGER NOT NULL, ledger BLOB NOT NULL, PRIMARY KEY (worker, partition)) WITHOUT ROWID;
CREATE TABLE pending (
    worker TEXT NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL,
    topic TEXT NOT NULL, to_partition INTEGER NOT NULL, sequence INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (worker, partition, number)) WITHOUT ROWID;
"""

# What was called a seat is a partition task: one worker in one partition.
_RENAMED_SEATS = """
ALTER TABLE seats RENAME TO partition_tasks;
ALTER TABLE partition_tasks RENAME COLUMN turn TO transactions;
ALTER TABLE partition_tasks RENAME COLUMN ledger TO sequences;
"""

_MIGRATIONS = {1: _SEATS, 2: _RENAMED_SEATS}
"""What brings a store of a version to the next one."""


class Connection(sqlite3.Connection):
    """A connection whose faults that an operator can mend (disk full, no permission, damaged file) are Refusals."""

    path: str

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As sqlite3, raising Refusal for what the operator can mend."""
        try:
            return super().execute(sql, parameters)
        except sqlite3.DatabaseError as fault:
            raise self._explained(fault) from fault

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As sqlite3, raising Refusal for what the operator can mend."""
        try:
            return super().executemany(sql, parameters)
        except sqlite3.DatabaseError as fault:
            raise self._explained(fault) from fault

    def _explained(self, fault: sqlite3.DatabaseError) -> Exception:
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
        if code not in _MENDABLE:
            return fault
        return Refusal(f"store {self.path}: {fault}; nothing of this step was written, mend it and start again")


def connect(path: str, *, create: bool, writing: bool) -> Connection:
    """Open a database and make sure that its tables are ours.

    Raises Refusal for a file that is missing (unless `create`), is no database, or is of another program or version.
    """
    if path != ":memory:" and not create and not Path(path).exists():
        raise Refusal(f"store {path}: there is none; `erapaiva run` or `erapaiva play --store` makes one")
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=256, factory=Connection
        )
    except sqlite3.OperationalError as fault:
        raise Refusal(f"store {path}: {fault}; make its folder or name another file") from fault
    connection.path = path
    try:
        _prepare(connection, path, create=create, writing=writing)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, path: str, *, create: bool, writing: bool) -> None:
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    fresh = application == 0 and version == 0 and _is_empty(connection)
    if fresh and not create:
        raise Refusal(f"store {path}: it is empty; `erapaiva run` or `erapaiva play --store` makes one")
    if not fresh and application != APPLICATION_ID:
        raise Refusal(f"store {path}: this database belongs to another program; name another file")
    if not fresh and version > SCHEMA_VERSION:
        raise Refusal(f"store {path}: made by version {version} of the store, this program has {SCHEMA_VERSION}")
    if not fresh and version < SCHEMA_VERSION and not writing:
        raise Refusal(f"store {path}: made by an older version; `erapaiva run` on it brings it up to date")
    for pragma in filter(None, map(str.strip, _PRAGMAS.split(";"))):
        connection.execute(pragma)
    if fresh:
        connection.executescript(_step(_TABLES, SCHEMA_VERSION))
    else:
        for older in range(version, SCHEMA_VERSION):
            connection.executescript(_step(_MIGRATIONS[older], older + 1))
    if not writing:
        connection.execute("PRAGMA query_only = ON")


def _step(tables: str, version: int) -> str:
    """Tables and the version they make, together or not at all."""
    stamp = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
    return f"BEGIN IMMEDIATE;{tables}{stamp}COMMIT;"


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _is_empty(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
