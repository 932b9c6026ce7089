"""Another process on a store that is shared: `python -m tests.contract.store.neighbour ACT PLACE`.

It says a line when it is ready, and does the rest when it is told so by a line.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Final

from schemas.topics import INVOICES
from services.runtime.log_client import append
from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, Store

APPENDS: Final = 200


def open_at(place: str, access: Access) -> Store:
    """The store at a place: what reaches a database, or a file."""
    return PostgresStore(place, access=access) if place.startswith("host=") else SqliteStore(place, access)


@contextmanager
def neighbour(act: str, place: str) -> Iterator["Popen[str]"]:
    """A process that is ready to act; killed in the end if it still runs."""
    command = [sys.executable, "-m", "tests.contract.store.neighbour", act, place]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def told(process: "Popen[str]") -> str:
    """What a neighbour says once it is told to go on."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go on\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def use_kinds(place: str) -> None:
    """As a worker: use three kinds of rows for the first time, and say their numbers."""
    with open_at(place, Access.WORKER) as store:
        _wait()
        store.begin()
        numbers = [store.state.space("overdue", kind) for kind in ("account", "receivable", "bank")]
        store.commit()
        _say(" ".join(map(str, numbers)))


def fix_partitions(place: str) -> None:
    """As a worker: the first to come fixes how many partitions there are."""
    _wait()
    with open_at(place, Access.WORKER) as store:
        store.fix_partitions(4)
        _say(str(store.partitions))


def append_many(place: str) -> None:
    """Append records, a transaction each, and say the first and the last offset."""
    with open_at(place, Access.APPEND) as store:
        _wait()
        offsets = [append(store, INVOICES, "c", b"")[1] for _ in range(APPENDS)]
        _say(f"{offsets == sorted(set(offsets))}")


def write_and_hang(place: str) -> None:
    """As the engine: write a bit of everything, and wait in mid-transaction for what may come."""
    with open_at(place, Access.ENGINE) as store:
        store.begin()
        store.log.append("journal", 2, "k", b"lost")
        store.log.read("journal", 2, 0, 1)
        store.state.save(store.state.space("overdue", "account"), 2, [("a", b"lost", 7, "feed")])
        store.move({("overdue", "journal", 2): 1})
        store.set_bookmark("file", "line 1")
        _wait()


def _wait() -> None:
    _say("ready")
    sys.stdin.readline()


def _say(line: str) -> None:
    print(line, flush=True)


ACTS: Final[dict[str, Callable[[str], None]]] = {
    act.__name__: act for act in (use_kinds, fix_partitions, append_many, write_and_hang)
}

if __name__ == "__main__":
    ACTS[sys.argv[1]](sys.argv[2])
