"""How long a killed worker's partitions stand still: from the kill to the first event taken there afterwards.

The notifier often has no record to take, and counts by its first transaction: time is an event too, but is not told it.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import psycopg

from services.notifier.worker import Notifier
from services.runtime.open_store import open_store
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
from services.runtime.store.port import Access, Store

_LOOKS_APART_S: Final = 0.03
_GIVEN_UP_AFTER_S: Final = 60
"""Then the killed process had no task that anybody had to take over."""

ByPartition = dict[int, int]
"""A number by partition."""


@dataclass
class _Kill:
    worker: str
    at: float
    epochs: ByPartition | None = None
    taken_over: ByPartition = field(default_factory=dict)


class Recoveries:
    """Looks at tasks and positions all the time, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: list[_Kill] = []
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="recoveries", daemon=True)
        self.seconds: list[float] = []
        """Of each kill whose tasks were taken over."""

    def killed(self, worker: str) -> None:
        """A process of this worker has just died."""
        with self._lock:
            self._open.append(_Kill(worker, time.monotonic()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.is_set():
            try:
                with open_store(self._settings, Access.READ) as store:
                    while not self._ending.wait(_LOOKS_APART_S):
                        self._look(store)
            except (Refusal, psycopg.OperationalError):  # the database is being restarted
                self._ending.wait(_LOOKS_APART_S)

    def _look(self, store: Store) -> None:
        with self._lock:
            watched = list(self._open)
        if not watched:
            return
        epochs, steps = _epochs(store), _steps(store)
        for kill in watched:
            took_s = time.monotonic() - kill.at
            if _is_over(kill, epochs.get(kill.worker, {}), steps.get(kill.worker, Counter())):
                self.seconds.append(took_s)
            elif took_s < _GIVEN_UP_AFTER_S:
                continue
            with self._lock:
                self._open.remove(kill)


def _is_over(kill: _Kill, epochs: ByPartition, steps: ByPartition) -> bool:
    """Whether an event was taken on a task that somebody has taken over since the kill."""
    if kill.epochs is None:
        kill.epochs = epochs
    for partition, epoch in epochs.items():
        if epoch > kill.epochs.get(partition, 0):
            kill.taken_over.setdefault(partition, steps[partition])
    return any(steps[partition] > step for partition, step in kill.taken_over.items())


def _epochs(store: Store) -> dict[str, ByPartition]:
    found: dict[str, ByPartition] = {}
    for task in store.partition_tasks.status():
        found.setdefault(task.worker, {})[task.partition] = task.token.epoch
    return found


def _steps(store: Store) -> dict[str, Counter[int]]:
    """By worker and partition, what rises with each event taken; for the notifier, with each transaction."""
    found: dict[str, Counter[int]] = {}
    for (worker, _, partition), offset in store.positions().items():
        found.setdefault(worker, Counter())[partition] += offset
    found[Notifier.name] = Counter(
        {
            task.partition: task.token.transactions
            for task in store.partition_tasks.status()
            if task.worker == Notifier.name
        }
    )
    return found
