"""One partition of the log, from its beginning to an end that was asked for before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

FROM_THE_BEGINNING: Final[dict[str, Any]] = {
    "isolation_level": "read_committed",
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
}
"""How a consumer that reads so is opened."""
_POLL_MS: Final = 1_000
_SILENT_POLLS: Final = 30
"""Polls without an answer after which a broker is taken to be gone."""


def whole(consumer: KafkaConsumer, place: TopicPartition, end: int) -> Iterator[Any]:
    """The committed records before ``end``, where markers of transactions may stand that are no records.

    Raises KafkaError when the broker answers no more.
    """
    consumer.assign([place])
    consumer.seek(place, 0)
    silent = 0
    while consumer.position(place) < end:
        records = consumer.poll(_POLL_MS).get(place, [])
        yield from (record for record in records if record.offset < end)
        silent = 0 if records else silent + 1
        if silent == _SILENT_POLLS:
            raise KafkaTimeoutError(f"no answer for {place.topic}/{place.partition}")
