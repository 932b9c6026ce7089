"""Messages on the topic ``dead-letters``: events that could not be read or applied. Key: the event's source."""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Instant
from schemas.messages import Message, by_type, decoder
from schemas.parsing import LARGEST_EVENT

KEPT_OF_TOO_LARGE: Final = 1_024
"""Bytes that are kept of a record larger than any event may be: enough to recognise it."""
OF_OVERDUE: Final = "overdue"
"""The origin of overdue's dead letters: what people said about tasks and steps that are not open (rules.md K4).

They can only be discarded: the event was applied as far as anybody else is concerned.
"""
_LONGEST_KEY_KEPT: Final = 200


def kept_content(raw: bytes) -> str:
    """The content of a dead letter: the bytes as text, or their beginning where they are larger than any event."""
    kept = raw if len(raw) <= LARGEST_EVENT else raw[:KEPT_OF_TOO_LARGE]
    return kept.decode("utf-8", "backslashreplace")


def kept_key(key: str) -> str | None:
    """A record's key as a dead letter keeps it: its first 200 characters, as outsiders' keys may be of any length.

    None for an empty key.
    """
    return key[:_LONGEST_KEY_KEPT] or None


class DeadLetter(Message):
    """An event that was not applied, kept whole in ``content`` so that a person can correct and redrive it.

    Of an event that is larger than any may be, only the beginning is kept. ``reason`` is a code, ``detail`` are lines
    for a person without values. ``key`` is the dead letter's id and that of the doubt that it raised. ``origin`` is its
    topic and partition (``topic/partition``; or `OF_OVERDUE`), ``position`` its offset there, ``at`` the event's time;
    ``file`` and ``line`` say where a file held it. ``waits``: the event goes on waiting for what it names, and the dead
    letter ends when that comes. The other fields hold what could be read of the event.
    """

    type: Literal["dead-letter"] = "dead-letter"
    key: str
    reason: str
    detail: tuple[str, ...]
    origin: str
    position: int
    at: Instant | None = None
    file: str | None = None
    line: int | None = None
    source: str | None = None
    id: str | None = None
    event: str | None = None
    creditor: str | None = None
    debtor: str | None = None
    account: str | None = None
    record_key: str | None = None
    waits: bool = False
    content: str


class DeadLetterClosed(Message):
    """The dead letter ``key`` is over: a person has redriven (corrected and sent again) or discarded it.

    ``applied``: it was of an event that waited, and what it waited for came.
    """

    type: Literal["dead-letter-closed"] = "dead-letter-closed"
    key: str
    outcome: Literal["redriven", "discarded", "applied"]
    at: Instant | None = None


DeadLettersMessage = DeadLetter | DeadLetterClosed

decode_dead_letters: Final[Callable[[bytes], DeadLettersMessage]] = decoder("dead-letters", by_type(DeadLettersMessage))
"""Bytes of the topic ``dead-letters`` -> message."""
