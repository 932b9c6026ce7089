"""Opening the database file: its pragmas, its tables, their version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.runtime.refusal import Refusal
from services.runtime.sqlite.migrations import STEPS, TABLES, VERSION
from services.runtime.store.port import Access
from services.runtime.store.versions import OlderStore

OWNERS = (Access.ENGINE, Access.WORKER, Access.MIGRATE)
"""Who makes the store where there is none, and holds its lock."""

UPGRADERS = (Access.ENGINE, Access.MIGRATE)
"""Who brings an older store up to date: a process that has the store alone."""

START_ADVICE = "`erapaiva run` makes a store, with Kafka `erapaiva worker`"
UPGRADE_ADVICE = "`erapaiva migrate` brings it up to date, or `erapaiva run`, with ERAPAIVA_STORE__PATH naming it"

APPLICATION_ID = 0x45525041
"""Written into the file's header ("ERPA"), so that another program's database is refused."""

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


class SqliteConnection(sqlite3.Connection):
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


def connect(path: str, access: Access) -> SqliteConnection:
    """Open a database and make sure that its tables are those of this program.

    An owner of the store makes the tables where there are none. An engine or `erapaiva migrate` brings older ones up to
    date, in a transaction that it leaves open: what cannot be brought up to date as a whole stays as it is. Raises
    Refusal for a file that is missing, is no database, or is of another program or version.
    """
    create = access in OWNERS
    if not create and not Path(path).exists():
        raise Refusal(f"store {path}: there is none; {START_ADVICE}")
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=256, factory=SqliteConnection
        )
    except sqlite3.OperationalError as fault:
        raise Refusal(f"store {path}: {fault}; make its folder or name another file") from fault
    connection.path = path
    try:
        _prepare(connection, create=create, access=access)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: SqliteConnection, *, create: bool, access: Access) -> None:
    path = connection.path
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    fresh = application == 0 and version == 0 and _is_empty(connection)
    if fresh and not create:
        raise Refusal(f"store {path}: it is empty; {START_ADVICE}")
    if not fresh:
        _refuse_foreign(connection, application)
        _refuse_other_version(connection, version, may_upgrade=access in UPGRADERS)
    for pragma in filter(None, map(str.strip, _PRAGMAS.split(";"))):
        connection.execute(pragma)
    if fresh:
        connection.executescript(f"BEGIN IMMEDIATE;{TABLES}{_stamp(VERSION)}COMMIT;")
    else:
        _bring_tables_up_to_date(connection, version)
    if access is Access.READ:
        connection.execute("PRAGMA query_only = ON")


def _refuse_foreign(connection: SqliteConnection, application: int) -> None:
    if application != APPLICATION_ID:
        raise Refusal(f"store {connection.path}: this database belongs to another program; name another file")


def _refuse_other_version(connection: SqliteConnection, version: int, *, may_upgrade: bool) -> None:
    name = f"store {connection.path}"
    if version > VERSION:
        raise Refusal(
            f"{name}: made by version {version} of the store, this program has {VERSION}; "
            "use the program that wrote it, or a newer one"
        )
    if version < VERSION and not may_upgrade:
        raise OlderStore(f"{name}: made by an older version (tables); {UPGRADE_ADVICE}")


def _bring_tables_up_to_date(connection: SqliteConnection, version: int) -> None:
    """Run the steps that are missing in a transaction that stays open, so that the rows are converted in it too."""
    if version < VERSION:
        steps = "".join(STEPS[older] for older in range(version, VERSION))
        connection.executescript(f"BEGIN IMMEDIATE;{steps}{_stamp(VERSION)}")


def _stamp(version: int) -> str:
    """What writes the version of the tables into the file's header."""
    return f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"


def _pragma(connection: SqliteConnection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _is_empty(connection: SqliteConnection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
