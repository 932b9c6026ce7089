"""JSON Lines files: one event a line, read in bounded memory, whatever the file holds (design.md §9).

Nothing in a file stops the reading. Blank lines are no events and are passed over. A byte order mark at the
beginning and Windows line ends are accepted. A line that is longer than any event may be is not kept: its beginning and
its length are, so that the dead letter can say what and where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from schemas.dead_letters import KEPT_OF_TOO_LARGE
from schemas.parsing import LARGEST_EVENT

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a file.

    ``number`` counts from 1 and counts blank lines too, as editors do. ``raw`` is the line without its end, or only its
    beginning when the line is too long; ``length`` is its whole length in bytes.
    """

    number: int
    raw: bytes
    length: int

    @property
    def too_long(self) -> bool:
        """Whether ``raw`` is only the beginning of the line."""
        return self.length > len(self.raw)


def lines_of(stream: BinaryIO) -> Iterator[FileLine]:
    """The lines of an open binary stream that are not blank, in order; one event's length is in memory at a time."""
    number = 0
    while chunk := stream.readline(LARGEST_EVENT + 1):
        number += 1
        if len(chunk) > LARGEST_EVENT and not chunk.endswith(b"\n"):
            length = len(chunk) + _skip_to_line_end(stream)
            if length > len(chunk):
                yield FileLine(number, chunk[:KEPT_OF_TOO_LARGE], length)
                continue
        raw = chunk.removeprefix(_BYTE_ORDER_MARK) if number == 1 else chunk
        raw = raw.strip()
        if not raw:
            continue
        if len(raw) > LARGEST_EVENT:
            yield FileLine(number, raw[:KEPT_OF_TOO_LARGE], len(raw))
        else:
            yield FileLine(number, raw, len(raw))


def _skip_to_line_end(stream: BinaryIO) -> int:
    """Reads past the rest of a line in pieces; answers how many bytes it had, the line end not counted."""
    skipped = 0
    while piece := stream.readline(LARGEST_EVENT):
        if piece.endswith(b"\n"):
            return skipped + len(piece) - 1
        skipped += len(piece)
    return skipped
