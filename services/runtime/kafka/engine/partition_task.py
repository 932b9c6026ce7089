"""One seat: a worker in one partition, working in transactions of the store (design.md §8).

Each transaction compares the seat's turn, lets the worker handle what came, and keeps position, state and pending
output together. Publishing and effects follow behind it. All of it runs in the one thread that owns the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from schemas.dead_letters import DeadLetter, kept_content, told_key
from schemas.topics import DEAD_LETTERS
from services.runtime.engine import Observer
from services.runtime.kafka.engine.inbound import Arrivals
from services.runtime.kafka.engine.pending_output import Outgoing
from services.runtime.kafka.engine.sequences import Ledger, dump_ledger, load_ledger
from services.runtime.kafka.partition_handler import Message
from services.runtime.store.partition_tasks import FencingToken, PendingRecord
from services.runtime.store.port import Store
from services.runtime.store.read_model import ReadModel
from services.runtime.store.state_cache import StateCache
from services.runtime.stuck_detector import StuckDetector
from services.runtime.unit_of_work import Effect, UnitOfWork
from services.runtime.worker import Record, Worker


class Fenced(RuntimeError):  # noqa: N818 (it names what the process is)
    """Another process has this seat now; what this one holds in memory is of no use any more."""


class Done(NamedTuple):
    """What a transaction handled, and what is left to do now that it is durable: publish, then run the effects."""

    handled: Sequence[Record]
    records: Sequence[PendingRecord]
    effects: Sequence[Effect]


class PartitionTask:
    """One worker in one partition, from its taking over on. After a fault it is of no use: the process ends."""

    def __init__(self, worker: Worker, partition: int, partitions: int, store: Store, observer: Observer) -> None:
        """Take the seat over: whoever had it is fenced from here on."""
        self.partition = partition
        self._worker = worker
        self._partitions = partitions
        self._store = store
        self._observer = observer
        self._shelf = StateCache(store.state, worker.name, partition)
        self._read_model = ReadModel(store.tables)
        self._standstill = StuckDetector(worker.name)
        self._turn, self.ledger = self._take()
        """`ledger`: what the seat has said and heard."""
        self._stored = {topic.name: 0 for topic in worker.reads} | self._stored_positions()
        self._arrivals = Arrivals(partition, dict(self._stored), self.ledger)
        self.owed: Sequence[PendingRecord] = store.partition_tasks.pending(worker.name, partition)
        """Records of transactions before the taking over, which the log may lack."""
        self._published_through = self.owed[0].number - 1 if self.owed else self.ledger.number
        self._let_go_through = self._published_through
        self._is_busy = True  # others see it so until the first tidying

    # -- what others ask -----------------------------------------------------------------------------------------

    @property
    def positions(self) -> Mapping[str, int]:
        """By topic, the offset of the next record to take."""
        return self._arrivals.positions

    @property
    def waiting(self) -> int:
        """How many records came and were not taken yet."""
        return self._arrivals.waiting

    def refuse_twin(self) -> None:
        """Raise Fenced when another process has taken the seat over."""
        self._store.begin()
        try:
            self._compare()
        finally:
            self._store.rollback()

    # -- records come, and go ------------------------------------------------------------------------------------

    def come(self, messages: Iterable[Message]) -> None:
        """Records come in. Raises Refusal where some are missing before them."""
        self._arrivals.come(messages)

    def passed(self, topic: str, offset: int) -> None:
        """Nothing is left to read in a topic before an offset."""
        self._arrivals.passed(topic, offset)

    def work(self) -> Done | None:
        """One transaction, if there is a record to take or the worker has work of its own; None otherwise.

        Raises Fenced when another process has taken the seat over.
        """
        if not self._arrivals.waiting and not self._arrivals.foreign and not self._worker.pending(self.partition):
            return None
        with self._transaction():
            return self._handle(self._arrivals.batch())

    def published(self, records: Sequence[PendingRecord], ends: Mapping[str, int]) -> None:
        """The log has these records; `ends`: by output partition, the offset behind the last of them."""
        if records:
            self._published_through = records[-1].number
            self.ledger.reached.update(ends)

    def tidy(self) -> None:
        """Nothing is left to do: let go of what the log has, keep where reading has got to, be busy no longer.

        Raises Fenced when another process has taken the seat over.
        """
        is_busy = self._worker.pending(self.partition)
        if self._let_go_through < self._published_through or self._moved() or self._is_busy != is_busy:
            with self._transaction():
                self._write((), is_busy=is_busy)

    # -- inside a transaction ------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One turn: compared at its beginning, counted at its end."""
        self._store.begin()
        try:
            self._compare()
            yield
            self._observer.before_commit()
            self._store.commit()
        except BaseException:
            self._store.rollback()
            raise
        self._turn = FencingToken(self._turn.epoch, self._turn.transactions + 1)
        self._observer.after_commit()

    def _compare(self) -> None:
        if self._store.partition_tasks.token(self._worker.name, self.partition) != self._turn:
            raise Fenced(f"{self._worker.name}/{self.partition} was taken over by another process")

    def _handle(self, batch: Sequence[Record]) -> Done:
        outgoing, effects = Outgoing(self._worker.name, self.ledger), list[Effect]()
        unit = UnitOfWork(self.partition, self._partitions, outgoing, self._shelf, self._read_model, effects)
        for record in self._arrivals.take_foreign():
            _report_foreign(record, unit)
        before = self._shelf.writes + self._read_model.writes
        taken = self._worker.handle(batch, unit)
        written = self._shelf.writes + self._read_model.writes - before + len(effects) + unit.published
        self._standstill.note(given=len(batch), taken=taken, written=written)
        self._arrivals.take(taken, self.ledger)
        for topic, count in Counter(record.topic.name for record in batch[:taken]).items():
            self._observer.handled(self._worker.name, topic, count)
        self._write(outgoing.records, is_busy=bool(effects) or self._worker.pending(self.partition))
        return Done(batch[:taken], outgoing.records, effects)

    def _write(self, records: Sequence[PendingRecord], *, is_busy: bool) -> None:
        """All that a turn keeps, in one go."""
        with self._store.together():
            self._shelf.flush()
            self._shelf.trim()
            self._read_model.flush()
            self._write_positions()
            self._write_seat(records, is_busy=is_busy)

    def _write_positions(self) -> None:
        moved = self._moved()
        self._store.move({(self._worker.name, topic, self.partition): offset for topic, offset in moved.items()})
        self._stored.update(moved)

    def _write_seat(self, records: Sequence[PendingRecord], *, is_busy: bool) -> None:
        worker, partition, seats = self._worker.name, self.partition, self._store.partition_tasks
        if self._let_go_through < self._published_through:
            seats.remove_pending(worker, partition, self._published_through)
            self._let_go_through = self._published_through
        if records:
            seats.add_pending(worker, partition, records)
        seats.finish_transaction(worker, partition, dump_ledger(self.ledger), busy=is_busy)
        self._is_busy = is_busy

    def _moved(self) -> dict[str, int]:
        """The positions that are not stored yet, by topic."""
        return {topic: offset for topic, offset in self.positions.items() if self._stored[topic] != offset}

    # -- taking over ---------------------------------------------------------------------------------------------

    def _take(self) -> tuple[FencingToken, Ledger]:
        self._store.begin()
        try:
            turn, stored = self._store.partition_tasks.take_over(self._worker.name, self.partition)
            self._store.commit()
        except BaseException:
            self._store.rollback()
            raise
        return turn, load_ledger(stored)

    def _stored_positions(self) -> dict[str, int]:
        mine = (self._worker.name, self.partition)
        return {
            topic: offset
            for (consumer, topic, partition), offset in self._store.positions().items()
            if (consumer, partition) == mine
        }


def _report_foreign(record: Record, unit: UnitOfWork) -> None:
    """A record that none of our workers wrote changes nothing, and is set aside for a person to look at."""
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
        record_key=told_key(record.key),
        content=kept_content(record.value),
    )
    unit.publish(DEAD_LETTERS, "", letter)
