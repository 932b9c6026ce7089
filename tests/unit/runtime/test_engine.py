"""The embedded engine: who is called with what, and when something is durable."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from schemas.ticks import reached_instant
from schemas.topics import FACTS, INVOICES, JOURNAL, PAYMENTS, PUBLIC_TOPICS, Topic, partition_of
from services.runtime.engine import EmbeddedEngine, Limits
from services.runtime.refusal import Refusal
from services.runtime.sqlite.store import SqliteStore
from services.runtime.stuck_detector import Stuck
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record
from tests.unit.runtime.pipeline import TALLY_TABLE, outcome, pipeline, publish_round

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@dataclass
class Hand:
    """A worker that does as told and remembers what it was given."""

    do: Callable[[Sequence[Record], UnitOfWork], int] = lambda batch, _unit: len(batch)
    reads: tuple[Topic, ...] = (INVOICES,)
    name: str = "hand"
    pending_in: set[int] = field(default_factory=set)
    given: list[list[bytes]] = field(default_factory=list)

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        self.given.append([record.value for record in batch])
        return self.do(batch, unit)

    def pending(self, partition: int) -> bool:
        return partition in self.pending_in


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore()
    yield opened
    opened.close()


def is_open(store: SqliteStore) -> bool:
    return store.in_transaction


def values(records: Sequence[Record]) -> list[bytes]:
    return [record.value for record in records]


def test_records_pass_all_workers_in_one_settle_and_keep_their_order_by_key(store: SqliteStore) -> None:
    store.tables.ensure([TALLY_TABLE])
    engine = EmbeddedEngine(store, pipeline())
    keys = [f"creditor {n}" for n in range(20)]
    for number in range(1, 51):
        publish_round(engine, keys, number)

    engine.settle()

    result = outcome(store, keys)
    assert result["numbers"] == {t.name: {k: list(range(1, 51)) for k in keys} for t in (INVOICES, FACTS, JOURNAL)}
    assert result["tally"] == [{"key": key, "last": 50} for key in sorted(keys)]
    assert engine.lags() == {"sorter": 0, "tally": 0, "clerk": 0}


def test_a_record_lies_in_the_partition_of_its_key_and_is_handled_by_that_unit(store: SqliteStore) -> None:
    seen = {}

    def note(batch: Sequence[Record], unit: UnitOfWork) -> int:
        seen.update({record.key: (record.partition, unit.partition) for record in batch})
        return len(batch)

    engine = EmbeddedEngine(store, [Hand(note)])
    for n in range(12):
        engine.publish(INVOICES, f"creditor {n}", b"")
    engine.settle()

    assert seen == {key: (partition_of(key, 4),) * 2 for key in seen}
    assert len({place for place, _ in seen.values()}) == 4


def test_what_a_worker_leaves_of_a_batch_is_given_again_before_anything_newer(store: SqliteStore) -> None:
    worker = Hand(lambda batch, _: min(2, len(batch)))
    engine = EmbeddedEngine(store, [worker], partitions=1)
    for number in range(5):
        engine.publish(INVOICES, "c", b"%d" % number)

    engine.settle()

    assert worker.given == [[b"0", b"1", b"2", b"3", b"4"], [b"2", b"3", b"4"], [b"4"]]


def test_what_was_left_comes_before_news_of_a_topic_that_is_read_earlier(store: SqliteStore) -> None:
    def take_one(batch: Sequence[Record], unit: UnitOfWork) -> int:
        if batch[0].value == b"p0":
            unit.publish(INVOICES, "c", b"i0", partition=0)
        return 1

    worker = Hand(take_one, reads=(INVOICES, PAYMENTS))
    engine = EmbeddedEngine(store, [worker], partitions=1)
    for number in range(2):
        engine.publish(PAYMENTS, "c", b"p%d" % number)

    engine.settle()

    assert worker.given == [[b"p0", b"p1"], [b"p1"], [b"i0"]]


def test_a_batch_takes_equal_shares_of_all_topics_that_have_news(store: SqliteStore) -> None:
    worker = Hand(reads=(INVOICES, PAYMENTS, FACTS))
    engine = EmbeddedEngine(store, [worker], partitions=1, limits=Limits(batch_records=4))
    for number in range(5):
        engine.publish(INVOICES, "c", b"i%d" % number)
    engine.publish(PAYMENTS, "c", b"p0")

    engine.settle()

    assert worker.given == [[b"i0", b"i1", b"p0"], [b"i2", b"i3", b"i4"]]


def test_a_worker_may_work_off_a_run_in_pieces_before_it_takes_the_next_record(store: SqliteStore) -> None:
    def one_of_three_pieces(batch: Sequence[Record], unit: UnitOfWork) -> int:
        done = int(unit.get("run", "cursor") or b"0")
        unit.put("run", "cursor", b"%d" % (done + 1))
        return len(batch) if done == 2 else 0

    worker = Hand(one_of_three_pieces)
    engine = EmbeddedEngine(store, [worker], partitions=1)
    engine.publish(INVOICES, "c", b"tick")

    engine.settle()

    assert worker.given == [[b"tick"]] * 3


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_worker_with_work_that_no_topic_holds_is_called_with_an_empty_batch(
    store: SqliteStore, partitions: int
) -> None:
    worker = Hand()

    def finish(batch: Sequence[Record], unit: UnitOfWork) -> int:
        worker.pending_in.discard(unit.partition)
        return len(batch)

    worker.do, worker.pending_in = finish, set(range(partitions))
    engine = EmbeddedEngine(store, [worker], partitions)

    engine.settle()

    assert worker.given == [[]] * partitions


def test_a_worker_that_takes_nothing_and_writes_nothing_is_stuck(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand(lambda _batch, _unit: 0)])
    engine.publish(INVOICES, "c", b"")

    with pytest.raises(Stuck, match="worker hand: took none of 1 records and wrote nothing"):
        engine.settle()


def test_a_worker_that_writes_for_ever_without_taking_is_stuck(store: SqliteStore) -> None:
    def write(_: Sequence[Record], unit: UnitOfWork) -> int:
        unit.put("run", "cursor", b"")
        return 0

    engine = EmbeddedEngine(store, [Hand(write)], limits=Limits(calls_per_record=20))
    engine.publish(INVOICES, "c", b"")

    with pytest.raises(Stuck, match="writes without end"):
        engine.settle()


def test_a_worker_that_says_it_has_work_and_does_none_is_stuck(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand(pending_in={2})], limits=Limits(fruitless_calls=20))

    with pytest.raises(Stuck, match="says it has work and does none"):
        engine.settle()


def test_a_worker_that_claims_more_than_it_was_given_is_a_fault(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand(lambda batch, _: len(batch) + 1)])
    engine.publish(INVOICES, "c", b"")

    with pytest.raises(AssertionError, match="took 2 of 1"):
        engine.settle()


def test_effects_run_in_order_and_only_when_their_unit_is_durable(store: SqliteStore) -> None:
    happened: list[str] = []

    class Watch:
        def handled(self, worker: str, topic: str, records: int) -> None:
            happened.append(f"{worker} took {records} of {topic}")

        def before_commit(self) -> None:
            happened.append("before commit")

        def after_commit(self) -> None:
            happened.append(f"committed, open: {store.in_transaction}")

    def send(batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch:
            unit.after_commit(partial(happened.append, f"sent {record.value.decode()}"))
        return len(batch)

    engine = EmbeddedEngine(store, [Hand(send)], observer=Watch())
    engine.publish(INVOICES, "c", b"one")
    engine.publish(INVOICES, "c", b"two")

    engine.settle(durable=False)

    assert happened == [
        "hand took 2 of invoices", "before commit", "committed, open: False", "sent one", "sent two",
    ]  # fmt: skip


def test_work_that_an_effect_brings_is_done_in_the_same_settle(store: SqliteStore) -> None:
    worker = Hand()

    def send(batch: Sequence[Record], unit: UnitOfWork) -> int:
        if batch:
            unit.after_commit(lambda: worker.pending_in.add(unit.partition))
        worker.pending_in.clear()
        return len(batch)

    worker.do = send
    engine = EmbeddedEngine(store, [worker], partitions=1)
    engine.publish(INVOICES, "c", b"letter")

    engine.settle()

    assert worker.given == [[b"letter"], []]


def test_many_effects_do_not_wait_for_the_end_of_the_round(store: SqliteStore) -> None:
    commits: list[int] = []

    class CountCommits:
        def handled(self, worker: str, topic: str, records: int) -> None: ...
        def before_commit(self) -> None: ...
        def after_commit(self) -> None:
            commits.append(1)

    def send(batch: Sequence[Record], unit: UnitOfWork) -> int:
        for _ in batch:
            unit.after_commit(lambda: None)
        return len(batch)

    limits = Limits(commit_effects=2)
    engine = EmbeddedEngine(store, [Hand(send)], limits=limits, observer=CountCommits())
    for n in range(12):
        engine.publish(INVOICES, f"creditor {n}", b"")
    engine.settle()

    assert len(commits) >= 4


def test_small_settles_share_a_transaction_until_they_are_asked_to_be_durable(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand()], limits=Limits(commit_changes=50))

    engine.publish(INVOICES, "c", b"")
    engine.settle(durable=False)
    open_after = [is_open(store)]
    engine.settle()
    open_after.append(is_open(store))
    for _ in range(60):
        engine.publish(INVOICES, "c", b"")
    engine.settle(durable=False)
    open_after.append(is_open(store))

    assert open_after == [True, False, False], "and a transaction that has grown is committed anyway"


def test_an_idle_settle_opens_no_transaction_and_calls_nobody(store: SqliteStore) -> None:
    worker = Hand()
    engine = EmbeddedEngine(store, [worker])

    engine.settle(durable=False)

    assert not store.in_transaction
    assert worker.given == []


def test_a_tick_reaches_every_partition_of_every_public_topic_once_and_time_only_rises(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [])

    assert engine.tick(NOON)
    assert not engine.tick(NOON)
    assert not engine.tick(NOON - timedelta(minutes=1))
    engine.commit()

    told = [store.log.read(topic.name, p, 0, 9) for topic in PUBLIC_TOPICS for p in range(4)]
    assert [[reached_instant(key, value) for _, key, value in place] for place in told] == [[NOON]] * 16
    assert engine.reached == EmbeddedEngine(store, []).reached == NOON


def test_the_next_wake_sees_rows_that_are_not_written_yet(store: SqliteStore) -> None:
    def put(batch: Sequence[Record], unit: UnitOfWork) -> int:
        unit.put("account", "a", b"", wake=int(batch[-1].value))
        return len(batch)

    engine = EmbeddedEngine(store, [Hand(put)])
    assert engine.next_wake() is None
    for wake in (70, 90):
        engine.publish(INVOICES, "c", b"%d" % wake)
        engine.settle(durable=False)
        assert engine.next_wake() == wake


def test_a_reader_sees_each_record_until_it_confirms_it(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand()])
    for number in range(5):
        engine.publish(JOURNAL, "account", b"%d" % number)
    engine.settle()

    first = engine.consume("printer", JOURNAL, limit=3)
    assert values(engine.consume("printer", JOURNAL, limit=3)) == values(first) == [b"0", b"1", b"2"]
    engine.consumed("printer", first)
    rest = engine.consume("printer", JOURNAL)
    engine.consumed("printer", rest)

    assert values(rest) == [b"3", b"4"]
    assert engine.consume("printer", JOURNAL) == []
    assert len(engine.consume("somebody else", JOURNAL)) == 5


def test_a_reader_goes_on_where_it_confirmed_when_the_store_is_opened_again(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [])
    engine.publish(JOURNAL, "account", b"one")
    engine.publish(JOURNAL, "account", b"two")
    engine.consumed("printer", engine.consume("printer", JOURNAL, limit=1))
    assert not store.in_transaction, "confirming alone keeps nobody from appending"
    engine.commit()

    assert values(EmbeddedEngine(store, []).consume("printer", JOURNAL)) == [b"two"]


def test_a_reader_is_shown_only_what_is_durable(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [])
    engine.publish(JOURNAL, "account", b"one")
    assert store.in_transaction

    assert values(engine.consume("printer", JOURNAL)) == [b"one"]

    assert not store.in_transaction


def test_a_bookmark_is_kept_with_the_records_published_before_it(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [])
    assert engine.bookmark("file") is None
    engine.publish(INVOICES, "c", b"")
    engine.set_bookmark("file", "line 1")
    assert engine.bookmark("file") == "line 1"
    engine.commit()

    assert EmbeddedEngine(store, []).bookmark("file") == "line 1"


def test_an_engine_that_failed_does_nothing_more(store: SqliteStore) -> None:
    def break_down(_: Sequence[Record], __: UnitOfWork) -> int:
        raise ZeroDivisionError

    engine = EmbeddedEngine(store, [Hand(break_down)])
    engine.publish(INVOICES, "c", b"")
    with pytest.raises(ZeroDivisionError):
        engine.settle()

    with pytest.raises(RuntimeError, match="the engine ended at a fault"):
        engine.publish(INVOICES, "c", b"")
    assert not store.in_transaction
    assert list(store.log.ends("invoices")) == [0, 0, 0, 0]


def test_a_block_that_fails_commits_nothing_and_one_that_ends_well_commits(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("store") / "store.db"

    def be_interrupted() -> None:
        with EmbeddedEngine(SqliteStore(path), []) as engine:
            engine.publish(INVOICES, "c", b"")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    with EmbeddedEngine(SqliteStore(path), []) as engine:
        assert engine.consume("test", INVOICES) == []
        engine.publish(INVOICES, "c", b"kept")

    with EmbeddedEngine(SqliteStore(path), []) as engine:
        assert values(engine.consume("test", INVOICES)) == [b"kept"]


def test_another_partition_count_is_refused(store: SqliteStore) -> None:
    EmbeddedEngine(store, [], partitions=4)

    with pytest.raises(Refusal, match="ERAPAIVA_STORE__PARTITIONS=4"):
        EmbeddedEngine(store, [], partitions=12)


def test_a_position_outside_the_log_is_refused(store: SqliteStore) -> None:
    engine = EmbeddedEngine(store, [Hand()])
    engine.publish(INVOICES, "c", b"")
    engine.settle()
    store.begin()
    store.move({("hand", "invoices", partition_of("c", 4)): 2})
    store.commit()

    with pytest.raises(Refusal, match=r"hand has read invoices/\d up to 2, but it ends at 1"):
        EmbeddedEngine(store, [Hand()])


def test_two_runs_over_the_same_records_leave_the_same_bytes() -> None:
    def run() -> str:
        store = SqliteStore()
        store.tables.ensure([TALLY_TABLE])
        engine = EmbeddedEngine(store, pipeline())
        keys = [f"creditor {n}" for n in range(9)]
        for number in range(1, 20):
            publish_round(engine, keys, number)
            engine.tick(NOON + timedelta(minutes=number))
            engine.settle(durable=False)
        engine.commit()
        tables = ("log", "state", "positions", "tally", "bookmarks")
        dump = json.dumps({table: store.tables.query(f"SELECT * FROM {table}") for table in tables}, default=repr)
        store.close()
        return dump

    assert run() == run()
