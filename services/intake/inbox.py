"""The inbox: files dropped into a folder are published piece by piece, then moved to ``done`` or ``rejected``.

A file is taken once it has stopped changing and is complete at its end, and read at the length that it has then. What
is written to it meanwhile, or later, is read, too: it is not moved, or comes back, and is read on. A bookmark that is
committed together with the pieces says which pieces of which file were published, so that neither a crash nor a longer
file repeats one. Where other pieces stand in their place, the file is published again, and cash application knows its
events by their identity (design.md §3). A file of which nothing could be read is rejected, with a report beside it that
says why. Nothing here reads the clock: patience is counted in looks at the folder.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from schemas.topics import Topic
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import INBOX, INBOX_SETTINGS
from services.intake.inbox_folder import DONE, REJECTED, FileShape, InboxFolder, OpenedFile
from services.intake.labels import file_named
from services.intake.pieces import PublishedPiece, pieces_in
from services.intake.state_rows import inbox_bookmark

PIECES_AT_ONCE: Final = 2_000
"""Pieces published by one poll, so that a large file does not keep the workers waiting."""
PATIENCE: Final = 20
"""Looks without a change after which an unfinished last line is taken for the end of its file."""

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


class InboxDoor(NamedTuple):
    """A folder's door (`services.intake.doors`), and what stands before its files' names in dead letters."""

    name: str
    prefix: str = ""


FOR_EVENTS: Final = InboxDoor(INBOX)
"""The folder for invoices, payments, feeds and instructions."""
FOR_SETTINGS: Final = InboxDoor(INBOX_SETTINGS, "settings/")
"""The folder inside it for creditors, policies and rates."""


@dataclass(frozen=True, slots=True)
class InboxPoll:
    """What one poll did: pieces published, files finished or rejected, files that cannot be read and why."""

    pieces: int = 0
    finished: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Bookmark:
    """How far a file was published: so many ``pieces``, which have this ``digest``; ``moved`` once it was, at a length.

    ``inode`` is the file's.
    """

    inode: int
    pieces: int
    digest: str
    moved: int | None = None

    def is_of(self, shape: FileShape) -> bool:
        """Whether the file is the same, and was not put back by a person, to be read once more."""
        return self.inode == shape.inode and self.moved != shape.size


@dataclass(slots=True)
class _FileReading:
    """A file that is being published: its pieces, how many of them were counted, its events, its faults.

    ``digest`` is of all pieces that were counted: their lines and bytes.
    """

    file: OpenedFile
    pieces: Iterator[PublishedPiece]
    counted: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def count(self, piece: PublishedPiece) -> None:
        """Count a piece; the first faults are kept for the report."""
        self.counted += 1
        self.digest.update(f"{piece.label.line} {piece.label.reason} {len(piece.raw)}\n".encode() + piece.raw)
        if piece.fault is None:
            self.events += 1
        elif len(self.faults) < _FAULTS_REPORTED:
            where = f"{piece.fault.where}: " if piece.fault.where else ""
            self.faults += [f"{where}{line} ({piece.fault.reason})" for line in piece.fault.lines]

    @property
    def where_to(self) -> str:
        """The folder for the file once it was read to its end."""
        return REJECTED if self.faults and not self.events else DONE

    @property
    def report(self) -> str:
        """What is written beside a rejected file; nothing beside one that is done."""
        return "".join(f"{line}\n" for line in self.faults) if self.where_to == REJECTED else ""

    def bookmark(self, moved: int | None = None) -> _Bookmark:
        """The bookmark behind all pieces that were counted."""
        return _Bookmark(self.file.shape.inode, self.counted, self.digest.hexdigest(), moved)


@dataclass(slots=True)
class _Unmoved:
    """A file that was read and may not be moved: it is tried again when so many looks have passed."""

    reading: _FileReading
    looks: int


@dataclass(slots=True)
class _Refused:
    """A file that cannot be read: it is tried again when it has changed, or when so many looks have passed."""

    shape: FileShape
    why: str
    looks: int


class Inbox:
    """Watches one folder. Hidden files, links and folders are left alone."""

    def __init__(
        self,
        folder: Path,
        publisher: InboxPublisher,
        directory: CreditorDirectory,
        patience: int = PATIENCE,
        door: InboxDoor = FOR_EVENTS,
    ) -> None:
        """``folder``, its ``done`` and its ``rejected`` are made when they are not there; ``door`` is what it is for.

        ``directory`` knows the registered creditors by the time a file is read.

        Raises:
            OSError: when they cannot be made.
        """
        self._folder = InboxFolder(folder, patience)
        self._publisher = publisher
        self._directory = directory
        self._patience = patience
        self._door = door
        self._refused: dict[str, _Refused] = {}
        self._unmoved: dict[str, _Unmoved] = {}
        self._reading: _FileReading | None = None

    def poll(self) -> InboxPoll:
        """Publish the next pieces of the file at hand, at most `PIECES_AT_ONCE`; move a file that is finished."""
        unreadable: list[tuple[str, str]] = []
        if self._reading is None:
            still, unreadable = self._folder.look()
            self._reading = self._next(still, unreadable)
            if self._reading is None and (unmoved := self._unmoved_due(still)) is not None:
                return self._finish(unmoved, 0, unreadable)
        reading = self._reading
        if reading is None:
            return InboxPoll(unreadable=tuple(unreadable))
        try:
            pieces = list(islice(reading.pieces, PIECES_AT_ONCE))
        except OSError as fault:
            unreadable += self._refuse(reading.file.name, reading.file.shape, fault)
            self._let_go(reading)
            return InboxPoll(unreadable=tuple(unreadable))
        if not reading.file.is_unchanged:
            self._let_go(reading)
            return InboxPoll(unreadable=tuple(unreadable))
        self._publish(reading, pieces)
        if len(pieces) == PIECES_AT_ONCE:
            return InboxPoll(pieces=len(pieces), unreadable=tuple(unreadable))
        self._let_go(reading)
        return self._finish(reading, len(pieces), unreadable)

    def _next(self, still: dict[str, FileShape], unreadable: list[tuple[str, str]]) -> _FileReading | None:
        """The first file that can be read and was not; those that cannot be are added to ``unreadable``."""
        self._refused = {name: refused for name, refused in self._refused.items() if name in still}
        for name, shape in still.items():
            if not self._is_due(name, shape):
                continue
            try:
                file = self._folder.opened(name, shape)
                if file is not None:
                    return self._begun(file)
            except OSError as fault:
                unreadable += self._refuse(name, shape, fault)
        return None

    def _unmoved_due(self, still: dict[str, FileShape]) -> _FileReading | None:
        """The first file that is to be moved once more; those that have gone or changed are forgotten."""
        self._unmoved = {
            name: unmoved for name, unmoved in self._unmoved.items() if still.get(name) == unmoved.reading.file.shape
        }
        for unmoved in self._unmoved.values():
            unmoved.looks -= 1
        return next((unmoved.reading for unmoved in self._unmoved.values() if unmoved.looks <= 0), None)

    def _is_due(self, name: str, shape: FileShape) -> bool:
        """Whether a file is to be read now: not one that was read, nor one that could not be read a moment ago."""
        refused = self._refused.get(name)
        if refused is not None and refused.shape == shape and refused.looks:
            refused.looks -= 1
            return False
        unmoved = self._unmoved.get(name)
        return unmoved is None or unmoved.reading.file.shape != shape

    def _begun(self, file: OpenedFile) -> _FileReading:
        """The reading of a file, behind the pieces that were published already; else from its beginning."""
        kept = self._publisher.bookmark(self._bookmark_of(file))
        bookmark = _read_bookmark(kept)
        try:
            if bookmark is not None and bookmark.is_of(file.shape):
                reading = self._reading_of(file)
                for piece in islice(reading.pieces, bookmark.pieces):
                    reading.count(piece)
                if (reading.counted, reading.digest.hexdigest()) == (bookmark.pieces, bookmark.digest):
                    return reading
        except OSError:
            file.close()
            raise
        return self._reading_of(file)

    def _reading_of(self, file: OpenedFile) -> _FileReading:
        return _FileReading(file, pieces_in(self._door.prefix + file.name, file.stream, self._directory))

    def _bookmark_of(self, file: OpenedFile) -> str:
        return inbox_bookmark(file_named(self._door.prefix + file.name))

    def _publish(self, reading: _FileReading, pieces: list[PublishedPiece]) -> None:
        """Publish pieces together with the bookmark behind them."""
        for piece in pieces:
            reading.count(piece)
            self._publisher.publish(piece.address.topic, piece.address.key, piece.value(self._door.name))
        if pieces:
            self._keep(reading, reading.bookmark())

    def _keep(self, reading: _FileReading, bookmark: _Bookmark) -> None:
        kept = json.dumps([bookmark.inode, bookmark.pieces, bookmark.digest, bookmark.moved])
        self._publisher.set_bookmark(self._bookmark_of(reading.file), kept)
        self._publisher.commit()

    def _finish(self, reading: _FileReading, published: int, unreadable: list[tuple[str, str]]) -> InboxPoll:
        """Move a file that was read to its end. One that is not there as it was read stays to be read again."""
        file, name = reading.file, reading.file.name
        try:
            is_moved = self._folder.move(name, file.shape, reading.where_to, reading.report)
        except OSError as fault:
            if name not in self._unmoved:
                unreadable.append((name, fault.strerror or "it cannot be moved"))
            self._unmoved[name] = _Unmoved(reading, self._patience)
            return InboxPoll(pieces=published, unreadable=tuple(unreadable))
        self._unmoved.pop(name, None)
        if is_moved and reading.counted:
            self._keep(reading, reading.bookmark(moved=file.shape.size))
        return InboxPoll(
            pieces=published,
            finished=(name,) if is_moved and reading.where_to == DONE else (),
            rejected=(name,) if is_moved and reading.where_to == REJECTED else (),
            unreadable=tuple(unreadable),
        )

    def _let_go(self, reading: _FileReading) -> None:
        reading.file.close()
        self._reading = None

    def _refuse(self, name: str, shape: FileShape, fault: OSError) -> list[tuple[str, str]]:
        """Leave a file for a while; its name and the reason unless they are known."""
        why = fault.strerror or "it cannot be read"
        before = self._refused.get(name)
        self._refused[name] = _Refused(shape, why, self._patience)
        return [] if before is not None and (before.shape, before.why) == (shape, why) else [(name, why)]


def _read_bookmark(kept: str | None) -> _Bookmark | None:
    """The bookmark in a store; None for one of an older version, whose file is published again."""
    fields = json.loads(kept) if kept is not None else []
    return _Bookmark(*fields) if len(fields) == 4 else None
