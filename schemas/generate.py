"""JSON Schemas of everything public and of all our messages, and the AsyncAPI document, in ``schemas/json/``.

``python -m schemas.generate`` writes them anew; a test fails when the files and the models differ. Public schemas
describe whole CloudEvents, amounts as decimal strings; those of our messages have amounts as integers.
"""

import json
from pathlib import Path
from typing import Any, Final, get_args

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from typing_extensions import override

from schemas.asyncapi import asyncapi
from schemas.commands import CommandsMessage
from schemas.dead_letters import DeadLettersMessage
from schemas.decisions import DecisionsMessage
from schemas.envelope import Envelope
from schemas.events import EVENT_TYPES
from schemas.facts import Fact, FactsMessage
from schemas.journal import JournalMessage
from schemas.ticks import TimeReached

FOLDER: Final = Path(__file__).parent / "json"
ASYNCAPI: Final = "asyncapi.yaml"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OUR_MESSAGES: Final = {
    "public": TimeReached,
    "facts": FactsMessage,
    "journal": JournalMessage,
    "commands": CommandsMessage,
    "decisions": DecisionsMessage,
    "dead-letters": DeadLettersMessage,
}


class _WithoutTitles(GenerateJsonSchema):
    """Fields are known by their names; a title that repeats the name only makes the file longer."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schemas() -> dict[str, JsonSchemaValue]:
    """Every schema by its path inside ``schemas/json/``."""
    schemas = {f"events/{name}.json": _event_schema(name) for name in EVENT_TYPES}
    for topic, messages in _OUR_MESSAGES.items():
        for model in get_args(messages) or (messages,):
            name = "fact" if model is Fact else model.model_fields["type"].default
            schemas[f"messages/{topic}/{name}.json"] = _schema(model, "serialization")
    return schemas


def text_of(schema: JsonSchemaValue) -> str:
    """The text of a schema's file."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False).replace("``", "`") + "\n"


def asyncapi_text() -> str:
    """The text of the AsyncAPI document's file."""
    return yaml.safe_dump(asyncapi(json_schemas()), sort_keys=False, allow_unicode=True, width=120)


def write(folder: Path = FOLDER) -> None:
    """Write all schemas and the AsyncAPI document to ``folder``; files of models that no longer exist are deleted."""
    schemas = json_schemas()
    for path in sorted(folder.rglob("*.json")):
        if path.relative_to(folder).as_posix() not in schemas:
            path.unlink()
    for name, schema in schemas.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(schema), encoding="utf-8")
    (folder / ASYNCAPI).write_text(asyncapi_text(), encoding="utf-8")


def _schema(model: type[BaseModel], mode: JsonSchemaMode) -> JsonSchemaValue:
    return {"$schema": _DIALECT} | model.model_json_schema(mode=mode, schema_generator=_WithoutTitles)


def _event_schema(name: str) -> JsonSchemaValue:
    """The whole CloudEvent of a type: the envelope with its ``type`` fixed, and the data."""
    event = _schema(Envelope, "validation")
    data = _schema(EVENT_TYPES[name], "validation")
    del data["$schema"]
    event["title"] = name
    event["description"] = data["description"]
    event["properties"] |= {"type": {"const": name}, "data": data}
    event["required"] = [*event["required"], "data"]
    parts = data.pop("$defs", {})
    return event | ({"$defs": parts} if parts else {})


if __name__ == "__main__":
    write()
