"""Numbers as people and billing systems write them (``1 234,50``), turned into plain decimal text (``1234.50``).

No number is computed: digits stay as they are, so that the contract sees what the file says. A number such as ``1,234``
(a thousand or one?) is clear only beside others of the same hand that show which sign separates decimals.
"""

import re
from collections.abc import Iterable
from typing import Final

_SPACES: Final = re.compile(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?:\D|$))")
_GROUPED_POINTS: Final = re.compile(r"[-+]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})", re.ASCII)
_GROUPED_COMMAS: Final = re.compile(r"[-+]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})", re.ASCII)
_PARTED: Final = re.compile(r"[-+]?\d+([.,])\d+", re.ASCII)
_UNCLEAR: Final = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_PLAIN: Final = re.compile(r"([-+]?)(\d+)(?:\.(\d+))?", re.ASCII)


def with_point(text: str) -> str:
    """A number with a decimal comma, as the formats that know no other write it: ``-1234,5`` is ``-1234.5``."""
    return _tidy(text.strip().replace(",", "."))


def by_hand(text: str, decimal_sign: str | None = None) -> str:
    """A number as spreadsheets and people write it, with comma or point and with or without marks between thousands.

    ``decimal_sign`` is the sign that separates decimals where it is known (`column_sign`). What `is_unclear` stays as
    it is written.
    """
    compact = _compact(text)
    if is_unclear(text, decimal_sign):
        return compact
    sign = decimal_sign if _UNCLEAR.fullmatch(compact) else _sign_in(compact)
    if sign is not None:
        compact = compact.replace("." if sign == "," else ",", "")
    return _tidy(compact.replace(",", ".")) if compact.count(",") <= 1 else compact


def is_unclear(text: str, decimal_sign: str | None) -> bool:
    """Whether a number could be a thousand times another: ``1.000`` where no sign is known to separate decimals."""
    return decimal_sign is None and _UNCLEAR.fullmatch(_compact(text)) is not None


def column_sign(numbers: Iterable[str]) -> str | None:
    """The sign, comma or point, that separates decimals in numbers of one hand; None when they show none, or both."""
    signs = {sign for number in numbers if (sign := _sign_in(_compact(number)))}
    return signs.pop() if len(signs) == 1 else None


def _compact(text: str) -> str:
    return _SPACES.sub("", text.strip().replace("\u2212", "-"))


def _sign_in(compact: str) -> str | None:
    """The sign that separates the decimals of a number, as far as the number itself shows it."""
    if _UNCLEAR.fullmatch(compact):
        return None
    if _GROUPED_POINTS.fullmatch(compact):
        return ","
    if _GROUPED_COMMAS.fullmatch(compact):
        return "."
    match = _PARTED.fullmatch(compact)
    return match[1] if match else None


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
