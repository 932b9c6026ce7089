"""The bytes of an XML file, document by document, before the parser sees them.

Here a file that holds several documents is taken apart, UTF-16 becomes UTF-8, and document type declarations are taken
out, so that no entity and no address ever reaches the parser. A declaration that declares anything itself is refused,
and so is an encoding in which these bytes might mean something else than they seem to.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from services.intake.formats.format import Fault

NOT_XML: Final = "not-xml"
TRUNCATED_XML: Final = "truncated-xml"
UNSAFE_XML: Final = "unsafe-xml"
WRONG_ENCODING: Final = "wrong-encoding"

_CHUNK: Final = 65_536
_LONGEST_PROLOG: Final = 262_144
_LONGEST_TAG: Final = 512
_PADDING: Final = re.compile(rb"(?:[ \t\r\n\x00\x1a]|\xef\xbb\xbf)*")
"""White space, what old systems fill a file up with (zero bytes, the end-of-file mark of DOS), byte order marks."""
_UTF16: Final = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)

_BEGINNING: Final = re.compile(rb"<\?xml[ \t\r\n]")
_ENCODING: Final = re.compile(rb"<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"'>]*)")
_ASCII_INSIDE: Final = re.compile(
    rb"utf-?8|(us-)?ascii|iso[-_]?8859[-_]\d{1,2}|(windows|cp)-?125\d|iso-latin-\d", re.IGNORECASE
)
_UTF16_NAME: Final = re.compile(rb"utf-?16(le|be)?|ucs-?2", re.IGNORECASE)
_MISC: Final = re.compile(rb"[ \t\r\n]+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE[ \t\r\n][^\[<>]*>")
_DECLARES: Final = re.compile(rb"<!DOCTYPE[ \t\r\n][^\[<>]*[\[<]")
_CUT_OFF: Final = re.compile(rb"<[?!\w:.-]*[^<>]*$")
_ROOT: Final = re.compile(rb"<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\r\n/>]")


class UnreadableXmlError(Exception):
    """This document cannot be read any further; ``fault`` says why."""

    def __init__(self, reason: str, line: str, where: int) -> None:
        """``where`` is a line of the file, from 1."""
        super().__init__(reason)
        self.fault: Final = Fault(reason, (line,), f"line {where}")


def unicode_of(head: bytes) -> str | None:
    """The Python name of the two-byte encoding in which a file begins, if it is one."""
    return next((encoding for mark, encoding in _UTF16 if head.startswith(mark)), None)


class Source:
    """A file, from which one document after the other is read, each in pieces.

    What a document did not use up of a piece is there for the next one.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Reads the beginning of the stream.

        Raises:
            UnreadableXmlError: when it begins as UTF-16 and is none.
            OSError: when the stream cannot be read.
        """
        self.encoding: str | None = None
        """The document's encoding where it is not the one that the document declares."""
        self.begins_at = 1
        """The line of the file on which the document begins."""
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        self._lines = 0
        self._held = self._raw()
        encoding = unicode_of(self._held)
        if encoding is not None:
            self._decoder = codecs.getincrementaldecoder(encoding)()
            self._held = self._utf8(self._held)
        self._chunk = self._read()
        self._at = 0
        self._look_from = 0

    @property
    def line(self) -> int:
        """The line of the file that is reached."""
        return self._lines + 1

    def to_next_document(self) -> bool:
        """Pass over white space and padding; whether there is anything after them."""
        marked = self._decoder is not None
        while True:
            padding = _PADDING.match(self._chunk, self._at)
            assert padding is not None, "it matches nothing, too"
            self._lines += self._chunk.count(b"\n", self._at, padding.end())
            self._at = padding.end()
            marked = marked or codecs.BOM_UTF8 in padding[0]
            if len(self._chunk) - self._at > len(codecs.BOM_UTF8) or not self._grow():
                break
        self._look_from = self._at + 1
        self.encoding = "utf-8" if marked else None
        self.begins_at = self.line
        return self._at < len(self._chunk)

    def prolog(self) -> str | None:
        """Read what stands before the root element and take its document type declaration out.

        Returns:
            The root element's name with its prefix; None when nothing but comments is left of the file.

        Raises:
            UnreadableXmlError: when it is no XML, or none that is safe to read.
        """
        self._check_encoding()
        ahead = 0
        while True:
            place = self._at + ahead
            if found := _MISC.match(self._chunk, place):
                ahead += found.end() - found.start()
            elif found := _DOCTYPE.match(self._chunk, place):
                lines = b"\n" * self._chunk.count(b"\n", place, found.end())
                self._chunk = self._chunk[:place] + lines + self._chunk[found.end() :]
            elif found := _ROOT.match(self._chunk, place):
                return found[1].decode("ascii")
            elif not (self._may_be_prolog(place) and self._grow()):
                if not _PADDING.fullmatch(self._chunk, place):
                    raise self._no_root(place)
                self._at = len(self._chunk)
                return None

    def pieces(self, root: str) -> Iterator[bytes]:
        """The document's bytes; a piece ends with each end tag that may be the root element's.

        Raises:
            UnreadableXmlError: when its encoding is not what it seemed to be.
            OSError: when the stream cannot be read.
        """
        end_tag = re.compile(rb"</%b[ \t\r\n]*>" % re.escape(root.encode("ascii")))
        while True:
            start = self._at
            for found in end_tag.finditer(self._chunk, start):
                yield self._piece(start, found.end())
                start = found.end()
            if start < len(self._chunk):
                yield self._piece(start, len(self._chunk))
            self._chunk, self._at, self._look_from = self._read(), 0, 0
            if not self._chunk:
                return

    def skip_broken(self) -> None:
        """Go to the next XML declaration after the beginning of the last piece, or to the end of the file."""
        while True:
            found = _BEGINNING.search(self._chunk, self._look_from)
            place = found.start() if found else len(self._chunk)
            self._lines += self._chunk.count(b"\n", self._at, place) - self._chunk.count(b"\n", place, self._at)
            self._at = place
            if found:
                return
            self._chunk, self._at, self._look_from = self._read(), 0, 0
            if not self._chunk:
                return

    def _piece(self, start: int, end: int) -> bytes:
        self._look_from = max(self._look_from, start)
        self._lines += self._chunk.count(b"\n", start, end)
        self._at = end
        return self._chunk[start:end]

    def _check_encoding(self) -> None:
        declared = _ENCODING.match(self._chunk, self._at)
        if declared is None or self.encoding is not None or _ASCII_INSIDE.fullmatch(declared[1]):
            return
        if not _UTF16_NAME.fullmatch(declared[1]):
            line = "the file declares an encoding that is not read here; write it in UTF-8 or ISO-8859-15"
            raise UnreadableXmlError(WRONG_ENCODING, line, self.line)
        # Written as text "in UTF-16" and then saved in another encoding: that is UTF-8, or will be found not to be.
        self.encoding = "utf-8"

    def _may_be_prolog(self, place: int) -> bool:
        """Whether what stands at ``place`` may be part of a beginning, if only more of it were read."""
        return len(self._chunk) - self._at <= _LONGEST_PROLOG and self._chunk[place : place + 1] in (b"", b"<")

    def _grow(self) -> bool:
        """Append more to what is left; whether there was more."""
        more = self._read()
        if more:
            self._chunk = self._chunk[self._at :] + more
            self._look_from -= self._at
            self._at = 0
        return bool(more)

    def _no_root(self, place: int) -> UnreadableXmlError:
        if _DECLARES.match(self._chunk, place):
            line = "the file declares entities or a document type of its own; send it without its DOCTYPE"
            return UnreadableXmlError(UNSAFE_XML, line, self.line)
        if place > self._at or _CUT_OFF.match(self._chunk, place):
            return UnreadableXmlError(
                TRUNCATED_XML, "the XML breaks off before it begins; send the whole file", self.line
            )
        return UnreadableXmlError(NOT_XML, "this is no XML; send the file as the sender wrote it", self.line)

    def _read(self) -> bytes:
        """The next bytes; unless it is a very long one they do not end within a tag, so that tags can be found."""
        chunk = self._held + self._utf8(self._raw())
        if len(chunk) == len(self._held):
            self._held = b""
            return chunk
        cut = chunk.rfind(b"<")
        whole = cut <= 0 or len(chunk) - cut > _LONGEST_TAG or chunk.find(b">", cut) >= 0
        self._held = b"" if whole else chunk[cut:]
        return chunk if whole else chunk[:cut]

    def _raw(self) -> bytes:
        return self._stream.read(_CHUNK)

    def _utf8(self, raw: bytes) -> bytes:
        if self._decoder is None:
            return raw
        try:
            return self._decoder.decode(raw, final=not raw).encode()
        except UnicodeError:
            self._decoder.reset()
            line = "the file begins as UTF-16 and does not go on so; write it in UTF-8"
            raise UnreadableXmlError(WRONG_ENCODING, line, self.line) from None
