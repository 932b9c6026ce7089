"""A file of any format, piece by piece, ready to be published.

The file's first bytes say its format. Reading the same file again gives the same pieces under the same numbers,
so a reader that was stopped goes on where it was.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.topics import INSTRUCTIONS, PAYMENTS
from services.intake.files import FileLine
from services.intake.formats.format import HEAD, Directory, Fault, Piece
from services.intake.formats.registry import recognise
from services.intake.labels import Label, file_named, labelled
from services.intake.routing import Destination, destination_of
from services.intake.unknown_formats import unknown_format


@dataclass(frozen=True, slots=True)
class PublishedPiece:
    """One piece as it is published: where to, its bytes, the label in front of them, the fault when it is one."""

    number: int
    address: Destination
    label: Label
    raw: bytes
    fault: Fault | None = None

    @property
    def value(self) -> bytes:
        """The record's value."""
        return labelled(self.raw, self.label)


def pieces_of(path: Path, directory: Directory) -> Iterator[PublishedPiece]:
    """The pieces of a file, numbered from 1.

    Raises:
        OSError: the file cannot be opened or read.
    """
    file = file_named(path.name)
    for number, piece in enumerate(_read(path, directory), start=1):
        yield published(piece, file, number)


def _read(path: Path, directory: Directory) -> Iterator[Piece]:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        found = recognise(head)
        if found is not None:
            yield from found.read(stream, directory)
        else:
            yield from unknown_format(stream.read(HEAD), stream)


def published(piece: Piece, file: str, number: int) -> PublishedPiece:
    """A piece of a file as it is published."""
    if isinstance(piece, FileLine):
        label = Label(file=file, line=piece.number, length=piece.length if piece.too_long else None)
        return PublishedPiece(number, destination_of(piece.raw), label, piece.raw)
    if isinstance(piece, Fault):
        return _published_fault(piece, file, number)
    raw = json.dumps(piece, ensure_ascii=False).encode()
    return PublishedPiece(number, destination_of(raw), Label(file=file, line=number), raw)


def _published_fault(fault: Fault, file: str, number: int) -> PublishedPiece:
    """A fault, addressed as its event would have been: by bank account where it is about one, else by creditor."""
    detail = [f"{fault.where}: {line}" if fault.where else line for line in fault.lines]
    label = Label(
        file=file, line=number, reason=fault.reason, detail=detail, creditor=fault.creditor, account=fault.account
    )
    topic, key = (PAYMENTS, fault.account) if fault.account else (INSTRUCTIONS, fault.creditor or "")
    return PublishedPiece(number, Destination(topic, key), label, fault.content, fault)
