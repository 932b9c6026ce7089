"""Brokers for the tests of this folder: one for all, or one of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kafka.scene import Scene
from tests.servers.kafka import Kafka
from tests.servers.shared_kafka import shared_kafka


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker for the whole run: for tests whose topics have names of their own."""
    own = tmp_path_factory.getbasetemp()
    with shared_kafka(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as address:
        yield address


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[Kafka]:
    """A broker for one module: for tests of our fixed topic names, or that stop, kill and restart it."""
    with Kafka() as broker:
        yield broker


@pytest.fixture
def scene(kafka: str, tmp_path: Path) -> Iterator[Scene]:
    """Topics, notebook and processes of one test."""
    with Scene(kafka, tmp_path) as scene:
        yield scene
