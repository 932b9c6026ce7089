"""The Kafka engine on a real broker: pending records are published, numbers are unique, an old store is refused."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.topics import ALL_TOPICS, FACTS, INVOICES, PUBLIC_TOPICS, Topic
from services.runtime.engine import Observer, Unobserved
from services.runtime.kafka.broker.headers import Origin, origin_of
from services.runtime.kafka.engine.engine import KafkaEngine
from services.runtime.kafka.engine.partition_task import Fenced, PartitionTask
from services.runtime.kafka.engine.publisher import RecordPublisher
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record
from tests.servers.kafka import Kafka
from tests.unit.runtime.kafka.records import outside

PARTITIONS = 2
Answer = TypeVar("Answer")


class PassOn:
    """A worker that passes each record on to the partition that its key names, and remembers its effects."""

    name = "intake"
    reads: tuple[Topic, ...] = PUBLIC_TOPICS

    def __init__(self, effect: Callable[[], None] = lambda: None) -> None:
        self._effect = effect

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch:
            unit.publish(FACTS, record.key, record.value, partition=record.offset % PARTITIONS)
            unit.after_commit(self._effect)
        return len(batch)

    def pending(self, _partition: int) -> bool:
        return False


@pytest.fixture
def broker(own_kafka: Kafka) -> Iterator[Kafka]:
    """A broker with all topics, empty."""
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    admin.create_topics([NewTopic(topic.name, PARTITIONS, 1) for topic in ALL_TOPICS])
    yield own_kafka
    admin.delete_topics([topic.name for topic in ALL_TOPICS])
    admin.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is kept."""
    with SqliteStore(tmp_path / "store.db") as store:
        store.fix_partitions(PARTITIONS)
    return tmp_path / "store.db"


def with_engine(
    broker: Kafka,
    path: Path,
    do: Callable[[KafkaEngine], Awaitable[Answer]],
    make_worker: Callable[[], PassOn] = PassOn,
    observer: Observer | None = None,
    on_finish: Callable[[], None] = lambda: None,
) -> Answer:
    """Open an engine, do something with it, and close it."""

    async def main() -> Answer:
        kafka = KafkaSettings(bootstrap=broker.bootstrap, security="plaintext")
        engine = KafkaEngine(
            "intake",
            make_worker,
            lambda: SqliteStore(path),
            PARTITIONS,
            kafka,
            observer or Unobserved(),
            on_finish=on_finish,
        )
        await engine.open()
        try:
            return await do(engine)
        finally:
            await engine.close()

    return asyncio.run(main())


