"""Stores and logs that commands read or append to, beside an engine that may be running on them."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemas.dead_letters import DeadLetter
from services.intake.doors.door_rules import REDRIVE
from services.intake.labels import Label, labelled
from services.intake.routing import destination_of
from services.prepared_store import consulted
from services.runtime.log_client import ClientRecord, LogClient, StoreLogClient
from services.runtime.open_store import open_store
from services.runtime.settings import Settings, load
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, Store


def read_store(path: Path | None) -> Store:
    """The store in the file ``path``, or else that of the settings, to read.

    Raises Refusal when there is none, when it has another version, and when it is the settings' and belongs to the
    other engine: it would show another state than that of the engine in use.
    """
    settings = load()
    if path is not None:
        return consulted(SqliteStore(path, Access.READ), None)
    engine = "embedded" if settings.kafka.bootstrap is None else "kafka"
    return consulted(open_store(settings, Access.READ), engine)


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of a command that lists something of the store."""
    parser.add_argument("creditor", nargs="?", metavar="CREDITOR", help="only this creditor's")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def print_entries(entries: Sequence[dict[str, Any]], words: Callable[[dict[str, Any]], str], *, as_json: bool) -> None:
    """Print a list, in words or as JSON Lines; how many there are goes beside it, as it is none of them."""
    for each in entries:
        print(json.dumps(each, ensure_ascii=False, default=str) if as_json else words(each))
    print(f"{len(entries)} listed", file=sys.stderr)


@contextmanager
def open_log(path: Path | None) -> Iterator[LogClient]:
    """The log in the store ``path``, or else that of the settings: Kafka's where a broker is named.

    Raises Refusal when it cannot be used.
    """
    settings = load()
    if path is None and settings.kafka.bootstrap is not None:
        from services.runtime.kafka.broker.log_client import kafka_log_client  # its clients take a while to load

        with kafka_log_client(settings.kafka) as log:
            yield log
    else:
        with _opened_to_append(settings, path) as store:
            yield StoreLogClient(store)


def put_back(log: LogClient, letter: DeadLetter, raw: bytes) -> str | None:
    """Put a mended event back, or discard its dead letter where ``raw`` is empty; the fault if it is not in the log.

    A line of the file it came from stays its label, so that what is still wrong names the same dead letter.
    """
    address = destination_of(raw or letter.content.encode())
    label = Label(file=letter.file, line=letter.line, mends=letter.key, source=letter.source, door=REDRIVE)
    (fault,) = log.append([ClientRecord(address.topic, address.key, labelled(raw, label))])
    return fault


def _opened_to_append(settings: Settings, path: Path | None) -> Store:
    """A store of the embedded engine: Kafka's workers would never read what is appended to a store's own log."""
    store = open_store(settings, Access.APPEND) if path is None else SqliteStore(path, Access.APPEND)
    return consulted(store, "embedded")
