"""The encoding of a text file: UTF-16, which spreadsheets write as "Unicode text", becomes UTF-8 before it is read."""

import codecs
import io
from typing import Any, BinaryIO, Final

from services.intake.formats.format import HEAD

_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_JUDGED: Final = 64
"""Bytes by which UTF-16 without a byte order mark is known: every other one is zero in a row of plain letters."""
_FEWEST: Final = 8


def utf16_of(head: bytes) -> str | None:
    """The Python name of the kind of UTF-16 in which a file begins; None when it is another encoding."""
    if head.startswith(_MARKS):
        return "utf-16"
    sample = head[:_JUDGED]
    low, high = sample[::2], sample[1::2]
    if len(sample) < _FEWEST:
        return None
    if all(low) and not any(high):
        return "utf-16-le"
    return "utf-16-be" if all(high) and not any(low) else None


def head_in_utf8(head: bytes) -> bytes:
    """The beginning of a file, in UTF-8 where it is UTF-16; what was cut off within a character is left out."""
    encoding = utf16_of(head)
    return head if encoding is None else head.decode(encoding, "ignore").encode()


def in_utf8(stream: BinaryIO) -> BinaryIO:
    """The stream with UTF-16 turned into UTF-8; other encodings stay as they are.

    What is no UTF-16 in it becomes replacement characters, which the contract of the events gets to see.
    """
    head = stream.read(HEAD)
    encoding = utf16_of(head)
    decoder = None if encoding is None else codecs.getincrementaldecoder(encoding)("replace")
    return io.BufferedReader(_Decoded(head, stream, decoder))


class _Decoded(io.RawIOBase):
    """A beginning that was read already and the rest of its stream, decoded where there is a decoder."""

    def __init__(self, head: bytes, stream: BinaryIO, decoder: codecs.IncrementalDecoder | None) -> None:
        self._stream = stream
        self._decoder = decoder
        self._held = self._utf8(head)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end."""
        is_at_end = False
        while not self._held and not is_at_end:
            raw = self._stream.read(HEAD)
            is_at_end = not raw
            self._held = self._utf8(raw)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _utf8(self, raw: bytes) -> bytes:
        return raw if self._decoder is None else self._decoder.decode(raw, final=not raw).encode()
