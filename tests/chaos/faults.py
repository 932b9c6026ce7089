"""What goes wrong while the crew works: seeded, spread over the run, and mostly in the middle of something."""

import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from types import TracebackType
from typing import Final, Self

from tests.chaos.disturbed import Days
from tests.chaos.recoveries import Recoveries
from tests.kafka.crew import WORKERS, Crew, WorkerProcess
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.workplace import SESSION_S
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

KILL: Final = "kill -9"
ROLL: Final = "rolling restart of a worker's processes"
PAUSE: Final = "pause past the session timeout"
BROKER: Final = "broker restart"
DATABASE: Final = "database restart"

_FIRST, _LAST = 0.02, 0.95
_LOOKS_APART_S: Final = 0.02
_LATER_S: Final = 0.8
"""A fault comes so much later than its moment at most: not always at a tick."""
_PAUSE_S: Final = (SESSION_S + 1, SESSION_S + 4)
_RESTARTS_WITHIN_S: Final = 60


@dataclass(frozen=True, slots=True)
class Faults:
    """How many of each."""

    kills: int
    rolls: int
    pauses: int
    brokers: int
    databases: int

    def by_kind(self) -> dict[str, int]:
        """How many, by the kind's name."""
        counts = (self.kills, self.rolls, self.pauses, self.brokers, self.databases)
        return dict(zip((KILL, ROLL, PAUSE, BROKER, DATABASE), counts, strict=True))


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be struck, and who takes notice."""

    crew: Crew
    broker: Kafka
    database: Postgres
    clock: DrainedClock
    days: Days
    recoveries: Recoveries


class Misfortune:
    """Strikes in a thread of its own, each time when the run has come so far.

    The thread lives until the end: servers that it started would not outlive it.
    """

    def __init__(self, scene: Scene, faults: Faults, rng: Random) -> None:
        self._scene = scene
        self._rng = rng
        self._ending = threading.Event()
        self._is_late = threading.Event()
        self._pauses: list[threading.Thread] = []
        self._plan = sorted(
            (rng.uniform(_FIRST, _LAST), kind, WORKERS[number % len(WORKERS)])
            for kind, count in faults.by_kind().items()
            for number in range(count)
        )
        self._thread = threading.Thread(target=self._strike_all, name="misfortune", daemon=True)
        self._fault: BaseException | None = None
        self.struck = Counter[str]()
        """How often each kind has come."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        for pause in self._pauses:
            pause.join()

    def finish(self) -> None:
        """Let all come that was planned, until nobody stands still. Raises what went wrong in striking."""
        self._is_late.set()
        while self._plan and self._fault is None:
            time.sleep(_LOOKS_APART_S)
        for pause in self._pauses:
            pause.join()
        if self._fault is not None:
            raise self._fault

    def _strike_all(self) -> None:
        try:
            while self._plan and not self._ending.wait(_LOOKS_APART_S):
                due, kind, worker = self._plan[0]
                if self._scene.days.progress() >= due or self._is_late.is_set():
                    self._ending.wait(self._rng.uniform(0, _LATER_S))
                    self._strike(kind, worker)
                    del self._plan[0]
        except BaseException as fault:  # noqa: BLE001 (raised by `finish`, in the thread that waits)
            self._fault = fault
        self._ending.wait()

    def _strike(self, kind: str, worker: str) -> None:
        process = self._rng.choice(self._scene.crew.of(worker))
        if kind == KILL:
            self._kill(process)
        elif kind == ROLL:
            self._roll(worker)
        elif kind == PAUSE:
            self._pauses.append(threading.Thread(target=self._pause, args=(process, self._rng.uniform(*_PAUSE_S))))
            self._pauses[-1].start()
        elif kind == BROKER:
            self._scene.broker.restart()
        else:
            with self._scene.clock.ticking:  # the test's own bookmark is not what it tests
                self._scene.database.restart()
        self.struck[kind] += 1
        self._note(kind, process)

    def _note(self, kind: str, process: WorkerProcess) -> None:
        whom = "" if kind in (BROKER, DATABASE) else f" {process.worker}-{process.instance}"
        print(
            f"  {datetime.now(UTC):%H:%M:%S} at {self._scene.clock.reached}: {kind}{whom}", file=sys.stderr, flush=True
        )

    def _kill(self, process: WorkerProcess) -> None:
        with self._scene.crew.supervised:
            process.kill()
            self._scene.recoveries.killed(process.worker)

    def _pause(self, process: WorkerProcess, seconds: float) -> None:
        with self._scene.days.person:
            with self._scene.crew.supervised:
                process.pause()
            self._ending.wait(seconds)
            with self._scene.crew.supervised:
                process.go_on()

    def _roll(self, worker: str) -> None:
        for process in self._scene.crew.of(worker):
            with self._scene.crew.supervised:
                starts = process.starts
                process.popen.send_signal(signal.SIGTERM)
            until = time.monotonic() + _RESTARTS_WITHIN_S
            while process.starts == starts:
                assert time.monotonic() < until, f"{worker} does not end within {_RESTARTS_WITHIN_S} s of SIGTERM"
                time.sleep(_LOOKS_APART_S)
