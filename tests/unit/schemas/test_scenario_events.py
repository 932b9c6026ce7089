"""Real event files: each event is read, travels and is written as it came."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from schemas.generate import json_schemas
from schemas.parsing import parse_event, public_json


def test_every_event_of_the_shared_histories_is_read_whole(shared: Path) -> None:
    schemas = json_schemas()
    files = [path for path in (shared / "scenarios").glob("*.jsonl") if ".expected" not in path.name]
    assert files
    for path in files:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            event = parse_event(line)
            assert event.unknown == (), (path.name, number)
            told = json.loads(line)
            again = parse_event(told | {"data": public_json(event.data)})
            assert again == event, (path.name, number)
            if number % 20 == 0:
                Draft202012Validator(schemas[f"events/{told['type']}.json"]).validate(told)
