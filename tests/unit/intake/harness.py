"""Intake alone on a real engine in memory, and what it wrote."""

from typing import Any

from schemas.dead_letters import DeadLetter
from schemas.facts import Fact, UnreadEvent
from schemas.topics import DEAD_LETTERS, FACTS, Topic
from services.intake.doors.door_rules import SHIPPED
from services.intake.tally import IntakeTally, total
from services.intake.worker import Intake
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore


class IntakeHarness:
    """``take`` records as any sender could write them."""

    def __init__(self, partitions: int = 2) -> None:
        self.engine = EmbeddedEngine(SqliteStore(), [Intake(SHIPPED)], partitions)

    def take(self, topic: Topic, key: str, value: bytes, partition: int | None = None) -> None:
        """Publish one record and let intake have it."""
        self.engine.publish(topic, key, value, partition)
        self.engine.settle()

    def messages(self, topic: Topic, partition: int | None = None) -> list[Any]:
        """All messages of a topic, or of one partition of it."""
        log = self.engine.store.log
        found = []
        for at, end in enumerate(log.ends(topic.name)):
            if partition is None or partition == at:
                found += [topic.decode(value) for _, _, value in log.read(topic.name, at, 0, end)]
        return found

    def facts(self) -> list[Fact]:
        """The facts."""
        return [message for message in self.messages(FACTS) if isinstance(message, Fact)]

    def doubts(self) -> list[UnreadEvent]:
        """The doubts."""
        return [message for message in self.messages(FACTS) if isinstance(message, UnreadEvent)]

    def dead_letters(self) -> list[DeadLetter]:
        """The dead letters, without their closings."""
        return [message for message in self.messages(DEAD_LETTERS) if isinstance(message, DeadLetter)]

    @property
    def tally(self) -> IntakeTally:
        """What intake counted."""
        return total(self.engine.store)
