"""Encoding and decoding of the messages between our own workers."""

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Final, get_args

from pydantic import ConfigDict, ValidationError
from pydantic_core import from_json

from schemas.events import EVENT_TYPES
from schemas.faults import explain_validation
from schemas.fields import Part

MESSAGES_VERSION: Final = 3
"""The version in which this program writes the messages between workers.

It rises when a program of the version before could not read them. Every program reads all lower versions.
"""

Build = Callable[[dict[str, Any]], Any]
"""Builds a message from its parsed JSON; raises ValidationError."""


class Message(Part):
    """A message between our own workers: a literal ``type``, money as minor units, instants in UTC."""

    model_config = ConfigDict(extra="forbid")


class UnreadableMessageError(ValueError):
    """Bytes on one of our own topics that are no message of it: the log is damaged, or a newer version wrote them."""


def encode(message: Part) -> bytes:
    """The message as compact JSON, without fields that are None. Equal messages have equal bytes."""
    return message.__pydantic_serializer__.to_json(message, by_alias=True, exclude_none=True)


def by_type(messages: type[Message] | UnionType) -> dict[str, Build]:
    """The builder of each message of a union, by the message's literal ``type``."""
    models: tuple[type[Message], ...] = get_args(messages) or (messages,)
    return {model.model_fields["type"].default: model.__pydantic_validator__.validate_python for model in models}


def with_data(model: type[Message], name_field: str) -> Build:
    """The builder of a message that carries a public event's data, whose type stands in ``name_field``."""
    build = model.__pydantic_validator__.validate_python
    builders: Final = {name: data.__pydantic_validator__.validate_python for name, data in EVENT_TYPES.items()}

    def build_both(raw: dict[str, Any]) -> Any:
        raw["data"] = builders[raw[name_field]](raw["data"])
        return build(raw)

    return build_both


def decoder(topic: str, builders: Mapping[str, Build]) -> Callable[[bytes], Any]:
    """The decoder of a topic; ``builders`` has the builder of each message ``type`` on it.

    The decoder raises UnreadableMessageError, whose text holds no values. Our own workers wrote these bytes, so the log
    is damaged or a newer version wrote to it; the sender of an event has made no mistake.
    """

    def decode(raw: bytes) -> Any:
        try:
            parsed = from_json(raw)
            return builders[parsed["type"]](parsed)
        except ValidationError as fault:
            what = "; ".join(explain_validation(fault, {}))
        except (ValueError, KeyError, TypeError) as fault:
            what = type(fault).__name__
        raise UnreadableMessageError(f"not a message of the topic {topic}: {what}")

    return decode
