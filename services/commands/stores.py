"""Stores and logs that commands read or append to, beside an engine that may be running on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.dead_letters import DeadLetter
from services.intake.labels import Label, labelled
from services.intake.routing import destination_of
from services.runtime.log_client import ClientRecord, LogClient, StoreLogClient
from services.runtime.open_store import open_store
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, Store


def read_store(path: Path | None) -> Store:
    """The store in the file ``path``, or else that of the settings, to read. Raises Refusal when there is none."""
    return _opened(path, Access.READ)


@contextmanager
def outside_log(path: Path | None) -> Iterator[LogClient]:
    """The log in the store ``path``, or else that of the settings: Kafka's where a broker is named.

    Raises Refusal when it cannot be used.
    """
    settings = load()
    if path is None and settings.kafka.bootstrap is not None:
        from services.runtime.kafka.broker.log_client import kafka_log_client  # its clients take a while to load

        with kafka_log_client(settings.kafka) as log:
            yield log
    else:
        with _opened(path, Access.APPEND) as store:
            yield StoreLogClient(store)


def put_back(log: LogClient, letter: DeadLetter, raw: bytes) -> str | None:
    """Put a mended event back, or discard its dead letter where ``raw`` is empty; the fault if it is not in the log.

    A line of the file it came from stays its label, so that what is still wrong names the same dead letter.
    """
    address = destination_of(raw or letter.content.encode())
    label = Label(file=letter.file, line=letter.line, mends=letter.key, source=letter.source)
    (fault,) = log.append([ClientRecord(address.topic, address.key, labelled(raw, label))])
    return fault


def _opened(path: Path | None, access: Access) -> Store:
    return open_store(load(), access) if path is None else SqliteStore(path, access)
