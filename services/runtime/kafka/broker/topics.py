"""Creates our topics on Kafka, and compares the topics that exist with what they must be (design.md §3, §8).

No record is ever deleted or compacted: reading a topic again must give the same answer for ever. A topic that exists is
never altered: a person decides what to do with one that differs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from schemas.topics import ALL_TOPICS, PUBLIC_TOPICS, Topic
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.names import topic_name
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings, Settings

LARGEST_PUBLIC: Final = 1_048_588
"""The largest batch of public events, in bytes: an event of the largest size, its label, Kafka's own fields."""

LARGEST_OF_OURS: Final = 8 * 1_024 * 1_024
"""The largest batch on a topic between our workers, in bytes: a dead letter keeps a whole event, and escapes each byte
that is no text."""

LARGEST_RECORD: Final = LARGEST_OF_OURS - 16 * 1_024
"""The largest key and value of a record between our workers, in bytes: the rest of the batch is for headers and Kafka's
own fields."""


def properties_of(topic: Topic, replication: int) -> dict[str, str]:
    """The configuration of a topic on Kafka.

    A record counts as written when a majority of the replicas has it. Its timestamp is the broker's time of arrival, so
    that the age of a record depends on no producer's clock.
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
    """Create the topics that do not exist; their names on Kafka. Raises Refusal."""
    wanted = {
        topic_name(settings.kafka, topic): {
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
        described = _describe(admin, settings.kafka)
        properties = _read_properties(admin, settings.kafka)
    lines = list(_unusable(described, settings, None))
    for topic in ALL_TOPICS:
        name = topic_name(settings.kafka, topic)
        if described[name]["partitions"]:
            lines += _other_replication(name, described[name], settings.kafka.replication)
            wanted = properties_of(topic, settings.kafka.replication)
            lines += _other_properties(name, properties.get(name, {}), wanted)
    return lines


def refuse_wrong_topics(settings: Settings, worker: str | None = None) -> None:
    """Raise Refusal, with a line for each reason, when workers cannot read and write the topics.

    For one worker only the topics that it reads or writes count, and the rights that it needs for that.
    """
    with connected(KafkaAdminClient, settings.kafka) as admin:
        lines = list(_unusable(_describe(admin, settings.kafka), settings, worker))
    if lines:
        raise Refusal("\n".join(f"topics: {line}" for line in lines))


Described = dict[str, Any]
"""A topic as the brokers describe it: ``error_code``, ``partitions``, ``authorized_operations``."""


def _describe(admin: KafkaAdminClient, kafka: KafkaSettings) -> dict[str, Described]:
    """Each topic by its name on Kafka."""
    return {each["name"]: each for each in admin.describe_topics([topic_name(kafka, topic) for topic in ALL_TOPICS])}


def _read_properties(admin: KafkaAdminClient, kafka: KafkaSettings) -> dict[str, dict[str, str]]:
    """The configuration of each topic; none of one that does not exist or that our user may not describe."""
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic_name(kafka, topic), list(properties_of(topic, 1)))
        for topic in ALL_TOPICS
    ]
    found = admin.describe_configs(asked, config_filter="all").get("topic", {})
    return {topic: {name: each["value"] for name, each in properties.items()} for topic, properties in found.items()}


def _unusable(described: dict[str, Described], settings: Settings, worker: str | None) -> Iterator[str]:
    """Why one worker, or all, cannot read and write the topics."""
    for topic in ALL_TOPICS:
        rights = rights_of(topic, worker)
        if rights:
            name = topic_name(settings.kafka, topic)
            yield from (f"{name}: {fault}" for fault in _faults(described[name], settings.store.partitions, rights))


def rights_of(topic: Topic, worker: str | None) -> list[str]:
    """The rights that a worker needs in a topic; all where no worker is named.

    What a worker writes between workers it reads too: so it notices that its store was restored from a backup.
    """
    readers = topic.consumers if topic in PUBLIC_TOPICS else (*topic.consumers, *topic.producers)
    sides = (("READ", readers), ("WRITE", topic.producers))
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


def _other_replication(name: str, found: Described, replication: int) -> Iterator[str]:
    fewest = min(len(partition["replica_nodes"]) for partition in found["partitions"])
    if fewest != replication:
        yield f"{name}: it has {fewest} copies, but ERAPAIVA_KAFKA__REPLICATION is {replication}"


def _other_properties(name: str, found: dict[str, str], wanted: dict[str, str]) -> Iterator[str]:
    if not found:
        yield f"{name}: how it is kept may not be read; give ERAPAIVA_KAFKA__USERNAME the right DESCRIBE_CONFIGS"
        return
    for item, value in wanted.items():
        if found[item] != value:
            yield f"{name}: {item} is {found[item]}, but should be {value}"
