"""Who wrote a record of our own topics, and as which in a row (design.md §3, Identity).

A worker numbers what it writes from one of its partitions to one output partition. A reader applies the number after
the last, drops a lower one as a repetition, and stops at a higher one: something is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

Headers = Sequence[tuple[str, bytes | None]]

_PRODUCER: Final = "producer"
_FROM: Final = "from"
_SEQUENCE: Final = "seq"
_MOST_DIGITS: Final = 18


class Origin(NamedTuple):
    """The worker, its partition, and the record's number among those for one output partition; the first is 1."""

    producer: str
    partition: int
    sequence: int


def headers_of(origin: Origin) -> list[tuple[str, bytes]]:
    """The headers of a record of ours."""
    return [
        (_PRODUCER, origin.producer.encode()),
        (_FROM, b"%d" % origin.partition),
        (_SEQUENCE, b"%d" % origin.sequence),
    ]


def origin_of(headers: Headers) -> Origin | None:
    """Who wrote a record; None when no worker of ours did."""
    found = dict(headers)
    producer, partition, sequence = found.get(_PRODUCER), _number(found.get(_FROM)), _number(found.get(_SEQUENCE))
    if producer is None or partition is None or sequence is None:
        return None
    return Origin(producer.decode("utf-8", "replace"), partition, sequence)


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits is not None and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
