"""The stores that the contract suite runs over; a new implementation is one more line in `STORES`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.runtime.sqlite.store import SqliteStore
from services.runtime.store import Store

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: SqliteStore(),
    "file": lambda folder: SqliteStore(folder / "store.db"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of four partitions, inside a transaction."""
    opened = STORES[request.param](tmp_path)
    opened.fix_partitions(4)
    opened.begin()
    yield opened
    opened.close()
