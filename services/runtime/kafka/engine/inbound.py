"""The inbound records of one partition task: in order, without repetitions, and the position in each topic.

A record of one of our workers that comes again has a sequence that was received already. A record that no producer of
the topic wrote, on a topic that only our workers write, becomes a dead letter and changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from schemas.binary_mode import structured
from schemas.topics import PUBLIC_TOPICS, TOPICS, Topic
from services.runtime.kafka.broker.headers import Origin, producer_origin
from services.runtime.kafka.engine.sequences import Sequences, producer_key
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.refusal import Refusal
from services.runtime.worker import Record

BATCH_RECORDS: Final = 500
"""Records of one partition that one transaction handles, at the most."""

_PUBLIC = frozenset(topic.name for topic in PUBLIC_TOPICS)


class InboundRecord(NamedTuple):
    """A record to be handled, and its origin: None on a public topic, which anybody may write."""

    record: Record
    origin: Origin | None


class InboundRecords:
    """The records of one partition that were fetched and not handled yet."""

    def __init__(self, partition: int, positions: dict[str, int], sequences: Sequences) -> None:
        """`positions`: by topic, the offset of the next record to handle."""
        self._partition = partition
        self._fetched = dict(positions)
        self._received = dict(sequences.received)
        self._waiting: deque[InboundRecord] = deque()
        self.positions = positions
        """By topic, the offset after all records that were handled or left out."""
        self.foreign: list[Record] = []
        """Records that no producer of the topic wrote, to be reported with the next transaction."""

    @property
    def waiting(self) -> int:
        """How many records wait."""
        return len(self._waiting)

    def add(self, records: Iterable[KafkaRecord]) -> None:
        """Add fetched records of the partition; those before a topic's position are left out.

        Raises Refusal where records of one of our own workers are missing, and for a message of a later version.
        """
        for record in records:
            assert record.partition == self._partition, "a record of another partition"
            if record.offset < self._fetched.get(record.topic, 0):
                continue
            self._add(record, TOPICS[record.topic])
            self._fetched[record.topic] = record.offset + 1
        self._update_positions()

    def skip_to(self, topic: str, offset: int) -> None:
        """Offsets of a topic before this one hold no further record."""
        self._fetched[topic] = max(offset, self._fetched.get(topic, 0))
        self._update_positions()

    def batch(self) -> Sequence[Record]:
        """The first records that wait, in the order in which they were fetched: as many as a transaction handles."""
        return [inbound.record for inbound in islice(self._waiting, BATCH_RECORDS)]

    def take_foreign(self) -> Sequence[Record]:
        """Remove the foreign records and return them."""
        taken, self.foreign = self.foreign, []
        return taken

    def take(self, count: int, sequences: Sequences) -> None:
        """Remove the first `count` records, which were handled, and note the sequences of our workers' records."""
        for _ in range(count):
            record, origin = self._waiting.popleft()
            if origin is not None:
                sequences.received[producer_key(record.topic.name, origin)] = origin.sequence
        self._update_positions()

    def _add(self, fetched: KafkaRecord, topic: Topic) -> None:
        key = _text(fetched.key)
        if topic.name in _PUBLIC:
            value = structured(fetched.headers, fetched.value)
            self._waiting.append(InboundRecord(Record(topic, fetched.partition, fetched.offset, key, value), None))
            return
        record = Record(topic, fetched.partition, fetched.offset, key, fetched.value or b"")
        origin = producer_origin(topic, fetched.partition, fetched.offset, fetched.headers)
        if origin is None:
            self.foreign.append(record)
        elif self._is_new(record, origin):
            self._waiting.append(InboundRecord(record, origin))

    def _is_new(self, record: Record, origin: Origin) -> bool:
        """Whether a record was not received before. Raises Refusal where one before it is missing."""
        key = producer_key(record.topic.name, origin)
        last = self._received.get(key, 0)
        if origin.sequence <= last:
            return False
        if origin.sequence > last + 1:
            raise Refusal(
                f"{record.topic.name}/{record.partition} at {record.offset}: {origin.producer} wrote {origin.sequence} "
                f"from its partition {origin.partition}, but {last + 1} was not read; records of this topic are "
                "missing: restore them, or rebuild"
            )
        self._received[key] = origin.sequence
        return True

    def _update_positions(self) -> None:
        """A topic's position is its first record that waits, else the offset after all that was fetched."""
        self.positions = dict(self._fetched)
        for record, _ in reversed(self._waiting):
            self.positions[record.topic.name] = record.offset


def _text(key: bytes | None) -> str:
    return "" if key is None else key.decode("utf-8", "backslashreplace")
