"""Refuses a store that was restored from a backup: the log holds records of the worker that the store does not know.

Going on would give new records the numbers of old ones, and readers would drop them as repetitions (design.md §3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.topics import ALL_TOPICS, Topic
from services.runtime.kafka.broker.headers import producer_origin
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.security import aiokafka_options
from services.runtime.kafka.engine.sequences import Sequences, output_key
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_AT_ONCE: Final = 5_000
_WAIT_MS: Final = 1_000


class _Output(NamedTuple):
    topic: Topic
    partition: int

    @property
    def key(self) -> str:
        return output_key(self.topic.name, self.partition)


async def refuse_restored_store(
    worker: str, sequences: Mapping[int, Sequences], partitions: int, kafka: KafkaSettings
) -> None:
    """Read each output partition from where it was verified last, and note there how far it is verified now.

    `sequences`: of each of the worker's tasks, by partition. Raises Refusal when the log holds a record of a task whose
    sequence the task has not given yet.
    """
    outputs = {
        TopicPartition(topic_name(kafka, topic), partition): _Output(topic, partition)
        for topic in ALL_TOPICS
        if worker in topic.producers
        for partition in range(partitions)
    }
    if not outputs or not sequences:
        return
    consumer = AIOKafkaConsumer(**aiokafka_options(kafka), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(list(outputs))  # first: so one request fetches the metadata of all topics
        for on_kafka, output in outputs.items():
            consumer.seek(on_kafka, _verified(output, sequences.values()))
        ends = await consumer.end_offsets(list(outputs))
        while any([await consumer.position(on_kafka) < ends[on_kafka] for on_kafka in outputs]):
            found = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
            for on_kafka, records in found.items():
                _refuse_later(worker, sequences, outputs[on_kafka], records)
        for of_task in sequences.values():
            of_task.verified.update({output.key: ends[on_kafka] for on_kafka, output in outputs.items()})
    finally:
        await consumer.stop()


def _verified(output: _Output, sequences: Iterable[Sequences]) -> int:
    """The offset before which an output partition is verified for every task."""
    return min(of_task.verified.get(output.key, 0) for of_task in sequences)


def _refuse_later(
    worker: str,
    sequences: Mapping[int, Sequences],
    output: _Output,
    records: Iterable[ConsumerRecord[bytes, bytes]],
) -> None:
    for record in records:
        origin = producer_origin(output.topic, output.partition, record.offset, record.headers)
        if origin is None or origin.producer != worker or origin.partition not in sequences:
            continue
        sent = sequences[origin.partition].last(output.key)
        if origin.sequence > sent:
            raise Refusal(
                f"store: {worker}/{origin.partition} has written {sent} records to {output.key}, "
                f"but the log has its record {origin.sequence}; "
                "the store was restored from the past: rebuild it, with `erapaiva rebuild`"
            )
