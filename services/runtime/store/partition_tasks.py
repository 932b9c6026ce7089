"""Partition tasks: which process handles a worker's partition, and what it has still to publish (design.md §8).

A partition task is one worker in one partition. Its row fences a zombie process, one that was paused and does not know
that another has taken over: taking over raises the epoch, every transaction raises the transaction number, and a
transaction begins by comparing both with what the process remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class PendingRecord(NamedTuple):
    """A record that is durable in the store and perhaps not yet in the log.

    ``number`` rises by one within a partition task; ``sequence`` rises by one within a partition task and output
    partition, so that a reader recognises a record that comes again.
    """

    number: int
    topic: str
    partition: int
    sequence: int
    key: str
    value: bytes


class FencingToken(NamedTuple):
    """How often a partition task was taken over, and how many transactions it has finished; (0, 0) while it is new."""

    epoch: int
    transactions: int


class PartitionTaskStatus(NamedTuple):
    """A partition task as other processes see it.

    ``busy``: it has work that no topic holds. ``pending``: how many records are stored and not known to be in the log.
    """

    worker: str
    partition: int
    token: FencingToken
    busy: bool
    pending: int


class PartitionTaskStore(Protocol):
    """The partition tasks of one store. All methods but `status` and `pending` need an open transaction."""

    def take_over(self, worker: str, partition: int) -> tuple[FencingToken, bytes]:
        """Raise the epoch of a partition task, made on first use; its token and its sequences (empty when new)."""

    def token(self, worker: str, partition: int) -> FencingToken:
        """The partition task's token, which nobody else can change until the transaction ends."""

    def finish_transaction(self, worker: str, partition: int, sequences: bytes, *, busy: bool) -> None:
        """Raise the transaction number, and store the sequences: what was sent, received and verified (as JSON)."""

    def add_pending(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> None:
        """Store records until `remove_pending`."""

    def remove_pending(self, worker: str, partition: int, through: int) -> None:
        """Delete the pending records up to and including a number: the log has them."""

    def pending(self, worker: str, partition: int) -> list[PendingRecord]:
        """The pending records, by number."""

    def status(self) -> list[PartitionTaskStatus]:
        """All partition tasks, by worker and partition."""
