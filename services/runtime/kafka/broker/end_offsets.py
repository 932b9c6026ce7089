"""Where the log ends and how old what is in it is, asked of the brokers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from kafka import KafkaConsumer, TopicPartition

from schemas.topics import ALL_TOPICS
from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.settings import KafkaSettings

_FIRST_RECORD_MS: Final = 1_000


class LogEnds:
    """A connection that is asked again and again."""

    def __init__(self, kafka: KafkaSettings, partitions: int) -> None:
        self._consumer: Final = KafkaConsumer(**kafka_python_options(kafka), isolation_level="read_committed")
        self._partitions = partitions
        self._places = [TopicPartition(topic.name, place) for topic in ALL_TOPICS for place in range(partitions)]

    def look(self) -> dict[str, Sequence[int]]:
        """By topic and partition, the offset behind the last record that may be read.

        Raises KafkaError when no broker answers.
        """
        ends = self._consumer.end_offsets(self._places)
        return {
            topic.name: [ends[TopicPartition(topic.name, place)] for place in range(self._partitions)]
            for topic in ALL_TOPICS
        }

    def arrived(self, topic: str, partition: int, offset: int) -> datetime | None:
        """When the first record from an offset on came into the log; None where there is none that may be read.

        Raises KafkaError when no broker answers.
        """
        place = TopicPartition(topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, offset)
        records = self._consumer.poll(_FIRST_RECORD_MS, max_records=1).get(place)
        return datetime.fromtimestamp(records[0].timestamp / 1_000, UTC) if records else None

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
