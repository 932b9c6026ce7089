"""Publishes ticks on Kafka: one `time.reached` into every partition of the public topics (design.md §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kafka import KafkaProducer

from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import PUBLIC_TOPICS
from services.runtime.kafka.broker.connection import explained
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.last_tick import last_tick, remember_tick
from services.runtime.settings import KafkaSettings
from services.runtime.store.port import Store

_TIMEOUT_S: Final = 60


class TickProducer:
    """Publishes ticks. The store keeps the last one, so that time only rises whichever process publishes it."""

    def __init__(self, kafka: KafkaSettings, store: Store, partitions: int) -> None:
        self._kafka = kafka
        with explained(kafka):
            self._producer = KafkaProducer(
                **kafka_python_options(kafka), acks="all", enable_idempotence=True, linger_ms=0
            )
        self._store = store
        self._partitions = partitions

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick that any process published; None before the first."""
        return last_tick(self._store)

    def tick(self, instant: datetime) -> bool:
        """Publish an instant; False when it, or a later one, was published before.

        The store keeps it first: after a crash in between a minute may be left out, and none is published twice.
        Raises Refusal when the log does not take it within a minute.
        """
        last = self.reached
        if last is not None and instant <= last:
            return False
        self._store.begin()
        remember_tick(self._store, instant)
        self._store.commit()
        with explained(self._kafka):
            self._publish(time_reached(instant))
        return True

    def _publish(self, value: bytes) -> None:
        sent = [
            self._producer.send(topic_name(self._kafka, topic), key=TICK_KEY.encode(), value=value, partition=partition)
            for topic in PUBLIC_TOPICS
            for partition in range(self._partitions)
        ]
        self._producer.flush(timeout=_TIMEOUT_S)
        for each in sent:
            each.get(timeout=0)  # the flush has waited

    def close(self) -> None:
        """Disconnect."""
        self._producer.close(timeout=_TIMEOUT_S)
