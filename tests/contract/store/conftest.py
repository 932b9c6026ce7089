"""The stores that the contract suite runs over; a new implementation is one more line in `PLACES`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.runtime.sqlite.store import IN_MEMORY
from services.runtime.store.port import Access, Store
from tests.contract.store.neighbour import open_at

Opener = Callable[[Access], Store]


def in_a_file(request: pytest.FixtureRequest) -> str:
    """A file in a folder of the test's own."""
    folder: Path = request.getfixturevalue("tmp_path")
    return str(folder / "store.db")


def in_postgres(request: pytest.FixtureRequest) -> str:
    """A database of the test's own."""
    dsn: str = request.getfixturevalue("database")
    return dsn


SHARED: dict[str, Callable[[pytest.FixtureRequest], str]] = {"file": in_a_file, "postgres": in_postgres}
PLACES: dict[str, Callable[[pytest.FixtureRequest], str]] = {"memory": lambda _: IN_MEMORY, **SHARED}


def each(places: Iterable[str]) -> list[object]:
    """The places as parameters, those of a server with its mark."""
    return [pytest.param(it, marks=pytest.mark.postgres) if it == "postgres" else it for it in places]


@pytest.fixture(params=each(PLACES))
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of four partitions, inside a transaction."""
    with open_at(PLACES[request.param](request), Access.ENGINE) as opened:
        opened.fix_partitions(4)
        opened.begin()
        yield opened


@pytest.fixture(params=each(SHARED))
def place(request: pytest.FixtureRequest) -> str:
    """Where a store may be made that several processes open."""
    return SHARED[request.param](request)


@pytest.fixture
def opened(place: str) -> Iterator[Opener]:
    """Opens the store at the place, and closes it in the end."""
    with ExitStack() as stack:
        yield lambda access: stack.enter_context(open_at(place, access))
