"""A database that is older than the log is refused; one made from the topics alone goes on as if nothing was lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from schemas.journal import NoticeAttempting, decode_journal
from schemas.topics import JOURNAL
from services.commands.playback.bootstrap import playing_engine
from services.commands.playback.play_files import Play, TimedPiece, merged_pieces
from services.example import event_files
from services.intake.creditor_directory import CreditorDirectory
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.log_client import LogClient, StoreLogClient
from tests.kafka.crew import Crew, WorkerProcess
from tests.kafka.test_same_answer import dump, letters
from tests.kafka.workplace import SESSION_S, Workplace, workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.unit.overdue.story import ZONE

PARTITIONS: Final = 2
COPIED: Final = datetime(2026, 1, 26, 10, 1, tzinfo=ZONE)
"""When the database is copied."""
LOST: Final = datetime(2026, 1, 28, 9, 1, tzinfo=ZONE)
"""When it is lost: letters of the morning are on their way."""
END: Final = datetime(2026, 1, 31, tzinfo=ZONE)
_ENDS_WITHIN_S: Final = 60


class Expected(NamedTuple):
    """What the embedded engine makes of the example when nothing is lost."""

    dump: list[str]
    letters: dict[str, bytes]
    attempts: Counter[str]


@pytest.fixture(scope="module")
def given() -> list[TimedPiece]:
    """The example's events, file by file, by their times."""
    return merged_pieces(event_files(), CreditorDirectory())


@pytest.fixture(scope="module")
def expected(given: list[TimedPiece], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Expected]:
    """The whole run."""
    folder = tmp_path_factory.mktemp("embedded")
    with ExitStack() as stack:
        engine, clock = playing_engine(folder, stack)
        for _ in Play(engine, clock).play(given, END.date() - timedelta(days=1)):
            pass
        yield Expected(dump(engine.store), letters(folder / "outbox"), attempts(StoreLogClient(engine.store)))


def attempts(log: LogClient) -> Counter[str]:
    """How often each notice was handed over."""
    messages = map(decode_journal, log.values(JOURNAL))
    return Counter(message.notice for message in messages if isinstance(message, NoticeAttempting))


def work(here: Workplace, given: Sequence[TimedPiece], start: datetime | None, end: datetime) -> None:
    """All workers work off what comes between two instants, tick by tick, and stop."""
    with Crew(here.environment, here.folder) as crew, here.clock(crew) as clock:
        clock.settle()
        clock.play_to([each for each in given if each.time < end and (start is None or each.time >= start)], end)


def command(here: Workplace, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command with the workplace's settings, and more of them."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        env={**os.environ, **here.environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def rebuild(here: Workplace) -> subprocess.CompletedProcess[str]:
    """As an operator does: anew while Kafka still counts on workers that were just stopped."""
    end = time.monotonic() + 3 * SESSION_S
    while (done := command(here, "rebuild")).returncode and "processes are running" in done.stderr:
        assert time.monotonic() < end, done.stderr
        time.sleep(1)
    return done


def test_a_database_from_the_past_is_refused_and_one_from_the_topics_goes_on_as_if_nothing_was_lost(
    given: list[TimedPiece], expected: Expected, own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    with workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here:
        first = postgres.fresh_database()
        here.use(postgres.dsn(first))
        work(here, given, None, COPIED)
        copy = postgres.copy_of(first)
        work(here, given, COPIED, LOST)

        here.use(postgres.dsn(copy))
        old = WorkerProcess("overdue", "1", here.environment, tmp_path)
        assert old.popen.wait(_ENDS_WITHIN_S) == 1
        assert "the store was restored from the past: rebuild it" in old.log()
        done = rebuild(here)
        assert (done.returncode, "name a new, empty database" in done.stderr) == (1, True)

        here.use(postgres.dsn(postgres.fresh_database()))
        live = command(here, "rebuild", ERAPAIVA_MAIL__MODE="live", ERAPAIVA_MAIL__HOST="127.0.0.1")
        assert (live.returncode, "these topics hold trial letters" in live.stderr) == (1, True)
        done = rebuild(here)
        assert done.returncode == 0, done.stderr
        work(here, given, LOST, END)

        with here.reading() as store:
            assert dump(store) == expected.dump
        with kafka_log_client(here.settings.kafka) as log:
            assert attempts(log) == expected.attempts
    assert letters(here.settings.mail.outbox) == expected.letters


def test_a_database_lost_in_the_midst_of_work_is_made_anew_and_no_letter_goes_twice(
    given: list[TimedPiece], expected: Expected, own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    with workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here:
        with Crew(here.environment, tmp_path) as crew, here.clock(crew) as clock:
            clock.settle()
            clock.play_to([each for each in given if each.time < LOST], LOST)
            for _ in range(3):
                assert clock.reached is not None, "the example has begun"
                clock.tick(clock.reached + timedelta(minutes=1))
            crew.cut_power()

        here.use(postgres.dsn(postgres.fresh_database()))
        done = rebuild(here)
        assert done.returncode == 0, done.stderr
        work(here, given, LOST, END)

        with here.reading() as store:
            assert dump(store) == expected.dump
        with kafka_log_client(here.settings.kafka) as log:
            assert attempts(log) == expected.attempts
    assert letters(here.settings.mail.outbox).keys() == expected.letters.keys()
