"""Messages on ``dead-letters``: what could not be read or applied, and where it lies. Key: the source."""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Instant
from schemas.messages import Message, by_type, decoder
from schemas.parsing import LARGEST_EVENT

KEPT_OF_TOO_LARGE: Final = 1_024
"""Bytes that are kept of what is larger than any event may be: enough to tell what it was."""
_LONGEST_KEY_KEPT: Final = 200


def kept_content(raw: bytes) -> str:
    """The content of a dead letter: the bytes as text, or their beginning where they are larger than any event."""
    kept = raw if len(raw) <= LARGEST_EVENT else raw[:KEPT_OF_TOO_LARGE]
    return kept.decode("utf-8", "backslashreplace")


def kept_key(key: str) -> str | None:
    """A record's key as a dead letter tells it: its beginning, as a key from outside may be of any length."""
    return key[:_LONGEST_KEY_KEPT] or None


class DeadLetter(Message):
    """An event that was not applied, kept whole in ``content`` so that it can be fixed and put back.

    Of one that is larger than any event may be, only the beginning is kept.

    ``reason`` is a code, ``detail`` lines for a person (no values); ``key`` names the doubt that it
    raised; ``origin`` is its topic and partition, ``position`` its offset there; ``file`` and ``line``
    where a file held it. What could be read of it is in the other fields.
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
    content: str


class DeadLetterClosed(Message):
    """The dead letter ``key`` was put back or discarded by a person."""

    type: Literal["dead-letter-closed"] = "dead-letter-closed"
    key: str
    outcome: Literal["redriven", "discarded"]
    at: Instant | None = None


DeadLettersMessage = DeadLetter | DeadLetterClosed

decode_dead_letters: Final[Callable[[bytes], DeadLettersMessage]] = decoder("dead-letters", by_type(DeadLettersMessage))
"""Bytes of the topic ``dead-letters`` -> message."""
