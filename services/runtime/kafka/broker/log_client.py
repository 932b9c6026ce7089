"""Kafka's log as somebody outside the engine sees it; see `services.runtime.log_client.LogClient`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.future import Future

from schemas.binary_mode import structured
from schemas.topics import PUBLIC_TOPICS, Topic, partition_of
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.headers import origin_of
from services.runtime.kafka.broker.read_partition import FROM_THE_BEGINNING, whole
from services.runtime.kafka.broker.topics import LARGEST_PUBLIC
from services.runtime.log_client import Told
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_TOPIC_KNOWN_WITHIN_MS: Final = 10_000
_LINGER_MS: Final = 5
_DELIVERED_WITHIN_S: Final = 120


class KafkaLog:
    """The log of the Kafka engine, from outside."""

    def __init__(self, kafka: KafkaSettings, producer: KafkaProducer) -> None:
        self._kafka = kafka
        self._producer = producer
        self._partitions: dict[Topic, int] = {}

    def append(self, records: Sequence[Told]) -> list[str | None]:
        """Written by all copies that count, each once whatever is retried, in order: see `LogClient`."""
        sent = [self._send(record) for record in records]
        with suppress(KafkaTimeoutError):  # each record says for itself whether it is written
            self._producer.flush(_DELIVERED_WITHIN_S)
        return [_fault(each) for each in sent]

    def values(self, topic: Topic) -> Iterator[bytes]:
        """Committed records only, events in structured mode, our own each once, no stranger's: see `LogClient`."""
        with connected(KafkaConsumer, self._kafka, **FROM_THE_BEGINNING) as consumer:
            places = [TopicPartition(topic.name, place) for place in range(self._count(topic))]
            ends = consumer.end_offsets(places)
            for place in places:
                records = whole(consumer, place, ends[place])
                yield from _events(records) if topic in PUBLIC_TOPICS else _ours(records, topic)

    def _send(self, record: Told) -> Future | KafkaError:
        partition = partition_of(record.key, self._count(record.topic))
        try:
            return self._producer.send(
                record.topic.name, value=record.value, key=record.key.encode(), partition=partition
            )
        except KafkaError as fault:
            return fault

    def _count(self, topic: Topic) -> int:
        """How many partitions a topic has; it is fixed when the topic is made."""
        if topic not in self._partitions:
            try:
                self._partitions[topic] = len(self._producer.partitions_for(topic.name))
            except KafkaError as fault:
                raise Refusal(
                    f"topics: {topic} is not there for us ({type(fault).__name__}); see `erapaiva topics check`"
                ) from None
        return self._partitions[topic]


@contextmanager
def kafka_log(kafka: KafkaSettings) -> Iterator[KafkaLog]:
    """Kafka's log, connected. Raises Refusal when no broker lets us in."""
    options = {
        "acks": "all",
        "enable_idempotence": True,
        "allow_auto_create_topics": False,
        "linger_ms": _LINGER_MS,
        "max_block_ms": _TOPIC_KNOWN_WITHIN_MS,
        "max_request_size": LARGEST_PUBLIC,
        "delivery_timeout_ms": _DELIVERED_WITHIN_S * 1_000,
    }
    with connected(KafkaProducer, kafka, **options) as producer:
        yield KafkaLog(kafka, producer)


def _fault(sent: Future | KafkaError) -> str | None:
    """The kind of fault that kept a record out of the log."""
    if isinstance(sent, KafkaError):
        fault: object = sent
    elif sent.is_done:
        fault = sent.exception
    else:
        fault = KafkaTimeoutError()
    return None if fault is None else type(fault).__name__


def _events(records: Iterable[Any]) -> Iterator[bytes]:
    """What anybody may have written, in whichever mode."""
    return (structured(record.headers, record.value) for record in records)


def _ours(records: Iterable[Any], topic: Topic) -> Iterator[bytes]:
    """What our workers wrote, without what one of them wrote again after a crash, and without what a stranger did."""
    heard: dict[tuple[str, int], int] = {}
    for record in records:
        origin = origin_of(record.headers)
        if origin is None or origin.producer not in topic.producers:
            continue
        writer = origin.producer, origin.partition
        if origin.sequence > heard.get(writer, 0):
            heard[writer] = origin.sequence
            yield record.value
