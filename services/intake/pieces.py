"""A file of any format, piece by piece, ready to be published.

The file's first bytes say its format. Reading the same file again gives the same pieces under the same numbers,
so a reader that was stopped goes on where it was.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic_core import from_json

from schemas.events import EVENT_TYPES
from schemas.invoice_events import InvoiceCancelled, InvoiceCredited
from schemas.parsing import readable_id
from schemas.topics import INSTRUCTIONS, PAYMENTS, TOPICS
from services.intake.broken_lines import creditors_in, readable_in
from services.intake.files import FileLine
from services.intake.formats.format import HEAD, Directory, Fault, Piece
from services.intake.formats.registry import recognise
from services.intake.labels import CREDITORS_NAMED, Label, file_named, labelled
from services.intake.routing import Destination, destination_of
from services.intake.unknown_formats import unknown_format

Opened = Callable[[], BinaryIO]
"""Opens a file at its beginning; what it gives is closed by whoever called it."""

_LESSENING: Final = frozenset(
    {
        InvoiceCancelled.event_type,
        InvoiceCredited.event_type,
        *(name for name, model in EVENT_TYPES.items() if TOPICS[model.topic] in (PAYMENTS, INSTRUCTIONS)),
    }
)
"""Events that may lessen or stop what a letter asks: payments, feeds, instructions, credit notes, cancellations."""


@dataclass(frozen=True, slots=True)
class PublishedPiece:
    """One piece as it is published: where to, its bytes, the label in front of them, the fault when it is one."""

    number: int
    address: Destination
    label: Label
    raw: bytes
    fault: Fault | None = None

    def value(self, door: str) -> bytes:
        """The record's value, with the door by which it comes in its label (`services.intake.doors`)."""
        return labelled(self.raw, replace(self.label, door=door))


def pieces_of(path: Path, directory: Directory) -> Iterator[PublishedPiece]:
    """The pieces of the file at a path, numbered from 1.

    Raises:
        OSError: the file cannot be opened or read.
    """
    return pieces_in(path.name, lambda: path.open("rb"), directory)


def pieces_in(name: str, opened: Opened, directory: Directory) -> Iterator[PublishedPiece]:
    """The pieces of a file of that name, numbered from 1.

    A piece that names nobody takes along the creditors whom the rest of the file names (rules.md K5); for the first
    such piece the file is read once more.

    Raises:
        OSError: the file cannot be opened or read.
    """
    file = file_named(name)
    others: list[str] | None = None
    for number, piece in enumerate(_read(opened, directory), start=1):
        if _names_somebody(piece):
            yield published(piece, file, number)
            continue
        if others is None:
            others = sorted(islice(_creditors_of(opened, directory), CREDITORS_NAMED))
        yield published(piece, file, number, others)


def _read(opened: Opened, directory: Directory) -> Iterator[Piece]:
    with opened() as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        found = recognise(head)
        if found is not None:
            yield from found.read(stream, directory)
        else:
            yield from unknown_format(stream.read(HEAD), stream, directory)


def published(piece: Piece, file: str, number: int, others: list[str] | None = None) -> PublishedPiece:
    """A piece of a file as it is published; ``others`` are the creditors of the file, for one that names nobody."""
    if isinstance(piece, FileLine):
        length = piece.length if piece.too_long else None
        label = Label(file=file, line=piece.number, length=length, creditors=others or None)
        return PublishedPiece(number, destination_of(piece.raw), label, piece.raw)
    if isinstance(piece, Fault):
        return _published_fault(piece, file, number, others)
    raw = json.dumps(piece, ensure_ascii=False).encode()
    return PublishedPiece(number, destination_of(raw), Label(file=file, line=number), raw)


def _published_fault(fault: Fault, file: str, number: int, others: list[str] | None) -> PublishedPiece:
    """A fault, addressed as its event would have been: by bank account where it is about one, else by creditor."""
    detail = [f"{fault.where}: {line}" if fault.where else line for line in fault.lines]
    label = Label(
        file=file,
        line=number,
        reason=fault.reason,
        detail=detail,
        creditor=fault.creditor,
        account=fault.account,
        debtor=fault.debtor,
        invoice=fault.invoice,
        reference=fault.reference,
        creditors=list(fault.creditors) or others or None,
    )
    topic, key = (PAYMENTS, fault.account) if fault.account else (INSTRUCTIONS, fault.creditor or "")
    return PublishedPiece(number, Destination(topic, key), label, fault.content, fault)


def _names_somebody(piece: Piece) -> bool:
    """Whether a piece may do without the creditors of its file: a whole event with a key, or a fault that names one."""
    if isinstance(piece, FileLine):
        return bool(destination_of(piece.raw).key)
    return not isinstance(piece, Fault) or bool(piece.creditor or piece.account or piece.creditors)


def _creditors_of(opened: Opened, directory: Directory) -> Iterator[str]:
    """The creditors whom a file names, each once; none of a file that carries nothing that lessens what is asked."""
    found: set[str] = set()
    lessens = False
    for piece in _read(opened, directory):
        if isinstance(piece, Fault):
            owner = piece.creditor or (directory.creditor_of_account(piece.account) if piece.account else None)
            found |= {owner} if owner else set()
            lessens = lessens or piece.account is not None
            continue
        event = _event_in(piece.raw) if isinstance(piece, FileLine) else piece
        if event is None:
            assert isinstance(piece, FileLine), "a format gives whole events"
            found |= creditors_in(piece.raw)
            lessens = lessens or readable_in(piece.raw).type in _LESSENING
            continue
        data = event.get("data")
        creditor = readable_id(data.get("creditor")) if isinstance(data, dict) else None
        found |= {creditor} if creditor else set()
        lessens = lessens or readable_id(event.get("type")) in _LESSENING
    if lessens:
        yield from found


def _event_in(raw: bytes) -> dict[str, Any] | None:
    """The object in a line; None when it is none."""
    try:
        event = from_json(raw)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
