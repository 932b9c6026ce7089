"""The AsyncAPI document: no drift, valid by AsyncAPI's own schema, true to the workers (schemas/asyncapi.py)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from schemas.events import EVENT_TYPES
from schemas.generate import ASYNCAPI, FOLDER, asyncapi_text, write
from schemas.topics import ALL_TOPICS, PUBLIC_TOPICS
from services.notifier.posts.simulated import SimulatedPost
from services.pipeline import pipeline
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.settings import Settings
from tests.unit.schemas.public_samples import cloud_event

OFFICIAL = Path(__file__).parent / "asyncapi-3.0.0" / "schema.json"


@cache
def document() -> Any:
    return yaml.safe_load((FOLDER / ASYNCAPI).read_text(encoding="utf-8"))


@cache
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def references_in(part: object) -> Iterator[str]:
    """Every reference in a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references_in(inner)


def follow(reference: str) -> Any:
    """What a reference points at, in the document or in a file beside it."""
    name, _, steps = reference.partition("#")
    found = json.loads((FOLDER / name).read_text(encoding="utf-8")) if name else document()
    for step in filter(None, steps.split("/")):
        found = found[step]
    return found


def payload_validator(reference: str) -> Draft202012Validator:
    """Judges a payload by the schema that a message refers to."""
    name, _, steps = reference.partition("#")
    whole = DRAFT202012.create_resource(json.loads((FOLDER / name).read_text(encoding="utf-8")))
    registry: Registry[Any] = Registry().with_resource("urn:schema", whole)
    return Draft202012Validator({"$ref": f"urn:schema#{steps}"}, registry=registry)


# -- the document ------------------------------------------------------------------------------------------------------


def test_the_document_in_the_repository_is_that_of_the_registry() -> None:
    assert (FOLDER / ASYNCAPI).read_text(encoding="utf-8") == asyncapi_text(), "run: python -m schemas.generate"


def test_writing_writes_the_document_too(tmp_path: Path) -> None:
    write(tmp_path)
    assert (tmp_path / ASYNCAPI).read_text(encoding="utf-8") == asyncapi_text()


def test_the_document_is_valid_by_the_schema_of_asyncapi() -> None:
    assert [fault.message for fault in official().iter_errors(document())] == []


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("operations", {"x": {"action": "publish", "channel": {"$ref": "#/channels/invoices"}}}),
        ("channels", {"invoices": {"adress": "invoices"}}),
        ("components", {"messageBindings": {"x": {"kafka": {"bindingVersion": "0.5.0", "colour": "red"}}}}),
    ],
)
def test_that_schema_would_see_a_fault(part: str, wrong: dict[str, Any]) -> None:
    assert not official().is_valid(document() | {part: wrong})


def test_every_reference_leads_somewhere() -> None:
    references = set(references_in(document()))
    assert len(references) > 100
    assert all(follow(reference) for reference in references)


# -- what it says ------------------------------------------------------------------------------------------------------


def test_every_topic_is_a_channel_and_every_schema_is_a_payload_there() -> None:
    channels = document()["channels"]
    assert [channel["address"] for channel in channels.values()] == [topic.name for topic in ALL_TOPICS]
    payloads = {message["payload"]["$ref"] for message in document()["components"]["messages"].values()}
    assert {payload.partition("#")[0] for payload in payloads} == {
        f"./{path.relative_to(FOLDER).as_posix()}" for path in FOLDER.rglob("*.json")
    }


def test_what_workers_receive_is_what_they_read() -> None:
    workers = pipeline(SimulatedPost(), lambda: datetime(2026, 2, 2, tzinfo=UTC), Settings())
    read = {f"{worker.name}.receive.{topic.name}" for worker in workers for topic in worker.reads}
    assert {name for name in document()["operations"] if ".receive." in name} == read


def test_the_clock_sends_nothing_but_ticks() -> None:
    sent = {
        reference["$ref"].rpartition("/")[2]
        for name, operation in document()["operations"].items()
        if name.startswith("clock.send.")
        for reference in operation["messages"]
    }
    assert sent == {"time.reached.v1"}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_event_is_described_in_both_modes(name: str) -> None:
    messages = document()["channels"][EVENT_TYPES[name].topic]["messages"]
    whole, data = (follow(follow(messages[key]["$ref"])["payload"]["$ref"]) for key in (name, f"{name}.binary"))
    assert whole["properties"]["data"] == data

    event = cloud_event(name)
    reference = follow(messages[f"{name}.binary"]["$ref"])["payload"]["$ref"]
    assert payload_validator(reference).is_valid(event["data"])
    assert not payload_validator(reference).is_valid(event)


def test_the_headers_of_binary_mode_are_those_that_an_event_must_have() -> None:
    headers = document()["components"]["messageTraits"]["binary"]["headers"]
    judge = Draft202012Validator(headers)
    headers_sent = {f"ce_{name}": value for name, value in cloud_event("promise.made.v1").items() if name != "data"}
    assert judge.is_valid(headers_sent)
    assert [judge.is_valid(headers_sent | {name: 1}) for name in headers_sent] == [False] * len(headers_sent)
    assert sorted(headers["required"]) == sorted(headers_sent)


def test_every_header_that_our_workers_write_is_in_the_document() -> None:
    headers = document()["components"]["messageTraits"]["between-workers"]["headers"]
    judge = Draft202012Validator(headers)
    written = {name: value.decode() for name, value in headers_of(Origin("intake", 2, 7))}
    assert headers["properties"].keys() == written.keys()
    assert judge.is_valid(written)
    assert not judge.is_valid(written | {"erapaiva-messages": "two"})


def test_only_public_topics_take_events_in_binary_mode_and_only_our_own_are_numbered() -> None:
    for topic in ALL_TOPICS:
        traits = {
            reference.rpartition("/")[2]
            for message in document()["channels"][topic.name]["messages"].values()
            for reference in references_in(follow(message["$ref"]).get("traits", []))
        }
        assert traits == ({"structured", "binary"} if topic in PUBLIC_TOPICS else {"between-workers"})
