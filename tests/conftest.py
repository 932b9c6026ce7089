"""Fixtures that every test may use."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.scenarios import NAMES, OWN, OWN_NAMES, Scenario, read_scenario
from tests.servers.marks import require_mark, running_test
from tests.servers.postgres import Postgres

FOLDER_MARKS: Final = {"e2e": "e2e", "fuzz": "slow", "kafka": "kafka", "simulation": "slow"}
"""What lies in a folder of this name carries the mark."""
FIXTURE_MARKS: Final = {"postgres": "postgres"}
"""A test that asks for a fixture of this name, directly or through others, carries the mark."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by where they lie and which servers they use."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in FOLDER_MARKS:
            item.add_marker(FOLDER_MARKS[folder])
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in FIXTURE_MARKS:
                item.add_marker(FIXTURE_MARKS[fixture])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let each test start the servers whose marks it carries, and no others."""
    with running_test(frozenset(mark.name for mark in item.iter_markers())):
        return (yield)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of samples and scenarios that lies next to the checkout, or where ERAPAIVA_SHARED says.

    It is no part of the project: its files may not be copied into it. On the build machine (CI=true) its absence is a
    failure; elsewhere the tests that need it are skipped, and say so. What they test is also tested with files of ours.
    """
    beside_the_checkout = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("ERAPAIVA_SHARED", beside_the_checkout))
    if folder.is_dir():
        return folder
    reason = f"the samples are not at {folder}; set ERAPAIVA_SHARED to their folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    """A history with the letters that it must give: ours, and those of the shared folder where there is one."""
    name: str = request.param
    return read_scenario(OWN if name in OWN_NAMES else request.getfixturevalue("shared") / "scenarios", name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the tests of one process."""
    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> str:
    """How a new, empty database is reached."""
    require_mark("postgres")  # the server may have been started for an earlier test
    return postgres.dsn(postgres.fresh_database())
