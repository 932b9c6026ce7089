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
from typing import Final

import psutil
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.topics import FACTS, INVOICES
from services.runtime.kafka.group import GROUP
from services.runtime.kafka.topics import properties_of
from tests.bench.business import Bill, issued
from tests.bench.kafka.contenders import Kind, racing
from tests.bench.kafka.topics_seen import TopicsSeen
from tests.bench.measuring import Figure
from tests.kafka.crew import Hand
from tests.kafka.workplace import Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

PARTITIONS: Final = 4
CREDITORS: Final = tuple(f"bench-{number}" for number in (0, 2, 1, 3, 4, 6, 5, 7))
"""Two for each of four partitions."""
_EVENTS: Final = 12_000
_WARMING: Final = 400
_STEADY: Final = 600
_A_ROUND: Final = 4
_ROUNDS_APART_S: Final = 0.02
_DAY: Final = date(2026, 2, 2)
_PASSED_ON: Final = "passed-on"
_CONTENDERS: Final[tuple[tuple[str, Kind, int], ...]] = (
    ("stock Faust, bytes", "faust-bytes", 1),
    ("stock Faust, reads events", "faust-events", 1),
    ("stock Faust, reads events, 2 processes", "faust-events", 2),
    ("aiokafka batches, bytes", "aiokafka-bytes", 1),
    ("aiokafka batches, reads events", "aiokafka-events", 1),
)


def measure(folder: Path, scale: float) -> list[Figure]:
    """Let everybody pass the same events on."""
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres(durable=True))
        course = _Course(Workplace(broker, database, folder, PARTITIONS), broker.bootstrap, scale)
        stack.callback(course.seen.close)
        figures = course.ours("ours", 1) + course.ours("ours, 2 processes", 2)
        for name, kind, processes in _CONTENDERS:
            figures += course.theirs(name, kind, processes)
    return figures + list(_ratios({figure.what: figure.value for figure in figures}))


def _ratios(of: dict[str, float]) -> Iterator[Figure]:
    """Ours as a multiple of stock Faust's."""
    for name, kind, processes in _CONTENDERS:
        if kind.startswith("faust"):
            ours = "ours" if processes == 1 else f"ours, {processes} processes"
            yield Figure(f"ours / {name}", of[ours] / of[name], "times", 3)


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

    def ours(self, name: str, processes: int) -> list[Figure]:
        """Processes of the intake worker."""
        with _intake(self._place, processes) as pids:
            return self._run(name, f"{GROUP}intake", FACTS.name, pids)

    def theirs(self, name: str, kind: Kind, processes: int) -> list[Figure]:
        """Processes of somebody else."""
        group = f"{kind}-{processes}"  # none that waits for members who are gone
        self.seen.begin_at_end(group, INVOICES.name)
        with racing(kind, group, self._bootstrap, INVOICES.name, _PASSED_ON, processes, self._place.folder) as pids:
            return self._run(name, group, _PASSED_ON, pids)

    def _run(self, name: str, group: str, target: str, pids: list[int]) -> list[Figure]:
        self.seen.wait_for_members(group, len(pids))
        self._followed(target, _WARMING, self._at_once)
        spent_s = cpu_s(pids)
        times_s = self._followed(target, self._events, self._at_once)
        spent_s = cpu_s(pids) - spent_s
        seconds = max(end for _, end in times_s) - min(begin for begin, _ in times_s)
        waits_ms = sorted((end - begin) * 1_000 for begin, end in self._followed(target, _STEADY, self._steadily))
        return [
            Figure(name, self._events / seconds, "events/s"),
            Figure("  of the processor", spent_s / self._events * 1e6, "µs/event"),
            Figure("  at a steady pace, median", waits_ms[len(waits_ms) // 2], "ms"),
            Figure("  at a steady pace, 99 of 100", waits_ms[int(len(waits_ms) * 0.99)], "ms"),
        ]

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
    hands = [Hand("intake", str(number), place.environment, place.folder) for number in range(processes)]
    try:
        yield [hand.process.pid for hand in hands]
    finally:
        for hand in hands:
            hand.stop()


def cpu_s(pids: list[int]) -> float:
    """What processes have used of the processor, in seconds."""
    spent = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in spent)
