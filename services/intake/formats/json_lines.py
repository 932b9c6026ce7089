"""Public events as they are: JSON Lines, one CloudEvent a line (design.md §4)."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from schemas.events import EVENT_TYPES
from services.intake.files import lines_of
from services.intake.formats.format import HEAD, Directory, Format, Piece

_OTHERS: Final = (b"<", b"PK\x03\x04")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def recognises(head: bytes) -> bool:
    """Whether some line begins an object; a first line longer than ``head`` may be a broken one before good ones."""
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(_OTHERS):
        return False
    lines = text.splitlines()
    return any(line.lstrip().startswith(b"{") for line in lines) or (len(lines) == 1 and len(head) == HEAD)


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:  # noqa: ARG001  (every format is asked the same)
    """The lines as they are: intake says what is wrong with one."""
    yield from lines_of(stream)


FORMAT: Final = Format(
    name="json-lines",
    title="JSON Lines of public events",
    gives=tuple(EVENT_TYPES),
    recognises=recognises,
    read=read,
)
