"""Kafka's log as commands use it, outside the engine; see `services.runtime.log_client.LogClient`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.future import Future

from schemas.binary_mode import structured
from schemas.topics import PUBLIC_TOPICS, Topic, partition_of
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.headers import producer_origin
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.read_partition import FROM_THE_BEGINNING, partition_ends, read_to_end
from services.runtime.kafka.broker.topics import LARGEST_PUBLIC
from services.runtime.log_client import ClientRecord
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_TOPIC_KNOWN_WITHIN_MS: Final = 10_000
_LINGER_MS: Final = 5
_DELIVERED_WITHIN_S: Final = 120


class KafkaLogClient:
    """The log of the Kafka engine; `kafka_log_client` makes one."""

    def __init__(self, kafka: KafkaSettings, producer: KafkaProducer) -> None:
        self._kafka = kafka
        self._producer = producer
        self._partitions: dict[Topic, int] = {}

    def append(self, records: Sequence[ClientRecord]) -> list[str | None]:
        """Append each record once, whatever is retried, in order, to all in-sync replicas: see `LogClient`."""
        sent = [self._send(record) for record in records]
        with suppress(KafkaTimeoutError):  # the future of each record shows whether it was written
            self._producer.flush(_DELIVERED_WITHIN_S)
        return [_fault(each) for each in sent]

    def values(self, topic: Topic) -> Iterator[bytes]:
        """See `LogClient`."""
        return (value for _, value in self.by_partition(topic))

    def by_partition(self, topic: Topic) -> Iterator[tuple[int, bytes]]:
        """Committed records, events in structured mode, our messages once each, none foreign: see `LogClient`."""
        with connected(KafkaConsumer, self._kafka, **FROM_THE_BEGINNING) as consumer:
            ends = partition_ends(consumer, self._kafka, topic, self._count(topic))
            for partition, end in enumerate(ends):
                records = read_to_end(consumer, self._kafka, topic, partition, end)
                values = _events(records) if topic in PUBLIC_TOPICS else _ours(records, topic)
                yield from ((partition, value) for value in values)

    def _send(self, record: ClientRecord) -> Future | KafkaError:
        partition = partition_of(record.key, self._count(record.topic))
        name = topic_name(self._kafka, record.topic)
        try:
            return self._producer.send(name, value=record.value, key=record.key.encode(), partition=partition)
        except KafkaError as fault:
            return fault

    def _count(self, topic: Topic) -> int:
        """How many partitions a topic has; the number is fixed when the topic is made."""
        if topic not in self._partitions:
            name = topic_name(self._kafka, topic)
            try:
                self._partitions[topic] = len(self._producer.partitions_for(name))
            except KafkaError as fault:
                raise Refusal(
                    f"topics: {name} is not there for us ({type(fault).__name__}); see `erapaiva topics check`"
                ) from None
        return self._partitions[topic]


@contextmanager
def kafka_log_client(kafka: KafkaSettings) -> Iterator[KafkaLogClient]:
    """A connected client of Kafka's log. Raises Refusal when no broker lets us in."""
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
        yield KafkaLogClient(kafka, producer)


def _fault(sent: Future | KafkaError) -> str | None:
    """The class of the fault that kept a record out of the log; None for a record that was written."""
    if isinstance(sent, KafkaError):
        fault: object = sent
    elif sent.is_done:
        fault = sent.exception
    else:
        fault = KafkaTimeoutError()
    return None if fault is None else type(fault).__name__


def _events(records: Iterable[Any]) -> Iterator[bytes]:
    """Public events, which anybody may have written in either mode, in structured mode."""
    return (structured(record.headers, record.value) for record in records)


def _ours(records: Iterable[Any], topic: Topic) -> Iterator[bytes]:
    """Messages of our workers, without repetitions after a crash, and without foreign records."""
    received: dict[tuple[str, int], int] = {}
    for record in records:
        origin = producer_origin(topic, record.partition, record.offset, record.headers)
        if origin is None:
            continue
        producer = origin.producer, origin.partition
        if origin.sequence > received.get(producer, 0):
            received[producer] = origin.sequence
            yield record.value
