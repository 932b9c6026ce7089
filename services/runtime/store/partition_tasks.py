"""Seats: which process handles a worker's partition, and what it owes to others (design.md §8, Kafka engine).

A seat is one worker in one partition. Its row is what fences a paused twin: whoever takes the seat raises its epoch,
every transaction raises its turn, and a transaction begins by comparing both with what the process remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class PendingRecord(NamedTuple):
    """A record that is durable here and perhaps not yet in the log.

    ``number`` rises by one within a seat; ``sequence`` rises by one within a seat and output partition, so that a
    reader knows a record that comes again.
    """

    number: int
    topic: str
    partition: int
    sequence: int
    key: str
    value: bytes


class FencingToken(NamedTuple):
    """Where a seat is: how often it was taken over, and how many transactions it has had."""

    epoch: int
    number: int


class PartitionTaskStatus(NamedTuple):
    """A seat as others see it. ``busy``: there is work that no topic holds. ``pending``: records not let go of yet."""

    worker: str
    partition: int
    turn: FencingToken
    busy: bool
    pending: int


class PartitionTaskStore(Protocol):
    """The seats of one store. Everything but `seen` and `pending` belongs into an open transaction."""

    def take(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a seat, made on first use; its turn, and the ledger it kept (empty when new)."""

    def turn(self, worker: str, partition: int) -> FencingToken:
        """The seat's turn, which nobody else can change until the transaction ends."""

    def keep(self, worker: str, partition: int, ledger: bytes, *, busy: bool) -> None:
        """End a turn: the next transaction's number is one higher."""

    def hold(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Keep records until they are let go of."""

    def let_go(self, worker: str, partition: int, through: int) -> None:
        """Forget the records up to and with a number: the log has them."""

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The records held, by number."""

    def seen(self) -> list[PartitionTaskStatus]:
        """All seats, by worker and partition."""
