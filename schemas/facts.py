"""Messages on ``facts``: every canonical event that leaves intake, ticks, and doubts.

Key: the creditor; settings without one, and ticks, reach every partition.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Final, Literal

from pydantic import InstanceOf, SerializeAsAny

from schemas.data import Data
from schemas.events import EVENT_TYPES
from schemas.fields import Instant
from schemas.messages import Message, by_type, decoder, with_data


class Fact(Message):
    """One public event, read and checked; ``content`` tells what it says apart from anything else (``content_of``)."""

    type: str
    source: str
    id: str
    time: Instant
    creditor: str | None = None
    content: str
    data: SerializeAsAny[InstanceOf[Data]]
    file: str | None = None
    line: int | None = None


class Tick(Message):
    """Time has reached ``instant`` behind everything of one public partition (``topic/partition``)."""

    type: Literal["tick"] = "tick"
    instant: Instant
    origin: str


class UnreadEvent(Message):
    """Something could not be read: it holds the account, the feed or the creditor it names.

    ``key`` names the doubt, so that its release finds it (design.md §3, doubt holds).
    """

    type: Literal["unread-event"] = "unread-event"
    key: str
    creditor: str | None = None
    debtor: str | None = None
    account: str | None = None
    reason: str


class UnreadReleased(Message):
    """The doubt ``key`` is gone: its event was put back, or discarded by a person."""

    type: Literal["unread-released"] = "unread-released"
    key: str
    creditor: str | None = None
    debtor: str | None = None
    account: str | None = None


FactsMessage = Fact | Tick | UnreadEvent | UnreadReleased

decode_facts: Final[Callable[[bytes], FactsMessage]] = decoder(
    "facts",
    by_type(Tick | UnreadEvent | UnreadReleased) | dict.fromkeys(EVENT_TYPES, with_data(Fact, "type")),
)
"""Bytes of the topic ``facts`` -> message."""


def content_of(data: Data) -> str:
    """What an event says, as sha256 hex: its type and known fields, without id, source and time.

    A field left out and one given as its default say the same. Two events of one identity with the
    same content are one event told twice; with other content they conflict (design.md §3, identity).
    """
    said = data.__pydantic_serializer__.to_json(data, by_alias=True, exclude_defaults=True)
    return sha256(data.event_type.encode() + b"\n" + said).hexdigest()
