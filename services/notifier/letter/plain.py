"""Text from outside, made harmless for one line of a letter, a header or a file.

Names, subjects and invoice numbers come from billing systems we do not know. What they say is kept; what could change
how other text is read (line breaks, control characters, invisible and direction-changing ones) is not.
"""

import unicodedata

_BREAKS = frozenset({"Cc", "Zl", "Zp", "Zs"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_MOST_MARKS = 4


def plain(text: str) -> str:
    """``text`` as one line of visible characters, single spaces between its words.

    Breaks and control characters become spaces; formatting characters (zero-width, bidirectional, soft hyphen),
    surrogates, private and unassigned ones and letters that show nothing go; of the marks stacked on one letter four
    stay. (The tests hold the corpus of hostile strings.)
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _BREAKS:
            kept.append(" ")
        elif category not in _INVISIBLE and character not in _BLANK_LETTERS and marks <= _MOST_MARKS:
            kept.append(character)
    return " ".join("".join(kept).split())


def shortened(text: str, room: int) -> str:
    """``text`` if it has at most ``room`` characters, else its beginning with an ellipsis, ``room`` long."""
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
