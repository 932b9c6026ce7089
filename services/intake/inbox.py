"""The inbox: files dropped into a folder are published piece by piece, then moved to ``done`` or ``rejected``.

A file is taken once it has stopped growing between two polls. A bookmark that is committed together with the pieces
says how far the file was published, so that a crash neither loses nor repeats one. Where only the move was lost, the
pieces are published again, and cash application knows them by their identity (design.md §3). A file of which nothing
could be read is rejected, with a report beside it that says why. Nothing here reads the clock.
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
from services.intake.state_rows import inbox_bookmark

PIECES_AT_ONCE: Final = 2_000
"""Pieces published by one poll, so that a large file does not keep the workers waiting."""

_DONE: Final = "done"
_REJECTED: Final = "rejected"
_FAULTS_REPORTED: Final = 1_000


class InboxPublisher(Protocol):
    """What the inbox needs of an engine: to publish records, and to commit a short text together with them."""

    def publish(self, topic: Topic, key: str, value: bytes, partition: int | None = None) -> None:
        """Append a record to a public topic."""

    def bookmark(self, name: str) -> str | None:
        """The text kept under a name; None when there is none."""

    def set_bookmark(self, name: str, value: str) -> None:
        """Keep a text under a name."""

    def commit(self) -> None:
        """Commit both."""


@dataclass(frozen=True, slots=True)
class InboxPoll:
    """What one poll did: pieces published, files finished or rejected, files that cannot be read and why."""

    pieces: int = 0
    finished: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """What changes of a file when it is replaced or written to."""

    inode: int
    size: int
    modified: int


@dataclass(slots=True)
class _FileReading:
    """A file that is being published: how many pieces were ``before``, its events and what could not be read of it.

    ``edition`` is the creditor directory's when the file was begun: which creditors are registered decides into which
    pieces the file falls.
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

    def __init__(self, folder: Path, publisher: InboxPublisher, directory: CreditorDirectory) -> None:
        """``folder``, its ``done`` and its ``rejected`` are made when they are not there.

        ``directory`` knows the registered creditors by the time a file is read.

        Raises:
            OSError: when they cannot be made.
        """
        self._folder = folder
        self._publisher = publisher
        self._directory = directory
        self._seen: dict[str, _Shape] = {}
        self._refused: dict[str, _Shape] = {}
        self._reading: _FileReading | None = None
        for name in (_DONE, _REJECTED):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def poll(self) -> InboxPoll:
        """Publish the next pieces of the file at hand, at most `PIECES_AT_ONCE`; move a file that is finished."""
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
        """The first file that has not changed since the last poll, nor since it could not be read."""
        seen, self._seen = self._seen, self._present()
        for name, shape in self._seen.items():
            if seen.get(name) == shape and self._refused.get(name) != shape:
                edition = self._directory.edition
                before = _published_of(self._publisher.bookmark(inbox_bookmark(file_named(name))), shape, edition)
                return _FileReading(name, shape, edition, before, pieces_of(self._folder / name, self._directory))
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
        """Publish the pieces that were not published before a crash; the others are only counted."""
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
            self._publisher.set_bookmark(inbox_bookmark(file_named(reading.name)), kept)
            self._publisher.commit()
        return published

    def _move(self, reading: _FileReading, where: str) -> None:
        """Move a file, under a name that is free there; a rejected one with its report."""
        folder = self._folder / where
        target, count = folder / reading.name, 1
        while target.exists():
            count += 1
            target = folder / f"{reading.name}.{count}"
        if where == _REJECTED:
            report = "".join(f"{line}\n" for line in reading.faults)
            (folder / f"{target.name}.report.txt").write_text(report, encoding="utf-8")
        (self._folder / reading.name).rename(target)


def _published_of(bookmark: str | None, shape: _Shape, edition: int) -> int:
    """How many pieces of this very file were published.

    0 when the bookmark is of an earlier file of this name, or of a time when other creditors were registered: then the
    file is published again, and cash application knows its events by their identity.
    """
    if bookmark is None:
        return 0
    *kept, number = json.loads(bookmark)
    published: int = number if kept == [shape.inode, shape.size, shape.modified, edition] else 0
    return published
