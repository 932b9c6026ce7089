"""The inbox: event files dropped into a folder are published line by line, then moved to ``done`` (issue 3, point 6).

A file is taken once it has stopped growing between two looks. How far it was published is kept as a bookmark that is
durable together with the lines, so a crash neither loses nor repeats one; and where only the move was lost, identity
tells the duplicates (design.md §3). The watcher never reads the clock: whoever runs it looks again and again.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from schemas.topics import Topic
from services.intake.files import Line, read_lines
from services.intake.lines import Label, labelled
from services.intake.routing import address_of

LINES_AT_ONCE: Final = 2_000
"""Lines published by one look, so that a large file does not keep the workers waiting."""

_DONE: Final = "done"


class Publisher(Protocol):
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
class Looked:
    """What one look at the inbox did: lines published, files finished, files that cannot be read and why."""

    lines: int = 0
    finished: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """Tells whether a file is still the same one: it was neither replaced nor written to."""

    inode: int
    size: int
    modified: int


@dataclass(slots=True)
class _Reading:
    """A file that is being published."""

    name: str
    shape: _Shape
    lines: Iterator[Line]


class Inbox:
    """Watches one folder. Hidden files and folders are left alone."""

    def __init__(self, folder: Path, publisher: Publisher) -> None:
        """``folder`` and its ``done`` are made when they are not there.

        Raises:
            OSError: when they cannot be made.
        """
        self._folder = folder
        self._done = folder / _DONE
        self._publisher = publisher
        self._seen: dict[str, _Shape] = {}
        self._refused: dict[str, _Shape] = {}
        self._reading: _Reading | None = None
        self._done.mkdir(parents=True, exist_ok=True)

    def look(self) -> Looked:
        """Publish the next lines of what is there, at most `LINES_AT_ONCE`; move what is finished."""
        reading = self._reading = self._reading or self._next()
        if reading is None:
            return Looked()
        try:
            published = self._publish(reading)
            if published == LINES_AT_ONCE:
                return Looked(lines=published)
            self._move(reading.name)
        except OSError as fault:
            self._reading = None
            self._refused[reading.name] = reading.shape
            return Looked(unreadable=((reading.name, fault.strerror or "it cannot be read"),))
        self._reading = None
        return Looked(lines=published, finished=(reading.name,))

    def _next(self) -> _Reading | None:
        """The first file that is as it was at the last look and did not fail as it is."""
        seen, self._seen = self._seen, self._present()
        for name, shape in self._seen.items():
            if seen.get(name) == shape and self._refused.get(name) != shape:
                return _Reading(name, shape, self._rest_of(self._folder / name, shape))
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

    def _rest_of(self, path: Path, shape: _Shape) -> Iterator[Line]:
        """The lines that were not published before a crash."""
        published = _published_of(self._publisher.bookmark(_bookmark(path.name)), shape)
        return (line for line in read_lines(path) if line.number > published)

    def _publish(self, reading: _Reading) -> int:
        published = 0
        for line in reading.lines:
            self._publish_line(reading.name, line)
            published += 1
            if published == LINES_AT_ONCE:
                break
        if published:
            shape = reading.shape
            kept = json.dumps([shape.inode, shape.size, shape.modified, line.number])
            self._publisher.set_bookmark(_bookmark(reading.name), kept)
            self._publisher.commit()
        return published

    def _publish_line(self, name: str, line: Line) -> None:
        address = address_of(line.raw)
        label = Label(file=name, line=line.number, length=line.length if line.too_long else None)
        self._publisher.publish(address.topic, address.key, labelled(line.raw, label))

    def _move(self, name: str) -> None:
        """Into ``done``, under a name that is free there: nothing that was there is overwritten."""
        target, count = self._done / name, 1
        while target.exists():
            count += 1
            target = self._done / f"{name}.{count}"
        (self._folder / name).rename(target)


def _bookmark(name: str) -> str:
    return f"inbox:{name}"


def _published_of(bookmark: str | None, shape: _Shape) -> int:
    """How many lines of this very file were published; 0 when the bookmark speaks of an earlier file of this name."""
    if bookmark is None:
        return 0
    inode, size, modified, line = json.loads(bookmark)
    published: int = line if _Shape(inode, size, modified) == shape else 0
    return published
