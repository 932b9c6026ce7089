"""The end offsets of all topics and the timestamps of their records, as the brokers report them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from kafka import KafkaConsumer, TopicPartition

from schemas.topics import ALL_TOPICS, Topic
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.settings import KafkaSettings

_FIRST_RECORD_MS: Final = 1_000


class EndOffsets:
    """A connection that is asked again and again; only committed records count.

    Its methods raise KafkaError when no broker answers.
    """

    def __init__(self, kafka: KafkaSettings, partitions: int) -> None:
        self._kafka = kafka
        self._consumer: Final = KafkaConsumer(**kafka_python_options(kafka), isolation_level="read_committed")
        self._partitions = partitions

    def fetch(self) -> dict[str, Sequence[int]]:
        """By topic and partition, the offset after the last record that may be read."""
        of_topic = {
            topic: [self._on_kafka(topic, number) for number in range(self._partitions)] for topic in ALL_TOPICS
        }
        ends = self._consumer.end_offsets([each for partitions in of_topic.values() for each in partitions])
        return {topic.name: [ends[each] for each in partitions] for topic, partitions in of_topic.items()}

    def appended_at(self, topic: str, partition: int, offset: int) -> datetime | None:
        """When the log took the first record from an offset on (UTC); None where there is none that may be read."""
        wanted = self._on_kafka(topic, partition)
        self._consumer.assign([wanted])
        self._consumer.seek(wanted, offset)
        records = self._consumer.poll(_FIRST_RECORD_MS, max_records=1).get(wanted)
        return datetime.fromtimestamp(records[0].timestamp / 1_000, UTC) if records else None

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def _on_kafka(self, topic: Topic | str, partition: int) -> TopicPartition:
        return TopicPartition(topic_name(self._kafka, topic), partition)
