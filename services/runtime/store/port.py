"""The store port: the log, the positions, the workers' state and the read model, in one transaction.

Whatever is written between `begin` and `commit` becomes durable together or not at all; that is all the engine needs to
lose nothing and repeat nothing. One contract suite (tests/contract) holds every implementation to this port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from services.runtime.store.partition_tasks import PartitionTaskStore

Scalar = str | bytes | int | None
"""A value of a read-model column or a query parameter."""


StateRow = tuple[str, bytes, int | None, str | None]
"""Key, value, wake (epoch second, UTC, of its next check) and waits_for (the signal that brings that forward)."""


class Access(StrEnum):
    """What a process does with a store."""

    ENGINE = "engine"
    """Runs all workers on it, alone, with its log; others may append and read."""
    WORKER = "worker"
    """Runs one worker of an engine whose log is elsewhere, beside other such processes and no embedded engine. A
    worker's partition belongs to one process at a time; the log of the store is not used."""
    MIGRATE = "migrate"
    """Brings the store up to date, alone: `erapaiva migrate`."""
    APPEND = "append"
    """Appends events to its log."""
    READ = "read"
    """Reads."""


class LogStore(Protocol):
    """Topics as append-only partitions. Every topic has as many partitions as the store."""

    def append(self, topic: str, partition: int, key: str, value: bytes) -> int:
        """Append inside the open transaction and return the record's offset."""

    def ends(self, topic: str) -> Sequence[int]:
        """By partition, the offset the next record will get, as of the last `refresh` or own append.

        The same sequence for as long as the store is open, so that asking for news costs next to nothing.
        """

    def read(self, topic: str, partition: int, from_offset: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Up to `limit` records (offset, key, value) from `from_offset` on, in order."""


class StateStore(Protocol):
    """Rows of the workers. A `space` stands for one (worker, kind); rows of a space are apart by partition and key."""

    def space(self, worker: str, kind: str) -> int:
        """The number of a worker's kind of row, given on first use inside a transaction.

        Outside of one, a kind that nobody has used is 0, a space without rows: readers add none.
        """

    def spaces_of(self, worker: str) -> dict[str, int]:
        """The spaces a worker has used so far, by kind; for readers, who add none."""

    def load(self, space: int, partition: int, key: str) -> bytes | None:
        """The value of one row."""

    def load_many(self, space: int, partition: int, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those rows that exist."""

    def save(self, space: int, partition: int, rows: Iterable[StateRow]) -> None:
        """Insert or replace rows, wake and signal included."""

    def remove(self, space: int, partition: int, keys: Iterable[str]) -> None:
        """Delete rows; one that does not exist is no error."""

    def page(self, space: int, partition: int, prefix: str, after: str | None, limit: int) -> list[tuple[str, bytes]]:
        """Up to `limit` rows whose key starts with `prefix` and is greater than `after`, in the order of their keys."""

    def due(self, space: int, partition: int, at: int, limit: int) -> list[tuple[str, bytes]]:
        """Rows with wake <= `at`, by wake, then key."""

    def wake_waiting(self, space: int, partition: int, waits_for: str, at: int) -> int:
        """Bring the wakes of rows that wait for a signal forward to `at`; returns how many rows wait for it."""

    def wake_prefix(self, space: int, partition: int, prefix: str, at: int) -> int:
        """Bring the wakes of rows whose key starts with `prefix` forward to `at`; returns how many rows these are."""

    def next_wake(self, space: int, partition: int) -> int | None:
        """The earliest wake of a space in a partition."""

    def earliest_wake(self) -> int | None:
        """The earliest wake of all rows of all workers."""

    def spaces_that_wake(self) -> frozenset[int]:
        """The spaces that have, or once had, a row with a wake."""


class TableStore(Protocol):
    """The relational read model: tables declared by the worker that writes them."""

    def ensure(self, ddl: Iterable[str]) -> None:
        """Run `CREATE ... IF NOT EXISTS` statements; called on opening, outside a transaction."""

    def alter(self, ddl: Iterable[str]) -> None:
        """Run statements that change tables, inside the open transaction: a step of `versions`."""

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table. Raises LookupError for a table that nobody declared."""

    def key_columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table's primary key, in its order."""

    def upsert(self, table: str, rows: Iterable[Mapping[str, Scalar]]) -> None:
        """Insert or replace whole rows; a column not given becomes NULL."""

    def delete(self, table: str, keys: Sequence[Mapping[str, Scalar]]) -> None:
        """Delete the rows in which the named columns have these values; all keys name the same columns."""

    def query(self, sql: str, params: Sequence[Scalar] | Mapping[str, Scalar] = ()) -> list[dict[str, Scalar]]:
        """Read rows as dicts by column name."""


class Store(Protocol):
    """The durable state of one engine, or of the workers of one."""

    @property
    def name(self) -> str:
        """The store in a sentence, such as ``store var/erapaiva.db``."""

    @property
    def may_upgrade(self) -> bool:
        """Whether the process that opened it may bring an older store up to date."""

    @property
    def upgrade_advice(self) -> str:
        """What a person does to bring an older store up to date."""

    @property
    def holds_records(self) -> bool:
        """Whether its own log holds records: then its positions are those of the embedded engine."""

    @property
    def log(self) -> LogStore:
        """The topics; a process that opened the store as WORKER has them elsewhere."""

    @property
    def state(self) -> StateStore:
        """The workers' rows."""

    @property
    def tables(self) -> TableStore:
        """The read model."""

    @property
    def partition_tasks(self) -> PartitionTaskStore:
        """Who handles which partition, where the log is kept elsewhere."""

    @property
    def partitions(self) -> int:
        """How many partitions each topic has. Raises Refusal while nobody has fixed it."""

    def fix_partitions(self, count: int) -> None:
        """Fix the partition count of a new store, or check it. Raises Refusal when the store has another count."""

    @property
    def in_transaction(self) -> bool:
        """Whether `begin` was called without `commit` or `rollback` since."""

    def begin(self) -> None:
        """Open a write transaction, waiting for other writers, and see all that they appended."""

    def together(self) -> AbstractContextManager[None]:
        """What is only written inside may go to the database at once; a fault in it then shows at the end."""

    def commit(self) -> None:
        """Make everything since `begin` durable."""

    def rollback(self) -> None:
        """Forget everything since `begin`."""

    def refresh(self) -> None:
        """Notice records that other processes appended."""

    def positions(self) -> dict[tuple[str, str, int], int]:
        """Next offset by (consumer, topic, partition)."""

    def move(self, positions: Mapping[tuple[str, str, int], int]) -> None:
        """Store positions."""

    def bookmark(self, name: str) -> str | None:
        """A short text kept under a name (how far a file was read, the last tick)."""

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a short text, inside the open transaction."""

    def close(self) -> None:
        """Give the store back; what is not committed is forgotten."""

    def __enter__(self) -> Self:
        """The store, to be closed at the end of the block."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
