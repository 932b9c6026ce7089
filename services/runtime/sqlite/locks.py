"""Who may write to a store: one engine for as long as it lives, or workers, and anybody for one short append in turn.

Both are advisory locks on files beside the database. The kernel gives them back when their process dies, however it
dies, so no lock is ever stale.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.runtime.refusal import Refusal
from services.runtime.store.port import Access


class OwnerLock:
    """Held from opening to closing: by the one engine of a store, or in common by the workers of one elsewhere."""

    def __init__(self, database: Path, access: Access) -> None:
        """Take the lock. Raises Refusal, naming the holder, when another engine or its workers have the store."""
        alone = access is not Access.WORKER
        self._descriptor = _open_beside(database, ".lock")
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            engine = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            holder = f"another engine (process {engine}) is" if engine else "workers of another engine are"
            raise Refusal(
                f"store {database}: {holder} running on it; stop that one first, or name another store"
            ) from taken
        os.truncate(self._descriptor, 0)
        if alone:
            os.write(self._descriptor, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let others take the store."""
        os.close(self._descriptor)


class Turnstile:
    """Passed by every writer on its way into a transaction.

    SQLite polls for its write lock, so an engine that handles a backlog, one transaction after the other, would
    starve a command that only appends one event. Whoever waits for the write lock waits inside the turnstile, and the
    engine cannot begin again before them.
    """

    def __init__(self, database: Path) -> None:
        self._descriptor = _open_beside(database, ".turn")

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for one's turn and hold it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def release(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _open_beside(database: Path, suffix: str) -> int:
    path = database.with_name(database.name + suffix)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise Refusal(f"store {database}: {path.name} cannot be opened ({fault.strerror}); mend its rights") from fault
