"""Stores that commands read or append to, beside an engine that may be running on them."""

from pathlib import Path

from schemas.dead_letters import DeadLetter
from services.intake.lines import Label, labelled
from services.intake.routing import address_of
from services.runtime.append import append
from services.runtime.opening import open_store
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store import Access, Store


def read_store(path: Path | None) -> Store:
    """The store in the file ``path``, or else that of the settings, to read. Raises Refusal when there is none."""
    return _opened(path, Access.READ)


def append_store(path: Path | None) -> Store:
    """The same, to append events to."""
    return _opened(path, Access.APPEND)


def append_to(path: Path | None, letter: DeadLetter, raw: bytes) -> None:
    """Put a mended event back, or discard its dead letter where ``raw`` is empty, in front of a running engine or none.

    A line of the file it came from stays its label, so that what is still wrong names the same dead letter.
    """
    address = address_of(raw or letter.content.encode())
    label = Label(file=letter.file, line=letter.line, mends=letter.key, source=letter.source)
    with append_store(path) as store:
        append(store, address.topic, address.key, labelled(raw, label))


def _opened(path: Path | None, access: Access) -> Store:
    return open_store(load(), access) if path is None else SqliteStore(path, access)
