"""The embedded engine: all workers in one process over one store, which holds the log too (design.md §8).

A transaction of the store holds the positions, state, read model and log records of one or more units of work; effects
run only after it is durable. A kill -9 at any instant loses nothing of a unit and repeats nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import PUBLIC_TOPICS, Topic, partition_of
from services.runtime.last_tick import BOOKMARK, as_kept, last_tick
from services.runtime.refusal import Refusal
from services.runtime.store.port import Store
from services.runtime.store.read_model import ReadModel
from services.runtime.store.state_cache import StateCache
from services.runtime.stuck_detector import CALLS_PER_RECORD, FRUITLESS_CALLS, StuckDetector
from services.runtime.unit_of_work import Effect, UnitOfWork
from services.runtime.worker import Record, Worker

_PositionKey = tuple[str, str, int]
"""(consumer, topic, partition) of a position."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the engine does at once. The numbers bound memory and other writers' waits; they change no result."""

    batch_records: int = 1_000
    """Records of one batch."""
    commit_changes: int = 20_000
    """Records handled and rows written in one transaction: about 0.2 s, in which no other process can append."""
    commit_effects: int = 500
    """Effects that wait for one commit."""
    fruitless_calls: int = FRUITLESS_CALLS
    calls_per_record: int = CALLS_PER_RECORD


class Observer(Protocol):
    """Is called by an engine at each step: by it the metrics are counted, and tests make an engine fail."""

    def handled(self, worker: str, topic: str, records: int) -> None:
        """A worker took records of a topic; not yet durable."""

    def before_commit(self) -> None:
        """The transaction is complete and not yet durable."""

    def after_commit(self) -> None:
        """The transaction is durable; its effects have not run."""


class Unobserved:
    """The observer that does nothing."""

    def handled(self, worker: str, topic: str, records: int) -> None:
        """Nothing."""

    def before_commit(self) -> None:
        """Nothing."""

    def after_commit(self) -> None:
        """Nothing."""


@dataclass(slots=True)
class _InputTopic:
    """A topic that a worker reads, in one partition: the end offsets of its partitions, and the next offset to read."""

    topic: Topic
    ends: Sequence[int]
    next_offset: int


@dataclass(slots=True)
class _EmbeddedTask:
    """One worker in one partition."""

    worker: Worker
    partition: int
    state: StateCache
    inputs: tuple[_InputTopic, ...]
    stuck_detector: StuckDetector
    untaken: Sequence[Record] = ()
    """Records that were read and not taken yet."""


@dataclass(slots=True)
class _OpenTransaction:
    """Changes of the open transaction that are written at its commit, and effects that run after it."""

    positions: dict[_PositionKey, int] = field(default_factory=dict)
    bookmarks: dict[str, str] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    changes: int = 0


