"""What became of the facts of a lane: read = applied + duplicates + dead letters + waiting (design.md §9; quality I15).

Ticks and doubts are no facts. Settings without a creditor reach every lane and are counted in the first one only.
"""

import json
from dataclasses import astuple, dataclass
from typing import Final

from services.runtime.store.port import Store

WORKER: Final = "cash_application"
KIND: Final = "tally"
KEY: Final = "tally"


@dataclass(slots=True)
class Tally:
    """Facts by what became of them. A waiting fact moves to another count when it is released."""

    applied: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    waiting: int = 0

    @property
    def read(self) -> int:
        """All facts."""
        return self.applied + self.duplicates + self.dead_letters + self.waiting

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def to_bytes(self) -> bytes:
        """The row of this tally."""
        return json.dumps(astuple(self)).encode()

    @classmethod
    def from_bytes(cls, row: bytes | None) -> "Tally":
        """The tally of a row; without a row nothing was counted yet."""
        return cls() if row is None else cls(*json.loads(row))


def total(store: Store) -> Tally:
    """The tallies of all lanes together, as last committed or flushed in the open transaction."""
    mine = not store.in_transaction
    if mine:
        store.begin()
    space = store.state.space(WORKER, KIND)
    lanes = [Tally.from_bytes(store.state.load(space, lane, KEY)) for lane in range(store.partitions)]
    if mine:
        store.commit()
    return sum(lanes, Tally())
