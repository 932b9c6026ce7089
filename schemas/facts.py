"""Messages on the topic ``facts``: every event that intake has read and checked, ticks, and doubts.

Key: the creditor. Settings without a creditor, registrations of creditors, and ticks are written to every partition.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

from pydantic import InstanceOf, SerializeAsAny

from schemas.data import Data
from schemas.events import EVENT_TYPES
from schemas.fields import Instant
from schemas.messages import Message, by_type, decoder, with_data

PERSONS_DOORS: Final = frozenset({"tell", "redrive", "play"})
"""The doors through which a person speaks: what comes by them about an address outweighs that it failed (S6)."""
PERSONS_WORDS: Final = frozenset({"address.cleared.v1"})
"""The types of event that only these doors may bring."""


class Fact(Message):
    """One public event, read and checked.

    ``type``, ``source``, ``id`` and ``time`` are the CloudEvent's; ``content`` is the digest of ``data``
    (`content_of`); ``file`` and ``line`` say where a file held it.

    ``after`` is the last tick before it in its partition of the public topic, None before the first one: at the lane's
    first frontier later than that, when the event is known is fixed (rules.md K1). ``known`` is that instant, where it
    is earlier than ``time`` and fixed already. ``door`` is how it came: ``inbox``, ``inbox-settings``, ``publish``,
    ``play``, ``tell``, ``redrive``, ``topic``, or ``file`` (an older version's reading of a file).
    ``mends`` is the key of the dead letter that it mends: the event of that one, if it waits, is forgotten before.
    """

    type: str
    source: str
    id: str
    time: Instant
    creditor: str | None = None
    content: str
    data: SerializeAsAny[InstanceOf[Data]]
    file: str | None = None
    line: int | None = None
    after: Instant | None = None
    known: Instant | None = None
    door: str | None = None
    mends: str | None = None

    @property
    def event_id(self) -> str:
        """What identifies the event for all its readers: ``source#id``."""
        return f"{self.source}#{self.id}"

    @property
    def known_at(self) -> datetime:
        """The instant at which it is known, as far as that is fixed (rules.md K1)."""
        return self.known or self.time


class Tick(Message):
    """Everything published before ``instant`` to one partition of a public topic is on this partition of facts.

    ``origin`` is that partition, as ``topic/partition``.
    """

    type: Literal["tick"] = "tick"
    instant: Instant
    origin: str


class UnreadEvent(Message):
    """An event could not be read or applied: it holds the account, the feed or the creditor that it names.

    ``key`` is the id of the doubt, by which it is released (design.md §3, doubt holds); several creditors may be held
    under one. ``reason`` is a code. ``invoice`` and ``reference`` name the account whose they are (rules.md K5).
    """

    type: Literal["unread-event"] = "unread-event"
    key: str
    creditor: str | None = None
    debtor: str | None = None
    account: str | None = None
    invoice: str | None = None
    reference: str | None = None
    reason: str


class UnreadReleased(Message):
    """The doubt ``key`` is over: a person has redriven or discarded its event."""

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
    """The digest of an event's content: sha256 in hex of its type and known fields, without id, source and time.

    A field that is left out and one that is given as its default are the same. Two events of one identity with the same
    content are one event sent twice; with other content they conflict (design.md §3, identity).
    """
    fields = data.__pydantic_serializer__.to_json(data, by_alias=True, exclude_defaults=True)
    return sha256(data.event_type.encode() + b"\n" + fields).hexdigest()
