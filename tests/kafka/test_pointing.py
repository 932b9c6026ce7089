"""Money that is not placed holds the same accounts on Kafka as in the embedded engine, whatever came first (G10)."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from schemas.topics import account_key, partition_of
from services.commands.playback.play_files import TimedPiece, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from services.law.calendar import banking_day, banking_days_before
from tests.kafka.crew import Crew
from tests.kafka.test_same_answer import dump, embedded, letters
from tests.kafka.workplace import workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.unit.intake.public_events import (
    ACME,
    IBAN,
    Event,
    about_payment,
    completed,
    creditor,
    invoice,
    later,
    payment,
    raw,
    reference_of,
)
from tests.unit.intake.public_events import event as public_event
from tests.unit.overdue.story import ZONE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PARTITIONS = 3
LAST = date(2026, 2, 6)
DAY = 24 * 60
PAYER = {"iban": "FI1410093000123458"}
LETTERS = {"let go": "2026-01-28", "nobody's": "2026-01-28", "spouse": "2026-02-02", "near": "2026-02-04"}
"""By debtor the day of the letter: at once, when the money went back, and the tenth banking day; "same" gets none."""


def mornings() -> Iterator[Event]:
    """Each banking morning the payments are complete through the banking day before."""
    day = date(2026, 1, 12)
    while day <= LAST:
        if banking_day(day, "FI"):
            through = banking_days_before(day, 1, "FI").isoformat()
            yield completed(through, f"through {through}", at=datetime.combine(day, time(7, 5), ZONE))
        day += timedelta(days=1)


@pytest.fixture
def given(tmp_path: Path) -> list[TimedPiece]:
    """Debtors in all partitions; money that means some of them, before and after they are known; one is let go."""
    debtors = [
        invoice(10131, "spouse", name="Maija Kuviteltu", at=later(3)),
        invoice(10132, "same", name="Anna-Maija Testilä", at=later(DAY)),
        invoice(10133, "near", name="Kolmas Nimi", at=later(4)),
        invoice(10134, "let go", name="Oy Kuvitelma Ab", at=later(5)),
        invoice(10135, "nobody's", name="Viides Nimi", at=later(6)),
    ]
    mistyped = "2" + reference_of(10133)[1:]
    money = [
        payment("A", at=later(60), payer={"name": "Matti ja Maija Kuviteltu"}),
        payment("B", at=later(61), payer={"name": "TESTILA ANNAMAIJA", **PAYER}),
        payment("C", at=later(12 * DAY), booked="2026-01-21", message=mistyped),
        payment("D", at=later(2), payer={"name": "KUVITELMA AB OY"}),
    ]
    not_of = {"creditor": ACME, "account": IBAN, "payment": "D", "debtor": "let go"}
    said = public_event("payment.not-of", not_of, id="not", at=later(16 * DAY), source="//people")
    back = about_payment("payment.refunded", "A", "back", at=later(24 * DAY))
    events = [creditor(), *debtors, *money, said, back, *mornings()]
    file = tmp_path / "given.jsonl"
    file.write_bytes(b"".join(raw(event) + b"\n" for event in events))
    return merged_pieces([file], CreditorDirectory())


def days_of_letters(lines: list[str]) -> dict[str, str]:
    """By debtor the day of the letter that a dump tells of."""
    notices = [entry for entry in map(json.loads, lines) if entry["kind"] == "notice"]
    return {entry["debtor"]: entry["date"] for entry in notices}


def test_kafka_and_the_embedded_engine_hold_the_same_accounts(
    given: list[TimedPiece], own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    assert len({partition_of(account_key(ACME, debtor), PARTITIONS) for debtor in (*LETTERS, "same")}) == PARTITIONS
    expected = embedded(given, LAST, tmp_path / "embedded")
    assert days_of_letters(expected[0]) == LETTERS

    with workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here:
        with Crew(here.environment, tmp_path, each=2) as crew, here.clock(crew) as clock:
            clock.play(given, LAST)
        with here.reading() as store:
            assert (dump(store), letters(here.settings.mail.outbox)) == expected
