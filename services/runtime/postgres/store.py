"""The store port on PostgreSQL: one database, one connection, a commit that waits for the disk.

Transactions are READ COMMITTED, PostgreSQL's default, and that is enough: each row has one owner. Rows of state, and of
the read model, belong to a worker's partition, which one process handles at a time; any other process waits at the
partition task's row, which every transaction of a worker locks first. So nothing that a transaction has read can be
changed by another one before it ends. The log has many writers, who take turns by a lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

from services.runtime.postgres.connection import PostgresConnection
from services.runtime.postgres.log import PostgresLog
from services.runtime.postgres.migrations import START_ADVICE, UPGRADE_ADVICE, check, make, migrate
from services.runtime.postgres.partition_tasks import PostgresPartitionTasks
from services.runtime.postgres.state import PostgresState
from services.runtime.postgres.tables import PostgresTables
from services.runtime.refusal import Refusal
from services.runtime.store.port import Access

_PARTITIONS: Final = "partitions"  # the bookmark that keeps the partition count
_OWNERS: Final = (
    Access.ENGINE,
    Access.WORKER,
    Access.MIGRATE,
)  # who makes the tables where there are none, and holds the store

_OWNING: Final = 0x4552500003
"""The lock that an engine holds alone, and workers of one elsewhere in common, from opening to closing."""

_APPENDING: Final = 0x4552500004
"""The lock that a writer of the log holds in its transaction: offsets have no gaps, and no two records share one."""


class PostgresStore:
    """One PostgreSQL database as a Store. Used by the thread that opened it; other processes have their own."""

    def __init__(self, dsn: str, password: str | None = None, access: Access = Access.ENGINE) -> None:
        """Open the store; an engine or a worker makes it when there is none, `erapaiva migrate` updates an older one.

        Raises Refusal when the database cannot be reached or used, when another engine runs on it, when there is no
        store to append to or to read, and when a program of another version made it.
        """
        self._access = access
        self._connection = PostgresConnection(dsn, password, access)
        self.name = self._connection.name
        self.may_upgrade = access is Access.MIGRATE
        self.upgrade_advice = UPGRADE_ADVICE
        try:
            if access in _OWNERS:
                self._own()
            if access is Access.MIGRATE:
                migrate(self._connection)
            elif access in _OWNERS:
                make(self._connection)
            else:
                check(self._connection)
            self._log = PostgresLog(self._connection)
            self.state = PostgresState(self._connection)
            self.tables = PostgresTables(self._connection)
            self.partition_tasks = PostgresPartitionTasks(self._connection)
            self._partitions = 0
            stored = self.bookmark(_PARTITIONS)
            if stored is not None:
                self._set_partitions(int(stored))
        except BaseException:
            self._connection.close()
            raise

    @property
    def log(self) -> PostgresLog:
        """The topics."""
        assert self._access is not Access.WORKER, "the log of an engine elsewhere is elsewhere"
        return self._log

    @property
    def partitions(self) -> int:
        """How many partitions each topic has. Raises Refusal while nobody has fixed it."""
        if not self._partitions:
            raise Refusal(f"{self._connection.name}: it has never been run; {START_ADVICE}")
        return self._partitions

    def fix_partitions(self, count: int) -> None:
        """Fix the partition count of a new store, or check it. Raises Refusal when the store has another count."""
        assert count > 0, "a topic without partitions holds nothing"
        if not self._partitions:
            self.begin()
            self._connection.execute(
                "INSERT INTO bookmarks VALUES (%s, %s) ON CONFLICT DO NOTHING", (_PARTITIONS, str(count))
            )
            fixed = self.bookmark(_PARTITIONS)  # another worker may have fixed it meanwhile
            self.commit()
            assert fixed is not None, "it was just written"
            self._set_partitions(int(fixed))
        if self._partitions != count:
            raise Refusal(
                f"{self._connection.name}: made with {self._partitions} partitions, the settings say {count}; "
                f"set ERAPAIVA_STORE__PARTITIONS={self._partitions} (another number needs a new store)"
            )

    @property
    def holds_records(self) -> bool:
        """Whether its own log holds records."""
        return bool(self._connection.one("SELECT EXISTS (SELECT FROM log)")[0])

    @property
    def in_transaction(self) -> bool:
        """Whether `begin` was called without `commit` or `rollback` since."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Open a write transaction; a writer of the log waits for other writers, and sees all that they appended."""
        self._connection.begin()
        if self._access is not Access.WORKER:
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_APPENDING,))
            self._log.notice_appends()

    def together(self) -> AbstractContextManager[None]:
        """All that is written inside is one round trip; a fault in it shows at the end."""
        return self._connection.together()

    def commit(self) -> None:
        """Make everything since `begin` durable."""
        self._log.flush()
        self._connection.commit()

    def rollback(self) -> None:
        """Forget everything since `begin`. Where the connection is lost, the server has done so."""
        if self._connection.lost:
            return
        self._connection.rollback()
        self._log.forget()
        self.state.reload()

    def refresh(self) -> None:
        """Notice records that other processes appended."""
        if not self.in_transaction:  # inside of one no other process can append
            self._log.notice_appends()

    def positions(self) -> dict[tuple[str, str, int], int]:
        """Next offset by (consumer, topic, partition)."""
        rows = self._connection.execute("SELECT consumer, topic, partition, next FROM positions")
        return {(consumer, topic, partition): following for consumer, topic, partition, following in rows}

    def move(self, positions: Mapping[tuple[str, str, int], int]) -> None:
        """Store positions."""
        if not positions:
            return
        consumers, topics, partitions = (list(column) for column in zip(*positions, strict=True))
        self._connection.execute(
            "INSERT INTO positions SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::bigint[])"
            " ON CONFLICT (consumer, topic, partition) DO UPDATE SET next = excluded.next",
            (consumers, topics, partitions, list(positions.values())),
        )

    def bookmark(self, name: str) -> str | None:
        """A short text kept under a name."""
        row = self._connection.execute("SELECT value FROM bookmarks WHERE name = %s", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a short text, inside the open transaction."""
        assert self._connection.in_transaction, "a bookmark is written together with what it describes"
        self._connection.execute(
            "INSERT INTO bookmarks VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def close(self) -> None:
        """Give the store back; what is not committed is forgotten."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _own(self) -> None:
        holder = self._connection.lock(_OWNING, shared=self._access is Access.WORKER)
        if holder is not None:
            raise Refusal(
                f"{self._connection.name}: {holder} is running on it; stop that one first, or name another database"
            )

    def _set_partitions(self, count: int) -> None:
        self._partitions = count
        self._log.set_partitions(count)
        self.state.set_partitions(count)
