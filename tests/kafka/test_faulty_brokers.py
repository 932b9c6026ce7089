"""What our producer writes is in the log once and in order, whatever the brokers do meanwhile."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from schemas.topics import FACTS
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.engine.publisher import RecordPublisher
from services.runtime.settings import KafkaSettings
from services.runtime.store.partition_tasks import PendingRecord
from tests.servers.kafka import Kafka
from tests.servers.mock_cluster import PRODUCE, MockCluster

PARTITIONS = 2
TRANSACTIONS = 60
RECORDS = 20
"""Records of each transaction, in turn to both partitions."""

REQUEST_TIMED_OUT, NOT_LEADER, NOT_ENOUGH_REPLICAS = 7, 6, 19

Trouble = Callable[[MockCluster, int], Awaitable[None]]


async def leaders_move(cluster: MockCluster, turn: int) -> None:
    cluster.move_leader(FACTS.name, turn % PARTITIONS, 1 + turn % len(cluster.brokers))


async def brokers_refuse(cluster: MockCluster, turn: int) -> None:
    if turn % 5 == 0:
        cluster.fail_next(PRODUCE, [REQUEST_TIMED_OUT, NOT_LEADER, NOT_ENOUGH_REPLICAS])


async def brokers_go_and_come_back(cluster: MockCluster, turn: int) -> None:
    if turn % 20 == 10:
        broker = 1 + turn // 20 % len(cluster.brokers)
        cluster.take_down(broker)
        asyncio.get_running_loop().call_later(0.3, cluster.bring_up, broker)


async def lines_are_slow(cluster: MockCluster, turn: int) -> None:
    for broker in cluster.brokers:
        cluster.slow_down(broker, 40 * (turn % 3))


@pytest.mark.parametrize("trouble", [leaders_move, brokers_refuse, brokers_go_and_come_back, lines_are_slow])
def test_nothing_is_lost_doubled_or_out_of_order_while(trouble: Trouble) -> None:
    async def story() -> None:
        with MockCluster() as cluster:
            # given
            cluster.create_topic(FACTS.name, PARTITIONS)
            publisher = publisher_at(cluster.bootstrap)
            await publisher.start()
            # when: the next transaction does not wait for the one before, as with several tasks
            waiting = []
            for turn in range(TRANSACTIONS):
                await trouble(cluster, turn)
                waiting.append(asyncio.create_task(publisher.publish("intake", 0, transaction(turn))))
                await asyncio.sleep(0.01)
            await asyncio.gather(*waiting)
            await publisher.stop()
            # then
            for broker in cluster.brokers:
                cluster.slow_down(broker, 0)
            assert await read_back(cluster.bootstrap) == expected(TRANSACTIONS)

    asyncio.run(story())


def test_what_a_broker_wrote_while_its_answer_came_too_late_is_not_written_again(
    own_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.kafka.engine.publisher._REQUEST_TIMEOUT_MS", 1_000)
    with connected(KafkaAdminClient, settings_of(own_kafka.bootstrap)) as admin:
        admin.create_topics(
            {FACTS.name: {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True
        )

    async def story() -> None:
        # given: a producer in the middle of its work
        publisher = publisher_at(own_kafka.bootstrap)
        await publisher.start()
        await publisher.publish("intake", 0, transaction(0))
        # when: the broker stands still with requests in its buffers, for longer than they are waited for; then goes on
        os.kill(own_kafka.pid, signal.SIGSTOP)
        late = asyncio.create_task(publisher.publish("intake", 0, transaction(1)))
        await asyncio.sleep(2.5)
        os.kill(own_kafka.pid, signal.SIGCONT)
        await late
        # when: the power is cut while records are on their way
        last = asyncio.create_task(publisher.publish("intake", 0, transaction(2)))
        await asyncio.sleep(0)
        await asyncio.to_thread(own_kafka.restart)
        await last
        await publisher.stop()
        # then
        assert await read_back(own_kafka.bootstrap) == expected(3)

    asyncio.run(story())


def settings_of(bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap=bootstrap, security="plaintext", replication=1)


def publisher_at(bootstrap: str) -> RecordPublisher:
    return RecordPublisher(settings_of(bootstrap))


def transaction(turn: int) -> list[PendingRecord]:
    """The records of one transaction, numbered on from those before."""
    numbers = range(turn * RECORDS, (turn + 1) * RECORDS)
    return [
        PendingRecord(number, FACTS.name, number % PARTITIONS, number // PARTITIONS + 1, "kuura", b"%d" % number)
        for number in numbers
    ]


def expected(turns: int) -> list[list[int]]:
    """By partition, all that was published."""
    return [list(range(partition, turns * RECORDS, PARTITIONS)) for partition in range(PARTITIONS)]


async def read_back(bootstrap: str) -> Sequence[list[int]]:
    """By partition, all that is in the log."""
    places = [TopicPartition(FACTS.name, partition) for partition in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    found: list[list[int]] = [[] for _ in places]
    while any([await consumer.position(place) < ends[place] for place in places]):
        for place, records in (await consumer.getmany(timeout_ms=500)).items():
            found[place.partition] += [int(record.value) for record in records]
    await consumer.stop()
    return found
