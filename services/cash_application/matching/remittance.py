"""Payment references and invoice numbers in the free text of a payment. Pure; it knows no invoice.

Everything found here is only a candidate: it counts when an invoice of the creditor carries it (see `candidates`). So
spaces, dashes, capitals and line ends do not matter; only sums of money and calendar days are excluded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from unicodedata import category, normalize

from schemas.references import canonical_reference, is_valid_reference

LONGEST_TEXT: Final = 1_000
"""Characters that are read; a bank's remittance text has 140, several of them in one payment seldom more than this."""
MOST_CANDIDATES: Final = 24
"""Candidates of each kind that are looked up, the first ones in the text: a bound for text that is all numbers."""
SHORTEST_NUMBER: Final = 3
LONGEST_NUMBER: Final = 50
_SHORTEST_TAIL: Final = 4
_MOST_WORDS: Final = 60
_LONGEST_REFERENCE: Final = 25
_GROUPS: Final = 8
"""Groups in which a reference may be written: 25 characters in fours, and one more for zeros in front."""

_SUM_OR_DAY: Final = re.compile(
    r"(?<![\w.,])(?:\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?(?!\d)"  # 20.1.2026, 20.1.
    r"|(?:\d{1,3}(?:[ .]\d{3})+|\d+),\d{2}(?![\d,])"  # 1 234,50
    r"|\d+(?:\.\d{2})?\s?(?:€|EUR\b))"  # 100 EUR
)
_NUMBER: Final = re.compile(r"(?:(?P<before>[^\W\d_]{1,4})[ :#]+)?(?P<token>[^\W_]+(?:[-/._#][^\W_]+)*)")
_TAIL: Final = re.compile(r"[^\W\d_]+(\d+)")
_DIGIT: Final = re.compile(r"[0-9]", re.ASCII)
_RUN: Final = re.compile(r"(?<![^\W_])\d+(?:\s+\d+)*(?![^\W_])", re.ASCII)
_RF: Final = re.compile(r"(?<![^\W_])(?=(RF\d\d[^\W_]*(?:\s+[^\W_]+){0,7}))", re.ASCII)
_PARTS: Final = re.compile(r"[-/._#]")


@dataclass(frozen=True, slots=True)
class RemittanceWords:
    """The candidates in a text, in the order in which they stand there, each once.

    ``references`` are canonical and have right check digits; ``numbers`` are folded (:func:`folded_number`).
    """

    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def folded_number(number: str) -> str | None:
    """The form in which invoice numbers are compared: letters and digits alone, capitals, no zeros in front.

    None for a number that looks like an ordinary word: without a digit, or shorter than three characters.
    """
    if number.isascii() and number.isalnum():
        folded = number.upper().lstrip("0")
    else:
        folded = "".join(filter(str.isalnum, normalize("NFKC", number).upper())).lstrip("0")
    return folded if SHORTEST_NUMBER <= len(folded) <= LONGEST_NUMBER and _DIGIT.search(folded) else None


def remittance_words(text: str) -> RemittanceWords:
    """The candidates in a text."""
    if not _DIGIT.search(text := _plain(text[:LONGEST_TEXT])):
        return RemittanceWords()
    return RemittanceWords(_first(_references(text)), _first(_numbers(text)))


def _plain(text: str) -> str:
    """Compatibility forms and capitals undone, every kind of dash one dash, sums and days replaced by a comma."""
    plain = normalize("NFKC", text).upper()
    if not plain.isascii():
        plain = "".join("-" if category(sign) == "Pd" else sign for sign in plain)
    return _SUM_OR_DAY.sub(",", plain)


def _first(candidates: Iterator[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(candidates), MOST_CANDIDATES))


def _references(text: str) -> Iterator[str]:
    for rf in _RF.finditer(text):
        yield from _valid(_joined(rf[1].split()))
    for run in _RUN.finditer(text):
        groups = run.group().split()[:_MOST_WORDS]
        for first in range(len(groups)):
            yield from _valid(_joined(groups[first : first + _GROUPS]))


def _joined(groups: list[str]) -> Iterator[str]:
    """The first group, the first two, and so on, as long as they may be one reference."""
    joined = ""
    for group in groups:
        joined += group
        if len(joined) > _LONGEST_REFERENCE:
            return
        yield joined


def _valid(candidates: Iterator[str]) -> Iterator[str]:
    return (canonical_reference(candidate) for candidate in candidates if is_valid_reference(candidate))


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        for form in _forms(found["token"], found["before"]):
            folded = folded_number(form)
            if folded is not None:
                yield folded


def _forms(token: str, before: str | None) -> Iterator[str]:
    """A token whole, with the short word before it ("INV 12"), its parts ("1013/1014"), and digits at their end."""
    if not _DIGIT.search(token):
        return
    yield token
    if before is not None:
        yield before + token
    parts = _PARTS.split(token)
    if len(parts) > 1:
        yield from parts
    for part in parts:
        tail = _TAIL.fullmatch(part)
        if tail is not None and len(tail[1]) >= _SHORTEST_TAIL:
            yield tail[1]
