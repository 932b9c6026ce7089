"""Ticks: the clock's records on the public topics, ``time.reached`` (design.md §3).

A tick is recognised by its key, which no id can be, as ids hold no control characters. A record under that key that is
no tick is handled as an event. Every producer of a public topic could write a tick, so only the clock and the trusted
producers may have the right to write to it.
"""

from datetime import datetime
from typing import Final, Literal

from schemas.fields import Instant
from schemas.messages import Message, UnreadableMessageError, by_type, decoder, encode

TICK_KEY: Final = "\x1ftime.reached"
"""The key of every tick on a public topic."""


class TimeReached(Message):
    """Everything published to this partition before ``instant`` has a lower offset than this record."""

    type: Literal["time.reached.v1"] = "time.reached.v1"
    instant: Instant


_decode: Final = decoder("public topics", by_type(TimeReached))


def time_reached(instant: datetime) -> bytes:
    """The value of a tick's record, to be published under ``TICK_KEY``."""
    return encode(TimeReached(instant=instant))


def reached_instant(key: str | None, value: bytes) -> datetime | None:
    """The instant of a tick; None when the record is not one, under whatever key it was published."""
    if key != TICK_KEY:
        return None
    try:
        tick: TimeReached = _decode(value)
    except UnreadableMessageError:
        return None
    return tick.instant
