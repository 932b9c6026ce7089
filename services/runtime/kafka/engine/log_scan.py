"""A scan of our own topics for a rebuild: the records that each partition task has written (docs/adr/0013)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from schemas.topics import DEAD_LETTERS, TOPICS
from services.runtime.kafka.broker.headers import Origin, producer_origin
from services.runtime.kafka.engine.hash_chain import FIRST, link
from services.runtime.kafka.engine.sequences import LoggedOutput, Sequences, output_key, producer_key
from services.runtime.refusal import Refusal

_DEAD_LETTERS: Final = f"{DEAD_LETTERS}/"
_Task = tuple[str, int]
"""A worker, and its partition."""


class LogScan:
    """Given all records of our own topics, partition by partition and in order, makes the sequences of every task."""

    def __init__(self) -> None:
        self._logged: dict[_Task, dict[str, LoggedOutput]] = defaultdict(dict)
        self._verified: dict[_Task, dict[str, int]] = defaultdict(dict)

    def add(self, record: Any) -> Origin | None:
        """Add a record and return its origin; None for a foreign record, and for a repetition.

        Raises Refusal where records before it are missing, and for a message of a later version.
        """
        origin = producer_origin(TOPICS[record.topic], record.partition, record.offset, record.headers)
        if origin is None:
            return None
        task, output = (origin.producer, origin.partition), output_key(record.topic, record.partition)
        logged = self._logged[task].setdefault(output, LoggedOutput(0, FIRST))
        self._verified[task][output] = record.offset + 1
        if origin.sequence <= logged.through:
            return None
        if origin.sequence > logged.through + 1:
            raise Refusal(
                f"topics: {record.topic}/{record.partition} at {record.offset}: {origin.producer}/{origin.partition} "
                f"wrote {origin.sequence}, but {logged.through + 1} is missing; restore the topic"
            )
        assert logged.chain is not None, "a chain is made here"
        logged.through, logged.chain = origin.sequence, link(logged.chain, record.key or b"", record.value or b"")
        return origin

    def to_continue(self, worker: str, partition: int, inputs: Collection[str]) -> Sequences:
        """The sequences of a task that goes on after its last record, and after the last of its input topics."""
        logged, verified = self._of(worker, partition)
        sent = {output: each.through for output, each in logged.items()}
        return Sequences(sent=sent, verified=verified, received=self._received(partition, inputs))

    def to_remake(self, worker: str, partition: int) -> Sequences:
        """The sequences of a task that makes all its records again, to be compared with those in the log.

        Dead letters are only counted: a report of a foreign record has no fixed place among the task's own.
        """
        logged, verified = self._of(worker, partition)
        for output, each in logged.items():
            if output.startswith(_DEAD_LETTERS):
                each.chain = None
        return Sequences(logged=logged, verified=verified)

    def to_recount(self, worker: str, partition: int) -> Sequences:
        """As `to_remake`, for a task whose records may come in another order: all are only counted."""
        sequences = self.to_remake(worker, partition)
        for logged in sequences.logged.values():
            logged.chain = None
        return sequences

    def _of(self, worker: str, partition: int) -> tuple[dict[str, LoggedOutput], dict[str, int]]:
        task = worker, partition
        return self._logged.get(task, {}), self._verified.get(task, {})

    def _received(self, partition: int, topics: Collection[str]) -> dict[str, int]:
        return {
            producer_key(topic, Origin(worker, of, 0)): outputs[output].through
            for topic in topics
            for (worker, of), outputs in self._logged.items()
            if (output := output_key(topic, partition)) in outputs
        }
