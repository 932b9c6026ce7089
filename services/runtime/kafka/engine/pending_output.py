"""The records that a unit of work publishes: numbered, and kept by the store until the log has them.

After a rebuild a worker makes the records that the log already has again; they are compared and not published.
"""

from __future__ import annotations

from schemas.topics import TOPICS
from services.runtime.kafka.broker.topics import LARGEST_RECORD
from services.runtime.kafka.engine.hash_chain import link
from services.runtime.kafka.engine.sequences import LoggedOutput, Sequences, output_key
from services.runtime.refusal import Refusal
from services.runtime.store.partition_tasks import PendingRecord


class PendingOutput:
    """The record sink of one unit of work."""

    def __init__(self, worker: str, sequences: Sequences) -> None:
        """`sequences` of the partition task give the numbers, and are changed by every record."""
        self._worker = worker
        self._sequences = sequences
        self.records: list[PendingRecord] = []

    def append(self, topic: str, partition: int, key: str, value: bytes) -> None:
        """Add a record; the worker must be one of the topic's producers.

        Raises Refusal where the log holds another record under the same sequence.
        """
        assert self._worker in TOPICS[topic].producers, f"{self._worker} is no producer of {topic}"
        size = len(key.encode()) + len(value)
        assert size <= LARGEST_RECORD, f"{size} bytes for {topic}: committed, no broker would ever take them"
        sequences, output = self._sequences, output_key(topic, partition)
        sequence = sequences.sent[output] = sequences.sent.get(output, 0) + 1
        logged = sequences.logged.get(output)
        if logged is None:
            sequences.number += 1
            self.records.append(PendingRecord(sequences.number, topic, partition, sequence, key, value))
        else:
            self._compare(logged, output, key, value)

    def _compare(self, logged: LoggedOutput, output: str, key: str, value: bytes) -> None:
        """Chain a record that is made again; with the last of them, compare the chain with the log's."""
        if logged.chain is not None:
            logged.made = link(logged.made, key.encode(), value)
        if self._sequences.sent[output] < logged.through:
            return
        if logged.chain is not None and logged.made != logged.chain:
            raise Refusal(
                f"rebuild: {self._worker} decides differently from the program that wrote its first {logged.through} "
                f"records of {output}; rebuild with that version and its settings, into a new database"
            )
        del self._sequences.logged[output]
