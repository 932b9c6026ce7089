"""What must hold of any file: reading it ends, in events that can be published and faults that say something."""

import io
from dataclasses import replace

from schemas.parsing import PublicEvent
from services.intake.doors.door_rules import PUBLISH
from services.intake.files import FileLine
from services.intake.formats.format import HEAD, Fault, Piece
from services.intake.formats.registry import recognise, registry
from services.intake.labels import unlabelled
from services.intake.pieces import published
from services.intake.reading import Unread, read_labelled
from tests.unit.intake.formats.file_reading import Anybody

MOST_PIECES = 100_000
"""More than any of the small files tried may give."""


def judge(name: str, data: bytes) -> None:
    """Read the file as what it is taken for, and as what it once was; it must not matter to any reader."""
    found = recognise(data[:HEAD])
    was = next(kind for kind in registry() if kind.name == name)
    for kind in {found, was} - {None}:
        assert kind is not None
        for number, piece in enumerate(kind.read(io.BytesIO(data), Anybody()), start=1):
            assert number <= MOST_PIECES
            _judge_piece(piece, number)


def _judge_piece(piece: Piece, number: int) -> None:
    """A piece is published, and intake reads it as an event or makes a dead letter of it."""
    record = published(piece, "fuzzed", number)
    if isinstance(piece, Fault):
        assert piece.reason
        assert all(line.strip() for line in piece.lines)
        assert piece.lines
    taken = read_labelled(record.label, record.raw)
    assert isinstance(taken, PublicEvent | Unread)
    assert isinstance(piece, FileLine | dict) or isinstance(taken, Unread), "a fault is never an event"
    label, raw = unlabelled(record.value(PUBLISH))
    assert (label, raw) == (replace(record.label, door=PUBLISH), record.raw), "what is published is read back as it was"
