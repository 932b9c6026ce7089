"""Untidy histories on Kafka, with processes that are killed, and rebuilt, give the embedded engine's answer.

What comes may depend on no order between partitions: money that is told twice and returned, ids that recur, corrected
statements and invoices, refunds, discounts, parts, stamps that lie ahead, feeds that are taken back, names and
references that several debtors share, bank accounts that two creditors claim (rules.md K1 to K3, G10, M3 to M11, B1,
B2; design.md §8).
"""

import threading
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.topics import partition_of
from services.commands.playback.play_files import TimedPiece
from tests.kafka.crew import Crew, WorkerProcess
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.test_rebuild import rebuild, work
from tests.kafka.test_same_answer import dump, embedded, letters
from tests.kafka.workplace import Workplace, workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.simulation.history_writer import ZONE
from tests.simulation.side_by_side import UNTIDY, as_they_arrive, side_by_side

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FIRST_KILL = datetime(2026, 1, 9, 7, 30, tzinfo=ZONE)
BETWEEN_KILLS = timedelta(days=8)
_KILLED_AFTER_S = 0.2


class Untidy(NamedTuple):
    """The history as it arrives, its last day, and the dump and the letters that the embedded engine makes of it."""

    given: list[TimedPiece]
    last: date
    expected: tuple[list[str], dict[str, bytes]]


@pytest.fixture(scope="module")
def untidy(tmp_path_factory: pytest.TempPathFactory) -> Untidy:
    """The same for every number of partitions."""
    folder = tmp_path_factory.mktemp("untidy")
    events, last = side_by_side(UNTIDY, "crowded")
    given = as_they_arrive(events, folder / "history.jsonl")
    return Untidy(given, last, embedded(given, last, folder / "embedded"))


class Kills:
    """Kills one process of each worker, at work: every few days of the history another one."""

    def __init__(self, crew: Crew, clock: DrainedClock) -> None:
        self._crew = crew
        self._clock = clock
        self._left = crew.processes[::2]
        self._next = FIRST_KILL
        clock.when_settled = self._consider

    def _consider(self) -> None:
        """All is worked off: kill one soon, when more has been published."""
        if self._left and self._clock.reached is not None and self._clock.reached >= self._next:
            self._next += BETWEEN_KILLS
            threading.Timer(_KILLED_AFTER_S, self._kill, [self._left.pop(0)]).start()

    def _kill(self, process: WorkerProcess) -> None:
        with self._crew.supervised:
            process.kill()

    @property
    def are_done(self) -> bool:
        """Whether a process of every worker was killed."""
        return not self._left


@pytest.mark.parametrize("partitions", [1, 12])
def test_an_untidy_history_gives_the_same_dump_and_letters_on_kafka(
    untidy: Untidy, partitions: int, own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    with workplace(own_kafka, postgres, tmp_path, partitions) as here:
        play_with_kills(untidy, here, tmp_path)
        with here.reading() as store:
            assert (dump(store), letters(here.settings.mail.outbox)) == untidy.expected


def test_an_untidy_history_gives_the_same_dump_and_letters_in_three_partitions_and_from_the_topics_alone(
    untidy: Untidy, own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    assert len({partition_of(creditor, 3) for creditor in UNTIDY}) > 1
    with workplace(own_kafka, postgres, tmp_path, partitions=3) as here:
        play_with_kills(untidy, here, tmp_path)
        with here.reading() as store:
            assert (dump(store), letters(here.settings.mail.outbox)) == untidy.expected

        here.use(postgres.dsn(postgres.fresh_database()))
        done = rebuild(here)
        assert done.returncode == 0, done.stderr
        end = datetime.combine(untidy.last + timedelta(days=1), time.min, ZONE)
        work(here, untidy.given, end, end)
        with here.reading() as store:
            assert dump(store) == untidy.expected[0]


def play_with_kills(untidy: Untidy, here: Workplace, folder: Path) -> None:
    """Play the history with two processes of each worker, of which one of each is killed."""
    with Crew(here.environment, folder, each=2) as crew, here.clock(crew) as clock:
        kills = Kills(crew, clock)
        clock.play(untidy.given, untidy.last)
        assert kills.are_done
