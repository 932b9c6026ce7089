"""Seats in PostgreSQL. A seat's row is locked when its turn is read, so that it stays as it is until the end."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.postgres.connection import Connection
from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PendingRecord

_TAKE = """
INSERT INTO seats (worker, partition, epoch, turn, busy, ledger) VALUES (%s, %s, 1, 0, false, '')
ON CONFLICT (worker, partition) DO UPDATE SET epoch = seats.epoch + 1
RETURNING epoch, turn, ledger
"""

_SEEN = """
SELECT s.worker, s.partition, s.epoch, s.turn, s.busy,
       (SELECT count(*) FROM pending p WHERE p.worker = s.worker AND p.partition = s.partition)
FROM seats s ORDER BY s.worker, s.partition
"""

_HOLD = """
INSERT INTO pending (worker, partition, number, topic, to_partition, sequence, key, value)
SELECT %s, %s, held.* FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::bigint[], %b::bytea[], %b::bytea[]) AS held
"""


class PostgresPartitionTasks:
    """The seats of one store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a seat, made on first use; its turn, and the ledger it kept (empty when new).

        Waits for the transaction of whoever has the seat; one that is paused in it is ended by the server.
        """
        assert self._connection.in_transaction, "a seat is taken by a writer, inside its transaction"
        epoch, number, ledger = self._connection.one(_TAKE, (worker, partition))
        return FencingToken(epoch, number), ledger

    def turn(self, worker: str, partition: int) -> FencingToken:
        """The seat's turn, which nobody else can change until the transaction ends."""
        assert self._connection.in_transaction, "outside of a transaction a turn may change at once"
        row = self._connection.execute(
            "SELECT epoch, turn FROM seats WHERE worker = %s AND partition = %s FOR UPDATE", (worker, partition)
        ).fetchone()
        return FencingToken(0, 0) if row is None else FencingToken(*row)

    def keep(self, worker: str, partition: int, ledger: bytes, *, busy: bool) -> None:
        """End a turn: the next transaction's number is one higher."""
        self._connection.execute(
            "UPDATE seats SET turn = turn + 1, busy = %s, ledger = %s WHERE worker = %s AND partition = %s",
            (busy, ledger, worker, partition),
        )

    def hold(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Keep records until they are let go of."""
        numbers, topics, places, sequences, keys, values = (list(column) for column in zip(*records, strict=True))
        held = (numbers, topics, places, sequences, [key.encode() for key in keys], values)
        self._connection.execute(_HOLD, (worker, partition, *held))

    def let_go(self, worker: str, partition: int, through: int) -> None:
        """Forget the records up to and with a number: the log has them."""
        self._connection.execute(
            "DELETE FROM pending WHERE worker = %s AND partition = %s AND number <= %s", (worker, partition, through)
        )

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The records held, by number."""
        rows = self._connection.execute(
            "SELECT number, topic, to_partition, sequence, key, value FROM pending"
            " WHERE worker = %s AND partition = %s ORDER BY number",
            (worker, partition),
        )
        return [
            PendingRecord(number, topic, to, sequence, key.decode(), value)
            for number, topic, to, sequence, key, value in rows
        ]

    def seen(self) -> list[PartitionTaskStatus]:
        """All seats, by worker and partition."""
        rows = self._connection.execute(_SEEN).fetchall()
        return [
            PartitionTaskStatus(worker, partition, FencingToken(epoch, turn), busy, held)
            for worker, partition, epoch, turn, busy, held in rows
        ]
