"""The desk: where records of Kafka are handled. The shell brings them, the engine sits at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """One record of Kafka. `offset` rises within a topic's partition, with gaps where transactions ended."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int


class Desk(Protocol):
    """What is done with records. The shell calls one method at a time and waits until it returns.

    Partitions are meant by number, over all topics of the worker. Whatever a method raises ends the process.
    """

    async def open(self) -> None:
        """Work is about to begin. Raises Refusal for what a person can mend."""

    async def wind_up(self) -> None:
        """Told to stop, in good order, and still at the desk: the last that is to be recorded."""

    async def close(self) -> None:
        """Work has ended, in order or not: nothing else is called any more."""

    async def take_over(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        """These partitions are ours now; they may have been before.

        Answers from which offset each (topic, partition) is to be read. They need not be what Kafka has committed.
        """

    async def give_up(self, partitions: frozenset[int]) -> None:
        """These, all that we had, are no longer ours; `take_over` says which are ours next."""

    async def handle(self, shares: Mapping[int, Sequence[Message]]) -> None:
        """Handle records, by partition and there in the order of each topic. All is durable on return."""

    async def passed(self, partition: int, ends: Mapping[str, int]) -> None:
        """Nothing before these offsets of the topics will come any more.

        Told when no record is left but the log goes on with what nobody gets to read: ends of transactions, and
        records of those that were aborted.
        """

    async def rest(self) -> None:
        """A moment without records: between batches, and a few times a second while nothing comes."""
