"""A broker's topics seen from outside: written at once, and read with the times at which the broker had each record."""

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from kafka import KafkaConsumer
from kafka import TopicPartition as Place
from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError, GroupIdNotFoundError
from kafka.structs import OffsetAndMetadata

from schemas.topics import partition_of

_WITHIN_S: Final = 120
_LOOKS_APART_S: Final = 0.02
_AT_ONCE: Final = 5_000


class Seen(NamedTuple):
    """A record of the log: what it says, and the second at which the broker appended it."""

    said: dict[str, Any]
    at_s: float


class TopicsSeen:
    """All topics have equally many partitions."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._ends = KafkaConsumer(bootstrap_servers=bootstrap)
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self._producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "log_level": 0})

    def close(self) -> None:
        """Disconnect."""
        self._producer.flush()
        self._admin.close()
        self._ends.close()

    def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Write records, key and value, and wait until the log has them."""
        for key, value in records:
            place = partition_of(key, self._partitions)
            self._producer.produce(topic, value, key.encode(), place)
            self._producer.poll(0)
        self._producer.flush()

    def ends(self, topic: str) -> Sequence[int]:
        """By partition, the offset behind the last record."""
        places = [Place(topic, partition) for partition in range(self._partitions)]
        found = self._ends.end_offsets(places)
        return [found[place] for place in places]

    def wait_for(self, topic: str, count: int, since: Sequence[int]) -> None:
        """Wait until so many records have come since a look at the ends."""
        until = time.monotonic() + _WITHIN_S
        while (come := sum(self.ends(topic)) - sum(since)) < count:
            assert time.monotonic() < until, f"{topic}: only {come} of {count} records within {_WITHIN_S} s"
            time.sleep(_LOOKS_APART_S)

    def read(self, topic: str, since: Sequence[int]) -> list[Seen]:
        """All that has come since a look at the ends."""
        ends = self.ends(topic)
        wanted = sum(ends) - sum(since)
        consumer = Consumer(
            {"bootstrap.servers": self._bootstrap, "group.id": "reads-only", "enable.auto.commit": False}
        )
        consumer.assign([TopicPartition(topic, place, offset) for place, offset in enumerate(since)])
        seen: list[Seen] = []
        while len(seen) < wanted:
            seen += map(_seen, consumer.consume(_AT_ONCE, 1))
        consumer.close()
        return seen

    def begin_at_end(self, group: str, topic: str) -> None:
        """Have a group read a topic from where it now ends."""
        ends = enumerate(self.ends(topic))
        self._admin.alter_group_offsets(
            group, {Place(topic, place): OffsetAndMetadata(end, "", -1) for place, end in ends}
        )

    def wait_for_members(self, group: str, count: int) -> None:
        """Wait until so many processes share a group, each with something to read."""
        until = time.monotonic() + _WITHIN_S
        while not self._is_shared(group, count):
            assert time.monotonic() < until, f"{group}: {count} members do not come together within {_WITHIN_S} s"
            time.sleep(_LOOKS_APART_S)

    def _is_shared(self, group: str, count: int) -> bool:
        try:
            found = self._admin.describe_groups([group])[group]
        except (CoordinatorNotAvailableError, GroupIdNotFoundError):  # nobody was ever in it
            return False
        return found["group_state"] == "Stable" and len(found["members"]) == count


def _seen(message: Message) -> Seen:
    value = message.value()
    assert value is not None, "a record of a bench has a value"
    return Seen(json.loads(value), message.timestamp()[1] / 1_000)
