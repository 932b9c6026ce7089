"""What comes in on one partition: records in order, repetitions left out, and how far each topic was taken.

A record of ours that comes again has a sequence that was heard already. One that none of our workers wrote, on a topic
that only they write, is kept apart: it becomes a dead letter and changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from schemas.binary_mode import structured
from schemas.topics import PUBLIC_TOPICS, TOPICS, Topic
from services.runtime.kafka.broker.headers import Origin, origin_of
from services.runtime.kafka.engine.sequences import Ledger, voice
from services.runtime.kafka.partition_handler import Message
from services.runtime.refusal import Refusal
from services.runtime.worker import Record

BATCH_RECORDS: Final = 500
"""Records of one partition that one transaction handles, at the most."""

_PUBLIC = frozenset(topic.name for topic in PUBLIC_TOPICS)


class Arrival(NamedTuple):
    """A record to be handled, and who wrote it: None on a public topic, which anybody may write."""

    record: Record
    origin: Origin | None


class Arrivals:
    """The records of one partition that came and were not taken yet."""

    def __init__(self, partition: int, positions: dict[str, int], ledger: Ledger) -> None:
        """`positions`: by topic, the offset of the next record to take."""
        self._partition = partition
        self._ends = dict(positions)
        self._heard = dict(ledger.heard)
        self._waiting: deque[Arrival] = deque()
        self.positions = positions
        """By topic, the offset behind all that was taken or left out."""
        self.foreign: list[Record] = []
        """Records that none of our workers wrote, to be reported with the next transaction."""

    @property
    def waiting(self) -> int:
        """How many records wait."""
        return len(self._waiting)

    def come(self, messages: Iterable[Message]) -> None:
        """Records of the partition come in; those before a topic's position are left out.

        Raises Refusal where records of one of our own workers are missing.
        """
        for message in messages:
            assert message.partition == self._partition, "a record of another partition"
            if message.offset < self._ends.get(message.topic, 0):
                continue
            self._take_in(message, TOPICS[message.topic])
            self._ends[message.topic] = message.offset + 1
        self._move()

    def passed(self, topic: str, offset: int) -> None:
        """Nothing is left to read before an offset, although no record of ours stood there."""
        self._ends[topic] = max(offset, self._ends.get(topic, 0))
        self._move()

    def batch(self) -> Sequence[Record]:
        """The first records that wait, in the order of their coming: as many as one transaction may handle."""
        return [arrival.record for arrival in islice(self._waiting, BATCH_RECORDS)]

    def take_foreign(self) -> Sequence[Record]:
        """The records that none of our workers wrote: told once."""
        told, self.foreign = self.foreign, []
        return told

    def take(self, count: int, ledger: Ledger) -> None:
        """The first `count` records were handled: noted in the ledger, as far as they are ours."""
        for _ in range(count):
            record, origin = self._waiting.popleft()
            if origin is not None:
                ledger.heard[voice(record.topic.name, origin)] = origin.sequence
        self._move()

    def _take_in(self, message: Message, topic: Topic) -> None:
        key = _text(message.key)
        if topic.name in _PUBLIC:
            value = structured(message.headers, message.value)
            self._waiting.append(Arrival(Record(topic, message.partition, message.offset, key, value), None))
            return
        record = Record(topic, message.partition, message.offset, key, message.value or b"")
        origin = origin_of(message.headers)
        if origin is None or origin.producer not in topic.producers:
            self.foreign.append(record)
        elif self._is_new(record, origin):
            self._waiting.append(Arrival(record, origin))

    def _is_new(self, record: Record, origin: Origin) -> bool:
        """Whether a record was not heard yet. Raises Refusal where one before it is missing."""
        key = voice(record.topic.name, origin)
        last = self._heard.get(key, 0)
        if origin.sequence <= last:
            return False
        if origin.sequence > last + 1:
            raise Refusal(
                f"{record.topic.name}/{record.partition} at {record.offset}: {origin.producer} wrote {origin.sequence} "
                f"from its partition {origin.partition}, but {last + 1} was not read; records of this topic are "
                "missing: restore them, or rebuild"
            )
        self._heard[key] = origin.sequence
        return True

    def _move(self) -> None:
        """Positions stand before the first record that waits, else behind all that came."""
        self.positions = dict(self._ends)
        for record, _ in reversed(self._waiting):
            self.positions[record.topic.name] = record.offset


def _text(key: bytes | None) -> str:
    return "" if key is None else key.decode("utf-8", "backslashreplace")
