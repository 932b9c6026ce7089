"""The inbox: files dropped into a folder are published piece by piece, then moved to ``done`` or ``rejected``.

A file is taken once it has stopped growing between two polls. How far it was published is kept as a bookmark that
is durable with the pieces, so a crash neither loses nor repeats one; and where only the move was lost, identity
tells the duplicates (design.md §3). A file of which nothing could be read is rejected, with a report beside it that
says why. The watcher never reads the clock: whoever runs it polls again and again.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from schemas.topics import Topic
from services.intake.creditor_directory import CreditorDirectory
from services.intake.labels import file_named
from services.intake.pieces import PublishedPiece, pieces_of

PIECES_AT_ONCE: Final = 2_000
"""Pieces published by one poll, so that a large file does not keep the workers waiting."""

_DONE: Final = "done"
_REJECTED: Final = "rejected"
_FAULTS_REPORTED: Final = 1_000


class InboxPublisher(Protocol):
    """What the inbox needs of an engine: to publish, and to keep a short text durable together with that."""

    def publish(self, topic: Topic, key: str, value: bytes, partition: int | None = None) -> None:
        """Append a record as from outside."""

    def bookmark(self, name: str) -> str | None:
        """The text kept under a name."""

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a text under a name."""

    def commit(self) -> None:
        """Make both durable."""


@dataclass(frozen=True, slots=True)
class InboxPoll:
    """What one poll did: pieces published, files finished or rejected, files that cannot be read and why."""

    pieces: int = 0
    finished: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """Tells whether a file is still the same one: it was neither replaced nor written to."""

    inode: int
    size: int
    modified: int


@dataclass(slots=True)
class _FileReading:
    """A file that is being published: how far it was ``before``, its events and what could not be read of it.

    ``edition`` is the register's when it was begun: who is registered decides into which pieces it falls.
    """

    name: str
    shape: _Shape
    edition: int
    before: int
    pieces: Iterator[PublishedPiece]
    events: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, piece: PublishedPiece) -> None:
        """Count a piece; the first faults are kept for the report."""
        if piece.fault is None:
            self.events += 1
        elif len(self.faults) < _FAULTS_REPORTED:
            where = f"{piece.fault.where}: " if piece.fault.where else ""
            self.faults += [f"{where}{line} ({piece.fault.reason})" for line in piece.fault.lines]


class Inbox:
    """Watches one folder. Hidden files and folders are left alone."""

    def __init__(self, folder: Path, publisher: InboxPublisher, register: CreditorDirectory) -> None:
        """``folder``, its ``done`` and its ``rejected`` are made when they are not there.

        ``register`` knows the registered creditors by the time a file is read.

        Raises:
            OSError: when they cannot be made.
        """
        self._folder = folder
        self._publisher = publisher
        self._register = register
        self._seen: dict[str, _Shape] = {}
        self._refused: dict[str, _Shape] = {}
        self._reading: _FileReading | None = None
        for name in (_DONE, _REJECTED):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def poll(self) -> InboxPoll:
        """Publish the next pieces of what is there, at most `PIECES_AT_ONCE`; move what is finished."""
        reading = self._reading = self._reading or self._next()
        if reading is None:
            return InboxPoll()
        try:
            published = self._publish(reading)
            if published == PIECES_AT_ONCE:
                return InboxPoll(pieces=published)
            rejected = bool(reading.faults) and not reading.events
            self._move(reading, _REJECTED if rejected else _DONE)
        except OSError as fault:
            self._reading = None
            self._refused[reading.name] = reading.shape
            return InboxPoll(unreadable=((reading.name, fault.strerror or "it cannot be read"),))
        self._reading = None
        if rejected:
            return InboxPoll(pieces=published, rejected=(reading.name,))
        return InboxPoll(pieces=published, finished=(reading.name,))

    def _next(self) -> _FileReading | None:
        """The first file that is as it was at the last poll and did not fail as it is."""
        seen, self._seen = self._seen, self._present()
        for name, shape in self._seen.items():
            if seen.get(name) == shape and self._refused.get(name) != shape:
                edition = self._register.edition
                before = _published_of(self._publisher.bookmark(_bookmark(name)), shape, edition)
                return _FileReading(name, shape, edition, before, pieces_of(self._folder / name, self._register))
        return None

    def _present(self) -> dict[str, _Shape]:
        """The files of the folder in the order of their names."""
        found: dict[str, _Shape] = {}
        with os.scandir(self._folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_file() and not entry.name.startswith("."):
                    status = entry.stat()
                    found[entry.name] = _Shape(status.st_ino, status.st_size, status.st_mtime_ns)
        return found

    def _publish(self, reading: _FileReading) -> int:
        """Publish what was not published before a crash; what was is only counted."""
        published = 0
        for piece in reading.pieces:
            reading.count(piece)
            if piece.number <= reading.before:
                continue
            self._publisher.publish(piece.address.topic, piece.address.key, piece.value)
            published += 1
            if published == PIECES_AT_ONCE:
                break
        if published:
            shape = reading.shape
            kept = json.dumps([shape.inode, shape.size, shape.modified, reading.edition, piece.number])
            self._publisher.set_bookmark(_bookmark(reading.name), kept)
            self._publisher.commit()
        return published

    def _move(self, reading: _FileReading, where: str) -> None:
        """Under a name that is free there, so that nothing is overwritten; a rejected one with its report."""
        folder = self._folder / where
        target, count = folder / reading.name, 1
        while target.exists():
            count += 1
            target = folder / f"{reading.name}.{count}"
        if where == _REJECTED:
            report = "".join(f"{line}\n" for line in reading.faults)
            (folder / f"{target.name}.report.txt").write_text(report, encoding="utf-8")
        (self._folder / reading.name).rename(target)


def _bookmark(name: str) -> str:
    return f"inbox:{file_named(name)}"


def _published_of(bookmark: str | None, shape: _Shape, edition: int) -> int:
    """How many pieces of this very file were published.

    0 when the bookmark speaks of an earlier file of this name, or of a time when others were registered: then the
    file is published anew, and identity tells the duplicates.
    """
    if bookmark is None:
        return 0
    *kept, number = json.loads(bookmark)
    published: int = number if kept == [shape.inode, shape.size, shape.modified, edition] else 0
    return published