def written(broker: Kafka, topic: Topic) -> list[tuple[int, Origin | None, bytes]]:
    """All that a topic holds: partition, who wrote it, value."""
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    places = [TopicPartition(topic.name, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=1_000).values():
            found += [(record.partition, origin_of(record.headers), record.value) for record in records]
    consumer.close()
    return sorted(found, key=lambda each: each[0])


def killed_behind_the_commit(path: Path, *values: bytes) -> None:
    """A process that handled records and was killed before it published anything."""
    with SqliteStore(path) as store:
        task = PartitionTask(PassOn(), 1, PARTITIONS, store, Unobserved())
        task.receive([outside(INVOICES, offset, value) for offset, value in enumerate(values)])
        assert task.work() is not None


def test_what_is_handled_is_published_under_the_workers_name_and_number(broker: Kafka, path: Path) -> None:
    async def handle(engine: KafkaEngine) -> None:
        assert await engine.assign(frozenset({1})) == {(topic.name, 1): 0 for topic in PUBLIC_TOPICS}
        await engine.handle({1: [outside(INVOICES, 0, b"a"), outside(INVOICES, 1, b"b"), outside(INVOICES, 2, b"c")]})

    with_engine(broker, path, handle)

    assert written(broker, FACTS) == [
        (0, Origin("intake", 1, 1), b"a"),
        (0, Origin("intake", 1, 2), b"c"),
        (1, Origin("intake", 1, 1), b"b"),
    ]


def test_what_a_killed_process_left_unpublished_is_published_by_whoever_takes_its_task(
    broker: Kafka, path: Path
) -> None:
    killed_behind_the_commit(path, b"a", b"b")

    async def assign(engine: KafkaEngine) -> int:
        return (await engine.assign(frozenset({1})))[INVOICES.name, 1]

    assert with_engine(broker, path, assign) == 2
    assert [value for _, _, value in written(broker, FACTS)] == [b"a", b"b"]


def test_effects_wait_until_the_log_has_what_was_published(broker: Kafka, path: Path) -> None:
    seen: list[int] = []

    async def handle(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({1}))
        await engine.handle({1: [outside(INVOICES, 0, b"a")]})

    with_engine(broker, path, handle, lambda: PassOn(lambda: seen.append(len(written(broker, FACTS)))))

    assert seen == [1]


def test_no_effect_is_run_once_another_process_has_the_task(broker: Kafka, path: Path) -> None:
    ran: list[str] = []

    class TakenOver(Unobserved):
        """Behind the commit this process is paused, and another takes the task."""

        def after_commit(self) -> None:
            with SqliteStore(path, Access.APPEND) as store:
                PartitionTask(PassOn(), 1, PARTITIONS, store, Unobserved())

    async def handle(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({1}))
        with pytest.raises(Fenced):
            await engine.handle({1: [outside(INVOICES, 0, b"a")]})

    with_engine(broker, path, handle, lambda: PassOn(lambda: ran.append("sent")), TakenOver())

    assert ran == []


def test_records_of_a_partition_that_was_revoked_are_not_handled(broker: Kafka, path: Path) -> None:
    async def handle(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({0, 1}))
        await engine.revoke(frozenset({1}))
        await engine.handle({1: [outside(INVOICES, 0, b"a")]})

    with_engine(broker, path, handle)

    assert written(broker, FACTS) == []


def test_while_the_broker_takes_the_records_of_one_task_another_has_its_transaction(
    broker: Kafka, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = RecordPublisher.publish

    async def handle(engine: KafkaEngine) -> None:
        both = asyncio.Barrier(2)

        async def waiting_for_both(*given: Any) -> dict[str, int]:
            async with asyncio.timeout(10):
                await both.wait()
            return await publish(*given)

        await engine.assign(frozenset({0, 1}))
        monkeypatch.setattr(RecordPublisher, "publish", waiting_for_both)
        await engine.handle({0: [outside(INVOICES, 0, b"a", partition=0)], 1: [outside(INVOICES, 0, b"b")]})

    with_engine(broker, path, handle)

    assert sorted(value for _, _, value in written(broker, FACTS)) == [b"a", b"b"]


def test_a_fault_of_one_task_is_raised_when_the_others_have_come_to_an_end(broker: Kafka, path: Path) -> None:
    class Failing(PassOn):
        def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
            if unit.partition == 0:
                raise ZeroDivisionError
            return super().handle(batch, unit)

    async def handle(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({0, 1}))
        with pytest.raises(ZeroDivisionError):
            await engine.handle({0: [outside(INVOICES, 0, b"a", partition=0)], 1: [outside(INVOICES, 0, b"b")]})
        assert [value for _, _, value in written(broker, FACTS)] == [b"b"]

    with_engine(broker, path, handle, Failing)


def handled(broker: Kafka, path: Path, offset: int, value: bytes) -> None:
    async def handle(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({1}))
        await engine.handle({1: [outside(INVOICES, offset, value)]})
        await engine.idle()

    with_engine(broker, path, handle)


def test_a_store_restored_from_the_past_is_refused(broker: Kafka, path: Path) -> None:
    handled(broker, path, 0, b"a")
    copy = shutil.copy(path, path.with_name("backup.db"))
    handled(broker, path, 1, b"b")
    handled(broker, path, 2, b"c")

    shutil.copy(copy, path)

    with pytest.raises(Refusal, match=r"the log has its record \d; the store was restored from the past: rebuild it"):
        handled(broker, path, 3, b"d")


def test_records_of_others_are_verified_once_and_not_at_each_assignment(broker: Kafka, path: Path) -> None:
    handled(broker, path, 0, b"a")  # which goes to partition 0 of facts: this task never wrote to partition 1
    others = KafkaProducer(bootstrap_servers=broker.bootstrap)
    for _ in range(10):
        others.send(FACTS.name, value=b"somebody else's", partition=1)
    others.close()

    handled(broker, path, 2, b"b")

    with SqliteStore(path) as store:
        reached = PartitionTask(PassOn(), 1, PARTITIONS, store, Unobserved()).sequences.verified
    assert (reached["facts/0"], reached["facts/1"]) == (2, 10)


def test_a_lost_store_is_refused_as_long_as_the_log_knows_more(broker: Kafka, path: Path) -> None:
    handled(broker, path, 0, b"a")
    path.unlink()
    with SqliteStore(path) as store:
        store.fix_partitions(PARTITIONS)

    with pytest.raises(Refusal, match="has written 0 records to facts/0, but the log has its record 1"):
        handled(broker, path, 0, b"a")


def test_a_task_that_changes_hands_in_good_order_goes_on_as_if_it_had_not(broker: Kafka, path: Path) -> None:
    for offset, value in enumerate([b"a", b"b", b"c", b"d"]):
        handled(broker, path, offset, value)

    assert [(origin.sequence, value) for _, origin, value in written(broker, FACTS) if origin] == [
        (1, b"a"), (2, b"c"), (1, b"b"), (2, b"d"),
    ]  # fmt: skip


def test_what_ends_while_the_process_winds_up_is_still_recorded(broker: Kafka, path: Path) -> None:
    ended: list[str] = []

    class Delivering(PassOn):
        """Has work of its own once what goes on beside it has ended."""

        def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
            while ended:
                unit.publish(FACTS, "", ended.pop().encode(), partition=0)
            return len(batch)

        def pending(self, _partition: int) -> bool:
            return bool(ended)

    async def work(engine: KafkaEngine) -> None:
        await engine.assign(frozenset({1}))
        await engine.finish()

    with_engine(broker, path, work, Delivering, on_finish=lambda: ended.append("delivered"))

    assert [value for _, _, value in written(broker, FACTS)] == [b"delivered"]
