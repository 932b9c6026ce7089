"""The partition handler: the interface between the Faust shell, which fetches records, and the engine.

The engine implements it; the dispatcher of the shell calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class KafkaRecord(NamedTuple):
    """One record of Kafka, under the topic's own name.

    `offset` rises within a topic's partition, with gaps where transactions ended.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int


class PartitionHandler(Protocol):
    """Handles the records of the partitions that a process is assigned.

    The shell calls one method at a time and waits until it returns. A partition is a number, and stands for that
    partition of all topics of the worker. Whatever a method raises ends the process.
    """

    async def open(self) -> None:
        """Work is about to begin. Raises Refusal for what a person can mend."""

    async def finish(self) -> None:
        """The process is to stop in good order: the last chance to record something."""

    async def close(self) -> None:
        """Work has ended, in good order or not; no other method is called any more."""

    async def assign(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        """Kafka has assigned these partitions to the process, perhaps not for the first time.

        Returns the offset from which each (topic, partition) is to be read. It may differ from Kafka's committed
        offset.
        """

    async def revoke(self, partitions: frozenset[int]) -> None:
        """Kafka has revoked all partitions of the process; `assign` names the next ones."""

    async def handle(self, batches: Mapping[int, Sequence[KafkaRecord]]) -> None:
        """Handle records, by partition and there in the order of each topic. All is durable on return."""

    async def skip_to(self, partition: int, offsets: Mapping[str, int]) -> None:
        """By topic, an offset before which no further record will come.

        Called when all records were handled but the log goes on with offsets that no consumer reads: markers of
        transactions, and records of transactions that were aborted.
        """

    async def idle(self) -> bool:
        """Called between batches, and a few times a second while no record comes.

        Returns whether it is to be called again soon: something that goes on beside the records may end any moment.
        """
