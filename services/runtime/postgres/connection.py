"""One connection to the database: its session, its statements, and the faults that an operator can mend."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import Cursor, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import LockNotAvailable
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import IntLoader

from services.runtime.refusal import Refusal
from services.runtime.settings import is_loopback
from services.runtime.store.port import Access

SCHEMA: Final = "erapaiva"
"""Our tables have a schema of their own: a database that holds another program's stays unharmed."""

LOCK_WAIT_S: Final = 3
"""How long a start waits for the locks of a process that was just killed: the server releases them within moments."""

_CONNECT_TIMEOUT_S: Final = "10"

_KEEPALIVE: Final = {
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""A server whose machine is gone closes no connection: half a minute (s, s, tries, ms) without answer ends it."""

# The server notices within half a minute that a process's machine is gone, and gives its locks back.
_SESSION: Final = f"""
SET search_path = {SCHEMA};
SET client_encoding = 'UTF8';
SET jit = off;
SET lock_timeout = 0;
SET statement_timeout = 0;
SET tcp_keepalives_idle = 15;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
"""

# Writers look rows up, and the plans for that are made once, perhaps while a table is empty: an index is right at any
# size.
_LOOK_UP: Final = "SET enable_seqscan = off;"

# A worker that was paused must not keep from others the partition task that they have taken over.
_NO_PAUSE: Final = "SET idle_in_transaction_session_timeout = '15s';"

_SESSION_FOR: Final = {
    Access.ENGINE: _LOOK_UP,
    Access.WORKER: _LOOK_UP + _NO_PAUSE,
    Access.MIGRATE: _LOOK_UP,
    Access.APPEND: _LOOK_UP + _NO_PAUSE + "SET lock_timeout = '30s'",
    Access.READ: "SET default_transaction_read_only = on",
}

_HOLDER: Final = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32 | l.objid::bigint) = %s
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY a.backend_start LIMIT 1
"""

_MENDABLE_CLASSES: Final = ("53", "58")  # insufficient resources: disk, memory, connections; faults of the system
_MENDABLE: Final = {"25006": "read-only", "42501": "rights", "55P03": "locked", "XX001": "damage", "XX002": "damage"}

_ADVICE: Final = "check ERAPAIVA_POSTGRES__DSN and ERAPAIVA_POSTGRES__PASSWORD_FILE"

_OPEN: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR, TransactionStatus.ACTIVE)
"""The last one inside `together`: statements are under way."""

Parameters = Sequence[Any] | Mapping[str, Any]


class PostgresConnection:
    """A session in autocommit mode: a transaction is what `begin` and `commit` say."""

    def __init__(self, dsn: str, password: str | None, access: Access) -> None:
        """Connect. Raises Refusal, which names the setting and never the password, when that is not possible."""
        self._connection = _connect(dsn, password, access)
        self._connection.adapters.register_loader("numeric", IntLoader)  # a sum of whole numbers is one
        self.name = f"database {self._connection.info.dbname}"
        if self._connection.info.parameter_status("server_encoding") != "UTF8":
            self._connection.close()
            raise Refusal(f"{self.name}: its encoding is not UTF8; make it anew with it, or name another ({_ADVICE})")
        self.execute(_SESSION)
        self.execute(_SESSION_FOR[access])

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, or was and failed."""
        return self._connection.info.transaction_status in _OPEN

    @property
    def lost(self) -> bool:
        """Whether there is no session any more."""
        return self._connection.closed

    def execute(self, statement: str, parameters: Parameters | None = None) -> Cursor[Any]:
        """Run a statement. Raises Refusal for what the operator can mend, psycopg.Error for all else."""
        try:
            return self._connection.execute(statement.encode(), parameters)
        except psycopg.Error as fault:
            raise self._explained(fault) from fault

    def one(self, statement: str, parameters: Parameters | None = None) -> tuple[Any, ...]:
        """The one row that a statement gives."""
        (row,) = self.execute(statement, parameters)
        return tuple(row)

    def copy(self, table: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows to a table of ours, in one go."""
        try:
            with self._connection.cursor() as cursor, cursor.copy(_copy_into(table)) as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as fault:
            raise self._explained(fault) from fault

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send all statements of a block at once, in one round trip. A fault in one shows at the end of the block."""
        try:
            with self._connection.pipeline():
                yield
        except psycopg.Error as fault:
            raise self._explained(fault) from fault

    def begin(self) -> None:
        """Open a transaction."""
        self.execute("BEGIN")

    def commit(self) -> None:
        """Make it durable. Raises psycopg.Error when a statement in it had failed: then nothing of it is."""
        if self.execute("COMMIT").statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("a statement had failed: the transaction was rolled back")

    def rollback(self) -> None:
        """Forget it. A connection that is lost has forgotten already."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """End the session; what is not committed is forgotten, and locks are given back."""
        self._connection.close()

    def lock(self, key: int, *, shared: bool) -> str | None:
        """Take a lock for as long as the session lives; None then, else the name of a process that holds it."""
        mode = "_shared" if shared else ""
        try:
            self.execute(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
            self._connection.execute(f"SELECT pg_advisory_lock{mode}(%s)".encode(), (key,))
        except LockNotAvailable:
            holder = self.execute(_HOLDER, (key,)).fetchone()
            return str(holder[0]) if holder else "another process"
        self.execute("SET lock_timeout = 0")
        return None

    def _explained(self, fault: psycopg.Error) -> Exception:
        code = fault.sqlstate or ""
        if code[:2] not in _MENDABLE_CLASSES and code not in _MENDABLE:
            return fault
        message = fault.diag.message_primary  # its details may hold values of rows
        return Refusal(f"{self.name}: {message}; nothing of this step was written, mend it and start again ({_ADVICE})")


def _connect(dsn: str, password: str | None, access: Access) -> psycopg.Connection[Any]:
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    except psycopg.ProgrammingError as fault:
        raise Refusal(
            f"ERAPAIVA_POSTGRES__DSN: {_in_a_line(fault)}; write it as host=... dbname=... user=..."
        ) from None
    ours = {
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "application_name": f"erapaiva {access} (process {os.getpid()})",
        **_KEEPALIVE,
    }
    if password is not None:
        ours["password"] = password
    if not all(_is_local(host) for host in given.get("host", "").split(",")):
        ours["sslmode"] = "require"
    try:
        return psycopg.connect(make_conninfo(**{**ours, **given}), autocommit=True)
    except psycopg.OperationalError as fault:
        raise Refusal(f"the database cannot be reached: {_in_a_line(fault)}; {_ADVICE}") from None


def _is_local(host: str) -> bool:
    """Whether a connection to a host stays on this machine: no host, or a folder, is a local socket."""
    return host == "" or host.startswith("/") or is_loopback(host)


def _in_a_line(fault: psycopg.Error) -> str:
    return " ".join(str(fault).split())


def _copy_into(table: str) -> sql.Composed:
    return sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table))
