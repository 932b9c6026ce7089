"""The folder of the inbox: which files have stopped changing, reading them at one length, moving what was read.

Others write, replace, rename and remove files here at any time, and may remove the folder. A file is known by its
inode, never by its name alone: what is moved is what was read, by inode, length and last change. A file on its way out
lies in a hidden folder until that is certain; whatever a killed process left there comes back into the inbox.
"""

import io
import itertools
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from services.intake.formats.format import HEAD

DONE: Final = "done"
REJECTED: Final = "rejected"
_ON_ITS_WAY: Final = ".moving"
_LINK: Final = "it is no file of its own but a link or a device; put the file itself here"
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PADDING: Final = b" \t\r\n\x1a"
_FIRST_TAG: Final = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_LAST_TAG: Final = re.compile(rb"</([A-Za-z_][\w.:-]*)[ \t\r\n]*>\Z")


@dataclass(frozen=True, slots=True)
class FileShape:
    """What changes of a file when it is replaced or written to; a change of its name changes none of it."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileShape":
        """The shape in what the system says of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def is_same_file(self, other: "FileShape") -> bool:
        """Whether both are one file, at two times perhaps."""
        return (self.device, self.inode) == (other.device, other.inode)


class _Beginning(io.RawIOBase):
    """The first bytes of an open file, with a position of its own."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._descriptor = descriptor
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = os.pread(self._descriptor, max(0, min(len(buffer), self._length - self._at)), self._at)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


class OpenedFile:
    """A file of the inbox that is held open. It is read up to the length that it had, whatever becomes of its name."""

    def __init__(self, name: str, descriptor: int, shape: FileShape) -> None:
        """``descriptor`` is open for reading, and closed by `close`."""
        self.name: Final = name
        self.shape: Final = shape
        self._descriptor = descriptor

    def stream(self) -> BinaryIO:
        """The file from its beginning; each stream is read by itself."""
        return io.BufferedReader(_Beginning(self._descriptor, self.shape.size))

    @property
    def is_unchanged(self) -> bool:
        """Whether nobody has written to the file since it was opened."""
        return FileShape.of(os.fstat(self._descriptor)) == self.shape

    @property
    def is_complete(self) -> bool:
        """Whether the file ends where its writer may have ended: behind a line, or behind its XML document."""
        head = self._text(0)
        tail = self._text(max(0, self.shape.size - HEAD))
        if not head.lstrip(b"\xef\xbb\xbf\xff\xfe" + _PADDING).startswith(b"<"):
            return tail.endswith(b"\n")
        first, last = _FIRST_TAG.search(head), _LAST_TAG.search(tail.rstrip(_PADDING))
        return first is not None and last is not None and first[1] == last[1]

    def close(self) -> None:
        """Let the file go."""
        os.close(self._descriptor)

    def _text(self, offset: int) -> bytes:
        """Some bytes, without the zeros that UTF-16 has between them."""
        return os.pread(self._descriptor, min(HEAD, self.shape.size), offset).replace(b"\x00", b"")


@dataclass(slots=True)
class _Moved:
    """A file that was moved, for as long as its writer may still go on: its name before, its place, looks left."""

    name: str
    target: Path
    shape: FileShape
    looks: int


class InboxFolder:
    """Looks at the folder, opens its files, and moves them. Hidden files and other folders are left alone."""

    def __init__(self, folder: Path, patience: int) -> None:
        """``patience``: looks without a change after which an unfinished last line, too, is taken for the end.

        Raises:
            OSError: when the folder, ``done`` and ``rejected`` cannot be made, or what a killed process had taken
                cannot be put back.
        """
        self._folder = folder
        self._patience = patience
        self._seen: dict[str, tuple[FileShape, int]] = {}
        self._moved: list[_Moved] = []
        self._named: set[tuple[str, str]] = set()
        for name in (DONE, REJECTED):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if (folder / _ON_ITS_WAY).is_dir():
            for left in sorted((folder / _ON_ITS_WAY).iterdir()):
                self._put_back(left, left.name)

    def look(self) -> tuple[dict[str, FileShape], list[tuple[str, str]]]:
        """The files that were as they are at the last look already, by name; and what is no file, named once."""
        seen, self._seen = self._seen, {}
        named, self._named = self._named, set()
        try:
            self._bring_back()
            with os.scandir(self._folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if not entry.name.startswith("."):
                        self._see(entry, seen)
        except OSError as fault:
            self._seen = {}
            self._named.add((self._folder.name, fault.strerror or "the folder cannot be read"))
        still = {name: shape for name, (shape, looks) in self._seen.items() if looks}
        return still, sorted(self._named - named)

    def opened(self, name: str, shape: FileShape) -> OpenedFile | None:
        """The file when it still has this shape and is complete, or was still for long enough; else None.

        Raises:
            OSError: when it cannot be opened.
        """
        try:
            descriptor = os.open(self._folder / name, _FLAGS)
        except FileNotFoundError:
            return None
        file = OpenedFile(name, descriptor, shape)
        if file.is_unchanged and (self._seen[name][1] >= self._patience or file.is_complete):
            return file
        file.close()
        return None

    def move(self, name: str, shape: FileShape, where: str, report: str = "") -> bool:
        """Move the file that was read; a rejected one with its report beside it. Whether it was there to be moved.

        False when it was removed, replaced or written to: nothing is moved then. A file that was renamed is found.

        Raises:
            OSError: when it may not be moved; it is in the inbox as before.
        """
        found = self._name_of(name, shape)
        if found is None:
            return False
        for folder in (self._folder / where, self._folder / _ON_ITS_WAY):
            folder.mkdir(exist_ok=True)
        staged = _free(self._folder / _ON_ITS_WAY, found)
        try:
            (self._folder / found).rename(staged)
        except FileNotFoundError:
            return False
        try:
            if FileShape.of(staged.lstat()) != shape:
                self._put_back(staged, found)
                return False
            target = _reserved(self._folder / where, found, with_report=bool(report))
            if report:
                (target.parent / _report_of(target.name)).write_text(report, encoding="utf-8")
            staged.rename(target)
        except OSError:
            self._put_back(staged, found)
            raise
        self._moved.append(_Moved(found, target, shape, self._patience))
        return True

    def _see(self, entry: os.DirEntry[str], seen: dict[str, tuple[FileShape, int]]) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISREG(status.st_mode):
            shape = FileShape.of(status)
            before, looks = seen.get(entry.name, (None, 0))
            self._seen[entry.name] = (shape, looks + 1 if before == shape else 0)
        elif not stat.S_ISDIR(status.st_mode):
            self._named.add((entry.name, _LINK))

    def _bring_back(self) -> None:
        """Put files back that were written to after they had been moved, so that the rest of them is read, too."""
        watched, self._moved = self._moved, []
        for moved in watched:
            try:
                shape = FileShape.of(moved.target.lstat())
            except OSError:
                continue
            if not shape.is_same_file(moved.shape):
                continue
            if shape != moved.shape:
                try:
                    self._put_back(moved.target, moved.name)
                    continue
                except OSError as fault:
                    self._named.add((moved.name, fault.strerror or "it cannot be put back"))
            elif moved.looks:
                moved.looks -= 1
            else:
                continue
            self._moved.append(moved)

    def _name_of(self, name: str, shape: FileShape) -> str | None:
        """The name under which a file lies in the folder now; None when it does no more."""
        try:
            with os.scandir(self._folder) as entries:
                names = [
                    entry.name
                    for entry in entries
                    if entry.inode() == shape.inode
                    and not entry.name.startswith(".")
                    and FileShape.of(entry.stat(follow_symlinks=False)).is_same_file(shape)
                ]
        except (FileNotFoundError, NotADirectoryError):
            return None
        return name if name in names else min(names, default=None)

    def _put_back(self, path: Path, name: str) -> None:
        path.rename(_free(self._folder, name))


def _free(folder: Path, name: str) -> Path:
    """A path that nothing has, under the name or with a number behind it."""
    return next(path for path in _paths(folder, name) if not os.path.lexists(path))


def _reserved(folder: Path, name: str, *, with_report: bool) -> Path:
    """A path that an empty file keeps free for what is moved there, so that no file of the same name is overwritten."""
    for path in _paths(folder, name):
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size == 0:
                return path
            continue
        if with_report and os.path.lexists(folder / _report_of(path.name)):
            path.unlink()
            continue
        return path
    raise AssertionError("there are names without end")


def _paths(folder: Path, name: str) -> "itertools.chain[Path]":
    numbered = (folder / f"{name}.{count}" for count in itertools.count(2))
    return itertools.chain((folder / name,), numbered)


def _report_of(name: str) -> str:
    return f"{name}.report.txt"
