"""A partition task: one worker in one partition, in transactions of the store (design.md §8).

Each transaction compares the task's fencing token, lets the worker handle the records that wait, and stores position,
state and pending output together. Publishing and effects follow once it is durable. All of it runs in the one thread
that owns the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from schemas.dead_letters import DeadLetter, kept_content, kept_key
from schemas.topics import DEAD_LETTERS
from services.runtime.engine import Observer
from services.runtime.kafka.engine.inbound import InboundRecords
from services.runtime.kafka.engine.pending_output import PendingOutput
from services.runtime.kafka.engine.sequences import Sequences, dump_sequences, load_sequences
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.store.partition_tasks import FencingToken, PendingRecord
from services.runtime.store.port import Store
from services.runtime.store.read_model import ReadModel
from services.runtime.store.state_cache import StateCache
from services.runtime.stuck_detector import StuckDetector
from services.runtime.unit_of_work import Effect, UnitOfWork
from services.runtime.worker import Record, Worker


class Fenced(RuntimeError):  # noqa: N818 (it names what the process is)
    """Another process has taken the task over; this process's state in memory is out of date."""


class TransactionResult(NamedTuple):
    """The records that a durable transaction handled, and what follows it: records to publish, then effects to run."""

    handled: Sequence[Record]
    records: Sequence[PendingRecord]
    effects: Sequence[Effect]


