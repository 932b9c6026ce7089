"""Time on the public topics: the clock's one kind of record, ``time.reached`` (design.md §3).

A tick is told from everybody else's records by its key, which no outside record can have: ids hold no
control characters. An event of this type from outside is refused as an unknown type.
"""

from datetime import datetime
from typing import Final, Literal

from schemas.fields import Instant
from schemas.messages import Message, by_type, decoder, encode

TICK_KEY: Final = "\x1ftime.reached"
"""The key of every tick on a public topic."""


class TimeReached(Message):
    """Everything published to this partition before ``instant`` lies before this record."""

    type: Literal["time.reached.v1"] = "time.reached.v1"
    instant: Instant


_decode: Final = decoder("public topics", by_type(TimeReached))


def time_reached(instant: datetime) -> bytes:
    """The value of a tick's record, to be published under ``TICK_KEY``."""
    return encode(TimeReached(instant=instant))


def reached_instant(key: str | None, value: bytes) -> datetime | None:
    """The instant of a tick; None when the record is not one."""
    if key != TICK_KEY:
        return None
    tick: TimeReached = _decode(value)
    return tick.instant
