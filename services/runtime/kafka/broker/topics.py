"""Our topics in Kafka: created as they must be, and what differs from that named (design.md §3, §8).

Nothing is ever thrown away or compacted: folding a topic again must give the same answer for ever. Nothing that exists
is altered: a topic that differs is a person's to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from schemas.topics import ALL_TOPICS, PUBLIC_TOPICS, Topic
from services.runtime.kafka.broker.connection import connected
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings

LARGEST_PUBLIC: Final = 1_048_588
"""The largest batch of records from outside, in bytes: an event of the largest size, its label, Kafka's own fields."""

LARGEST_OF_OURS: Final = 8 * 1_024 * 1_024
"""The same between our workers: a dead letter keeps an event whole, and escapes each byte that is no text."""

LARGEST_RECORD: Final = LARGEST_OF_OURS - 16 * 1_024
"""Bytes of a key and a value of ours: what is left of the batch is for our headers and Kafka's own fields."""


def properties_of(topic: Topic, replication: int) -> dict[str, str]:
    """How a topic is kept.

    A record counts as written when a majority of its copies has it, and its timestamp is when it arrived, so that
    nobody's clock but the broker's says how old it is.
    """
    return {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": str(replication // 2 + 1),
        "unclean.leader.election.enable": "false",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(LARGEST_PUBLIC if topic in PUBLIC_TOPICS else LARGEST_OF_OURS),
    }


def create(settings: Settings) -> list[str]:
    """Create what does not exist; the names of what was made. Raises Refusal."""
    wanted = {
        topic.name: {
            "num_partitions": settings.store.partitions,
            "replication_factor": settings.kafka.replication,
            "configs": properties_of(topic, settings.kafka.replication),
        }
        for topic in ALL_TOPICS
    }
    with connected(KafkaAdminClient, settings.kafka) as admin:
        answers = admin.create_topics(wanted, raise_errors=False)["topics"]
        faults = {answer["name"]: for_code(answer["error_code"]) for answer in answers}
        made = [name for name in wanted if faults[name] is NoError]
        admin.wait_for_topics(made)
    refused = [
        f"topics: {name} cannot be created ({fault.__name__}: {fault.description})"
        for name, fault in faults.items()
        if fault not in (NoError, TopicAlreadyExistsError)
    ]
    if refused:
        raise Refusal("\n".join(refused))
    return made


def differences(settings: Settings) -> list[str]:
    """A line for everything in which the topics are not as `create` makes them. Raises Refusal."""
    with connected(KafkaAdminClient, settings.kafka) as admin:
        described = _described(admin)
        kept = _kept(admin)
    lines = list(_unusable(described, settings.store.partitions, None))
    for topic in ALL_TOPICS:
        if described[topic.name]["partitions"]:
            lines += _other_replication(topic, described[topic.name], settings.kafka.replication)
            lines += _other_properties(topic, kept.get(topic.name, {}), settings.kafka.replication)
    return lines


def refuse_wrong_topics(settings: Settings, worker: str | None = None) -> None:
    """Raise Refusal when the topics are not fit to work with: a line for each reason.

    For one worker only the topics that it reads or writes count, and the rights that it needs for that.
    """
    with connected(KafkaAdminClient, settings.kafka) as admin:
        lines = list(_unusable(_described(admin), settings.store.partitions, worker))
    if lines:
        raise Refusal("\n".join(f"topics: {line}" for line in lines))


Described = dict[str, Any]
"""A topic as the brokers describe it: ``error_code``, ``partitions``, ``authorized_operations``."""


def _described(admin: KafkaAdminClient) -> dict[str, Described]:
    return {each["name"]: each for each in admin.describe_topics([topic.name for topic in ALL_TOPICS])}


def _kept(admin: KafkaAdminClient) -> dict[str, dict[str, str]]:
    """The properties of each topic; none of one that does not exist or that we may not describe."""
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, list(properties_of(topic, 1))) for topic in ALL_TOPICS
    ]
    found = admin.describe_configs(asked, config_filter="all").get("topic", {})
    return {topic: {name: each["value"] for name, each in properties.items()} for topic, properties in found.items()}


def _unusable(described: dict[str, Described], partitions: int, worker: str | None) -> Iterator[str]:
    """Why the topics are not fit to work with, for one worker or for all."""
    for topic in ALL_TOPICS:
        rights = _rights(topic, worker)
        if rights:
            yield from (f"{topic}: {fault}" for fault in _faults(described[topic.name], partitions, rights))


def _rights(topic: Topic, worker: str | None) -> list[str]:
    """What a worker may have to do with a topic; everything where no worker is named."""
    sides = (("READ", topic.consumers), ("WRITE", topic.producers))
    return [right for right, workers in sides if worker is None or worker in workers]


def _faults(found: Described, partitions: int, rights: Collection[str]) -> Iterator[str]:
    fault, count = for_code(found["error_code"]), len(found["partitions"])
    if fault is UnknownTopicOrPartitionError:
        yield "it does not exist; create it with `erapaiva topics create`"
    elif fault is not NoError:
        yield f"it may not be described ({fault.__name__}); give ERAPAIVA_KAFKA__USERNAME that right"
    elif count != partitions:
        yield (
            f"it has {count} partitions, but ERAPAIVA_STORE__PARTITIONS is {partitions}; "
            "the number is fixed when topics and store are made: give theirs, or make new ones"
        )
    else:
        for right in rights:
            if right not in (found["authorized_operations"] or ()):
                yield f"the right to {right} is missing; give it to ERAPAIVA_KAFKA__USERNAME"


def _other_replication(topic: Topic, found: Described, replication: int) -> Iterator[str]:
    fewest = min(len(partition["replica_nodes"]) for partition in found["partitions"])
    if fewest != replication:
        yield f"{topic}: it has {fewest} copies, but ERAPAIVA_KAFKA__REPLICATION is {replication}"


def _other_properties(topic: Topic, kept: dict[str, str], replication: int) -> Iterator[str]:
    if not kept:
        yield f"{topic}: how it is kept may not be read; give ERAPAIVA_KAFKA__USERNAME the right DESCRIBE_CONFIGS"
        return
    for name, wanted in properties_of(topic, replication).items():
        if kept[name] != wanted:
            yield f"{topic}: {name} is {kept[name]}, but should be {wanted}"
