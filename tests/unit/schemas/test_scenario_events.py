"""Whole event files: each event is read, travels and is written as it came."""

import json

from jsonschema import Draft202012Validator

from schemas.generate import json_schemas
from schemas.parsing import parse_event, public_json
from tests.scenarios import Scenario


def test_every_event_of_a_history_is_read_whole(scenario: Scenario) -> None:
    schemas = json_schemas()
    for number, line in enumerate(scenario.text.encode().splitlines(), start=1):
        event = parse_event(line)
        assert event.unknown == (), number
        written = json.loads(line)
        again = parse_event(written | {"data": public_json(event.data)})
        assert again == event, number
        if number % 20 == 0:
            Draft202012Validator(schemas[f"events/{written['type']}.json"]).validate(written)
