"""How a line is labelled, and under which topic and key it is published (design.md §3)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import INSTRUCTIONS, INVOICES, PAYMENTS, SETTINGS, Topic
from services.intake.labels import UNLABELLED, Label, file_named, labelled, unlabelled
from services.intake.routing import Destination, destination_of
from tests.unit.intake.public_events import IBAN, MORNING, completed, creditor, event, invoice, payment, raw, said

texts = st.none() | st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
labels = st.builds(Label, file=texts, line=st.none() | st.integers(1, 10**9), mends=texts, source=texts)


@given(st.binary(max_size=100), labels)
def test_a_label_comes_off_again_and_leaves_every_byte_as_it_was(line: bytes, label: Label) -> None:
    assert unlabelled(labelled(line, label)) == (label, line)


@pytest.mark.parametrize("value", [b"", b"{}", b"junk", b"\xff", b'{"type":"raw-lin', raw(invoice(1))])
def test_bytes_without_a_label_are_themselves(value: bytes) -> None:
    assert unlabelled(value) == (UNLABELLED, value)


@pytest.mark.parametrize(
    "value",
    [
        b'{"type":"raw-line"',
        b'{"type":"raw-line","x":1}\n{}',
        b'{"type":"raw-line"]\n{}',
        b'{"type":"raw-line","mends":"a\\u0000b"}\n{}',
        b'{"type":"raw-line","file":"\\ud800"}\n{}',
        b'{"type":"raw-line","line":"1"}\n{}',
        b'{"type":"raw-line","line":2147483648}\n{}',
        b'{"type":"raw-line","x":' + b"[" * 100_000,
    ],
)
def test_a_damaged_label_is_no_label(value: bytes) -> None:
    assert unlabelled(value) == (UNLABELLED, value)


def test_a_file_whose_name_is_no_text_is_named_all_the_same() -> None:
    name = file_named("b\udcff\x00\n Ä.csv")
    assert name == "b\\udcff\\x00\\n Ä.csv"
    assert unlabelled(labelled(b"x", Label(file=name))) == (Label(file=name), b"x")


@pytest.mark.parametrize(
    ("event", "topic", "key"),
    [
        (invoice(1), INVOICES, "acme"),
        (payment("P"), PAYMENTS, IBAN),
        (payment("P", account="FI21 1234 5600 0007 85"), PAYMENTS, IBAN),
        (completed("2026-01-08", "c"), PAYMENTS, IBAN),
        (said("hold.placed", "h", reason="x"), INSTRUCTIONS, "acme"),
        (creditor(), SETTINGS, "acme"),
        (event("policy.published", {"policy": "p"}, id="p"), SETTINGS, "p"),
        (event("reference-rate.published", {"country": "FI"}, id="r"), SETTINGS, "FI"),
    ],
)
def test_an_event_goes_where_its_type_belongs_under_its_key(event: dict[str, Any], topic: Topic, key: str) -> None:
    assert destination_of(raw(event)) == Destination(topic, key, MORNING)


@pytest.mark.parametrize(
    "line", [b"junk", b"\xff", b"[]", b"17", b"null", b"{}", b'{"type": 1, "data": []}', b"[" * 100_000]
)
def test_what_cannot_be_read_goes_to_instructions_under_nobodys_key(line: bytes) -> None:
    assert destination_of(line) == Destination(INSTRUCTIONS, "", None)


def test_an_event_of_an_unknown_type_is_kept_under_its_creditor() -> None:
    assert destination_of(raw(event("invoice.eaten", {"creditor": "acme"}, id="x"))).key == "acme"


@pytest.mark.parametrize("creditor_id", [1, None, [], "x" * 201, "a\x1fb", "a\nb"])
def test_a_key_is_always_a_short_printable_line(creditor_id: Any) -> None:
    assert destination_of(raw(said("hold.placed", "h", creditor=creditor_id))).key == ""


@pytest.mark.parametrize("time", ["2026-01-09", "2026-01-09T06:00:00", "yesterday", 17, None])
def test_a_time_that_is_no_instant_is_no_time(time: Any) -> None:
    assert destination_of(raw(invoice(1) | {"time": time})).time is None


def test_a_time_with_any_offset_is_read() -> None:
    event = invoice(1) | {"time": "2026-01-09T08:00:00+02:00"}
    assert destination_of(raw(event)).time == datetime(2026, 1, 9, 6, tzinfo=UTC)
