"""The intake worker beside what else passes events on: the same broker, topic and events, one after the other.

Each invoice comes in on `invoices` and leaves as one record on another topic. Ours reads it, checks it and keeps its
position and what it publishes in one durable transaction of PostgreSQL for each batch; the others keep nothing. Counted
from the first event in the log to the last of what became of them, by the broker's clock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import psutil
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.topics import FACTS, INVOICES
from services.runtime.kafka.broker.names import group_name
from services.runtime.kafka.broker.topics import properties_of
from tests.bench.business import Bill, issued
from tests.bench.kafka.contenders import Kind, racing
from tests.bench.kafka.topics_seen import TopicsSeen
from tests.bench.measuring import Figure
from tests.kafka.crew import WorkerProcess
from tests.kafka.workplace import Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

PARTITIONS: Final = 4
CREDITORS: Final = tuple(f"bench-{number}" for number in (0, 2, 1, 3, 4, 6, 5, 7))
"""Two for each of four partitions."""
_EVENTS: Final = 8_000
_WARMING: Final = 400
_STEADY: Final = 600
_A_ROUND: Final = 4
_ROUNDS_APART_S: Final = 0.02
_DAY: Final = date(2026, 2, 2)
_PASSED_ON: Final = "passed-on"
_CONTENDERS: Final[tuple[tuple[str, Kind, int], ...]] = (
    ("stock Faust, reads events", "stock-faust-events", 1),
    ("Faust with room for all, reads events", "faust-events", 1),
    ("Faust with room for all, 2 processes", "faust-events", 2),
    ("Faust with room for all, takes bytes", "faust-bytes", 1),
    ("aiokafka batches, reads events", "aiokafka-events", 1),
    ("aiokafka batches, takes bytes", "aiokafka-bytes", 1),
)


class Run(NamedTuple):
    """How one contender, so many processes of it, has done."""

    name: str
    kind: str
    processes: int
    a_second: float
    processor_us: float
    waits_ms: list[float]

    def figures(self) -> Iterator[Figure]:
        """What is printed of it."""
        yield Figure(self.name, self.a_second, "events/s")
        yield Figure(f"  {self.name}: of the processor", self.processor_us, "µs/event", better="less", by="processor")
        yield Figure(f"  {self.name}: at a steady pace, median", self.waits_ms[len(self.waits_ms) // 2], "ms")
        yield Figure(f"  {self.name}: at a steady pace, 99 of 100", self.waits_ms[int(len(self.waits_ms) * 0.99)], "ms")


def measure(folder: Path, scale: float) -> list[Figure]:
    """Let everybody pass the same events on."""
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres(durable=True))
        course = _Course(Workplace(broker, database, folder, PARTITIONS), broker.bootstrap, scale)
        stack.callback(course.seen.close)
        ours = [course.ours("ours", 1), course.ours("ours, 2 processes", 2)]
        theirs = [course.theirs(*contender) for contender in _CONTENDERS]
    figures = [figure for run in (*ours, *theirs) for figure in run.figures()]
    return figures + [figure for run in theirs if "faust" in run.kind for figure in _compared(ours, run)]


def _compared(ours: list[Run], theirs: Run) -> Iterator[Figure]:
    """Ours with as many processes, as a multiple; the aim speaks of stock Faust."""
    [same] = [run for run in ours if run.processes == theirs.processes]
    aim = 3 if theirs.kind.startswith("stock") else None
    yield Figure(f"ours / {theirs.name}", same.a_second / theirs.a_second, "times", aim)
    yield Figure(f"  ours / {theirs.name}, by the processor", theirs.processor_us / same.processor_us, "times")


class _Course:
    """The same way for everybody: come together, warm up, then all events at once, then some at a steady pace."""

    def __init__(self, place: Workplace, bootstrap: str, scale: float) -> None:
        self._place = place
        self._bootstrap = bootstrap
        self._events = max(_WARMING, int(_EVENTS * scale))
        self._numbers = 0
        self.seen = TopicsSeen(bootstrap, PARTITIONS)
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        admin.create_topics([NewTopic(_PASSED_ON, PARTITIONS, 1, topic_configs=properties_of(FACTS, 1))])
        admin.close()

    def ours(self, name: str, processes: int) -> Run:
        """Processes of the intake worker."""
        with _intake(self._place, processes) as pids:
            return self._run(name, "ours", group_name(self._place.settings.kafka, "intake"), FACTS.name, pids)

    def theirs(self, name: str, kind: Kind, processes: int) -> Run:
        """Processes of somebody else."""
        group = f"{kind}-{processes}"  # none that waits for members who are gone
        self.seen.begin_at_end(group, INVOICES.name)
        with racing(kind, group, self._bootstrap, INVOICES.name, _PASSED_ON, processes, self._place.folder) as pids:
            return self._run(name, kind, group, _PASSED_ON, pids)

    def _run(self, name: str, kind: str, group: str, target: str, pids: list[int]) -> Run:
        self.seen.wait_for_members(group, len(pids))
        self._followed(target, _WARMING, self._at_once)
        spent_s = cpu_s(pids)
        times_s = self._followed(target, self._events, self._at_once)
        spent_s = cpu_s(pids) - spent_s
        seconds = max(end for _, end in times_s) - min(begin for begin, _ in times_s)
        waits_ms = sorted((end - begin) * 1_000 for begin, end in self._followed(target, _STEADY, self._steadily))
        return Run(name, kind, len(pids), self._events / seconds, spent_s / self._events * 1e6, waits_ms)

    def _followed(self, target: str, count: int, publish: Callable[[int], None]) -> list[tuple[float, float]]:
        """When each of the events that are published came into the log, and when what became of it did."""
        came, went = self.seen.ends(INVOICES.name), self.seen.ends(target)
        publish(count)
        self.seen.wait_for(target, count, went)
        ends = {seen.said["id"]: seen.at_s for seen in self.seen.read(target, went)}
        return [(seen.at_s, ends[seen.said["id"]]) for seen in self.seen.read(INVOICES.name, came)]

    def _at_once(self, count: int) -> None:
        self.seen.publish(INVOICES.name, self._invoices(count))

    def _steadily(self, count: int) -> None:
        for _ in range(0, count, _A_ROUND):
            self._at_once(_A_ROUND)
            time.sleep(_ROUNDS_APART_S)

    def _invoices(self, count: int) -> list[tuple[str, bytes]]:
        first, self._numbers = self._numbers, self._numbers + count
        bills = [
            Bill(number, number // 4, _DAY, CREDITORS[number % len(CREDITORS)])
            for number in range(first, first + count)
        ]
        return [(bill.creditor, issued(bill)) for bill in bills]


@contextmanager
def _intake(place: Workplace, processes: int) -> Iterator[list[int]]:
    started = [WorkerProcess("intake", str(number), place.environment, place.folder) for number in range(processes)]
    try:
        yield [each.popen.pid for each in started]
    finally:
        for each in started:
            each.stop()


def cpu_s(pids: list[int]) -> float:
    """What processes have used of the processor, in seconds."""
    spent = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in spent)
