"""The shipped example on Kafka gives the same dump and the same letters as in the embedded engine (design.md §8)."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from services.commands.playback.bootstrap import playing_engine
from services.commands.playback.play_files import Play, TimedPiece, merged_pieces
from services.example import LAST_DAY, event_files
from services.intake.creditor_directory import CreditorDirectory
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from services.runtime.store.port import Store
from tests.kafka.crew import Crew
from tests.kafka.workplace import workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TWENTIETH_OF_FEBRUARY = date(2026, 2, 20)
"""Long enough for nudges, reminders, payments, a dispute and a plan."""


@pytest.fixture(scope="module")
def given() -> list[TimedPiece]:
    """The example's events, file by file, by their times."""
    return merged_pieces(event_files(), CreditorDirectory())


def dump(store: Store) -> list[str]:
    return canonical_dump(store, account_entries(store))


def letters(outbox: Path) -> dict[str, bytes]:
    """The letters of an outbox by their names."""
    return {path.name: path.read_bytes() for path in outbox.iterdir()}


def embedded(given: list[TimedPiece], until: date, folder: Path) -> tuple[list[str], dict[str, bytes]]:
    """What the embedded engine makes of the example: its dump and its letters."""
    with ExitStack() as stack:
        engine, clock = playing_engine(folder, stack)
        for _ in Play(engine, clock).play(given, until):
            pass
        return dump(engine.store), letters(folder / "outbox")


@pytest.mark.parametrize(("partitions", "until"), [(1, TWENTIETH_OF_FEBRUARY), (3, LAST_DAY)])
def test_the_example_on_kafka_with_two_processes_a_worker_gives_the_same_dump_and_the_same_letters(
    given: list[TimedPiece], partitions: int, until: date, own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    expected = embedded(given, until, tmp_path / "embedded")

    with workplace(own_kafka, postgres, tmp_path, partitions) as here:
        with Crew(here.environment, tmp_path, each=2) as crew, here.clock(crew) as clock:
            clock.play(given, until)

        with here.reading() as store:
            assert (dump(store), letters(here.settings.mail.outbox)) == expected
