"""Telling the time on Kafka: one tick into every partition of the public topics (design.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from kafka import KafkaProducer

from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import PUBLIC_TOPICS
from services.runtime.kafka.security import kafka_python_options
from services.runtime.settings import KafkaSettings
from services.runtime.store import Store

REACHED: Final = "reached"
"""The bookmark that keeps the instant of the last tick."""
_TIMEOUT_S: Final = 60


class Ticks:
    """Publishes ticks; the store remembers the last one, so that time only rises whoever tells it."""

    def __init__(self, kafka: KafkaSettings, store: Store, partitions: int) -> None:
        self._producer = KafkaProducer(**kafka_python_options(kafka), acks="all", enable_idempotence=True, linger_ms=0)
        self._store = store
        self._partitions = partitions

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick ever told."""
        return reached(self._store)

    def tick(self, instant: datetime) -> bool:
        """Tell an instant to every partition of every public topic; False when it, or a later one, was told before.

        It is remembered first: after a crash in between a minute may be left out, and none is told twice. Raises
        KafkaError when the log does not take it.
        """
        last = self.reached
        if last is not None and instant <= last:
            return False
        self._store.begin()
        remember_tick(self._store, instant)
        self._store.commit()
        value = time_reached(instant)
        sent = [
            self._producer.send(topic.name, key=TICK_KEY.encode(), value=value, partition=partition)
            for topic in PUBLIC_TOPICS
            for partition in range(self._partitions)
        ]
        self._producer.flush(timeout=_TIMEOUT_S)
        for told in sent:
            told.get(timeout=_TIMEOUT_S)
        return True

    def close(self) -> None:
        """Disconnect."""
        self._producer.close(timeout=_TIMEOUT_S)


def reached(store: Store) -> datetime | None:
    """The instant of the last tick that a store remembers."""
    told = store.bookmark(REACHED)
    return datetime.fromisoformat(told) if told else None


def remember_tick(store: Store, instant: datetime) -> None:
    """Keep the instant of the last tick, inside the open transaction."""
    store.set_bookmark(REACHED, instant.astimezone(UTC).isoformat())
