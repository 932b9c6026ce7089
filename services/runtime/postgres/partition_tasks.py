"""Partition tasks in PostgreSQL. Reading a task's token locks its row, so that it stays as it is until the end."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.postgres.connection import PostgresConnection
from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PendingRecord

_TAKE_OVER = """
INSERT INTO partition_tasks (worker, partition, epoch, transactions, busy, sequences) VALUES (%s, %s, 1, 0, false, '')
ON CONFLICT (worker, partition) DO UPDATE SET epoch = partition_tasks.epoch + 1
RETURNING epoch, transactions, sequences
"""

_STATUS = """
SELECT t.worker, t.partition, t.epoch, t.transactions, t.busy,
       (SELECT count(*) FROM pending p WHERE p.worker = t.worker AND p.partition = t.partition)
FROM partition_tasks t ORDER BY t.worker, t.partition
"""

_ADD_PENDING = """
INSERT INTO pending (worker, partition, number, topic, to_partition, sequence, key, value)
SELECT %s, %s, new.* FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::bigint[], %b::bytea[], %b::bytea[]) AS new
"""


class PostgresPartitionTasks:
    """The partition tasks of one store."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection

    def take_over(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a partition task, made on first use; its token and its sequences (empty when new).

        Waits for the transaction of the process that handles the partition; the server ends one that is paused in it.
        """
        assert self._connection.in_transaction, "a partition task is taken over by a writer, inside its transaction"
        epoch, transactions, sequences = self._connection.one(_TAKE_OVER, (worker, partition))
        return FencingToken(epoch, transactions), sequences

    def token(self, worker: str, partition: int) -> FencingToken:
        """The partition task's token, which nobody else can change until the transaction ends."""
        assert self._connection.in_transaction, "outside of a transaction a token may change at once"
        row = self._connection.execute(
            "SELECT epoch, transactions FROM partition_tasks WHERE worker = %s AND partition = %s FOR UPDATE",
            (worker, partition),
        ).fetchone()
        return FencingToken(0, 0) if row is None else FencingToken(*row)

    def finish_transaction(self, worker: str, partition: int, sequences: bytes, *, busy: bool) -> None:
        """Raise the transaction number, and store the sequences: what was sent, received and verified (as JSON)."""
        self._connection.execute(
            "UPDATE partition_tasks SET transactions = transactions + 1, busy = %s, sequences = %s"
            " WHERE worker = %s AND partition = %s",
            (busy, sequences, worker, partition),
        )

    def add_pending(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Store records until `remove_pending`."""
        columns = (list(column) for column in zip(*records, strict=True))
        numbers, topics, partitions, sequences, keys, values = columns
        new = (numbers, topics, partitions, sequences, [key.encode() for key in keys], values)
        self._connection.execute(_ADD_PENDING, (worker, partition, *new))

    def remove_pending(self, worker: str, partition: int, through: int) -> None:
        """Delete the pending records up to and including a number: the log has them."""
        self._connection.execute(
            "DELETE FROM pending WHERE worker = %s AND partition = %s AND number <= %s", (worker, partition, through)
        )

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The pending records, by number."""
        rows = self._connection.execute(
            "SELECT number, topic, to_partition, sequence, key, value FROM pending"
            " WHERE worker = %s AND partition = %s ORDER BY number",
            (worker, partition),
        )
        return [
            PendingRecord(number, topic, to, sequence, key.decode(), value)
            for number, topic, to, sequence, key, value in rows
        ]

    def status(self) -> list[PartitionTaskStatus]:
        """All partition tasks, by worker and partition."""
        rows = self._connection.execute(_STATUS).fetchall()
        return [
            PartitionTaskStatus(worker, partition, FencingToken(epoch, transactions), busy, pending)
            for worker, partition, epoch, transactions, busy, pending in rows
        ]
