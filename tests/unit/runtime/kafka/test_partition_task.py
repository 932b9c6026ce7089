"""The transactions of a partition task: what they store together, and how they fence a zombie process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from schemas.topics import DEAD_LETTERS, FACTS, INVOICES, PAYMENTS, Topic
from services.runtime.engine import Unobserved
from services.runtime.kafka.broker.topics import LARGEST_RECORD
from services.runtime.kafka.engine.partition_task import Fenced, PartitionTask
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.sqlite.store import SqliteStore
from services.runtime.stuck_detector import Stuck
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record
from tests.unit.runtime.kafka.records import outside

PARTITIONS = 4


def copy_to_facts(batch: Sequence[Record], unit: UnitOfWork) -> int:
    """Counts what it was given, and passes each record on."""
    for record in batch:
        unit.publish(FACTS, record.key, record.value, partition=record.offset % 2)
    unit.put("count", "all", b"%d" % (int(unit.get("count", "all") or b"0") + len(batch)))
    return len(batch)


@dataclass
class FakeWorker:
    """A worker that runs a given function."""

    do: Callable[[Sequence[Record], UnitOfWork], int] = copy_to_facts
    name: str = "intake"
    reads: tuple[Topic, ...] = (INVOICES, PAYMENTS)
    has_work: bool = False
    given: list[int] = field(default_factory=list)

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        self.given.append(len(batch))
        return self.do(batch, unit)

    def pending(self, partition: int) -> bool:
        return partition >= 0 and self.has_work


@pytest.fixture
def store() -> SqliteStore:
    store = SqliteStore()
    store.fix_partitions(PARTITIONS)
    return store


def task_of(store: SqliteStore, worker: FakeWorker | None = None, partition: int = 1) -> PartitionTask:
    return PartitionTask(worker or FakeWorker(), partition, PARTITIONS, store, Unobserved())


def counted(store: SqliteStore) -> bytes | None:
    return store.state.load(store.state.space("intake", "count"), 1, "all")


def test_position_state_and_pending_output_are_kept_together(store: SqliteStore) -> None:
    task = task_of(store)
    task.receive([outside(INVOICES, 0, b"a"), outside(INVOICES, 1, b"b")])

    done = task.work()

    assert done is not None
    assert [(record.partition, record.sequence, record.value) for record in done.records] == [
        (0, 1, b"a"),
        (1, 1, b"b"),
    ]
    assert store.positions() == {("intake", INVOICES.name, 1): 2}
    assert counted(store) == b"2"
    assert store.partition_tasks.pending("intake", 1) == list(done.records)


def test_without_a_record_or_work_of_its_own_a_task_does_nothing(store: SqliteStore) -> None:
    worker = FakeWorker()
    task = task_of(store, worker)

    assert task.work() is None
    assert worker.given == []


def test_a_worker_with_work_of_its_own_is_called_without_records(store: SqliteStore) -> None:
    worker = FakeWorker(has_work=True)
    task = task_of(store, worker)

    assert task.work() is not None
    assert worker.given == [0]


def test_what_was_not_taken_is_given_again_in_a_transaction_of_its_own(store: SqliteStore) -> None:
    worker = FakeWorker(lambda batch, unit: copy_to_facts(batch[:2], unit))
    task = task_of(store, worker)
    task.receive([outside(INVOICES, offset) for offset in range(5)])

    while task.work():
        pass

    assert worker.given == [5, 3, 1]
    assert store.positions() == {("intake", INVOICES.name, 1): 5}


def test_a_transaction_that_fails_leaves_nothing_behind(store: SqliteStore) -> None:
    def fail(batch: Sequence[Record], unit: UnitOfWork) -> int:
        copy_to_facts(batch, unit)
        raise RuntimeError("a fault of the worker")

    task = task_of(store, FakeWorker(fail))
    task.receive([outside(INVOICES, 0)])

    with pytest.raises(RuntimeError, match="a fault of the worker"):
        task.work()

    assert store.positions() == {}
    assert counted(store) is None
    assert store.partition_tasks.pending("intake", 1) == []


def test_after_a_crash_behind_the_commit_the_next_owner_finds_pending_records_and_goes_on_numbering(
    store: SqliteStore,
) -> None:
    before = task_of(store)
    before.receive([outside(INVOICES, 0, b"a"), outside(INVOICES, 2, b"b")])
    before.work()  # and is killed before anything was published

    task = task_of(store)

    assert [(record.sequence, record.value) for record in task.unpublished] == [(1, b"a"), (2, b"b")]
    assert task.positions == {INVOICES.name: 3, PAYMENTS.name: 0}
    task.mark_published(task.unpublished, {"facts/0": 2})
    task.receive([outside(INVOICES, 4, b"c")])
    done = task.work()
    assert done is not None
    assert [record.sequence for record in done.records] == [3]
    assert [record.value for record in store.partition_tasks.pending("intake", 1)] == [b"c"]


def test_published_records_are_removed_with_the_next_transaction_or_when_idle(store: SqliteStore) -> None:
    task = task_of(store)
    task.receive([outside(INVOICES, 0)])
    done = task.work()
    assert done is not None
    task.tidy()
    assert len(store.partition_tasks.pending("intake", 1)) == 1, "the log was not reported to have it"

    task.mark_published(done.records, {"facts/0": 1})
    task.tidy()

    assert store.partition_tasks.pending("intake", 1) == []


def test_others_see_a_task_busy_until_its_effects_are_done_and_it_was_tidied(store: SqliteStore) -> None:
    def with_effect(batch: Sequence[Record], unit: UnitOfWork) -> int:
        unit.after_commit(lambda: None)
        return len(batch)

    task = task_of(store, FakeWorker(with_effect))
    task.receive([outside(INVOICES, 0)])
    task.work()
    assert [status.busy for status in store.partition_tasks.status()] == [True]

    task.tidy()

    assert [status.busy for status in store.partition_tasks.status()] == [False]


def test_a_tidy_task_that_is_idle_writes_nothing(store: SqliteStore) -> None:
    task = task_of(store)
    task.tidy()
    (before,) = store.partition_tasks.status()

    task.tidy()

    assert store.partition_tasks.status() == [before]


def test_a_zombie_that_was_paused_is_fenced_when_it_wakes_up_and_changes_nothing(store: SqliteStore) -> None:
    paused = task_of(store)
    paused.receive([outside(INVOICES, 0, b"from the paused one")])
    successor = task_of(store)
    successor.receive([outside(INVOICES, 0, b"a")])
    successor.work()

    with pytest.raises(Fenced):
        paused.work()
    with pytest.raises(Fenced):
        paused.refuse_zombie()

    assert counted(store) == b"1"
    assert [record.value for record in store.partition_tasks.pending("intake", 1)] == [b"a"]


def test_a_zombie_is_fenced_although_it_has_nothing_to_write(store: SqliteStore) -> None:
    paused = task_of(store)
    task_of(store)

    with pytest.raises(Fenced):
        paused.tidy()


def test_a_transaction_that_somebody_else_made_in_the_task_stops_it(store: SqliteStore) -> None:
    task = task_of(store)
    task.receive([outside(INVOICES, 0)])
    store.begin()
    store.partition_tasks.finish_transaction("intake", 1, b"{}", busy=False)
    store.commit()

    with pytest.raises(Fenced):
        task.work()


def test_tasks_of_other_partitions_are_not_fenced(store: SqliteStore) -> None:
    first, second = task_of(store, partition=0), task_of(store, partition=1)
    task_of(store, partition=2)

    first.refuse_zombie()
    second.refuse_zombie()


def test_a_record_that_no_producer_of_the_topic_wrote_becomes_a_dead_letter_and_the_task_goes_on(
    store: SqliteStore,
) -> None:
    def take_all(batch: Sequence[Record], _unit: UnitOfWork) -> int:
        return len(batch)

    task = task_of(store, FakeWorker(take_all, name="cash_application", reads=(FACTS,)))
    task.receive([outside(FACTS, 0, b"from a stranger")])

    done = task.work()

    assert done is not None
    (record,) = done.records
    assert record.topic == DEAD_LETTERS.name
    letter = DEAD_LETTERS.decode(record.value)
    assert (letter.reason, letter.origin, letter.position) == ("foreign-record", "facts/1", 0)
    assert letter.content == "from a stranger"
    assert store.positions() == {("cash_application", FACTS.name, 1): 1}


def test_a_worker_that_writes_to_a_topic_that_is_not_its_own_is_stopped(store: SqliteStore) -> None:
    task = task_of(store, FakeWorker(name="reporting"))
    task.receive([outside(INVOICES, 0)])

    with pytest.raises(AssertionError, match="reporting is no producer of facts"):
        task.work()


def test_a_worker_that_neither_takes_nor_writes_is_stuck(store: SqliteStore) -> None:
    task = task_of(store, FakeWorker(lambda _batch, _unit: 0))
    task.receive([outside(INVOICES, 0)])

    with pytest.raises(Stuck):
        task.work()


def test_the_position_moves_over_transaction_markers_when_idle(store: SqliteStore) -> None:
    task = task_of(store)
    task.skip_to(PAYMENTS.name, 3)

    task.tidy()

    assert store.positions() == {("intake", PAYMENTS.name, 1): 3}


@pytest.mark.parametrize("value", [b"\xff" * 1_000_000, b"\x00" * 1_000_000, b"\xff" * 6_000_000])
def test_a_strangers_record_of_any_size_becomes_a_dead_letter_that_the_brokers_take(
    store: SqliteStore, value: bytes
) -> None:
    task = task_of(store, FakeWorker(name="cash_application", reads=(FACTS,)))
    task.receive([KafkaRecord(FACTS.name, 1, 0, b"\xff" * 1_000_000, value, [], 0)])

    done = task.work()

    assert done is not None
    (record,) = done.records
    letter = DEAD_LETTERS.decode(record.value)
    assert letter.detail[1] == f"it has {len(value)} bytes"
    assert len(record.value) <= LARGEST_RECORD


def test_what_no_broker_would_take_is_never_committed(store: SqliteStore) -> None:
    def publish_too_much(batch: Sequence[Record], unit: UnitOfWork) -> int:
        unit.publish(FACTS, "k", b"x" * LARGEST_RECORD, partition=0)
        return len(batch)

    task = task_of(store, FakeWorker(publish_too_much))
    task.receive([outside(INVOICES, 0)])

    with pytest.raises(AssertionError, match="no broker would ever take them"):
        task.work()

    assert store.partition_tasks.pending("intake", 1) == []
