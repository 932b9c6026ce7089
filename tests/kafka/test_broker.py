"""The tests' broker: what other tests rely on."""

import uuid
from itertools import islice

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from tests.servers.kafka import Kafka


def test_what_was_acknowledged_is_there_after_the_broker_was_killed(own_kafka: Kafka) -> None:
    # given
    topic = make_topic(own_kafka.bootstrap)
    producer = KafkaProducer(bootstrap_servers=own_kafka.bootstrap, acks="all")
    producer.send(topic, b"first", partition=0).get(10)
    address = own_kafka.bootstrap
    # when
    own_kafka.restart()
    producer.send(topic, b"second", partition=0).get(30)
    producer.close()
    # then
    assert own_kafka.bootstrap == address
    assert values_in(address, topic, 2) == [b"first", b"second"]


def test_a_broker_that_was_stopped_in_order_starts_again(own_kafka: Kafka) -> None:
    topic = make_topic(own_kafka.bootstrap)
    own_kafka.stop()
    own_kafka.start()
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    assert topic in admin.list_topics()
    admin.close()


def test_processes_of_one_run_share_a_broker(kafka: str) -> None:
    topic = make_topic(kafka)
    producer = KafkaProducer(bootstrap_servers=kafka, acks="all")
    producer.send(topic, b"only", partition=0).get(10)
    producer.close()
    assert values_in(kafka, topic, 1) == [b"only"]


def make_topic(bootstrap: str) -> str:
    name = f"test-{uuid.uuid4()}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    admin.close()
    return name


def values_in(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20_000
    )
    values = [record.value for record in islice(consumer, count)]
    consumer.close()
    return values
