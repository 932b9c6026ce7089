"""From bytes to a public event, and the faults of what is none (schemas/parsing.py)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import EVENT_TYPES
from schemas.parsing import LARGEST_EVENT, InvalidEvent, Readable, parse_event
from tests.unit.schemas.public_samples import ACCOUNT, DATA, cloud_event


def fault_of(raw: bytes | dict[str, Any]) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not JSON: Expecting value at character 1"),
        (b'{"id": 1,}', "not JSON: "),
        (b'{"data": NaN}', "not JSON: NaN is not a number of JSON"),
        (b'{"data": -Infinity}', "not JSON: -Infinity is not a number of JSON"),
        (b'{"id": "1", "id": "2"}', "not JSON: the field id is there twice in one object"),
        (b'{"data": {"a b": 1, "a b": 2}}', "not JSON: the field (odd name) is there twice in one object"),
        (b"[" * 100_000, "not JSON: it is nested too deeply"),
        (b'{"id": ' * 100_000, "not JSON: it is nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "not JSON: a number in it is too large"),
        (b'{"id": 1e' + b"9" * 30 + b"}", "not JSON: a number in it is too large"),
        ('{"id": "ä"}'.encode("latin-1"), "not JSON: byte 9 is not UTF-8"),
        ('{"id": "ä"}'.encode("utf-16"), "not JSON: byte 1 is not UTF-8"),
    ],
)
def test_the_fault_of_json_that_is_not_strict_names_the_position(raw: bytes, words: str) -> None:
    fault = fault_of(raw)
    assert fault.reason == "not-json"
    assert fault.detail.startswith(words)
    assert fault.readable == Readable()


def test_an_event_larger_than_a_fact_can_be_is_not_even_parsed() -> None:
    assert fault_of(b'"' + b"x" * LARGEST_EVENT + b'"').reason == "too-large"


@pytest.mark.parametrize("raw", [b"[]", b"17", b'"text"', b"null", b"{}", b'{"kind": "notice"}'])
def test_json_that_is_no_event_is_refused(raw: bytes) -> None:
    assert fault_of(raw).reason == "not-an-event"


def test_a_byte_order_mark_and_a_line_end_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(cloud_event("promise.made.v1")).encode() + b"\r\n"
    assert parse_event(raw) == parse_event(cloud_event("promise.made.v1"))


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "data"])
def test_a_missing_attribute_of_the_envelope_is_named(name: str) -> None:
    event = cloud_event("promise.made.v1")
    del event[name]
    fault = fault_of(event)
    assert fault.reason == "missing-field"
    assert fault.detail.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("2026-02-02T08:00:00", "time: has no offset; write it with one: 2026-01-09T08:00:00+02:00"),
        ("2026-02-02", "time: has no offset"),
        ("2026-02-02 08:00:00.5", "time: has no offset"),
        ("2026-02-30T08:00:00Z", "time: is not a time of the calendar"),
        ("2026-02-02T24:30:00Z", "time: is not a time of the calendar"),
        ("2026-02-02T08:00:00+99:00", "time: is not a time of the calendar"),
        ("0001-01-01T00:00:00+14:00", "time: is not between 1900 and 2199"),
        ("9999-12-31T23:59:59-14:00", "time: is not between 1900 and 2199"),
        ("yesterday", "time: is not an instant"),
        (1770000000, "time: is not an instant"),
    ],
)
def test_the_fault_of_a_wrong_time_shows_how_to_write_it(time: object, words: str) -> None:
    fault = fault_of(cloud_event("promise.made.v1") | {"time": time})
    assert fault.reason == "wrong-field"
    assert fault.detail.startswith(words)


@pytest.mark.parametrize(
    "time",
    ["2026-02-02T06:00:00Z", "2026-02-02t06:00:00z", "2026-02-02T08:00:00.000+02:00", "2026-02-02T06:00:00.000000000Z"],
)
def test_every_way_of_rfc_3339_to_write_an_instant_is_understood(time: str) -> None:
    assert parse_event(cloud_event("promise.made.v1") | {"time": time}) == parse_event(cloud_event("promise.made.v1"))


def test_other_attributes_of_cloud_events_are_allowed() -> None:
    extended = cloud_event("promise.made.v1") | {"traceparent": "00-1-2-01", "dataschema": "urn:x", "subject": "C-1"}
    assert parse_event(extended).data == parse_event(cloud_event("promise.made.v1")).data


def test_the_fault_of_an_unknown_type_names_the_nearest_known_one() -> None:
    fault = fault_of(cloud_event("invoice.issued.v1") | {"type": "invoice.issued.v2"})
    assert fault.reason == "unknown-type"
    assert fault.detail.endswith("(is it invoice.issued.v1?)")


def test_time_cannot_be_moved_from_outside() -> None:
    event = cloud_event("promise.made.v1") | {"type": "time.reached.v1", "data": {"instant": "2099-01-01T00:00:00Z"}}
    assert fault_of(event).reason == "unknown-type"


def test_data_that_is_no_object_is_refused() -> None:
    assert fault_of(cloud_event("promise.made.v1") | {"data": []}).detail == "data: must be an object: { ... }"


def test_the_fault_of_data_in_quotes_names_the_quotes_or_the_json_inside() -> None:
    quoted = cloud_event("promise.made.v1") | {"data": '{"creditor": "acme",}'}
    assert "; not JSON: " in fault_of(quoted).detail
    assert fault_of(quoted | {"data": '{"creditor": "acme"}'}).detail.endswith(
        "take the quotes away that are around it"
    )


def test_the_ids_of_a_wrong_event_are_read_where_they_can_be() -> None:
    fault = fault_of(cloud_event("payment.received.v1", amount="1,00"))
    assert fault.readable == Readable(
        type="payment.received.v1",
        source="//billing",
        id="event-1",
        creditor="acme",
        debtor="C-1",
        account=ACCOUNT,
        reference="11015",
    )


def test_what_can_be_read_is_never_more_than_a_plain_line() -> None:
    event = cloud_event("promise.made.v1", creditor="a\x1fb", debtor="x" * 1000)
    fault = fault_of(event | {"id": ["1"], "source": "\ud800"})
    assert fault.readable == Readable(type="promise.made.v1")


def test_many_faults_are_listed_up_to_a_limit() -> None:
    fault = fault_of(cloud_event("plan.agreed.v1", invoices=[17] * 50))
    assert len(fault.lines) == 21
    assert fault.lines[-1] == "and 30 more faults"


SECRET = "Salainen Nimi 17"
TEXTS = st.text(max_size=5) | st.just(SECRET)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def complaint_about(event: dict[str, Any]) -> str:
    """The faults of an event, none when it is accepted."""
    try:
        parse_event(event)
    except InvalidEvent as fault:
        return str(fault)
    return ""


@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_an_invalid_event(raw: bytes) -> None:
    assert fault_of(raw).lines


@given(st.data())
def test_no_field_whatever_it_holds_brings_anything_but_an_invalid_event(draw: st.DataObject) -> None:
    event = cloud_event(draw.draw(st.sampled_from(sorted(EVENT_TYPES))))
    inside = draw.draw(st.booleans())
    target = event["data"] if inside else event
    target[draw.draw(st.sampled_from(sorted(target)))] = draw.draw(ANYTHING)
    assert SECRET not in complaint_about(event)


@given(st.sampled_from(sorted(EVENT_TYPES)), st.data())
def test_a_wrong_value_is_never_repeated_to_anybody(name: str, draw: st.DataObject) -> None:
    field = draw.draw(st.sampled_from(sorted(DATA[name])))
    assert SECRET not in complaint_about(cloud_event(name, **{field: {SECRET: [SECRET]}}))
