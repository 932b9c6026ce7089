"""Creditors of different partitions name one bank account: Kafka, the embedded engine and a rebuild decide alike."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from schemas.topics import partition_of
from services.commands.playback.play_files import TimedPiece, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from services.law.calendar import banking_day, banking_days_before
from tests.kafka.crew import Crew
from tests.kafka.test_rebuild import rebuild, work
from tests.kafka.test_same_answer import dump, embedded, letters
from tests.kafka.workplace import workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.unit.intake.public_events import IBAN, OTHER_IBAN, Event, creditor, invoice, later, raw
from tests.unit.intake.public_events import event as public_event
from tests.unit.overdue.story import ZONE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PARTITIONS = 3
OWNER, REFUSED, THIRD = "acme", "beta", "delta"
FIRST, LAST = date(2026, 1, 12), date(2026, 1, 30)


def feeds() -> Iterator[Event]:
    """Each banking morning the payments of both accounts are complete through the banking day before."""
    day = FIRST
    while day <= LAST:
        if banking_day(day, "FI"):
            through = banking_days_before(day, 1, "FI").isoformat()
            at = datetime.combine(day, time(7, 5), ZONE)
            for of, iban in ((OWNER, IBAN), (REFUSED, IBAN), (THIRD, OTHER_IBAN)):
                data = {"creditor": of, "account": iban, "through": through}
                yield public_event("bank-feed.completed", data, id=f"{of} {through}", at=at, source="//bank")
        day += timedelta(days=1)


@pytest.fixture
def given(tmp_path: Path) -> list[TimedPiece]:
    """Two creditors of different partitions name one account, a third its own; each has a debtor who does not pay."""
    events = [
        creditor(OWNER, IBAN, at=later(1)),
        creditor(REFUSED, IBAN, at=later(2)),
        creditor(THIRD, OTHER_IBAN, at=later(1)),
        *(invoice(1, f"of {name}", at=later(3), creditor=name, due_agreed=True) for name in (OWNER, REFUSED, THIRD)),
        *feeds(),
    ]
    file = tmp_path / "given.jsonl"
    file.write_bytes(b"".join(raw(event) + b"\n" for event in events))
    return merged_pieces([file], CreditorDirectory())


def test_kafka_the_embedded_engine_and_a_rebuild_give_an_account_to_the_same_creditor(
    given: list[TimedPiece], own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    assert len({partition_of(name, PARTITIONS) for name in (OWNER, REFUSED)}) == 2
    expected = embedded(given, LAST, tmp_path / "embedded")
    assert len(expected[1]) == 2
    assert any("account-of-another-creditor" in line for line in expected[0])

    with workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here:
        with Crew(here.environment, tmp_path, each=2) as crew, here.clock(crew) as clock:
            clock.play(given, LAST)
        with here.reading() as store:
            assert (dump(store), letters(here.settings.mail.outbox)) == expected

        here.use(postgres.dsn(postgres.fresh_database()))
        done = rebuild(here)
        assert done.returncode == 0, done.stderr
        end = datetime.combine(LAST + timedelta(days=1), time.min, ZONE)
        work(here, given, end, end)
        with here.reading() as store:
            assert dump(store) == expected[0]
