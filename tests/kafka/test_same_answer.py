"""The shipped example on Kafka gives the same dump and the same letters as in the embedded engine (design.md §8)."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from services.commands.playing import Given, Play, merged
from services.commands.stage import stage
from services.example import event_files
from services.intake.register import Register
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from services.runtime.store import Store
from tests.kafka.crew import Crew
from tests.kafka.workplace import workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

LAST_DAY = date(2026, 2, 20)
"""Long enough for nudges, reminders, payments, a dispute and a plan; `make bench` plays all of the example."""


@pytest.fixture(scope="module")
def given() -> list[Given]:
    """The example's events, file by file, by their times."""
    return merged(event_files(), Register())


@pytest.fixture(scope="module")
def embedded(
    given: list[Given], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[str], dict[str, bytes]]]:
    """What the embedded engine makes of them: its dump and its letters."""
    folder = tmp_path_factory.mktemp("embedded")
    with ExitStack() as stack:
        engine, clock = stage(folder, stack)
        for _ in Play(engine, clock).play(given, LAST_DAY):
            pass
        yield dump(engine.store), letters(folder / "outbox")


def dump(store: Store) -> list[str]:
    return canonical_dump(store, account_entries(store))


def letters(outbox: Path) -> dict[str, bytes]:
    """The letters of an outbox by their names."""
    return {path.name: path.read_bytes() for path in outbox.iterdir()}


@pytest.mark.parametrize(("partitions", "processes"), [(1, 1), (3, 2)])
def test_the_example_on_kafka_gives_the_same_dump_and_the_same_letters(
    given: list[Given],
    embedded: tuple[list[str], dict[str, bytes]],
    partitions: int,
    processes: int,
    own_kafka: Kafka,
    postgres: Postgres,
    tmp_path: Path,
) -> None:
    expected, written = embedded
    with workplace(own_kafka, postgres, tmp_path, partitions) as here:
        with Crew(here.environment, tmp_path, each=processes) as crew, here.clock(crew) as clock:
            clock.play(given, LAST_DAY)

        with here.reading() as store:
            assert dump(store) == expected
    assert letters(here.settings.mail.outbox) == written
