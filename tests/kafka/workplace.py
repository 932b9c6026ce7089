"""The harness of tests with worker processes: a broker with all topics, an empty database, settings for both."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kafka.admin import KafkaAdminClient

from schemas.topics import ALL_TOPICS
from services.reporting.tables import TABLES
from services.runtime.kafka.broker import topics
from services.runtime.open_store import open_store
from services.runtime.settings import Settings, load
from services.runtime.store.port import Access, Store
from tests.kafka.crew import Crew
from tests.kafka.drained_clock import DrainedClock
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

SESSION_S: Final = 6


class Workplace:
    """All topics, made anew on a broker, an empty database, and the settings that name them."""

    def __init__(
        self,
        broker: Kafka,
        database: Postgres,
        folder: Path,
        partitions: int,
        mail: Mapping[str, object] = MappingProxyType({}),
        prefix: str = "",
    ) -> None:
        """``mail``: how letters leave, where they do not only lie in the outbox. ``prefix``: of topics and groups."""
        self.folder = folder
        self._given: dict[str, dict[str, object]] = {
            "kafka": {
                "bootstrap": broker.bootstrap,
                "security": "plaintext",
                "session_s": SESSION_S,
                "replication": 1,
                "prefix": prefix,
            },
            "postgres": {"dsn": database.dsn(database.fresh_database())},
            "store": {"partitions": partitions},
            "mail": {"outbox": str(folder / "outbox"), **mail},
            "metrics": {"enabled": False},
        }
        self.settings: Settings = load(**self._given)
        topics.create(self.settings)
        with open_store(self.settings, Access.WORKER) as store:
            store.tables.ensure(TABLES)
            store.fix_partitions(partitions)

    def use(self, dsn: str) -> None:
        """The settings name another database from here on."""
        self._given["postgres"] = {"dsn": dsn}
        self.settings = load(**self._given)

    @property
    def environment(self) -> dict[str, str]:
        """The same settings for a process."""
        return {
            f"ERAPAIVA_{section.upper()}__{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
            for section, values in self._given.items()
            for name, value in values.items()
        }

    @contextmanager
    def clock(self, crew: Crew, **given: float) -> Iterator[DrainedClock]:
        """A clock that waits for this crew."""
        clock = DrainedClock(self.settings, crew.tails, **given)
        try:
            yield clock
        finally:
            clock.close()

    def reading(self) -> Store:
        """The store, for reading."""
        return open_store(self.settings, Access.READ)


@contextmanager
def workplace(
    broker: Kafka,
    database: Postgres,
    folder: Path,
    partitions: int,
    mail: Mapping[str, object] = MappingProxyType({}),
    prefix: str = "",
) -> Iterator[Workplace]:
    """A workplace whose topics are gone afterwards."""
    try:
        yield Workplace(broker, database, folder, partitions, mail, prefix)
    finally:
        with _admin(broker) as admin:
            there = set(admin.list_topics())
            admin.delete_topics([prefix + topic.name for topic in ALL_TOPICS if prefix + topic.name in there])


@contextmanager
def _admin(broker: Kafka) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    yield admin
    admin.close()
