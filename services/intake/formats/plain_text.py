"""Text of a file as one printable line, as the fields of an event take it."""

import re
from typing import Final

_NOT_PRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def plain(text: str) -> str:
    """One line of text: without control characters, with single spaces."""
    return " ".join(_NOT_PRINTED.sub(" ", text).split())
