"""Who may say what: each event by its own topic and by a door that may bring it (design.md §3)."""

from pathlib import Path
from typing import Any

import pytest

from schemas.dead_letters import DeadLetterClosed
from schemas.events import EVENT_TYPES, AccountConfirmed
from schemas.facts import PERSONS_WORDS, UnreadReleased
from schemas.topics import DEAD_LETTERS, FACTS, INSTRUCTIONS, INVOICES, PAYMENTS, PUBLIC_TOPICS, SETTINGS, TOPICS
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import (
    FILE,
    INBOX,
    INBOX_SETTINGS,
    NOT_THIS_DOOR,
    PLAY,
    PUBLISH,
    REDRIVE,
    SHIPPED,
    TELL,
    TOPIC,
    Doors,
)
from services.intake.inbox import FOR_EVENTS, FOR_SETTINGS, Inbox, InboxDoor
from services.intake.labels import Label, labelled
from services.intake.routing import destination_of
from services.runtime.door_settings import DoorSettings
from services.runtime.settings import WrongSettings, load
from tests.unit.intake.harness import IntakeHarness
from tests.unit.intake.public_events import ACME, IBAN, Event, creditor, invoice, raw, said


def come_by(harness: IntakeHarness, event: Event, label: Label) -> None:
    address = destination_of(raw(event))
    harness.take(address.topic, address.key, labelled(raw(event), label))


@pytest.mark.parametrize("door", [PUBLISH, PLAY, TELL, REDRIVE, TOPIC, FILE, "a name that somebody made up"])
@pytest.mark.parametrize("kind", sorted(EVENT_TYPES.keys() - PERSONS_WORDS))
def test_a_person_s_doors_and_each_topic_bring_every_event_of_the_topic(door: str, kind: str) -> None:
    topic = TOPICS[EVENT_TYPES[kind].topic]
    assert SHIPPED.refusal(door, topic, kind) is None


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES.keys() - PERSONS_WORDS))
def test_every_event_but_a_confirmation_comes_by_exactly_one_folder_of_the_inbox(kind: str) -> None:
    topic = TOPICS[EVENT_TYPES[kind].topic]
    folders = [door for door in (INBOX, INBOX_SETTINGS) if SHIPPED.refusal(door, topic, kind) is None]
    of_settings = [] if kind == AccountConfirmed.event_type else [INBOX_SETTINGS]
    assert folders == (of_settings if topic is SETTINGS else [INBOX])


@pytest.mark.parametrize("door", [PLAY, PUBLISH, TELL, REDRIVE, TOPIC, INBOX, FILE])
@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_whatever_its_label_says_no_event_comes_on_another_topic(door: str, kind: str) -> None:
    own = EVENT_TYPES[kind].topic
    for topic in PUBLIC_TOPICS:
        line = SHIPPED.refusal(door, topic, kind)
        if topic.name != own:
            assert line == f"type: {kind} does not belong on the topic {topic}; publish it on {own}"


def test_a_billing_system_that_registers_a_bank_account_on_its_own_topic_holds_the_creditor_instead() -> None:
    harness = IntakeHarness()
    harness.take(INVOICES, ACME, labelled(raw(creditor(iban="FI1410093000123458")), Label(door="tell")))
    assert harness.facts() == []
    (letter,) = harness.dead_letters()
    assert (letter.reason, letter.creditor) == (NOT_THIS_DOOR, ACME)
    assert letter.detail == (
        "type: creditor.registered.v1 does not belong on the topic invoices; publish it on settings",
    )
    assert [doubt.creditor for doubt in harness.doubts()] == [ACME]


def test_the_doubt_of_a_misdirected_event_is_as_narrow_as_the_event() -> None:
    harness = IntakeHarness()
    harness.take(PAYMENTS, IBAN, raw(invoice(7, debtor="D7")))
    (doubt,) = harness.doubts()
    assert (doubt.creditor, doubt.debtor, doubt.invoice) == (ACME, "D7", "7")


def test_a_creditor_in_the_inbox_is_a_dead_letter_that_says_where_to_move_the_file() -> None:
    harness = IntakeHarness()
    come_by(harness, creditor(), Label(file="creditor.jsonl", line=1, door=INBOX))
    (letter,) = harness.dead_letters()
    assert letter.reason == NOT_THIS_DOOR
    assert letter.detail == (
        "type: creditor.registered.v1 does not come by inbox/; move the file to inbox/settings/, which also closes this"
        " dead letter",
    )
    assert harness.tally.dead_letters == 1


def test_the_moved_file_is_applied_and_closes_its_dead_letters_under_whatever_name() -> None:
    harness = IntakeHarness()
    for _ in range(2):
        come_by(harness, creditor(), Label(file="creditor.jsonl", line=1, door=INBOX))
    come_by(harness, creditor(), Label(file="other.jsonl", line=9, door=INBOX))
    come_by(harness, creditor(), Label(file="settings/creditor.jsonl.2", line=1, door=INBOX_SETTINGS))
    assert {fact.door for fact in harness.facts()} == {INBOX_SETTINGS}
    keys = {letter.key for letter in harness.dead_letters()}
    assert len(keys) == 2
    closed = [message for message in harness.messages(DEAD_LETTERS) if isinstance(message, DeadLetterClosed)]
    assert sorted(each.key for each in closed) == sorted(keys)
    assert {each.key for each in harness.messages(FACTS, 0) if isinstance(each, UnreadReleased)} == keys
    come_by(harness, creditor(), Label(file="settings/creditor.jsonl.2", line=1, door=INBOX_SETTINGS))
    assert len([each for each in harness.messages(DEAD_LETTERS) if isinstance(each, DeadLetterClosed)]) == 2


