"""What nobody in good faith would write, and the longest that is lawful, stops no worker, whichever store they keep."""

import json
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from schemas.dead_letters import DeadLetter, decode_dead_letters
from schemas.decisions import HandedOver
from schemas.messages import encode
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import (
    DEAD_LETTERS,
    DECISIONS,
    INSTRUCTIONS,
    INVOICES,
    PAYMENTS,
    PUBLIC_TOPICS,
    SETTINGS,
    Topic,
    account_key,
)
from services.intake.routing import destination_of
from services.pipeline import WORKERS, WorkerParts
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine
from services.runtime.postgres.store import PostgresStore
from services.runtime.settings import Settings
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.store.port import Store
from tests.unit.intake.public_events import about_payment, creditor, invoice, later, payment, raw, said

pytestmark = pytest.mark.e2e

NO_IDS = ["a\x00b", "a\x1fb", "\x1e", " ", "\u2028", "🙂" * 200]
HOSTILE_TEXTS = [*NO_IDS, "x" * 1_000_000, "\U0010ffff"]


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with (
        SqliteStore(IN_MEMORY)
        if request.param == "memory"
        else PostgresStore(request.getfixturevalue("database")) as opened
    ):
        opened.tables.ensure(TABLES)
        yield opened


def play(store: Store, records: list[tuple[Topic, str, bytes]]) -> list[DeadLetter]:
    """Let the workers take these records, and an hour go by; the dead letters that come of them."""
    parts = WorkerParts(Settings(), lambda: later(0))
    engine = EmbeddedEngine(store, [entry.make(parts) for entry in WORKERS.values() if not entry.delivers_letters], 2)
    for topic, key, value in records:
        engine.publish(topic, key, value)
    engine.settle()
    for topic in PUBLIC_TOPICS:
        for partition in range(2):
            engine.publish(topic, TICK_KEY, time_reached(later(60)), partition)
    engine.settle()
    found = [
        decode_dead_letters(value)
        for partition in range(2)
        for _, _, value in store.log.read(DEAD_LETTERS.name, partition, 0, 10_000)
    ]
    return [message for message in found if isinstance(message, DeadLetter)]


def label(**said: Any) -> bytes:
    return json.dumps({"type": "raw-line", **said}, separators=(",", ":")).encode() + b"\njunk"


@pytest.mark.parametrize("topic", [INVOICES, PAYMENTS, INSTRUCTIONS, SETTINGS], ids=str)
def test_a_hostile_key_holds_nobody_it_cannot_name_and_stops_no_worker(store: Store, topic: Topic) -> None:
    # when
    letters = play(store, [(topic, key, b"junk") for key in HOSTILE_TEXTS])
    # then
    assert len(letters) == len(HOSTILE_TEXTS)
    assert all(len(letter.record_key or "") <= 200 for letter in letters)
    (shown,) = store.tables.query("SELECT count(*) AS letters FROM dead_letter")
    assert shown == {"letters": len(HOSTILE_TEXTS)}


@pytest.mark.parametrize("name", ["file", "mends", "source", "reason", "detail", "creditor", "account"])
def test_a_hostile_label_stops_no_worker(store: Store, name: str) -> None:
    # given
    texts: list[Any] = [*HOSTILE_TEXTS, "\ud800", 17, {}, ["a\x00b"]]
    # when
    letters = play(store, [(INVOICES, "acme", label(**{"reason": "r", name: text})) for text in texts])
    # then
    assert len(letters) == len(texts)


@pytest.mark.parametrize(
    "value",
    [
        label(line="x"),
        label(line=2**31),
        label(line=-1),
        label(length=[1]),
        b'{"type":"raw-line","a":' + b"[" * 100_000,
    ],
    ids=["a word", "too large", "below nothing", "a list", "nested"],
)
def test_a_label_whose_numbers_are_none_stops_no_worker(store: Store, value: bytes) -> None:
    assert len(play(store, [(INVOICES, "acme", value)])) == 1


def test_a_text_without_meaning_anywhere_in_an_event_stops_no_worker(store: Store) -> None:
    # given
    fields = {"creditor", "debtor", "account", "invoice", "payment", "name", "reason", "text"}
    events = [
        {
            "specversion": "1.0",
            "id": text,
            "source": text,
            "type": kind,
            "time": "2026-01-09T06:00:00Z",
            "data": dict.fromkeys(fields, text),
            text[:100]: text,
        }
        for text in NO_IDS
        for kind in ("invoice.issued.v1", "payment.received.v1", "hold.placed.v1", text)
    ]
    # when
    letters = play(store, [(INSTRUCTIONS, "acme", json.dumps(event).encode()) for event in events])
    # then
    assert len(letters) == len(events)


def long(seed: int, length: int = 166, first: int = 0x4E00) -> str:
    """A text that no store can squeeze, of Chinese signs: three bytes each, or four from 0x20000 on."""
    signs = Random(seed)
    return "".join(chr(signs.randrange(first, first + 0x5000)) for _ in range(length))


def test_the_longest_lawful_ids_are_kept_and_waited_for(store: Store) -> None:
    # given
    creditor_id, debtor, bill, archive_id = long(1), long(2), long(3), long(4)
    whose: dict[str, Any] = {"creditor": creditor_id}
    name = long(15, 300, 0x20000)
    euros: dict[str, Any] = {"currency": "EUR", "issued": "2026-01-10"}
    payer = {"name": name, "iban": long(5, 300)}
    events = [
        creditor(creditor_id),
        payment(archive_id, **whose, payer=payer, message=f"{long(6)} 123456"),
        payment(long(7), **whose, payer=payer, reference="10139"),
        payment(long(8), **whose, payer=payer, debtor=long(9)),
        about_payment("payment.reversed", long(10), long(11), **whose),
        said("invoice.credited", long(12), debtor, **whose, invoice=bill, credit_note=long(13), amount="1.00", **euros),
        said("hold.placed", long(14), debtor, **whose, invoice=bill, reason="x"),
        invoice(1, debtor, **whose, invoice=bill, name=name),
        about_payment("payment.assigned", archive_id, long(16), **whose, debtor=debtor, invoice=bill),
        about_payment("payment.refunded", archive_id, long(17), **whose, amount="1.00", currency="EUR"),
    ]
    named = [event | {"id": long(20 + number), "source": long(40)} for number, event in enumerate(events)]
    addresses = [(destination_of(raw(event)), raw(event)) for event in named]
    # when
    letters = play(store, [(address.topic, address.key, value) for address, value in addresses])
    # then
    (returned,) = letters  # a person is told of a return whose payment is not known (rules.md B1)
    assert (returned.reason, returned.id) == ("return-without-payment", long(24))
    (kept,) = store.tables.query("SELECT debtor FROM receivable")
    assert kept == {"debtor": debtor}


def test_a_hand_over_of_many_invoices_with_long_names_is_kept_once(store: Store) -> None:
    # given
    handed = HandedOver(
        creditor=long(1),
        debtor=long(2),
        date=date(2026, 4, 2),
        invoices=tuple(long(number) for number in range(300)),
        principal=10000,
        interest=141,
        costs=1000,
        currency="EUR",
        status="published",
    )
    # when
    play(store, [(DECISIONS, account_key(handed.creditor, handed.debtor), encode(handed))] * 2)
    # then
    (kept,) = store.tables.query("SELECT invoices FROM handover")
    assert len(json.loads(str(kept["invoices"]))) == 300
