"""The AsyncAPI 3 document: every topic, what travels on it, and which worker sends and receives it.

It is made from the registry of topics and the JSON Schemas, so it cannot disagree with them. It names no brokers: each
installation has its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.events import EVENT_TYPES
from schemas.ticks import TICK_KEY, TimeReached
from schemas.topics import ALL_TOPICS, PUBLIC_TOPICS, Topic

DocumentPart = dict[str, Any]
"""A part of the document."""

VERSION: Final = "1.0.0"
"""Of the contracts as a whole; an event's own version stands in its type."""

_BINDING: Final = "0.5.0"
_JSON: Final = "application/json"
_TICK: Final[str] = TimeReached.model_fields["type"].default
_OUTSIDE: Final = "outside"
_CLOCK: Final = "clock"
_DESCRIPTION: Final = (
    "Billing systems, banks and people publish to the public topics, as CloudEvents 1.0 in structured or binary mode. "
    "All other topics are between Eräpäivä's own workers: read them, never write to them."
)


@dataclass(frozen=True, slots=True)
class _ChannelMessage:
    """One kind of record on a topic; ``payload`` is a reference to its JSON Schema."""

    topic: Topic
    name: str
    payload: str
    summary: str
    trait: str | None
    suffix: str = ""

    @property
    def key(self) -> str:
        """Its name on its topic's channel."""
        return self.name + self.suffix

    @property
    def component(self) -> str:
        """Its name among all messages: a tick is the same on every public topic, other names are the topic's own."""
        return self.key if self.name in EVENT_TYPES or self.name == _TICK else f"{self.topic.name}.{self.key}"

    @property
    def binding(self) -> str:
        """The name of its key's binding."""
        return _CLOCK if self.name == _TICK else self.topic.name


def asyncapi(schemas: Mapping[str, Mapping[str, Any]]) -> DocumentPart:
    """The document; ``schemas`` are all JSON Schemas by their paths beside it (:mod:`schemas.generate`)."""
    messages = {topic: list(_messages(topic, schemas)) for topic in ALL_TOPICS}
    every = {message.component: _message(message) for each in messages.values() for message in each}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Eräpäivä", "version": VERSION, "description": _DESCRIPTION},
        "defaultContentType": _JSON,
        "channels": {topic.name: _channel(topic, messages[topic]) for topic in ALL_TOPICS},
        "operations": dict(_operations(messages)),
        "components": {
            "messages": every,
            "messageTraits": {"structured": _STRUCTURED, "binary": _BINARY, "between-workers": _BETWEEN_WORKERS},
            "messageBindings": {topic.name: _key({"description": topic.key}) for topic in ALL_TOPICS}
            | {_CLOCK: _key({"const": TICK_KEY})},
        },
    }


# -- channels and operations -------------------------------------------------------------------------------------------


def _channel(topic: Topic, messages: Iterable[_ChannelMessage]) -> DocumentPart:
    return {
        "address": topic.name,
        "description": topic.holds,
        "messages": {message.key: _reference("components", "messages", message.component) for message in messages},
        "bindings": {"kafka": {"topic": topic.name, "bindingVersion": _BINDING}},
    }


def _operations(messages: Mapping[Topic, list[_ChannelMessage]]) -> Iterator[tuple[str, DocumentPart]]:
    """What each worker sends and receives. What outsiders send is described by what intake receives."""
    for topic, held in messages.items():
        for worker in topic.producers:
            if worker == _CLOCK:
                yield _operation(worker, "send", topic, [message for message in held if message.name == _TICK])
            elif worker != _OUTSIDE:
                yield _operation(worker, "send", topic, held)
        for worker in topic.consumers:
            yield _operation(worker, "receive", topic, held)


def _operation(worker: str, action: str, topic: Topic, messages: Iterable[_ChannelMessage]) -> tuple[str, DocumentPart]:
    return f"{worker}.{action}.{topic.name}", {
        "action": action,
        "channel": _reference("channels", topic.name),
        "summary": f"{worker} {action}s {topic.name}",
        "tags": [{"name": worker}],
        "messages": [_reference("channels", topic.name, "messages", message.key) for message in messages],
    }


# -- messages ----------------------------------------------------------------------------------------------------------


def _messages(topic: Topic, schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[_ChannelMessage]:
    if topic not in PUBLIC_TOPICS:
        folder = f"messages/{topic.name}/"
        for path in schemas:
            if path.startswith(folder):
                name = path.removeprefix(folder).removesuffix(".json")
                yield _ChannelMessage(topic, name, f"./{path}", _summary(schemas[path]), "between-workers")
        return
    for name, model in EVENT_TYPES.items():
        if model.topic == topic.name:
            path = f"events/{name}.json"
            summary = _summary(schemas[path])
            yield _ChannelMessage(topic, name, f"./{path}", summary, "structured")
            yield _ChannelMessage(topic, name, f"./{path}#/properties/data", summary, "binary", ".binary")
    path = f"messages/public/{_TICK}.json"
    yield _ChannelMessage(topic, _TICK, f"./{path}", _summary(schemas[path]), None)


def _message(message: _ChannelMessage) -> DocumentPart:
    traits = {"traits": [_reference("components", "messageTraits", message.trait)]} if message.trait else {}
    return {
        "name": message.name,
        "summary": message.summary,
        "payload": {"$ref": message.payload},
        "bindings": _reference("components", "messageBindings", message.binding),
    } | traits


def _summary(schema: Mapping[str, Any]) -> str:
    """The first line of the schema's description."""
    first: str = schema["description"].splitlines()[0]
    return first.replace("``", "`")


def _reference(*steps: str) -> DocumentPart:
    return {"$ref": "#/" + "/".join(steps)}


def _key(constraint: DocumentPart) -> DocumentPart:
    return {"kafka": {"key": {"type": "string"} | constraint, "bindingVersion": _BINDING}}


# -- headers -----------------------------------------------------------------------------------------------------------


def _text(description: str, **more: str) -> DocumentPart:
    return {"type": "string", "description": description} | more


_STRUCTURED: Final[DocumentPart] = {
    "contentType": "application/cloudevents+json",
    "description": "The whole CloudEvent is the value; no header is needed.",
}
_BINARY: Final[DocumentPart] = {
    "contentType": _JSON,
    "description": "The attributes are headers, the data alone is the value.",
    "headers": {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
        "properties": {
            "ce_specversion": _text("CloudEvents' version", const="1.0"),
            "ce_id": _text("unique for its source; the same again when it is sent again"),
            "ce_source": _text("who says it"),
            "ce_type": _text("the message's name"),
            "ce_time": _text("when the fact became known, with its offset", format="date-time"),
            "ce_subject": _text("left alone, as is every other attribute"),
            "content-type": _text("the type of the data", const=_JSON),
        },
    },
}
_BETWEEN_WORKERS: Final[DocumentPart] = {
    "contentType": _JSON,
    "description": "The headers number what a worker writes from one partition of its input to one of its output: "
    "last + 1 applies, a lower number was written twice.",
    "headers": {
        "type": "object",
        "required": ["producer", "from", "seq"],
        "properties": {
            "producer": _text("the worker that wrote it"),
            "from": _text("the partition of the worker's input, in digits", pattern="^[0-9]+$"),
            "seq": _text("its number on this partition of the output, in digits; the first is 1", pattern="^[0-9]+$"),
            "erapaiva-messages": _text(
                "the version of the messages, in digits; absent: 1. A program stops at a higher one than it reads",
                pattern="^[0-9]+$",
            ),
        },
    },
}
