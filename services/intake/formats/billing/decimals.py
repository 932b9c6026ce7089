"""Numbers as people and billing systems write them (``1 234,50``), turned into plain decimal text (``1234.50``).

No number is computed: digits stay as they are, so that the contract sees what the file says. What is unclear, such as
``1,234`` (a thousand or one?), stays as it is written, and the contract refuses it.
"""

import re
from typing import Final

_SPACES: Final = re.compile(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?:\D|$))")
_GROUPED_POINTS: Final = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_GROUPED_COMMAS: Final = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+\.\d+", re.ASCII)
_UNCLEAR: Final = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)
_PLAIN: Final = re.compile(r"([-+]?)(\d+)(?:\.(\d+))?", re.ASCII)


def with_point(text: str) -> str:
    """A number with a decimal comma, as the formats that know no other write it: ``-1234,5`` is ``-1234.5``."""
    return _tidy(text.strip().replace(",", "."))


def by_hand(text: str) -> str:
    """A number as spreadsheets and people write it, with comma or point and with or without marks between thousands.

    A comma before exactly three digits could be either, and stays; a point there is taken for a decimal point.
    """
    compact = _SPACES.sub("", text.strip().replace("\u2212", "-"))
    if _GROUPED_POINTS.fullmatch(compact):
        compact = compact.replace(".", "")
    elif _GROUPED_COMMAS.fullmatch(compact):
        compact = compact.replace(",", "")
    elif _UNCLEAR.fullmatch(compact):
        return compact
    return _tidy(compact.replace(",", ".")) if compact.count(",") <= 1 else compact


def sign_of(number: str) -> int:
    """-1, 0 or 1 for a plain decimal text; 1 for what is no number, so that the contract gets to see it."""
    match = _PLAIN.fullmatch(number)
    if match is None:
        return 1
    if not (match[2] + (match[3] or "")).strip("0"):
        return 0
    return -1 if match[1] == "-" else 1


def unsigned(number: str) -> str:
    """A plain decimal text without its sign; anything else as it is."""
    return number[1:] if _PLAIN.fullmatch(number) and number[0] in "+-" else number


def _tidy(number: str) -> str:
    """Without a plus sign, and without zeros beyond the second decimal: Finvoice writes ``100,00000`` for 100.00."""
    match = _PLAIN.fullmatch(number)
    if match is None:
        return number
    fraction = match[3] or ""
    fraction = fraction[:2] + fraction[2:].rstrip("0")
    return match[1].replace("+", "") + match[2] + (f".{fraction}" if fraction else "")
