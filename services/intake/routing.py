"""The public topic and key under which an event is published (design.md §3, the table of topics).

For commands that publish files. Nothing is refused here: what cannot be read far enough to know its topic goes to
instructions, under the creditor if one can be read, and intake makes a dead letter of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json

from schemas.events import EVENT_TYPES
from schemas.topics import INSTRUCTIONS, PAYMENTS, SETTINGS, TOPICS, Topic

_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an event is published, and the event's time where it can be read (aware, as written)."""

    topic: Topic
    key: str
    time: datetime | None = None


_UNREADABLE: Final = Destination(INSTRUCTIONS, _NOBODY)


def destination_of(raw: bytes) -> Destination:
    """The destination of an event by its type and data, without checking it."""
    try:
        event = from_json(raw)
    except ValueError:
        return _UNREADABLE
    if not isinstance(event, dict):
        return _UNREADABLE
    kind, data = event.get("type"), event.get("data")
    model = EVENT_TYPES.get(kind) if isinstance(kind, str) else None
    topic = TOPICS[model.topic] if model is not None else INSTRUCTIONS
    return Destination(topic, _key(topic, data if isinstance(data, dict) else {}), _time(event.get("time")))


def _key(topic: Topic, data: Mapping[str, Any]) -> str:
    if topic is PAYMENTS:
        return "".join(_text(data.get("account")).split()).upper()
    creditor = _text(data.get("creditor"))
    if topic is SETTINGS:
        return creditor or _text(data.get("policy")) or _text(data.get("country"))
    return creditor


def _text(value: object) -> str:
    """A short line as it is, anything else as nothing: keys of records stay small and printable."""
    return value if isinstance(value, str) and len(value) <= 200 and value.isprintable() else _NOBODY


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
