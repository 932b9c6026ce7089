"""The store port on SQLite: write-ahead log, a sync at every commit, one writer at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from services.runtime.refusal import Refusal
from services.runtime.sqlite.connection import OWNERS, START_ADVICE, UPGRADE_ADVICE, UPGRADERS, connect
from services.runtime.sqlite.locks import OwnerLock, Turnstile
from services.runtime.sqlite.log import SqliteLog
from services.runtime.sqlite.partition_tasks import SqlitePartitionTasks
from services.runtime.sqlite.state import SqliteState
from services.runtime.sqlite.tables import SqliteTables
from services.runtime.store.port import Access

IN_MEMORY = ":memory:"

_PARTITIONS = "partitions"  # the bookmark that keeps the partition count


class SqliteStore:
    """One SQLite database as a Store. Used by the thread that opened it; other processes may append and read."""

    def __init__(self, path: Path | str = IN_MEMORY, access: Access = Access.ENGINE) -> None:
        """Open the store; an engine or a worker makes it when there is none, an engine brings its tables up to date.

        Raises Refusal when another engine runs on it, when there is none to append to or to read, when the file
        belongs to another program or version, and for what the operating system refuses.
        """
        self.name = f"store {path}"
        self.may_upgrade = access in UPGRADERS
        self.upgrade_advice = UPGRADE_ADVICE
        in_memory = str(path) == IN_MEMORY
        self._access = access
        self._lock: OwnerLock | None = None
        self._turnstile: Turnstile | None = None
        if access in OWNERS and not in_memory:
            self._lock = OwnerLock(_with_folder(Path(path)), access)
        try:
            if self._lock is not None:
                self._turnstile = Turnstile(Path(path))
                with self._turnstile.passing():  # of workers that start at once, one makes the tables
                    self._connection = connect(str(path), access)
            else:
                self._connection = connect(str(path), access)
                if access is Access.APPEND and not in_memory:
                    self._turnstile = Turnstile(Path(path))
        except BaseException:
            self._release_locks()
            raise
        self._log = SqliteLog(self._connection)
        self.state = SqliteState(self._connection)
        self.tables = SqliteTables(self._connection)
        self.partition_tasks = SqlitePartitionTasks(self._connection)
        self._upgrading = self._connection.in_transaction
        self._partitions = 0
        self._seen_version = self._version()
        stored = self.bookmark(_PARTITIONS)
        if stored is not None:
            self._set_partitions(int(stored))

    @property
    def log(self) -> SqliteLog:
        """The topics."""
        assert self._access is not Access.WORKER, "the log of an engine elsewhere is elsewhere"
        return self._log

    @property
    def partitions(self) -> int:
        """How many partitions each topic has. Raises Refusal while nobody has fixed it."""
        if not self._partitions:
            raise Refusal(f"store {self._connection.path}: it has never been run; {START_ADVICE}")
        return self._partitions

    def fix_partitions(self, count: int) -> None:
        """Fix the partition count of a new store, or check it. Raises Refusal when the store has another count."""
        assert count > 0, "a topic without partitions holds nothing"
        if not self._partitions:
            self.begin()
            fixed = self.bookmark(_PARTITIONS) or str(count)  # another worker may have fixed it meanwhile
            self.set_bookmark(_PARTITIONS, fixed)
            self.commit()
            self._set_partitions(int(fixed))
        if self._partitions != count:
            raise Refusal(
                f"store {self._connection.path}: made with {self._partitions} partitions, the settings say {count}; "
                f"set ERAPAIVA_STORE__PARTITIONS={self._partitions} (another number needs a new store)"
            )

    @property
    def holds_records(self) -> bool:
        """Whether its own log holds records."""
        return self._connection.execute("SELECT 1 FROM log LIMIT 1").fetchone() is not None

    @property
    def in_transaction(self) -> bool:
        """Whether `begin` was called without `commit` or `rollback` since."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Open a write transaction, waiting for other writers, and see all that they appended.

        The first one of a store whose tables were brought up to date is open already: it makes both durable, or none.
        """
        if self._upgrading:
            self._upgrading = False
            return
        if self._turnstile is None:
            self._connection.execute("BEGIN IMMEDIATE")
            return
        with self._turnstile.passing():
            self._connection.execute("BEGIN IMMEDIATE")
        self.refresh()

    def together(self) -> AbstractContextManager[None]:
        """Nothing special: each write is at hand."""
        return nullcontext()

    def commit(self) -> None:
        """Make everything since `begin` durable."""
        self._log.flush()
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget everything since `begin`."""
        if self._connection.in_transaction:  # SQLite may have rolled back by itself, on a full disk for example
            self._connection.execute("ROLLBACK")
        self._log.forget()
        self.state.reload()

    def refresh(self) -> None:
        """Notice records that other processes appended."""
        version = self._version()
        if version != self._seen_version:
            self._log.notice_appends()
            self._seen_version = version

    def positions(self) -> dict[tuple[str, str, int], int]:
        """Next offset by (consumer, topic, partition)."""
        rows = self._connection.execute(
            "SELECT p.consumer, t.name, p.partition, p.next FROM positions p JOIN topics t ON t.id = p.topic"
        )
        return {(consumer, topic, partition): following for consumer, topic, partition, following in rows.fetchall()}

    def move(self, positions: Mapping[tuple[str, str, int], int]) -> None:
        """Store positions."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)",
            [(who, self._log.number(topic), partition, next_) for (who, topic, partition), next_ in positions.items()],
        )

    def bookmark(self, name: str) -> str | None:
        """A short text kept under a name."""
        row = self._connection.execute("SELECT value FROM bookmarks WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a short text, inside the open transaction."""
        assert self._connection.in_transaction, "a bookmark is written together with what it describes"
        self._connection.execute("INSERT OR REPLACE INTO bookmarks VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Give the store back; what is not committed is forgotten."""
        self._connection.close()
        self._release_locks()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _set_partitions(self, count: int) -> None:
        self._partitions = count
        self._log.set_partitions(count)
        self.state.set_partitions(count)

    def _version(self) -> int:
        """Changes when another connection has committed, and only then."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _release_locks(self) -> None:
        for lock in (self._lock, self._turnstile):
            if lock is not None:
                lock.release()


def _with_folder(path: Path) -> Path:
    """The path, with its folder made. Raises Refusal when that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise Refusal(f"store {path}: its folder cannot be made ({fault.strerror}); name another file") from fault
    return path
