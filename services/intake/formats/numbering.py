"""Numbers for payments that a message does not tell apart: the second of one id, the second of its like (rules.md B1).

What one message lists twice is two payments, whatever they have in common.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

MOST_ALIKE: Final = 100_000
"""So many kinds of like payments without an id are numbered in one message."""
_IDS_REMEMBERED: Final = 1_000
_BETWEEN: Final = "\x1f"


@dataclass(slots=True)
class PlacesAmongAlike:
    """Counts the payments without an id that are alike in one message."""

    _counts: dict[str, int] = field(default_factory=dict)

    def next(self, like: str) -> int | None:
        """The place, from 1, of the next payment of this like; None when there are too many likes to be counted."""
        if like not in self._counts and len(self._counts) >= MOST_ALIKE:
            return None
        place = self._counts[like] = self._counts.get(like, 0) + 1
        return place


@dataclass(slots=True)
class RepeatedIds:
    """Tells apart the payments that have one id in one message, of the ids that came last."""

    _counts: dict[str, int] = field(default_factory=dict)

    def numbered(self, id_: str, *scope: str) -> str:
        """The id when it comes first within a scope such as its booking day, else ``id/2``, ``id/3`` and so on."""
        key = _BETWEEN.join((id_, *scope))
        number = self._counts.pop(key, 0) + 1
        if len(self._counts) >= _IDS_REMEMBERED:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = number
        return id_ if number == 1 else f"{id_}/{number}"


def likeness(*contents: str | None) -> str:
    """A digest of what like payments have in common, such as day, sum, reference and payer."""
    return sha256(_BETWEEN.join(each or "" for each in contents).encode("utf-8", "replace")).hexdigest()[:16]


def id_at(place: int, like: str, message: str | None) -> str:
    """The id of the payment at a place among its like in the message of a name: it is the same in each copy."""
    return f"digest-{likeness(message, like, str(place))}"
