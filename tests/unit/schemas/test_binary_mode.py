"""CloudEvents in binary mode: the same events as in structured mode, and the same refusals (schemas/binary_mode.py)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.binary_mode import Header, structured
from schemas.events import EVENT_TYPES
from schemas.facts import content_of
from schemas.parsing import LARGEST_EVENT, InvalidEvent, Readable, parse_event
from tests.unit.schemas.public_samples import cloud_event

PAYMENT = cloud_event("payment.received.v1")
JSON = ("content-type", b"application/json")
DATA = json.dumps(PAYMENT["data"], ensure_ascii=False).encode()


def headers_of(event: dict[str, Any]) -> list[Header]:
    return [JSON, *((f"ce_{name}", value.encode()) for name, value in event.items() if name != "data")]


def fault_of(headers: list[Header], value: bytes | None) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(structured(headers, value))
    return caught.value


# -- the same event ----------------------------------------------------------------------------------------------------


@given(
    name=st.sampled_from(sorted(EVENT_TYPES)),
    said=st.dictionaries(st.sampled_from(["subject", "traceparent", "tenant"]), st.text(st.characters(codec="utf-8"))),
    identity=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
def test_an_event_is_the_same_in_both_modes(
    name: str, said: dict[str, str], identity: str, ascii_only: bool, indent: int | None
) -> None:
    event = {"datacontenttype": "application/json"} | cloud_event(name) | said | {"id": identity}
    value = json.dumps(event["data"], ensure_ascii=ascii_only, indent=indent).encode()
    headers = headers_of({attribute: text for attribute, text in event.items() if attribute != "datacontenttype"})

    def read(raw: bytes) -> object:
        try:
            return parse_event(raw)
        except InvalidEvent as fault:
            return fault.reason, fault.lines, fault.readable

    assert read(structured(headers, value)) == read(json.dumps(event).encode())


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_both_modes_have_the_same_identity_and_content(name: str) -> None:
    event = cloud_event(name)
    backwards = json.dumps(dict(reversed(event["data"].items()))).encode()

    parsed = parse_event(structured(headers_of(event), backwards))

    assert (parsed.envelope.source, parsed.envelope.id) == (event["source"], event["id"])
    assert content_of(parsed.data) == content_of(parse_event(event).data)


def test_the_data_is_taken_byte_for_byte() -> None:
    value = b'{ "rate":2.50000000000000000001,\n"big": 12345678901234567890.10 }'
    assert structured([("ce_id", b"1")], value) == b'{"id": "1", "data": ' + value + b"}"


def test_a_byte_order_mark_before_the_data_is_no_part_of_it() -> None:
    headers = headers_of(PAYMENT)
    assert parse_event(structured(headers, b"\xef\xbb\xbf" + DATA)) == parse_event(structured(headers, DATA))


def test_a_header_that_occurs_twice_with_one_value_counts_once() -> None:
    twice = [*headers_of(PAYMENT), ("ce_datacontenttype", b"application/json"), ("ce_id", PAYMENT["id"].encode())]
    assert parse_event(structured(twice, DATA)).data == parse_event(PAYMENT).data


# -- what is not in binary mode ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [JSON],
        [("traceparent", b"00")],
        [("content-type", b"application/cloudevents+json")],
        [("ce_id", b"1"), ("content-type", b"Application/CloudEvents+json; charset=UTF-8")],
    ],
)
def test_a_record_in_structured_mode_is_untouched(headers: list[Header]) -> None:
    for value in (json.dumps(PAYMENT).encode(), b"\xff junk", b""):
        assert structured(headers, value) == value


def test_a_record_without_anything_is_empty() -> None:
    assert structured([], None) == b""


# -- what is broken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "line"),
    [
        ("ce_id", ..., "id: is missing; add it"),
        ("ce_id", None, "id: is null; fill it in, or leave the field out if it is optional"),
        ("ce_id", b"", "id: is empty; fill it in, or leave the field out if it is optional"),
        ("ce_id", b"\xff", "id: has characters that are not valid Unicode; remove them"),
        ("ce_specversion", ..., "specversion: is missing; add it"),
        ("ce_source", b"M\xe4kinen", "source: has characters that are not valid Unicode; remove them"),
        ("ce_type", ..., "type: is missing; add it"),
        ("ce_time", b"yesterday", "time: is not an instant; write it as 2026-01-09T08:00:00+02:00"),
        ("content-type", b"\xff", "datacontenttype: has characters that are not valid Unicode; remove them"),
    ],
)
def test_the_fault_of_a_broken_header_names_it(header: str, value: Any, line: str) -> None:
    headers = [(name, said) for name, said in headers_of(PAYMENT) if name != header]
    if value is not ...:
        headers.append((header, value))

    assert fault_of(headers, DATA).lines == (line,)


def test_a_header_that_occurs_twice_with_different_values_is_refused() -> None:
    fault = fault_of([*headers_of(PAYMENT), ("ce_id", b"another")], DATA)
    assert fault.detail == "not JSON: the field id is there twice in one object"


def test_data_in_a_header_does_not_stand_for_the_value() -> None:
    assert fault_of([*headers_of(PAYMENT), ("ce_data", DATA)], DATA).detail.endswith(
        "data is there twice in one object"
    )
    assert fault_of([*headers_of(PAYMENT), ("ce_data", DATA)], None).detail.startswith("data: must be an object")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (b"", "data: must be an object: { ... }; not JSON: Expecting value at character 1"),
        (b'{"a": 1', "data: must be an object: { ... }; not JSON: Expecting ',' delimiter at character 8"),
        (b'{"a": 1, "a": 1}', "data: must be an object: { ... }; not JSON: the field a is there twice in one object"),
        (
            '{"name": "Mäkinen"}'.encode("latin-1"),
            "data: must be an object: { ... }; not JSON: byte 12 is not UTF-8; write the file in UTF-8",
        ),
        (b'{"a": NaN}', "data: must be an object: { ... }; not JSON: NaN is not a number of JSON"),
        (
            json.dumps(DATA.decode()).encode(),
            "data: must be an object: { ... }; take the quotes away that are around it",
        ),
        (b"[]", "data: must be an object: { ... }"),
        (None, "data: must be an object: { ... }"),
    ],
)
def test_data_that_is_no_object_of_json_is_refused_with_the_ids_that_can_be_read(
    value: bytes | None, line: str
) -> None:
    fault = fault_of(headers_of(PAYMENT), value)

    assert fault.lines == (line,)
    assert fault.readable == Readable(type="payment.received.v1", source="//billing", id="event-1")


def test_data_cannot_add_fields_around_itself() -> None:
    smuggled = DATA + b', "subject": "smuggled"'
    assert fault_of(headers_of(PAYMENT), smuggled).lines[0].startswith("data: must be an object")


def test_data_that_is_too_large_is_refused_for_that() -> None:
    assert fault_of(headers_of(PAYMENT), b'"' + b"x" * LARGEST_EVENT + b'"').reason == "too-large"


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_type", "ce_source", "ce_data", "ce_", 'ce_"', "content-type"]),
            st.none() | st.binary(max_size=20),
        )
    ),
    value=st.none() | st.binary(max_size=50),
)
def test_whatever_comes_is_an_event_or_refused_and_what_came_is_in_it(
    headers: list[Header], value: bytes | None
) -> None:
    raw = structured([("ce_subject", b"any"), *headers], value)

    with pytest.raises(InvalidEvent):
        parse_event(raw)
    if not any(name == "content-type" for name, _ in headers):
        found = json.loads(raw, object_pairs_hook=list)
        assert [name for name, _ in found] == [
            "subject",
            *(name.removeprefix("ce_") for name, _ in dict.fromkeys(headers)),
            *(["data"] if value is not None else []),
        ]
