"""The page of events: every type has its line there, and every line is what it says."""

import re
from pathlib import Path

import pytest

from schemas.events import EVENT_TYPES
from schemas.parsing import parse_event

PAGE = Path(__file__).parents[3] / "docs" / "events.md"
EXAMPLE = re.compile(r"^### (?P<type>\S+)\n.*?^```json\n(?P<line>[^\n]+)\n```$", re.DOTALL | re.MULTILINE)
EXAMPLES = [(match["type"], match["line"].encode()) for match in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


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
