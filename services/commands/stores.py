"""Stores that commands read, beside an engine that may be running on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.runtime.settings import load
from services.runtime.sqlite.store import Access, SqliteStore


@contextmanager
def read_store(path: Path | None) -> Iterator[SqliteStore]:
    """The store of ``path``, or of the settings. Raises Refusal when there is none."""
    with SqliteStore(path or load().store.path, Access.READ) as store:
        yield store


def last_day(store: SqliteStore) -> date:
    """The local day of the last tick the store has seen. Raises Refusal when it has seen none."""
    reached = store.bookmark("reached")
    zone = store.bookmark("zone")
    assert reached is not None, "a store that was run has seen a tick"
    return datetime.fromisoformat(reached).astimezone(ZoneInfo(zone or "Europe/Helsinki")).date()