def test_an_invoice_among_the_settings_belongs_into_the_inbox() -> None:
    harness = IntakeHarness()
    come_by(harness, invoice(1), Label(file="settings/a.jsonl", line=1, door=INBOX_SETTINGS))
    (letter,) = harness.dead_letters()
    assert letter.detail == (
        "type: invoice.issued.v1 does not come by inbox/settings/; move the file to inbox/, which also closes this"
        " dead letter",
    )


def test_what_is_put_back_comes_by_a_person_s_door() -> None:
    harness = IntakeHarness()
    come_by(harness, creditor(), Label(file="creditor.jsonl", line=1, door=INBOX))
    (letter,) = harness.dead_letters()
    come_by(harness, creditor(), Label(file="creditor.jsonl", line=1, mends=letter.key, door=REDRIVE))
    assert {fact.door for fact in harness.facts()} == {REDRIVE}
    assert [type(message) for message in harness.messages(DEAD_LETTERS)][-1] is DeadLetterClosed


def test_the_settings_narrow_and_widen_a_door() -> None:
    doors = Doors(DoorSettings(inbox=("payments",), inbox_settings=("settings", "invoice.issued"), tell=()))
    assert doors.refusal(INBOX, PAYMENTS, "payment.received.v1") is None
    assert doors.refusal(INBOX_SETTINGS, INVOICES, "invoice.issued.v1") is None
    assert doors.refusal(INBOX, INVOICES, "invoice.credited.v1") == (
        "type: invoice.credited.v1 does not come by inbox/; it comes by `erapaiva publish` or the topic invoices"
    )
    assert doors.refusal(TELL, INVOICES, "invoice.issued.v1") is not None


def test_what_no_door_may_bring_says_which_settings_decide() -> None:
    nothing: dict[str, Any] = {"inbox": (), "inbox_settings": (), "publish": (), "tell": (), "topic": ()}
    line = Doors(DoorSettings(**nothing)).refusal(TELL, INVOICES, "invoice.issued.v1")
    assert line is not None
    assert line.endswith("no door may bring it: see the settings ERAPAIVA_DOORS__…")


def test_a_door_is_named_in_the_environment_and_a_wrong_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERAPAIVA_DOORS__INBOX", "payments, invoice.issued")
    assert load().doors.inbox == ("payments", "invoice.issued")
    monkeypatch.setenv("ERAPAIVA_DOORS__INBOX", "facts")
    with pytest.raises(WrongSettings, match="ERAPAIVA_DOORS__INBOX: facts is no event"):
        load()


@pytest.mark.parametrize(("door", "file"), [(FOR_EVENTS, "a.jsonl"), (FOR_SETTINGS, "settings/a.jsonl")])
def test_a_folder_stamps_its_door_and_two_folders_keep_files_of_one_name_apart(
    tmp_path: Path, door: InboxDoor, file: str
) -> None:
    harness = IntakeHarness()
    (tmp_path / "a.jsonl").write_bytes(raw(creditor() if door is FOR_SETTINGS else invoice(1)) + b"\n")
    inbox = Inbox(tmp_path, harness.engine, CreditorDirectory(), door=door)
    while not inbox.poll().finished:
        pass
    harness.engine.settle()
    assert {(fact.door, fact.file) for fact in harness.facts()} == {(door.name, file)}
    assert harness.engine.bookmark(f"inbox:{file}")


def test_readers_of_files_know_no_creditor_whose_registration_came_by_a_wrong_door() -> None:
    directory = CreditorDirectory()
    directory.take_published(0, labelled(raw(creditor()), Label(file="a", line=1, door=INBOX)))
    assert directory.creditor_of_account(IBAN) is None
    directory.take_published(0, labelled(raw(creditor()), Label(file="a", line=1, door=INBOX_SETTINGS)))
    assert directory.creditor_of_account(IBAN) == ACME


def test_a_person_s_word_still_comes_through_the_inbox() -> None:
    harness = IntakeHarness()
    come_by(harness, said("hold.placed", "h", reason="other"), Label(file="desk.jsonl", line=1, door=INBOX))
    assert [fact.door for fact in harness.facts()] == [INBOX]


@pytest.mark.parametrize(
    ("door", "may"),
    [("tell", True), ("play", True), ("redrive", True), ("inbox", False), ("publish", False), ("topic", False)],
)
def test_a_persons_word_comes_by_a_persons_door_alone(door: str, may: bool) -> None:
    refusal = SHIPPED.refusal(door, INSTRUCTIONS, "address.cleared.v1")

    assert (refusal is None) == may
    assert may or refusal == "type: address.cleared.v1 is a person's word; say it with `erapaiva tell`"
