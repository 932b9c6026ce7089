"""The logs that the contract suite runs over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.topics import create
from services.runtime.log_client import LogClient, StoreLogClient
from services.runtime.settings import KafkaSettings, Settings, StoreSettings
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.store.port import Access
from tests.servers.kafka import Kafka

PARTITIONS = 3


@contextmanager
def of_a_store() -> Iterator[LogClient]:
    with SqliteStore(IN_MEMORY, Access.ENGINE) as store:
        store.fix_partitions(PARTITIONS)
        yield StoreLogClient(store)


@contextmanager
def of_kafka() -> Iterator[LogClient]:
    with Kafka() as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap, security="plaintext", replication=1)
        create(Settings(kafka=kafka, store=StoreSettings(partitions=PARTITIONS)))
        with kafka_log_client(kafka) as log:
            yield log


LOGS: dict[str, Callable[[], AbstractContextManager[LogClient]]] = {"store": of_a_store, "kafka": of_kafka}


@pytest.fixture(scope="module", params=["store", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest) -> Iterator[LogClient]:
    """A log of three partitions; each test has topics of its own in it."""
    with LOGS[request.param]() as made:
        yield made
