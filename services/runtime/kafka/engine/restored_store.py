"""Does the log know more of a worker than its store does? Then the store was restored from the past (design.md §3).

Going on would number new records like old ones, and readers would drop them as repetitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.topics import ALL_TOPICS
from services.runtime.kafka.broker.headers import origin_of
from services.runtime.kafka.broker.security import aiokafka_options
from services.runtime.kafka.engine.sequences import Ledger, output
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_AT_ONCE: Final = 5_000
_WAIT_MS: Final = 1_000


async def refuse_unknown_past(
    worker: str, ledgers: Mapping[int, Ledger], partitions: int, kafka: KafkaSettings
) -> None:
    """Look at all that was written since a seat's last known record in each output partition.

    `ledgers`: what each of the worker's seats remembers; how far was looked is noted there. Raises Refusal when the log
    has a later record of the worker.
    """
    outputs = [
        TopicPartition(topic.name, partition)
        for topic in ALL_TOPICS
        if worker in topic.producers
        for partition in range(partitions)
    ]
    if not outputs or not ledgers:
        return
    consumer = AIOKafkaConsumer(**aiokafka_options(kafka), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(outputs)  # first: so it learns of all topics with one question
        for place in outputs:
            consumer.seek(place, _known(place, ledgers.values()))
        ends = await consumer.end_offsets(outputs)
        while any([await consumer.position(place) < ends[place] for place in outputs]):
            found = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
            for records in found.values():
                _refuse_later(worker, ledgers, records)
        for ledger in ledgers.values():  # what was looked at is not looked at again
            ledger.reached.update({output(place.topic, place.partition): ends[place] for place in outputs})
    finally:
        await consumer.stop()


def _known(place: TopicPartition, ledgers: Iterable[Ledger]) -> int:
    """From where an output partition may hold records that some seat does not know to be there."""
    return min(ledger.reached.get(output(place.topic, place.partition), 0) for ledger in ledgers)


def _refuse_later(worker: str, ledgers: Mapping[int, Ledger], records: Iterable[ConsumerRecord[bytes, bytes]]) -> None:
    for record in records:
        origin = origin_of(record.headers)
        if origin is None or origin.producer != worker or origin.partition not in ledgers:
            continue
        said = ledgers[origin.partition].last(output(record.topic, record.partition))
        if origin.sequence > said:
            raise Refusal(
                f"store: {worker}/{origin.partition} has written {said} records to {record.topic}/{record.partition}, "
                f"but the log has its record {origin.sequence}; "
                "the store was restored from the past: rebuild it, with `erapaiva rebuild`"
            )
