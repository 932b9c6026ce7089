"""What topics and consumer groups are called on Kafka: the prefix of the settings, then our own name.

Positions, sequences, dead letters and messages hold the topic's own name, without the prefix.
"""

from __future__ import annotations

from typing import Final

from schemas.topics import Topic
from services.runtime.settings import KafkaSettings

_GROUP: Final = "erapaiva-"


def topic_name(kafka: KafkaSettings, topic: Topic | str) -> str:
    """A topic's name on Kafka."""
    return f"{kafka.prefix}{topic}"


def group_name(kafka: KafkaSettings, worker: str) -> str:
    """The consumer group of all processes of a worker."""
    return f"{kafka.prefix}{_GROUP}{worker}"
