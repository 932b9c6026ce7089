"""Stores that commands read, beside an engine that may be running on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.dead_letters import DeadLetter
from services.intake.lines import Label, labelled
from services.intake.routing import address_of
from services.runtime.append import append
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store import Access


@contextmanager
def read_store(path: Path | None) -> Iterator[SqliteStore]:
    """The store of ``path``, or of the settings. Raises Refusal when there is none."""
    with SqliteStore(path or load().store.path, Access.READ) as store:
        yield store


def append_to(path: Path | None, letter: DeadLetter, raw: bytes) -> None:
    """Put a mended event back, or discard its dead letter where ``raw`` is empty, in front of a running engine or none.

    A line of the file it came from stays its label, so that what is still wrong names the same dead letter.
    """
    address = address_of(raw or letter.content.encode())
    label = Label(file=letter.file, line=letter.line, mends=letter.key, source=letter.source)
    with SqliteStore(path or load().store.path, Access.APPEND) as store:
        append(store, address.topic, address.key, labelled(raw, label))


def last_day(store: SqliteStore) -> date:
    """The local day of the last tick the store has seen. Raises Refusal when it has seen none."""
    reached = store.bookmark("reached")
    zone = store.bookmark("zone")
    assert reached is not None, "a store that was run has seen a tick"
    return datetime.fromisoformat(reached).astimezone(ZoneInfo(zone or "Europe/Helsinki")).date()
