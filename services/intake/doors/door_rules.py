"""Doors: the ways by which events come in, and which types of event each may bring (docs/operating.md).

An event has to be of its topic and of its door. The topic is what brokers guard: whoever may write to one alone can say
nothing that belongs on another, whatever the label in front of the event says.
"""

from typing import Final

from schemas.events import EVENT_TYPES
from schemas.facts import PERSONS_DOORS, PERSONS_WORDS
from schemas.topics import Topic
from services.runtime.door_settings import DoorSettings, event_types

INBOX: Final = "inbox"
INBOX_SETTINGS: Final = "inbox-settings"
PUBLISH: Final = "publish"
PLAY: Final = "play"
TELL: Final = "tell"
REDRIVE: Final = "redrive"
TOPIC: Final = "topic"
FILE: Final = "file"
"""Of files that an older version read: it did not say by which door."""

NOT_THIS_DOOR: Final = "not-this-door"
"""Why an event that came by a wrong door is a dead letter."""

_UNRESTRICTED: Final = frozenset({PLAY, REDRIVE, FILE})
_WORDS: Final = {
    INBOX: "inbox/",
    INBOX_SETTINGS: "inbox/settings/",
    TELL: "`erapaiva tell`",
    PUBLISH: "`erapaiva publish`",
}
_FOLDERS: Final = (INBOX, INBOX_SETTINGS)


class Doors:
    """Which types of event each door may bring."""

    def __init__(self, settings: DoorSettings) -> None:
        """As the settings say."""
        named = {
            INBOX: settings.inbox,
            INBOX_SETTINGS: settings.inbox_settings,
            TELL: settings.tell,
            PUBLISH: settings.publish,
            TOPIC: settings.topic,
        }
        self._types = {door: frozenset().union(*map(event_types, names)) for door, names in named.items()}

    def refusal(self, door: str, topic: Topic, event_type: str) -> str | None:
        """The line for the sender of an event that may not come by this door, or on this topic; None where it may.

        A name that is no door's counts as no door's: what its topic may bring.
        """
        own = EVENT_TYPES[event_type].topic
        if own != topic.name:
            return f"type: {event_type} does not belong on the topic {topic}; publish it on {own}"
        if event_type in PERSONS_WORDS and door not in PERSONS_DOORS:
            return f"type: {event_type} is a person's word; say it with {_WORDS[TELL]}"
        if door in _UNRESTRICTED or event_type in self._types.get(door, self._types[TOPIC]):
            return None
        right = [other for other in self._types if event_type in self._types[other]]
        return f"type: {event_type} does not come by {_words(door, own)}; {_advice(door, own, right)}"


SHIPPED: Final = Doors(DoorSettings())
"""What each door may bring unless the settings say otherwise."""


def _words(door: str, topic: str) -> str:
    return _WORDS.get(door, f"the topic {topic}")


def _advice(door: str, topic: str, right: list[str]) -> str:
    """Where the event belongs; of a file, the folder to move it to, where one may bring it."""
    folder = next((other for other in _FOLDERS if other in right), None)
    if door in _FOLDERS and folder is not None:
        return f"move the file to {_WORDS[folder]}, which also closes this dead letter"
    if not right:
        return "no door may bring it: see the settings ERAPAIVA_DOORS__…"
    return f"it comes by {' or '.join(_words(other, topic) for other in right)}"
