"""The headers of records that our own workers write (design.md §3, Identity).

They name the producing worker, its partition, and the record's sequence: a worker numbers the records that it writes
from one of its partitions to one output partition. A reader applies the record with the next number, drops one with a
lower number as a repetition, and stops at a higher one, because records are missing. A further header holds the version
of the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.messages import MESSAGES_VERSION
from schemas.topics import Topic
from services.runtime.refusal import Refusal

Headers = Sequence[tuple[str, bytes | None]]
"""Name and value of each header of a record."""

MESSAGES: Final = "erapaiva-messages"
"""The header with the version of the message; records of the first version may be without it."""
_PRODUCER: Final = "producer"
_FROM: Final = "from"
_SEQUENCE: Final = "seq"
_MOST_DIGITS: Final = 18
_FIRST_VERSION: Final = b"1"


class Origin(NamedTuple):
    """The worker that wrote a record, its partition, and the record's sequence in the output partition, from 1 on."""

    producer: str
    partition: int
    sequence: int
    version: int = MESSAGES_VERSION
    """The version of the messages of the program that wrote it."""


def headers_of(origin: Origin) -> list[tuple[str, bytes]]:
    """The headers of a record that one of our workers writes."""
    return [
        (_PRODUCER, origin.producer.encode()),
        (_FROM, b"%d" % origin.partition),
        (_SEQUENCE, b"%d" % origin.sequence),
        (MESSAGES, b"%d" % origin.version),
    ]


def origin_of(headers: Headers) -> Origin | None:
    """The origin that a record's headers state; None where they do not state one."""
    found = dict(headers)
    producer, partition, sequence = found.get(_PRODUCER), _number(found.get(_FROM)), _number(found.get(_SEQUENCE))
    version = _number(found.get(MESSAGES, _FIRST_VERSION))
    if producer is None or partition is None or sequence is None or version is None:
        return None
    return Origin(producer.decode("utf-8", "replace"), partition, sequence, version)


def producer_origin(topic: Topic, partition: int, offset: int, headers: Headers) -> Origin | None:
    """The origin of a record that a producer of the topic wrote; None for anybody else's record.

    Raises Refusal for a message of a later version than this program reads.
    """
    origin = origin_of(headers)
    if origin is None or origin.producer not in topic.producers:
        return None
    if origin.version > MESSAGES_VERSION:
        raise Refusal(
            f"{topic}/{partition} at {offset}: {origin.producer} wrote messages of version {origin.version}, but this "
            f"program reads them up to version {MESSAGES_VERSION}; run the newer program"
        )
    return origin


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits is not None and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
