"""What nobody in good faith would write reaches the workers, and stops none of them, whichever store they keep."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.dead_letters import DeadLetter, decode_dead_letters
from schemas.topics import DEAD_LETTERS, INSTRUCTIONS, INVOICES, PAYMENTS, SETTINGS, Topic
from services.cash_application.worker import CashApplication
from services.intake.worker import Intake
from services.reporting.tables import TABLES
from services.reporting.worker import Reporting
from services.runtime.engine import EmbeddedEngine
from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.store import Store

pytestmark = pytest.mark.e2e

NO_IDS = ["a\x00b", "a\x1fb", "\x1e", " ", "\u2028", "🙂" * 200]
HOSTILE_TEXTS = [*NO_IDS, "x" * 1_000_000, "\U0010ffff"]


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with (
        SqliteStore(IN_MEMORY)
        if request.param == "memory"
        else PostgresStore(request.getfixturevalue("database")) as opened
    ):
        opened.tables.ensure(TABLES)
        yield opened


def play(store: Store, records: list[tuple[Topic, str, bytes]]) -> list[DeadLetter]:
    """Let the workers take these records; the dead letters that come of them."""
    engine = EmbeddedEngine(store, [Intake(), CashApplication(), Reporting()], 2)
    for topic, key, value in records:
        engine.publish(topic, key, value)
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
