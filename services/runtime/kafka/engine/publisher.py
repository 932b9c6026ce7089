"""Publishes a partition task's pending records, in order; on return the log has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.security import aiokafka_options
from services.runtime.kafka.broker.topics import LARGEST_OF_OURS
from services.runtime.kafka.engine.sequences import output_key
from services.runtime.settings import KafkaSettings
from services.runtime.store.partition_tasks import PendingRecord

_BATCH_BYTES: Final = 256 * 1024
_REQUEST_TIMEOUT_MS: Final = 60_000
"""How long a broker may take, restarts included; after that the process ends, and the next one publishes anew."""


class RecordPublisher:
    """The idempotent producer of one process: a retry neither repeats a record nor changes the order."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(
            **aiokafka_options(self._kafka),
            acks="all",
            enable_idempotence=True,
            max_batch_size=_BATCH_BYTES,
            max_request_size=LARGEST_OF_OURS,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        await self._producer.start()

    async def publish(self, worker: str, partition: int, records: Sequence[PendingRecord]) -> dict[str, int]:
        """Write a task's records; returns, by output partition, the offset after the last of them.

        Raises KafkaError when the log does not take them in time.
        """
        assert self._producer is not None, "a publisher that was started"
        sent = [
            await self._producer.send(
                topic_name(self._kafka, record.topic),
                value=record.value,
                key=record.key.encode(),
                partition=record.partition,
                headers=headers_of(Origin(worker, partition, record.sequence)),
            )
            for record in records
        ]
        ends: dict[str, int] = {}
        for record, metadata in zip(records, await asyncio.gather(*sent), strict=True):
            ends[output_key(record.topic, record.partition)] = metadata.offset + 1
        return ends

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None
