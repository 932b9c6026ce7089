"""Records as Kafka gives them."""

from schemas.topics import Topic
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.partition_handler import KafkaRecord


def outside(topic: Topic, offset: int, value: bytes = b"v", *, partition: int = 1) -> KafkaRecord:
    """A record on a public topic, from anybody."""
    return KafkaRecord(topic.name, partition, offset, b"k", value, [], 0)


def ours(
    topic: Topic, offset: int, sequence: int, *, producer: str = "intake", from_: int = 0, partition: int = 1
) -> KafkaRecord:
    """A record of one of our own workers."""
    return KafkaRecord(
        topic.name, partition, offset, b"k", b"%d" % sequence, headers_of(Origin(producer, from_, sequence)), 0
    )
