"""Partition tasks in SQLite. A write transaction shuts out all other writers, so a row that was read stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.sqlite.connection import SqliteConnection
from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PendingRecord

_TAKE_OVER = """
INSERT INTO partition_tasks (worker, partition, epoch, transactions, busy, sequences) VALUES (?, ?, 1, 0, 0, x'')
ON CONFLICT DO UPDATE SET epoch = epoch + 1
RETURNING epoch, transactions, sequences
"""

_STATUS = """
SELECT t.worker, t.partition, t.epoch, t.transactions, t.busy,
       (SELECT count(*) FROM pending p WHERE p.worker = t.worker AND p.partition = t.partition)
FROM partition_tasks t ORDER BY t.worker, t.partition
"""


class SqlitePartitionTasks:
    """The partition tasks of one store."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection

    def take_over(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a partition task, made on first use; its token and its sequences (empty when new)."""
        assert self._connection.in_transaction, "a partition task is taken over by a writer, inside its transaction"
        epoch, transactions, sequences = self._connection.execute(_TAKE_OVER, (worker, partition)).fetchone()
        return FencingToken(epoch, transactions), sequences

    def token(self, worker: str, partition: int) -> FencingToken:
        """The partition task's token, which nobody else can change until the transaction ends."""
        assert self._connection.in_transaction, "outside of a transaction a token may change at once"
        row = self._connection.execute(
            "SELECT epoch, transactions FROM partition_tasks WHERE worker = ? AND partition = ?", (worker, partition)
        ).fetchone()
        return FencingToken(0, 0) if row is None else FencingToken(*row)

    def finish_transaction(self, worker: str, partition: int, sequences: bytes, *, busy: bool) -> None:
        """Raise the transaction number, and store the sequences: what was sent, received and verified (as JSON)."""
        self._connection.execute(
            "UPDATE partition_tasks SET transactions = transactions + 1, busy = ?, sequences = ?"
            " WHERE worker = ? AND partition = ?",
            (int(busy), sequences, worker, partition),
        )

    def add_pending(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Store records until `remove_pending`."""
        self._connection.executemany(
            "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(worker, partition, *record) for record in records],
        )

    def remove_pending(self, worker: str, partition: int, through: int) -> None:
        """Delete the pending records up to and including a number: the log has them."""
        self._connection.execute(
            "DELETE FROM pending WHERE worker = ? AND partition = ? AND number <= ?", (worker, partition, through)
        )

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The pending records, by number."""
        rows = self._connection.execute(
            "SELECT number, topic, to_partition, sequence, key, value FROM pending"
            " WHERE worker = ? AND partition = ? ORDER BY number",
            (worker, partition),
        )
        return [PendingRecord(*row) for row in rows.fetchall()]

    def status(self) -> list[PartitionTaskStatus]:
        """All partition tasks, by worker and partition."""
        rows = self._connection.execute(_STATUS).fetchall()
        return [
            PartitionTaskStatus(worker, partition, FencingToken(epoch, transactions), bool(busy), pending)
            for worker, partition, epoch, transactions, busy, pending in rows
        ]
