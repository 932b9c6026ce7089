"""From what comes in to facts, or to dead letters that can be mended (design.md §1, §3, §4)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.binary_mode import structured
from schemas.dead_letters import DeadLetterClosed
from schemas.decisions import Alert
from schemas.facts import Fact, Tick, UnreadReleased
from schemas.parsing import public_json
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import DEAD_LETTERS, DECISIONS, FACTS, INSTRUCTIONS, INVOICES, PAYMENTS, PUBLIC_TOPICS, SETTINGS
from services.intake.labels import Label, labelled
from services.law.policies import shipped_policies
from services.runtime.kafka.broker.topics import LARGEST_RECORD
from tests.unit.intake.harness import IntakeHarness
from tests.unit.intake.public_events import ACME, IBAN, Event, creditor, event, invoice, later, payment, raw, said


def policy(**changes: Any) -> Event:
    data = public_json(shipped_policies()[0]) | {"policy": "own", "version": 1}
    return event("policy.published", data | changes, id="p")


def without(event: Event, field: str) -> Event:
    return event | {"data": {name: value for name, value in event["data"].items() if name != field}}


# -- what can be read --------------------------------------------------------------------------------------------------


def test_an_event_becomes_a_fact_under_its_creditor() -> None:
    harness = IntakeHarness()
    harness.take(PAYMENTS, IBAN, raw(payment("P")))
    fact = harness.facts()[0]
    assert (fact.type, fact.source, fact.id, fact.creditor) == ("payment.received.v1", "//bank", "payment-P", "acme")
    end = harness.engine.store.log.ends(FACTS.name)
    assert sorted(end) == [0, 1]


def test_settings_without_a_creditor_reach_every_partition_of_facts() -> None:
    harness = IntakeHarness(partitions=3)
    harness.take(SETTINGS, "own", raw(policy()))
    assert [len(harness.messages(FACTS, partition)) for partition in range(3)] == [1, 1, 1]
    assert harness.tally.read == 1


def test_a_tick_reaches_every_partition_of_facts_with_the_place_it_came_from() -> None:
    harness = IntakeHarness(partitions=2)
    harness.take(INVOICES, TICK_KEY, time_reached(later(1)), partition=1)
    for partition in range(2):
        assert harness.messages(FACTS, partition) == [Tick(instant=later(1), origin="invoices/1")]
    assert harness.tally.read == 0


@pytest.mark.parametrize("value", [b"", b"not a tick", b'{"type":"time.reached.v1","instant":"soon"}'])
def test_what_is_no_tick_under_the_ticks_key_is_a_dead_letter_and_raises_the_alarm(value: bytes) -> None:
    harness = IntakeHarness()

    harness.take(INVOICES, TICK_KEY, value)

    (letter,) = harness.dead_letters()
    assert letter.record_key == TICK_KEY
    assert harness.doubts() == []
    assert [message.code for message in harness.messages(DECISIONS)] == ["unread-event"]


def test_unknown_fields_are_accepted_and_counted() -> None:
    harness = IntakeHarness()
    for number in (1, 2):
        harness.take(INVOICES, "acme", raw(invoice(number, project="X") | {"traceparent": "00"}))
    assert harness.tally.unknown_fields == {"invoice.issued.v1 project": 2}
    assert harness.tally.passed == 2


def test_unknown_fields_in_settings_are_refused() -> None:
    harness = IntakeHarness()
    harness.take(SETTINGS, "own", raw(policy(colour="red")))
    assert [letter.reason for letter in harness.dead_letters()] == ["unknown-field"]


# -- what cannot -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not-json"),
        (b"junk", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"null", "not-an-event"),
        (b"[" * 100_000, "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b'{"a": 1e400}', "not-an-event"),
        (b'{"id": 1, "id": 2}', "not-json"),
        (b" " * 1_000_001, "too-large"),
        (raw(invoice(1) | {"type": "invoice.eaten.v1"}), "unknown-type"),
        (raw(invoice(1) | {"data": []}), "wrong-field"),
        (raw(without(invoice(1), "due")), "missing-field"),
        (raw(invoice(1, amount="10.005")), "wrong-field"),
        (raw(invoice(1, amount=100)), "wrong-field"),
        (raw({name: value for name, value in invoice(1).items() if name != "time"}), "missing-field"),
        (raw(invoice(1) | {"time": "2026-01-09T06:00:00"}), "wrong-field"),
    ],
)
def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(value: bytes, reason: str) -> None:
    harness = IntakeHarness()
    harness.engine.publish(INVOICES, "acme", value)
    harness.take(INVOICES, "acme", raw(invoice(2)))
    assert [letter.reason for letter in harness.dead_letters()] == [reason]
    assert [fact.id for fact in harness.facts()] == ["invoice-2"]
    assert (harness.tally.passed, harness.tally.dead_letters) == (1, 1)


def test_a_dead_letter_says_what_where_and_what_to_do() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "acme", raw(invoice(1)))
    harness.take(INVOICES, "acme", raw(without(invoice(2), "due")))
    letter = harness.dead_letters()[0]
    assert (letter.origin, letter.position, letter.record_key) == ("invoices/0", 1, "acme")
    assert (letter.source, letter.id, letter.event) == ("//billing", "invoice-2", "invoice.issued.v1")
    assert (letter.creditor, letter.debtor) == ("acme", "D1")
    assert any("data.due" in line for line in letter.detail)
    assert json.loads(letter.content) == without(invoice(2), "due")


def test_a_dead_letter_of_an_event_in_binary_mode_holds_its_headers_too() -> None:
    harness = IntakeHarness()
    attributes, data = {"id": "1", "type": "invoice.issued.v1", "time": "2026-01-09T06:00:00Z"}, raw(invoice(1)["data"])
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_source", b"M\xe4"),
        *((f"ce_{name}", attributes[name].encode()) for name in attributes),
    ]
    harness.take(INVOICES, "acme", structured(headers, data))
    letter = harness.dead_letters()[0]
    assert letter.detail == ("source: has characters that are not valid Unicode; remove them",)
    assert (letter.creditor, letter.debtor) == ("acme", "D1")
    assert json.loads(letter.content) == attributes | {
        "specversion": "1.0",
        "source": "M\udce4",
        "data": json.loads(data),
    }


def test_nobody_outside_can_write_a_label_with_headers() -> None:
    harness = IntakeHarness()
    harness.take(INVOICES, "acme", structured([("ce_type", b"raw-line"), ("ce_mends", b"key")], None))
    assert len(harness.dead_letters()) == 1


def test_a_dead_letter_of_a_files_line_names_file_and_line() -> None:
    harness = IntakeHarness()
    harness.take(INSTRUCTIONS, "", labelled(b"junk\xff", Label(file="bank.jsonl", line=17)))
    letter = harness.dead_letters()[0]
    assert (letter.file, letter.line, letter.content) == ("bank.jsonl", 17, "junk\\xff")


def test_a_line_too_long_to_keep_says_how_long_it_was() -> None:
    harness = IntakeHarness()
    harness.take(INSTRUCTIONS, "", labelled(b"xxx", Label(file="bank.jsonl", line=17, length=10_000_000)))
    letter = harness.dead_letters()[0]
    assert letter.reason == "too-large"
    assert "10000000 bytes" in letter.detail[0]


@pytest.mark.parametrize("junk", [b"\xff", b"\x01", b'"', b"\\", "\U0010ffff".encode(), b"x"])
@pytest.mark.parametrize("size", [999_999, 1_000_000, 1_000_001, 6_000_000])
def test_every_dead_letter_fits_whatever_its_event_was(junk: bytes, size: int) -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "\x00" * 1_000_000, junk * (size // len(junk) + 1))
    letters = harness.engine.store.log.read(DEAD_LETTERS.name, 0, 0, 1)
    assert len(letters[0][2]) <= LARGEST_RECORD


def test_of_an_event_that_is_too_large_the_beginning_is_kept_and_its_length_said() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "acme", b'{"id": 1}' + b" " * 1_000_000)
    letter = harness.dead_letters()[0]
    assert letter.reason == "too-large"
    assert "1000009 bytes" in letter.detail[0]
    assert letter.content.startswith('{"id": 1}')
    assert len(letter.content) == 1_024


def test_one_line_of_a_file_that_is_read_twice_is_one_dead_letter_and_two_lines_are_two() -> None:
    harness = IntakeHarness()
    for line in (17, 17, 18):
        harness.take(INSTRUCTIONS, "", labelled(b"junk", Label(file="bank.jsonl", line=line)))
    keys = [letter.key for letter in harness.dead_letters()]
    assert len(keys) == 3
    assert len(set(keys)) == 2


# -- the law -----------------------------------------------------------------------------------------------------------


def test_an_unlawful_policy_is_refused_with_its_rule_and_step() -> None:
    steps = public_json(shipped_policies()[0])["steps"]
    steps[1]["fee"] = "9.00"
    harness = IntakeHarness()
    harness.take(SETTINGS, "own", raw(policy(steps=steps)))
    letter = harness.dead_letters()[0]
    assert letter.reason == "unlawful-policy"
    assert f'step "{steps[1]["name"]}"' in letter.detail[0]
    assert harness.facts() == []


def test_a_creditor_of_a_country_without_a_law_is_refused_and_held() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(SETTINGS, ACME, raw(creditor(country="XX")))
    letter = harness.dead_letters()[0]
    assert (letter.reason, letter.creditor) == ("unknown-country", ACME)
    assert "install the package" in letter.detail[0]
    assert harness.facts() == []
    assert [doubt.creditor for doubt in harness.doubts()] == [ACME]


def test_a_policy_for_a_country_whose_law_is_not_known_is_refused() -> None:
    harness = IntakeHarness()
    harness.take(SETTINGS, "own", raw(policy(country="XX")))
    letter = harness.dead_letters()[0]
    assert letter.reason == "unlawful-policy"
    assert letter.detail[0].startswith("data.country")


# -- doubts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "key", "value", "doubt"),
    [
        (INSTRUCTIONS, "acme", raw(without(said("hold.placed", "h", reason="x"), "reason")), ("acme", "D1", None)),
        (PAYMENTS, IBAN, raw(without(payment("P"), "paid")), ("acme", None, IBAN)),
        (PAYMENTS, IBAN, raw(payment("P", account="FI21 1234 5600 0007 85", amount="x")), ("acme", None, IBAN)),
        (PAYMENTS, IBAN, b"junk", (None, None, IBAN)),
        (INVOICES, "acme", b"junk", ("acme", None, None)),
        (SETTINGS, "acme", b"junk", ("acme", None, None)),
    ],
)
def test_a_doubt_names_whom_the_record_or_its_key_names(
    topic: Any, key: str, value: bytes, doubt: tuple[str | None, str | None, str | None]
) -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(topic, key, value)
    raised = harness.doubts()[0]
    assert (raised.creditor, raised.debtor, raised.account) == doubt
    assert raised.key == harness.dead_letters()[0].key


def test_a_doubt_that_names_a_bank_account_only_reaches_every_lane() -> None:
    harness = IntakeHarness(partitions=3)
    harness.take(PAYMENTS, IBAN, b"junk")
    assert len(harness.doubts()) == 3


@pytest.mark.parametrize(
    ("topic", "key", "value"),
    [(INSTRUCTIONS, "", b"junk"), (SETTINGS, "own", raw(policy(colour="red"))), (SETTINGS, "own", b"junk")],
)
def test_one_that_names_nobody_for_certain_raises_the_alarm(topic: Any, key: str, value: bytes) -> None:
    harness = IntakeHarness()
    harness.take(topic, key, value)
    alerts = [message for message in harness.messages(DECISIONS) if isinstance(message, Alert)]
    assert [alert.code for alert in alerts] == ["unread-event"]


def test_an_event_that_is_put_back_carries_the_release_behind_it() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "acme", raw(without(invoice(1), "due")))
    letter = harness.dead_letters()[0]
    harness.take(INVOICES, "acme", labelled(raw(invoice(1)), Label(mends=letter.key, source=letter.source)))
    assert [type(message).__name__ for message in harness.messages(FACTS)] == ["UnreadEvent", "Fact", "UnreadReleased"]
    assert harness.messages(FACTS)[-1] == UnreadReleased(key=letter.key)
    assert harness.messages(DEAD_LETTERS)[-1] == DeadLetterClosed(key=letter.key, outcome="redriven")


def test_a_discard_carries_the_release_and_no_event() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "acme", b"junk")
    letter = harness.dead_letters()[0]
    harness.take(INVOICES, "acme", labelled(b"", Label(mends=letter.key, source=letter.source)))
    assert harness.messages(FACTS)[-1] == UnreadReleased(key=letter.key)
    assert harness.messages(DEAD_LETTERS)[-1] == DeadLetterClosed(key=letter.key, outcome="discarded")
    assert harness.tally.read == 1


def test_a_files_line_that_is_put_back_unchanged_stays_in_doubt() -> None:
    harness = IntakeHarness(partitions=1)
    label = Label(file="a.jsonl", line=1)
    harness.take(INVOICES, "acme", labelled(b"junk", label))
    key = harness.dead_letters()[0].key
    harness.take(INVOICES, "acme", labelled(b"junk", Label(file="a.jsonl", line=1, mends=key)))
    assert not any(isinstance(message, UnreadReleased) for message in harness.messages(FACTS))


@settings(max_examples=200, deadline=None)
@given(
    value=st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["specversion", "id", "source", "type", "time", "data", "creditor", "debtor", "account"]
                ),
                inner,
            )
        ),
        max_leaves=8,
    ).map(lambda thing: json.dumps(thing).encode()),
    topic=st.sampled_from(PUBLIC_TOPICS),
    key=st.sampled_from(["", "acme", IBAN]),
)
def test_nothing_that_comes_in_is_lost_or_stops_the_worker(value: bytes, topic: Any, key: str) -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(topic, key, value)
    harness.take(INVOICES, "acme", raw(invoice(1)))
    assert harness.tally.read == 2
    assert len(harness.dead_letters()) == harness.tally.dead_letters == 1
    assert [type(message) for message in harness.messages(FACTS) if isinstance(message, Fact)] == [Fact]


# -- what is known, and when ------------------------------------------------------------------------------------------


def test_k1_a_fact_has_the_last_tick_of_its_own_topic_and_partition_before_it() -> None:
    harness = IntakeHarness(partitions=1)
    harness.take(INVOICES, "acme", raw(invoice(1)))
    harness.take(INVOICES, TICK_KEY, time_reached(later(1)))
    harness.take(INVOICES, "acme", raw(invoice(2)))
    harness.take(INSTRUCTIONS, "acme", raw(said("hold.placed", "h", reason="other")))
    harness.take(INVOICES, TICK_KEY, time_reached(later(0)))
    harness.take(INVOICES, "acme", raw(invoice(3)))

    assert [fact.after for fact in harness.facts()] == [None, later(1), None, later(1)]


def test_k1_a_fact_says_by_which_door_it_came() -> None:
    harness = IntakeHarness()
    redriven = Label(file="a", line=1, mends="k", door="redrive")
    for number, label in enumerate((None, Label(file="a.jsonl", line=1), Label(door="tell"), redriven), 1):
        line = raw(invoice(number))
        harness.take(INVOICES, "acme", line if label is None else labelled(line, label))

    assert sorted(fact.door or "" for fact in harness.facts()) == ["file", "redrive", "tell", "topic"]
