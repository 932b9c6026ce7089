"""Reads one partition of Kafka's log from its beginning to an end offset that was fetched before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from schemas.topics import Topic
from services.runtime.kafka.broker.names import topic_name
from services.runtime.settings import KafkaSettings

FROM_THE_BEGINNING: Final[dict[str, Any]] = {
    "isolation_level": "read_committed",
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
}
"""The options of a consumer that reads so."""
_POLL_MS: Final = 1_000
_SILENT_POLLS: Final = 30
"""Polls without a record after which a broker counts as gone."""


def partition_ends(consumer: KafkaConsumer, kafka: KafkaSettings, topic: Topic, partitions: int) -> list[int]:
    """By partition of a topic, the offset after the last committed record. Raises KafkaError."""
    asked = [TopicPartition(topic_name(kafka, topic), partition) for partition in range(partitions)]
    ends = consumer.end_offsets(asked)
    return [ends[each] for each in asked]


def read_to_end(consumer: KafkaConsumer, kafka: KafkaSettings, topic: Topic, partition: int, end: int) -> Iterator[Any]:
    """The committed records before ``end``, named by the topic's own name.

    The last offsets may hold markers of transactions, which are no records. Raises KafkaError when the broker stops
    answering.
    """
    asked = TopicPartition(topic_name(kafka, topic), partition)
    consumer.assign([asked])
    consumer.seek(asked, 0)
    silent = 0
    while consumer.position(asked) < end:
        records = consumer.poll(_POLL_MS).get(asked, [])
        yield from (record._replace(topic=topic.name) for record in records if record.offset < end)
        silent = 0 if records else silent + 1
        if silent == _SILENT_POLLS:
            raise KafkaTimeoutError(f"no answer for {asked.topic}/{partition}")
