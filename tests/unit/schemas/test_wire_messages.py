"""Messages between our workers: bytes and back (schemas/messages.py and the topics' modules)."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from schemas.commands import CommandsMessage, NoticePlanned, decode_commands
from schemas.data import AccountData, SettingsData
from schemas.dead_letters import DeadLettersMessage, decode_dead_letters
from schemas.decisions import DecisionsMessage, decode_decisions
from schemas.facts import Fact, FactsMessage, Tick, content_of, decode_facts
from schemas.invoice_events import InvoiceIssued
from schemas.journal import (
    AccountEvent,
    FrontierReached,
    JournalMessage,
    MoneyPlaced,
    SettingsCopied,
    decode_journal,
)
from schemas.messages import UnreadableMessageError, encode
from schemas.parsing import parse_event
from tests.unit.schemas.public_samples import DATA, cloud_event

NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
PLACED = MoneyPlaced(
    time=NOON,
    id="//bank#1",
    creditor="acme",
    debtor="C-1",
    account="FI2112345600000785",
    payment="ARCHIVE-1",
    amount=10000,
    currency="EUR",
    paid=date(2026, 2, 1),
    booked=date(2026, 2, 2),
    invoice="1001",
)
LETTER: dict[str, Any] = {
    "notice": "n-1",
    "creditor": "acme",
    "debtor": "C-1",
    "date": "2026-02-12",
    "currency": "EUR",
    "kind": "consumer",
    "policy": "fi-consumer",
    "policy_version": 1,
    "step": "reminder",
    "tone": "friendly",
    "language": "sv",
    "channel": "email",
    "recipient": {"name": "Asiakas", "email": "c1@asiakas.example"},
    "sender": {"name": "Esimerkki Oy", "email": "laskut@esimerkki.example"},
    "house": {
        "name": "Esimerkki Oy",
        "business_id": "1234567-1",
        "address": {"street": "Katu 1", "postcode": "00100", "city": "Helsinki"},
        "contact": {"phone": "1", "hours": "9-16", "email": "a@b.example", "url": "https://b.example"},
        "accounts": [{"iban": "FI2112345600000785", "bic": "NDEAFIHH"}],
    },
    "reference": "90000010013",
    "letter_number": 1,
    "response_by": "2026-02-26",
    "fee": 500,
    "interest": 52,
    "total": 10552,
    "lines": [
        {
            "invoice": "1001",
            "issued": "2026-01-09",
            "due": "2026-01-23",
            "effective_due": "2026-01-23",
            "original": 10000,
            "step": "reminder",
            "principal": 10000,
            "interest": 52,
            "costs": 500,
            "balance": 10552,
            "slices": [
                {"first": "2026-01-24", "last": "2026-02-12", "days": 20, "principal": 10000, "rate": "9.5"},
            ],
        }
    ],
    "next": {"action": "letter", "step": "second-reminder", "not_before": "2026-03-02", "fee": 500, "interest": True},
}


def account_events() -> list[AccountEvent]:
    datas = [(name, parse_event(cloud_event(name)).data) for name in DATA]
    return [
        AccountEvent(event=name, time=NOON, id="//billing#1", data=data)
        for name, data in datas
        if isinstance(data, AccountData)
    ]


def test_every_public_event_travels_on_facts_unchanged() -> None:
    for name in DATA:
        event = parse_event(cloud_event(name))
        fact = Fact(
            type=name,
            source="//billing",
            id="1",
            time=event.envelope.time,
            creditor="acme",
            content=content_of(event.data),
            data=event.data,
        )
        arrived = decode_facts(encode(fact))
        assert arrived == fact
        assert isinstance(arrived, Fact)
        assert type(arrived.data) is type(event.data)
        assert content_of(arrived.data) == fact.content
        assert encode(arrived) == encode(fact)


@pytest.mark.parametrize("reference", ["RF18 5390 0754 7034", "RF1853900754 70Y", "RF7812345"])
def test_an_rf_reference_that_is_no_national_one_travels_in_its_canonical_form(reference: str) -> None:
    event = cloud_event("invoice.issued.v1")
    event["data"] = event["data"] | {"reference": reference}
    data = parse_event(event).data
    assert isinstance(data, InvoiceIssued)

    fact = Fact(type=data.event_type, source="//a", id="1", time=NOON, content=content_of(data), data=data)

    read = decode_facts(encode(fact))
    assert isinstance(read, Fact)
    assert read.data == data


def test_every_event_of_an_account_travels_on_the_journal_unchanged() -> None:
    messages = account_events()
    assert len(messages) > 15
    for message in messages:
        arrived = decode_journal(encode(message))
        assert arrived == message
        assert (message.creditor, message.debtor) == ("acme", "C-1")


def test_settings_travel_on_the_journal_unchanged() -> None:
    for name in DATA:
        data = parse_event(cloud_event(name)).data
        if isinstance(data, SettingsData):
            message = SettingsCopied(lane=2, event=name, time=NOON, id="//billing#1", data=data)
            assert decode_journal(encode(message)) == message


@pytest.mark.parametrize("message", [PLACED, FrontierReached(lane=0, instant=NOON)])
def test_our_own_messages_come_back_as_they_were(message: JournalMessage) -> None:
    assert decode_journal(encode(message)) == message


def test_a_letter_travels_whole() -> None:
    letter = TypeAdapter(NoticePlanned).validate_python({"notice": "n-1", "letter": LETTER})
    assert decode_commands(encode(letter)) == letter


def test_money_travels_as_an_integer_and_what_is_absent_not_at_all() -> None:
    raw = encode(PLACED)
    assert b'"amount":10000' in raw
    assert b"letter" not in raw


def test_an_instant_travels_in_utc_whatever_zone_it_came_in() -> None:
    helsinki = timezone(timedelta(hours=2))
    assert encode(Tick(instant=NOON.astimezone(helsinki), origin="invoices/0")) == encode(
        Tick(instant=NOON, origin="invoices/0")
    )


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[]", b"17", b'{"type":"nobody"}', b'{"type":"event"}', b'{"type":"event","event":"x","data":{}}'],
)
def test_bytes_that_no_message_has_stop_the_reader(raw: bytes) -> None:
    with pytest.raises(UnreadableMessageError, match="not a message of the topic journal"):
        decode_journal(raw)


def test_the_fault_of_a_damaged_message_names_fields_and_no_values() -> None:
    with pytest.raises(UnreadableMessageError, match=r"journal: amount: .*; paid: is missing") as caught:
        decode_journal(encode(PLACED).replace(b'"amount":10000', b'"amount":"Salainen"').replace(b"paid", b"pa1d"))
    assert "Salainen" not in str(caught.value)


def test_a_message_with_a_field_too_many_is_another_versions() -> None:
    with pytest.raises(UnreadableMessageError):
        decode_journal(b'{"type":"money-pointed","creditor":"a","debtor":"b","account":"c","payment":"d","more":1}')


@pytest.mark.parametrize(
    "messages", [FactsMessage, JournalMessage, CommandsMessage, DecisionsMessage, DeadLettersMessage]
)
def test_no_two_messages_of_a_topic_have_the_same_type(messages: Any) -> None:
    types = [model.model_fields["type"].default for model in get_args(messages) if model is not Fact]
    assert len(set(types)) == len(types)
    assert not set(types) & DATA.keys()


@pytest.mark.parametrize(
    "decode", [decode_facts, decode_journal, decode_commands, decode_decisions, decode_dead_letters]
)
def test_every_topic_refuses_bytes_that_are_no_json(decode: Any) -> None:
    with pytest.raises(UnreadableMessageError):
        decode(b"\xff")


def test_the_content_of_an_event_does_not_depend_on_how_it_was_written() -> None:
    plain = parse_event(cloud_event("invoice.issued.v1", taken=...)).data
    other = parse_event(
        cloud_event("invoice.issued.v1", taken=[], reference="000 11015", amount="100", late_interest=9.50, more="x")
        | {"id": "event-2", "time": "2026-03-01T00:00:00Z"}
    ).data
    assert isinstance(plain, InvoiceIssued)
    assert content_of(plain) == content_of(other)


def test_the_content_of_an_event_changes_with_each_field_and_with_its_type() -> None:
    contents = {content_of(parse_event(cloud_event(name)).data) for name in DATA}
    contents.add(content_of(parse_event(cloud_event("invoice.issued.v1", amount="100.01")).data))
    contents.add(content_of(parse_event(cloud_event("invoice.issued.v1", subject="Palvelut")).data))
    assert len(contents) == len(DATA) + 2


def test_the_content_of_an_event_stays_the_same_for_ever() -> None:
    # Stored with every event seen: if this changes, an event sent again would be taken for a conflict.
    invoice = parse_event(cloud_event("invoice.issued.v1", discounts=...)).data  # a field that came later
    policy = parse_event(cloud_event("policy.published.v1")).data
    assert content_of(invoice) == "5c94072f27699a0ffe8aa627f55a9f6064c401884bcf4b4a0f8c7ca30b7de543"
    completed = parse_event(cloud_event("bank-feed.completed.v1", statement=...)).data
    assert content_of(completed) == "67fc7ad6490419e9af94dffc1e6497cf4f56700102f09793aabd1a7ece9e5a11"
    assert content_of(policy) == "e912899f06d653b46877a692812a680e5fc3f5cbe89fd9b9b826642e1f72c522"


def test_money_placed_before_it_could_name_several_invoices_reads_and_writes_as_it_did() -> None:
    old = (
        b'{"creditor":"acme","debtor":"C-1","account":"FI2112345600000785","payment":"ARCHIVE-1","type":"money-placed",'
        b'"time":"2026-02-02T12:00:00Z","id":"//bank#1","amount":10000,"currency":"EUR","paid":"2026-02-01",'
        b'"booked":"2026-02-02","invoice":"1001"}'
    )
    assert decode_journal(old) == PLACED
    assert encode(PLACED) == old
    assert PLACED.named == ("1001",)