class EmbeddedEngine:
    """Runs workers over a store, in the order given, one thread, deterministic.

    A fault in a worker, a store or an effect rolls back, is raised, and ends the engine; a supervisor starts a new one,
    which goes on from the last commit. No fault is swallowed.
    """

    def __init__(
        self,
        store: Store,
        workers: Sequence[Worker],
        partitions: int = 4,
        *,
        limits: Limits | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Take a store over. Raises Refusal for another partition count or a position outside the log."""
        store.fix_partitions(partitions)
        names = [worker.name for worker in workers]
        assert len(set(names)) == len(names), "two workers of one name would share state and positions"
        self.partitions = partitions
        self._store = store
        self._log = store.log
        self._workers = tuple(workers)
        self._limits = limits or Limits()
        self._observer = observer or Unobserved()
        self._read_model = ReadModel(store.tables)
        self._transaction = _OpenTransaction()
        self._failed = False
        self._positions = store.positions()
        self._refuse_positions_outside_the_log()
        self._tasks = [self._task(worker, partition) for worker in workers for partition in range(partitions)]
        self._reached = last_tick(store)

    @property
    def store(self) -> Store:
        """The store, for reading."""
        return self._store

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick ever published into this store."""
        return self._reached

    def publish(self, topic: Topic, key: str, value: bytes, partition: int | None = None) -> None:
        """Append a record, as a producer does; durable with the next `commit` or durable `settle`."""
        with self._all_or_nothing():
            target = partition_of(key, self.partitions) if partition is None else partition
            self._append(topic, target, key, value)

    def tick(self, instant: datetime) -> bool:
        """Append one `time.reached` to every partition of every public topic.

        Time only rises: False, and nothing appended, when this instant or a later one was published before.
        """
        assert instant.tzinfo is not None, "an instant without a zone is no instant"
        if self._reached is not None and instant <= self._reached:
            return False
        value = time_reached(instant)
        with self._all_or_nothing():
            for topic in PUBLIC_TOPICS:
                for partition in range(self.partitions):
                    self._append(topic, partition, TICK_KEY, value)
            self._reached = instant
            self._transaction.bookmarks[BOOKMARK] = as_kept(instant)
        return True

    def settle(self, durable: bool = True) -> None:
        """Run all workers until none has a record to take or work of its own.

        With `durable` everything is committed on return. Without, steps share a transaction until it is large enough,
        an effect waits for it, or `commit` is called: for callers that settle thousands of times.
        """
        with self._all_or_nothing():
            self._store.refresh()
            while self._round():
                pass
            if durable and self._store.in_transaction:
                self._commit()

    def commit(self) -> None:
        """Commit the open transaction and run the effects that waited for it."""
        with self._all_or_nothing():
            self._commit()

    def refresh(self) -> None:
        """See the records that other processes have appended. `settle` does so too."""
        self._store.refresh()

    def next_wake(self) -> int | None:
        """The earliest wake (epoch second, UTC) of all workers' rows; it may lie in the past."""
        with self._all_or_nothing():
            for task in self._tasks:
                task.state.flush_wakes()
            return self._store.state.earliest_wake()

    def consume(self, name: str, topic: Topic, limit: int = 1_000) -> list[Record]:
        """Records of a topic that the reader `name` has not confirmed, partition by partition, each in order.

        Only durable records are returned. A caller shows them, then confirms them with `consumed`: after a crash in
        between the same records come again, so none is ever left out.
        """
        with self._all_or_nothing():
            assert all(name != worker.name for worker in self._workers), "a worker's position is not a reader's"
            self._store.refresh()
            offsets = [self._positions.get((name, topic.name, p), 0) for p in range(self.partitions)]
            ends = self._log.ends(topic.name)
            if list(ends) == offsets:
                return []
            self._commit()
            records: list[Record] = []
            for partition, offset in enumerate(offsets):
                records += self._read(topic, partition, offset, limit - len(records))
            return records

    def consumed(self, name: str, records: Sequence[Record]) -> None:
        """Confirm records given by `consume`. Stored with the next transaction, which this does not open."""
        for record in records:
            self._move((name, record.topic.name, record.partition), record.offset + 1)

    def bookmark(self, name: str) -> str | None:
        """A short text kept under a name: how far a file was read, for example."""
        return self._transaction.bookmarks.get(name) or self._store.bookmark(name)

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a short text under a name; durable together with the records published before it."""
        assert value, "an empty bookmark says nothing"
        with self._all_or_nothing():
            self._begin()
            self._transaction.bookmarks[name] = value

    def lags(self) -> dict[str, int]:
        """By worker, the records that it has still to take."""
        lags = {worker.name: 0 for worker in self._workers}
        for task in self._tasks:
            for source in task.inputs:
                lags[task.worker.name] += source.ends[task.partition] - source.next_offset
        return lags

    def close(self) -> None:
        """Commit what is open, unless the engine failed, and close the store."""
        try:
            if not self._failed:
                self.commit()
        finally:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None:
            self.close()
            return
        if not self._failed:
            self._fail()
        self._store.close()

    # -- one round ------------------------------------------------------------------------------------------------

    def _round(self) -> bool:
        """Call each worker once in each partition that has work for it; False when none has."""
        busy = False
        for task in self._tasks:
            batch = self._batch(task)
            if batch or task.worker.pending(task.partition):
                busy = True
                self._call(task, batch)
                if self._is_full():
                    self._commit()
        if self._transaction.effects:
            self._commit()
            return True
        return busy

    def _batch(self, task: _EmbeddedTask) -> Sequence[Record]:
        """The next records of a task: those not taken before, else new ones of its topics in equal shares."""
        if task.untaken:
            return task.untaken
        partition = task.partition
        fresh = [source for source in task.inputs if source.ends[partition] > source.next_offset]
        if not fresh:
            return ()
        share = max(1, self._limits.batch_records // len(fresh))
        batch: list[Record] = []
        for source in fresh:
            batch += self._read(source.topic, partition, source.next_offset, share)
        assert batch, "the log ends further on than it can be read"
        return batch

    def _call(self, task: _EmbeddedTask, batch: Sequence[Record]) -> None:
        self._begin()
        unit = UnitOfWork(
            task.partition, self.partitions, self._log, task.state, self._read_model, self._transaction.effects
        )
        before = self._written(task)
        taken = task.worker.handle(batch, unit)
        written = self._written(task) - before + unit.published
        task.stuck_detector.note(given=len(batch), taken=taken, written=written)
        self._advance(task, batch, taken)
        self._transaction.changes += taken + written
        task.state.trim()

    def _written(self, task: _EmbeddedTask) -> int:
        return task.state.writes + self._read_model.writes + len(self._transaction.effects)

    def _advance(self, task: _EmbeddedTask, batch: Sequence[Record], taken: int) -> None:
        task.untaken = batch[taken:]
        if not taken:
            return
        handled = Counter(record.topic.name for record in batch[:taken])
        for source in task.inputs:
            name = source.topic.name
            if count := handled[name]:
                source.next_offset += count
                self._move((task.worker.name, name, task.partition), source.next_offset)
                self._observer.handled(task.worker.name, name, count)

    # -- the transaction ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if not self._store.in_transaction:
            self._store.begin()

    def _append(self, topic: Topic, partition: int, key: str, value: bytes) -> None:
        self._begin()
        self._log.append(topic.name, partition, key, value)
        self._transaction.changes += 1

    def _is_full(self) -> bool:
        limits, unfinished = self._limits, self._transaction
        return unfinished.changes >= limits.commit_changes or len(unfinished.effects) >= limits.commit_effects

    def _move(self, position: _PositionKey, offset: int) -> None:
        assert offset >= self._positions.get(position, 0), "a position never goes back"
        self._positions[position] = self._transaction.positions[position] = offset

    def _commit(self) -> None:
        """Write all buffered changes, commit, run the effects. Effects may not add further effects."""
        done, self._transaction = self._transaction, _OpenTransaction()
        if not self._store.in_transaction:
            assert not done.effects, "an effect of a unit outside a transaction"
            if not done.positions:
                return
            self._store.begin()
        for task in self._tasks:
            task.state.flush()
        self._read_model.flush()
        self._store.move(done.positions)
        for name, value in done.bookmarks.items():
            self._store.set_bookmark(name, value)
        self._observer.before_commit()
        self._store.commit()
        self._observer.after_commit()
        for effect in done.effects:
            effect()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Roll back and end the engine when anything fails inside."""
        if self._failed:
            raise RuntimeError("the engine ended at a fault: open the store again to go on from the last commit")
        try:
            yield
        except BaseException:
            self._fail()
            raise

    def _fail(self) -> None:
        self._failed = True
        self._store.rollback()

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        if limit <= 0:
            return []
        rows = self._log.read(topic.name, partition, offset, limit)
        return [Record(topic, partition, at, key, value) for at, key, value in rows]

    def _task(self, worker: Worker, partition: int) -> _EmbeddedTask:
        inputs = tuple(
            _InputTopic(topic, self._log.ends(topic.name), self._positions.get((worker.name, topic.name, partition), 0))
            for topic in worker.reads
        )
        stuck_detector = StuckDetector(worker.name, self._limits.fruitless_calls, self._limits.calls_per_record)
        return _EmbeddedTask(
            worker, partition, StateCache(self._store.state, worker.name, partition), inputs, stuck_detector
        )

    def _refuse_positions_outside_the_log(self) -> None:
        for (consumer, topic, partition), offset in self._positions.items():
            end = self._log.ends(topic)[partition]
            if offset > end:
                raise Refusal(
                    f"store: {consumer} has read {topic}/{partition} up to {offset}, but it ends at {end}; "
                    "the log was cut or restored from the past: restore the whole store"
                )
