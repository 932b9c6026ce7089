"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of samples and scenarios that lies next to the checkout, or where ERAPAIVA_SHARED says.

    It is no part of the project. On the build machine (CI=true) its absence is a failure; elsewhere the tests that
    need it are skipped, and say so.
    """
    beside_the_checkout = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("ERAPAIVA_SHARED", beside_the_checkout))
    if folder.is_dir():
        return folder
    reason = f"the samples are not at {folder}; set ERAPAIVA_SHARED to their folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the tests of one process."""
    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> str:
    """How a new, empty database is reached."""
    return postgres.dsn(postgres.fresh_database())
