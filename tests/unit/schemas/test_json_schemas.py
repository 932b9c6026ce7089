"""The generated JSON Schemas: no drift, and the same judgement as the models (schemas/generate.py)."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.events import EVENT_TYPES
from schemas.generate import FOLDER, json_schemas, text_of, write
from schemas.journal import MoneyPlaced
from schemas.messages import encode
from tests.unit.schemas.public_samples import cloud_event


def files_in(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}


def validator_of(name: str) -> Draft202012Validator:
    schema: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_schemas_in_the_repository_are_those_of_the_models() -> None:
    expected = {name: text_of(schema) for name, schema in json_schemas().items()}
    assert files_in(FOLDER) == expected, "run: python -m schemas.generate"


def test_writing_takes_away_the_schemas_of_what_no_longer_exists(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    write(tmp_path)
    assert files_in(tmp_path) == files_in(FOLDER)


def test_every_schema_is_a_schema() -> None:
    for schema in json_schemas().values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_a_schema_accepts_the_event_it_describes(name: str) -> None:
    faults = [fault.message for fault in validator_of(f"events/{name}.json").iter_errors(cloud_event(name))]
    assert faults == []


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_a_schema_misses_what_the_model_misses(name: str) -> None:
    validator = validator_of(f"events/{name}.json")
    for own, field in EVENT_TYPES[name].model_fields.items():
        without = cloud_event(name, **{field.alias or own: ...})
        assert validator.is_valid(without) == (not field.is_required())


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("invoice.issued.v1", "amount", 100),
        ("invoice.issued.v1", "amount", "1,00"),
        ("invoice.issued.v1", "currency", "euro"),
        ("invoice.issued.v1", "debtor", "a\x1fb"),
        ("policy.published.v1", "colour", "red"),
        ("policy.published.v1", "window", {"from": "9", "to": "16:00"}),
        ("policy.published.v1", "steps", [{"name": "nudge", "action": "letter", "after_due_days": 5}]),
    ],
)
def test_a_schema_refuses_what_the_model_refuses(name: str, field: str, value: object) -> None:
    assert not validator_of(f"events/{name}.json").is_valid(cloud_event(name, **{field: value}))


def test_a_messages_schema_describes_what_travels() -> None:
    placed = MoneyPlaced.model_validate(
        {
            "time": "2026-02-02T08:00:00Z",
            "id": "//bank#1",
            "creditor": "acme",
            "debtor": "C-1",
            "account": "FI2112345600000785",
            "payment": "ARCHIVE-1",
            "amount": 10000,
            "currency": "EUR",
            "paid": "2026-02-01",
            "booked": "2026-02-02",
        }
    )
    validator = validator_of("messages/journal/money-placed.json")
    assert validator.is_valid(json.loads(encode(placed)))
    assert not validator.is_valid(json.loads(encode(placed)) | {"amount": "100.00"})
