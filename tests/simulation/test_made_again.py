"""Cash application and overdue make the same records again from their topics, wherever batches are cut.

A rebuild rests on it (docs/adr/0013): what they make again takes the place of what the log has, record for record.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import pytest

from schemas.topics import FACTS, JOURNAL, Topic
from services.cash_application import worker as cash_application
from services.cash_application.worker import CashApplication
from services.clock.stepping import SteppingClock
from services.commands.playback.play_files import Play, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from services.notifier.posts.simulated import SimulatedPost
from services.overdue import worker as overdue
from services.overdue.worker import Overdue
from services.pipeline import pipeline
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine, Limits
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Store
from services.runtime.unit_of_work import RecordSink, UnitOfWork
from services.runtime.worker import Record, Worker
from tests.simulation.histories import history

PARTITIONS: Final = 3

Written = dict[tuple[str, int, str, int], list[tuple[str, bytes]]]
"""By worker, its partition, topic and output partition: key and value of each record, in order."""


class Overheard:
    """A worker whose every record is noted beside."""

    def __init__(self, worker: Worker, written: Written) -> None:
        self._worker = worker
        self._written = written
        self.name = worker.name
        self.reads = worker.reads

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        unit._sink = _Noting(unit._sink, (self.name, unit.partition), self._written)
        return self._worker.handle(batch, unit)

    def pending(self, partition: int) -> bool:
        return self._worker.pending(partition)


class _Noting:
    def __init__(self, sink: RecordSink, task: tuple[str, int], written: Written) -> None:
        self._sink = sink
        self._task = task
        self._written = written

    def append(self, topic: str, partition: int, key: str, value: bytes) -> None:
        self._written[*self._task, topic, partition].append((key, value))
        self._sink.append(topic, partition, key, value)


class Played(NamedTuple):
    """A store in which everybody has worked on a random history, and what each has written."""

    store: Store
    written: Written

    def by(self, worker: str) -> Written:
        """What one worker has written."""
        return {place: records for place, records in self.written.items() if place[0] == worker}


@pytest.fixture(scope="module", params=["simple", "open-questions"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One history, from its first event to its last day."""
    events, until = history(4, request.param)
    file = tmp_path_factory.mktemp("history") / "history.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    store, clock = SqliteStore(), SteppingClock()
    written: Written = defaultdict(list)
    store.tables.ensure(TABLES)
    workers = pipeline(SimulatedPost(), clock.now, load())
    with EmbeddedEngine(store, [Overheard(worker, written) for worker in workers], PARTITIONS) as engine:
        clock.drive(engine)
        for _ in Play(engine, clock).play(merged_pieces([file], CreditorDirectory()), date.fromisoformat(until)):
            pass
        yield Played(store, written)


def made_again(store: Store, worker: Worker, reads: Topic, cut: int) -> Written:
    """What a worker writes that is given a topic from its beginning, so many records at a time."""
    written: Written = defaultdict(list)
    limits = Limits(batch_records=cut, commit_changes=cut)
    with EmbeddedEngine(SqliteStore(), [Overheard(worker, written)], PARTITIONS, limits=limits) as engine:
        for partition, end in enumerate(store.log.ends(reads.name)):
            for _, key, value in store.log.read(reads.name, partition, 0, end):
                engine.publish(reads, key, value, partition)
        engine.settle()
    return written


@pytest.mark.parametrize(("cut", "chunk"), [(1, 1_000), (7, 2), (1_000, 2), (1_000, 1_000)])
@pytest.mark.parametrize(("make", "reads"), [(CashApplication, FACTS), (Overdue, JOURNAL)])
def test_the_same_records_are_made_again(
    played: Played,
    make: Callable[[], Worker],
    reads: Topic,
    cut: int,
    chunk: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cash_application, "AT_ONCE", chunk)
    monkeypatch.setattr(overdue, "CHUNK", chunk)

    worker = make()

    assert made_again(played.store, worker, reads, cut) == played.by(worker.name)
