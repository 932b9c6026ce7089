"""Files of no known format: what one seems to be, for the person who dropped it into the inbox."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from services.intake.formats.format import HEAD, UNKNOWN_FORMAT, Fault
from services.intake.formats.registry import registry

_KEPT: Final = 1_000
_WEB_PAGE: Final = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.I | re.S
)
_COMPRESSED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")
"""How zip, gzip, bzip2, xz, 7z and zstd files begin."""


def unknown_format(head: bytes, stream: BinaryIO) -> Iterator[Fault]:
    """The fault of a file that begins with ``head`` and goes on in ``stream``; none for a blank file.

    Raises:
        OSError: when the stream cannot be read.
    """
    while not head.strip():
        head = stream.read(HEAD)
        if not head:
            return
    yield Fault(UNKNOWN_FORMAT, (_likely_content(head),), content=head[:_KEPT])


def _likely_content(head: bytes) -> str:
    if head.startswith(_COMPRESSED):
        return "the file is compressed; unpack it and send what is in it"
    if _WEB_PAGE.match(head):
        return "the file is a web page, perhaps an error of the site it came from; fetch it again"
    known = ", ".join(each.title for each in registry())
    return f"the file is none of these: {known}"
