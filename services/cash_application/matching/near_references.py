"""References that a payer may have meant: one digit or one transposition away from the one that was given. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from schemas.references import is_valid_reference

_DIGITS: Final = re.compile(r"[0-9]{4,20}", re.ASCII)


@lru_cache(maxsize=1 << 12)
def near_references(reference: str) -> tuple[str, ...]:
    """The canonical references with right check digits that are one digit, or two neighbours changed, away.

    Of ten neighbours about one has a right check digit, so they are few. None for what is no number of 4 to 20 digits.
    """
    if not _DIGITS.fullmatch(reference):
        return ()
    near = dict.fromkeys(_neighbours(reference))
    return tuple(each for each in near if each != reference and each[0] != "0" and is_valid_reference(each))


def _neighbours(reference: str) -> Iterator[str]:
    for at, digit in enumerate(reference):
        for other in "0123456789":
            if other != digit:
                yield reference[:at] + other + reference[at + 1 :]
    for at in range(len(reference) - 1):
        yield reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
