"""The whole flow on Kafka: every worker in processes of its own, from an invoice in the log to what its account became.

An account is decided when time reaches it: a tick follows the events, and each of them counts as done when the log has
its account's change. Live, a tick comes each minute; here as soon as the events are published.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from schemas.topics import DECISIONS, INVOICES, SETTINGS
from tests.bench.business import Bill, instant, issued, registered
from tests.bench.kafka.passing import CREDITORS, PARTITIONS, cpu_s
from tests.bench.kafka.topics_seen import TopicsSeen
from tests.bench.measuring import Figure
from tests.kafka.crew import Crew, WorkerProcess
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.workplace import Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.simulation.history_writer import iban

_EVENTS: Final = 4_000
_ROUNDS: Final = 40
_A_ROUND: Final = 8
_ROUNDS_APART_S: Final = 0.2
_TICKS: Final = 20
_IDLE_S: Final = 5
_RETURNS_WITHIN_S: Final = 60
_DAY: Final = date(2026, 2, 2)
_MINUTE: Final = timedelta(minutes=1)


def measure(folder: Path, scale: float) -> list[Figure]:
    """One process of each worker, then two; then one of them is killed."""
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres(durable=True))
        flow = _Flow(Workplace(broker, database, folder, PARTITIONS), broker.bootstrap, int(_EVENTS * scale))
        stack.callback(flow.seen.close)
        return [*flow.one_process_each(), *flow.two_processes_each()]


class _Flow:
    """A flow that goes on from one crew to the next."""

    def __init__(self, place: Workplace, bootstrap: str, events: int) -> None:
        self._place = place
        self._events = events
        self._bills = _bills()
        self._now = instant(_DAY, "01:00")
        self.seen = TopicsSeen(bootstrap, PARTITIONS)
        accounts = {creditor: iban(f"{12345600000000 + number}") for number, creditor in enumerate(CREDITORS)}
        self.seen.publish(
            SETTINGS.name, [(creditor, registered(_DAY, creditor, accounts[creditor])) for creditor in CREDITORS]
        )

    def one_process_each(self) -> Iterator[Figure]:
        """What one process of each worker does."""
        with Crew(self._place.environment, self._place.folder) as crew, self._place.clock(crew) as clock:
            yield from self._speed("1 process each", clock)
            yield Figure("a tick until all is drained, median", self._tick_s(clock) * 1_000, "ms")
            for worker in ("intake", "cash_application", "overdue"):
                [process] = crew.of(worker)
                yield Figure(f"killed {worker} until its next event", self._return_s(process, clock), "s", 8, "less")

    def two_processes_each(self) -> Iterator[Figure]:
        """What two do, and what they need while nothing happens."""
        with Crew(self._place.environment, self._place.folder, each=2) as crew, self._place.clock(crew) as clock:
            yield from self._speed("2 processes each", clock)
            pids = [process.popen.pid for process in crew.processes]
            spent_s = cpu_s(pids)
            time.sleep(_IDLE_S)
            busy = (cpu_s(pids) - spent_s) / _IDLE_S
            yield Figure(f"idle, {len(pids)} processes together", busy * 100, "% of a core")

    def _speed(self, name: str, clock: DrainedClock) -> Iterator[Figure]:
        self._tick(clock)
        clock.settle()
        times_s = self._decided(clock, 1, self._events)
        seconds = max(end for _, end in times_s) - min(begin for begin, _ in times_s)
        waits_ms = sorted((end - begin) * 1_000 for begin, end in self._decided(clock, _ROUNDS, _A_ROUND))
        clock.settle()
        yield Figure(f"{name}: invoices until decided", len(times_s) / seconds, "events/s")
        yield Figure("  at a steady pace, median", waits_ms[len(waits_ms) // 2], "ms")
        yield Figure("  at a steady pace, 99 of 100", waits_ms[int(len(waits_ms) * 0.99)], "ms")

    def _decided(self, clock: DrainedClock, rounds: int, a_round: int) -> list[tuple[float, float]]:
        """When each invoice came into the log, and when the change of its account did; a tick follows each round."""
        came, went = self.seen.ends(INVOICES.name), self.seen.ends(DECISIONS.name)
        for _ in range(rounds):
            self._invoice(a_round)
            self._tick(clock)
            time.sleep(_ROUNDS_APART_S)
        self.seen.wait_for(DECISIONS.name, rounds * a_round, went)
        ends = {seen.said["debtor"]: seen.at_s for seen in self.seen.read(DECISIONS.name, went)}
        invoices = [seen for seen in self.seen.read(INVOICES.name, came) if "data" in seen.said]  # the others are ticks
        return [(seen.at_s, ends[seen.said["data"]["debtor"]]) for seen in invoices]

    def _tick_s(self, clock: DrainedClock) -> float:
        times_s = []
        for _ in range(_TICKS):
            began = perf_counter()
            self._tick(clock)
            clock.settle()
            times_s.append(perf_counter() - began)
        return median(times_s)

    def _return_s(self, process: WorkerProcess, clock: DrainedClock) -> float:
        """From the kill of a worker to its having applied an event that came after it."""
        before = self._positions(process.worker)
        process.kill()
        began = perf_counter()
        self._invoice(PARTITIONS)
        while self._positions(process.worker) == before:
            assert perf_counter() - began < _RETURNS_WITHIN_S, f"{process.worker} does not come back: {process.log()}"
            time.sleep(0.01)
        seconds = perf_counter() - began
        clock.settle()
        return seconds

    def _positions(self, worker: str) -> dict[tuple[str, str, int], int]:
        with self._place.reading() as store:
            return {place: offset for place, offset in store.positions().items() if place[0] == worker}

    def _invoice(self, count: int) -> None:
        bills = [next(self._bills) for _ in range(count)]
        self.seen.publish(INVOICES.name, [(bill.creditor, issued(bill)) for bill in bills])

    def _tick(self, clock: DrainedClock) -> datetime:
        self._now += _MINUTE
        clock.tick(self._now)
        return self._now


def _bills() -> Iterator[Bill]:
    """One debtor for each invoice, so that each account changes once."""
    number = 0
    while True:
        yield Bill(number, number, _DAY, CREDITORS[number % len(CREDITORS)])
        number += 1
