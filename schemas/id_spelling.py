"""How ids that people type differ: by single edits, and which ids lie one edit away (rules.md K4).

An edit adds, leaves out or changes one sign, or swaps two that stand side by side.
"""

import string
from collections.abc import Iterable, Iterator
from typing import Final

_TYPED: Final = string.ascii_letters + string.digits + "-/_. åäöÅÄÖ"
"""The signs that a person may have typed, beside those of the id itself."""


def spellings_one_edit_away(name: str) -> Iterator[str]:
    """The ids one edit away from ``name``, as far as their signs are those of `_TYPED` or of the name; some twice."""
    signs = dict.fromkeys(name + _TYPED)
    for place in range(len(name) + 1):
        before, behind = name[:place], name[place:]
        yield from (before + sign + behind for sign in signs)
        if behind:
            yield before + behind[1:]
            yield from (before + sign + behind[1:] for sign in signs if sign != behind[0])
        if len(behind) > 1 and behind[0] != behind[1]:
            yield before + behind[1] + behind[0] + behind[2:]


def is_one_edit_away(name: str, other: str) -> bool:
    """Whether ``other`` is one of `spellings_one_edit_away` from ``name``."""
    shorter, longer = sorted((name, other), key=len)
    if name == other or len(longer) - len(shorter) > 1 or not set(other) <= set(name + _TYPED):
        return False
    same = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[same:] == longer[same + 1 :]
    swapped = name[same : same + 2] == other[same : same + 2][::-1] and name[same + 2 :] == other[same + 2 :]
    return swapped or name[same + 1 :] == other[same + 1 :]


def edits_between(name: str, other: str) -> int:
    """How many signs must be added, left out or changed to make one id of the other."""
    row = list(range(len(other) + 1))
    for n, sign in enumerate(name, start=1):
        last, row[0] = row[0], n
        for m, of_other in enumerate(other, start=1):
            last, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, last + (sign != of_other))
    return row[-1]


def nearest_first(name: str, others: Iterable[str]) -> list[str]:
    """Ids in the order of their distance from ``name``, capitals aside; equally near ones as text."""
    return sorted(others, key=lambda other: (edits_between(name.casefold(), other.casefold()), other))
