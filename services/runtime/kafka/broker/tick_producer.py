"""Telling the time on Kafka: one tick into every partition of the public topics (design.md §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kafka import KafkaProducer

from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import PUBLIC_TOPICS
from services.runtime.kafka.broker.connection import explained
from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.last_tick import last_tick, remember_tick
from services.runtime.settings import KafkaSettings
from services.runtime.store.port import Store

_TIMEOUT_S: Final = 60


class Ticks:
    """Publishes ticks; the store remembers the last one, so that time only rises whoever tells it."""

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
        """The instant of the last tick ever told."""
        return last_tick(self._store)

    def tick(self, instant: datetime) -> bool:
        """Tell an instant to every partition of every public topic; False when it, or a later one, was told before.

        It is remembered first: after a crash in between a minute may be left out, and none is told twice. Raises
        Refusal when the log does not take it in time.
        """
        last = self.reached
        if last is not None and instant <= last:
            return False
        self._store.begin()
        remember_tick(self._store, instant)
        self._store.commit()
        with explained(self._kafka):
            self._tell(time_reached(instant))
        return True

    def _tell(self, value: bytes) -> None:
        sent = [
            self._producer.send(topic.name, key=TICK_KEY.encode(), value=value, partition=partition)
            for topic in PUBLIC_TOPICS
            for partition in range(self._partitions)
        ]
        self._producer.flush(timeout=_TIMEOUT_S)
        for told in sent:
            told.get(timeout=0)  # the flush has waited

    def close(self) -> None:
        """Disconnect."""
        self._producer.close(timeout=_TIMEOUT_S)
