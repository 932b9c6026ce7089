"""The settings of the doors by which events come in: what each may bring (docs/operating.md, Who may say what)."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

from schemas.events import EVENT_TYPES
from schemas.topics import PUBLIC_TOPICS

_EVERYTHING: Final = tuple(topic.name for topic in PUBLIC_TOPICS)
_VERSION: Final = ".v1"

EventNames = Annotated[tuple[str, ...], NoDecode]
"""Names of public topics, which stand for all of their events, and of types of event, with or without version."""


class DoorSettings(BaseModel):
    """Who may say what: by door, topics (all of their events) and types of event, separated by commas."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    inbox: EventNames = Field(
        ("invoices", "payments", "instructions"), description="events that files in inbox/ may bring"
    )
    inbox_settings: EventNames = Field(
        ("creditor.registered", "policy.published", "reference-rate.published"),
        description="events that files in inbox/settings/ may bring",
    )
    publish: EventNames = Field(_EVERYTHING, description="events that `erapaiva publish` may bring")
    tell: EventNames = Field(_EVERYTHING, description="events that `erapaiva tell` may bring")
    topic: EventNames = Field(
        _EVERYTHING, description="events that other systems may publish on Kafka, each on its own topic"
    )

    @field_validator("*", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @field_validator("*")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for name in given:
            if not event_types(name):
                raise ValueError(f"{name} is no event; should be {', '.join(_EVERYTHING)} or types of event")
        return given


def event_types(name: str) -> frozenset[str]:
    """The types of event that a name stands for: all of a public topic, or the one itself; none for another name."""
    if name in _EVERYTHING:
        return frozenset(kind for kind, model in EVENT_TYPES.items() if model.topic == name)
    return frozenset({name, name + _VERSION} & EVENT_TYPES.keys())
