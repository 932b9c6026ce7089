"""The whole flow in memory, minute by minute in the hands of a test: who works, who lags, and what time it is."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from schemas.decisions import NoticeEnded
from schemas.letters import Letter
from schemas.topics import DEAD_LETTERS, DECISIONS, Topic
from services.intake.routing import destination_of
from services.notifier.posts.post import Attempt, Post
from services.notifier.posts.simulated import SimulatedPost
from services.overdue.canonical import account_entries
from services.pipeline import pipeline
from services.reporting.canonical import canonical_dump
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore

Event = dict[str, Any]


class WatchedPost(SimulatedPost):
    """Takes every letter away, and remembers each."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Letter] = []

    def send(self, attempt: Attempt) -> None:
        """One more letter has left."""
        self.sent.append(attempt.letter)
        super().send(attempt)


class Flow:
    """All workers over one store. ``now`` is the notifier's clock, which no tick moves."""

    def __init__(self, partitions: int = 2, post: Post | None = None) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.post = WatchedPost()
        self._post = post or self.post
        self._partitions = partitions
        self._store = SqliteStore()
        self._store.tables.ensure(TABLES)
        self.engine = self._engine(())

    def without(self, *lagging: str) -> EmbeddedEngine:
        """From here on these workers do nothing; the others go on."""
        self.engine = self._engine(lagging)
        return self.engine

    def with_all(self) -> EmbeddedEngine:
        """From here on all workers work."""
        return self.without()

    def publish(self, events: Iterable[Event]) -> None:
        """As producers outside do; nobody has read it yet."""
        for event in events:
            line = json.dumps(event).encode()
            address = destination_of(line)
            self.engine.publish(address.topic, address.key, line)

    def tick(self, instant: datetime) -> None:
        """The clock ticks, and every worker that runs does what is due."""
        self.now = max(self.now, instant)
        self.engine.tick(instant)
        self.engine.settle()

    def settle(self, now: datetime | None = None) -> None:
        """Everybody who works does what is to be done; the notifier's clock shows ``now``."""
        self.now = now or self.now
        self.engine.settle()

    def ended(self) -> list[str]:
        """What became of the notices, in order."""
        return [message.status for message in self._messages(DECISIONS) if isinstance(message, NoticeEnded)]

    def dead_letters(self) -> list[Any]:
        """What could not be read or applied."""
        return self._messages(DEAD_LETTERS)

    def dump(self) -> list[str]:
        """The whole state, by business keys."""
        return canonical_dump(self._store, account_entries(self._store))

    def _messages(self, topic: Topic) -> list[Any]:
        """All messages of a topic, partition by partition, each in order."""
        log = self._store.log
        return [
            topic.decode(value)
            for partition, end in enumerate(log.ends(topic.name))
            for _, _, value in log.read(topic.name, partition, 0, end)
        ]

    def _engine(self, lagging: tuple[str, ...]) -> EmbeddedEngine:
        workers = pipeline(self._post, lambda: self.now, load())
        return EmbeddedEngine(
            self._store, [worker for worker in workers if worker.name not in lagging], self._partitions
        )
