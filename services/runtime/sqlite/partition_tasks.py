"""Seats in SQLite. A write transaction shuts out all other writers, so a row that was read stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.sqlite.connection import Connection
from services.runtime.store.partition_tasks import FencingToken, PartitionTaskStatus, PendingRecord

_TAKE = """
INSERT INTO seats (worker, partition, epoch, turn, busy, ledger) VALUES (?, ?, 1, 0, 0, x'')
ON CONFLICT DO UPDATE SET epoch = epoch + 1
RETURNING epoch, turn, ledger
"""

_SEEN = """
SELECT s.worker, s.partition, s.epoch, s.turn, s.busy,
       (SELECT count(*) FROM pending p WHERE p.worker = s.worker AND p.partition = s.partition)
FROM seats s ORDER BY s.worker, s.partition
"""


class SqlitePartitionTasks:
    """The seats of one store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a seat, made on first use; its turn, and the ledger it kept (empty when new)."""
        assert self._connection.in_transaction, "a seat is taken by a writer, inside its transaction"
        epoch, number, ledger = self._connection.execute(_TAKE, (worker, partition)).fetchone()
        return FencingToken(epoch, number), ledger

    def turn(self, worker: str, partition: int) -> FencingToken:
        """The seat's turn, which nobody else can change until the transaction ends."""
        assert self._connection.in_transaction, "outside of a transaction a turn may change at once"
        row = self._connection.execute(
            "SELECT epoch, turn FROM seats WHERE worker = ? AND partition = ?", (worker, partition)
        ).fetchone()
        return FencingToken(0, 0) if row is None else FencingToken(*row)

    def keep(self, worker: str, partition: int, ledger: bytes, *, busy: bool) -> None:
        """End a turn: the next transaction's number is one higher."""
        self._connection.execute(
            "UPDATE seats SET turn = turn + 1, busy = ?, ledger = ? WHERE worker = ? AND partition = ?",
            (int(busy), ledger, worker, partition),
        )

    def hold(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Keep records until they are let go of."""
        self._connection.executemany(
            "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(worker, partition, *record) for record in records],
        )

    def let_go(self, worker: str, partition: int, through: int) -> None:
        """Forget the records up to and with a number: the log has them."""
        self._connection.execute(
            "DELETE FROM pending WHERE worker = ? AND partition = ? AND number <= ?", (worker, partition, through)
        )

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The records held, by number."""
        rows = self._connection.execute(
            "SELECT number, topic, to_partition, sequence, key, value FROM pending"
            " WHERE worker = ? AND partition = ? ORDER BY number",
            (worker, partition),
        )
        return [PendingRecord(*row) for row in rows.fetchall()]

    def seen(self) -> list[PartitionTaskStatus]:
        """All seats, by worker and partition."""
        rows = self._connection.execute(_SEEN).fetchall()
        return [
            PartitionTaskStatus(worker, partition, FencingToken(epoch, turn), bool(busy), held)
            for worker, partition, epoch, turn, busy, held in rows
        ]
