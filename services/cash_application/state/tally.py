"""What became of the facts of a lane: read = applied + duplicates + dead letters + waiting (design.md §9).

Ticks and doubts are not facts. Settings without a creditor reach every lane and are counted in the first one only.
"""

import json
from dataclasses import astuple, dataclass
from typing import Final

from services.cash_application.state.rows import TALLY, TALLY_KEY
from services.runtime.store.port import Store

WORKER: Final = "cash_application"
"""The worker's name, under which the store keeps its rows."""


@dataclass(slots=True)
class LaneTally:
    """Numbers of facts by what became of them. A waiting fact moves to another number when it is released."""

    applied: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    waiting: int = 0

    @property
    def read(self) -> int:
        """The number of all facts."""
        return self.applied + self.duplicates + self.dead_letters + self.waiting

    def __add__(self, other: "LaneTally") -> "LaneTally":
        """Both together."""
        return LaneTally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def to_bytes(self) -> bytes:
        """The row of this tally."""
        return json.dumps(astuple(self)).encode()

    @classmethod
    def from_bytes(cls, row: bytes | None) -> "LaneTally":
        """The tally of a row; without a row nothing was counted yet."""
        return cls() if row is None else cls(*json.loads(row))


def total(store: Store) -> LaneTally:
    """The tallies of all lanes together, as last committed or flushed in the open transaction."""
    mine = not store.in_transaction
    if mine:
        store.begin()
    space = store.state.space(WORKER, TALLY)
    lanes = [LaneTally.from_bytes(store.state.load(space, lane, TALLY_KEY)) for lane in range(store.partitions)]
    if mine:
        store.commit()
    return sum(lanes, LaneTally())