class PartitionTask:
    """One worker in one partition, from its assignment on. After a fault it is not used again: the process ends."""

    def __init__(self, worker: Worker, partition: int, partitions: int, store: Store, observer: Observer) -> None:
        """Take the task over: a process that had it is fenced from here on."""
        self.partition = partition
        self._worker = worker
        self._partitions = partitions
        self._store = store
        self._observer = observer
        self._state = StateCache(store.state, worker.name, partition)
        self._read_model = ReadModel(store.tables)
        self._stuck_detector = StuckDetector(worker.name)
        self._token, self.sequences = self._take()
        self._stored = {topic.name: 0 for topic in worker.reads} | self._stored_positions()
        self._inbound = InboundRecords(partition, dict(self._stored), self.sequences)
        self.unpublished: Sequence[PendingRecord] = store.partition_tasks.pending(worker.name, partition)
        """Records of transactions before the take-over, which the log may lack."""
        self._published_through = self.unpublished[0].number - 1 if self.unpublished else self.sequences.number
        self._removed_through = self._published_through
        self._is_busy = True  # as stored, until the first tidying

    # -- what others ask -----------------------------------------------------------------------------------------

    @property
    def positions(self) -> Mapping[str, int]:
        """By topic, the offset of the next record to handle."""
        return self._inbound.positions

    @property
    def waiting(self) -> int:
        """How many records were fetched and not handled yet."""
        return self._inbound.waiting

    def refuse_zombie(self) -> None:
        """Raise Fenced when another process has taken the task over."""
        self._store.begin()
        try:
            self._compare()
        finally:
            self._store.rollback()

    # -- records come, and go ------------------------------------------------------------------------------------

    def receive(self, records: Iterable[KafkaRecord]) -> None:
        """Add fetched records to those that wait. Raises Refusal where records before them are missing."""
        self._inbound.add(records)

    def skip_to(self, topic: str, offset: int) -> None:
        """Offsets of a topic before this one hold no further record."""
        self._inbound.skip_to(topic, offset)

    def work(self) -> TransactionResult | None:
        """Run one transaction if a record waits or the worker has work of its own; None otherwise.

        Raises Fenced when another process has taken the task over.
        """
        if not self._inbound.waiting and not self._inbound.foreign and not self._worker.pending(self.partition):
            return None
        with self._transaction():
            return self._handle(self._inbound.batch())

    def mark_published(self, records: Sequence[PendingRecord], ends: Mapping[str, int]) -> None:
        """The log has these records; `ends`: by output partition, the offset after the last of them."""
        if records:
            self._published_through = records[-1].number
            self.sequences.verified.update(ends)

    def tidy(self) -> None:
        """With nothing left to do: remove published records from the store, store positions, be busy no longer.

        Raises Fenced when another process has taken the task over.
        """
        is_busy = self._worker.pending(self.partition)
        if self._removed_through < self._published_through or self._moved() or self._is_busy != is_busy:
            with self._transaction():
                self._write((), is_busy=is_busy)

    # -- inside a transaction ------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One transaction: compares the token at its beginning, raises the token's number at its end."""
        self._store.begin()
        try:
            self._compare()
            yield
            self._observer.before_commit()
            self._store.commit()
        except BaseException:
            self._store.rollback()
            raise
        self._token = FencingToken(self._token.epoch, self._token.transactions + 1)
        self._observer.after_commit()

    def _compare(self) -> None:
        if self._store.partition_tasks.token(self._worker.name, self.partition) != self._token:
            raise Fenced(f"{self._worker.name}/{self.partition} was taken over by another process")

    def _handle(self, batch: Sequence[Record]) -> TransactionResult:
        output, effects = PendingOutput(self._worker.name, self.sequences), list[Effect]()
        unit = UnitOfWork(self.partition, self._partitions, output, self._state, self._read_model, effects)
        for record in self._inbound.take_foreign():
            _report_foreign(record, unit)
        before = self._state.writes + self._read_model.writes
        taken = self._worker.handle(batch, unit)
        written = self._state.writes + self._read_model.writes - before + len(effects) + unit.published
        self._stuck_detector.note(given=len(batch), taken=taken, written=written)
        self._inbound.take(taken, self.sequences)
        for topic, count in Counter(record.topic.name for record in batch[:taken]).items():
            self._observer.handled(self._worker.name, topic, count)
        self._write(output.records, is_busy=bool(effects) or self._worker.pending(self.partition))
        return TransactionResult(batch[:taken], output.records, effects)

    def _write(self, records: Sequence[PendingRecord], *, is_busy: bool) -> None:
        """Write all that a transaction changes, together."""
        with self._store.together():
            self._state.flush()
            self._state.trim()
            self._read_model.flush()
            self._write_positions()
            self._write_task(records, is_busy=is_busy)

    def _write_positions(self) -> None:
        moved = self._moved()
        self._store.move({(self._worker.name, topic, self.partition): offset for topic, offset in moved.items()})
        self._stored.update(moved)

    def _write_task(self, records: Sequence[PendingRecord], *, is_busy: bool) -> None:
        worker, partition, tasks = self._worker.name, self.partition, self._store.partition_tasks
        if self._removed_through < self._published_through:
            tasks.remove_pending(worker, partition, self._published_through)
            self._removed_through = self._published_through
        if records:
            tasks.add_pending(worker, partition, records)
        tasks.finish_transaction(worker, partition, dump_sequences(self.sequences), busy=is_busy)
        self._is_busy = is_busy

    def _moved(self) -> dict[str, int]:
        """By topic, the positions that are not stored yet."""
        return {topic: offset for topic, offset in self.positions.items() if self._stored[topic] != offset}

    # -- taking over ---------------------------------------------------------------------------------------------

    def _take(self) -> tuple[FencingToken, Sequences]:
        self._store.begin()
        try:
            token, stored = self._store.partition_tasks.take_over(self._worker.name, self.partition)
            self._store.commit()
        except BaseException:
            self._store.rollback()
            raise
        return token, load_sequences(stored)

    def _stored_positions(self) -> dict[str, int]:
        mine = (self._worker.name, self.partition)
        return {
            topic: offset
            for (consumer, topic, partition), offset in self._store.positions().items()
            if (consumer, partition) == mine
        }


def _report_foreign(record: Record, unit: UnitOfWork) -> None:
    """Publish the dead letter of a record that no producer of the topic wrote; the record changes nothing else."""
    origin = f"{record.topic.name}/{record.partition}"
    letter = DeadLetter(
        key=f"{origin}/{record.offset}",
        reason="foreign-record",
        detail=(
            f"only our own workers write {record.topic.name}; find out who else may, and take that right away",
            f"it has {len(record.value)} bytes",
        ),
        origin=origin,
        position=record.offset,
        record_key=kept_key(record.key),
        content=kept_content(record.value),
    )
    unit.publish(DEAD_LETTERS, "", letter)
