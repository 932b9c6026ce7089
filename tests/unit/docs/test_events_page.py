"""The page of events: every type has its fields and its line there, and every line is what it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.events import EVENT_TYPES
from schemas.generate import json_schemas
from schemas.parsing import parse_event

PAGE = Path(__file__).parents[3] / "docs" / "events.md"
EXAMPLE = re.compile(r"^### (?P<type>\S+)\n.*?^```json\n(?P<line>[^\n]+)\n```$", re.DOTALL | re.MULTILINE)
FIELDS = re.compile(r"^### (?P<type>\S+)\n(?:(?!^###).)*?^Fields: `(?P<fields>[^`]+)`$", re.DOTALL | re.MULTILINE)
KINDS = {"date": "date", "time": "time", "boolean": "true | false", "integer": "number", "null": ""}
EXAMPLES = [(match["type"], match["line"].encode()) for match in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


def fields_of(schema: dict[str, Any], whole: dict[str, Any]) -> str:
    """The fields of an object, `?` behind those that may be left out, and what stands in them unless it is text."""
    needed = schema.get("required", [])
    return ", ".join(
        name + ("" if name in needed else "?") + kind_of(field, whole) for name, field in schema["properties"].items()
    )


def kind_of(field: dict[str, Any], whole: dict[str, Any]) -> str:
    if "anyOf" in field:
        return next(kind_of(choice, whole) for choice in field["anyOf"] if choice != {"type": "null"})
    if "$ref" in field:
        return kind_of(whole["$defs"][field["$ref"].rpartition("/")[2]], whole)
    if "properties" in field:
        return f" {{{fields_of(field, whole)}}}"
    if field.get("type") == "array":
        return f" [{kind_of(field['items'], whole).lstrip(': ') or 'text'}]"
    if "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        return ": " + " | ".join(each if isinstance(each, str) else json.dumps(each) for each in values)
    kind = {"100.00": "amount", "9.5": "percent", "09:00": "hh:mm"}.get(field.get("examples", [""])[0])
    kind = kind or KINDS.get(field.get("format", field["type"]))
    return f": {kind}" if kind else ""


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_the_page_names_all_fields_of_an_event_and_which_may_be_left_out(name: str) -> None:
    schema = json_schemas()[f"events/{name}.json"]
    told = {match["type"]: " ".join(match["fields"].split()) for match in FIELDS.finditer(PAGE.read_text("utf-8"))}

    assert told.get(name) == fields_of(schema["properties"]["data"], schema)


def test_the_page_has_one_example_of_each_public_event() -> None:
    assert sorted(name for name, _ in EXAMPLES) == sorted(EVENT_TYPES)


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_valid_of_the_type_it_stands_under_and_has_no_field_unknown(name: str, line: bytes) -> None:
    event = parse_event(line)

    assert event.envelope.type == name
    assert event.unknown == ()


def test_the_examples_may_stand_in_one_file() -> None:
    ids = [(event.envelope.source, event.envelope.id) for event in (parse_event(line) for _, line in EXAMPLES)]

    assert len(set(ids)) == len(ids)
