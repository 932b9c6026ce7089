"""What intake counted in one partition: every event that came in (design.md §1, promise 2)."""

import json
from dataclasses import dataclass, field
from typing import Final

from services.intake.state_rows import TALLY_KEY, TALLY_KIND, WORKER
from services.runtime.store.port import Store

_NAMES_KEPT: Final = 1_000
_OTHERS: Final = "others"


@dataclass(slots=True)
class IntakeTally:
    """Events read = passed on + dead letters; ticks, and discards of dead letters, are no events.

    ``unknown_fields`` counts, by type and path, fields that were accepted and left out (design.md §4); beyond a
    thousand names they are counted together.
    """

    passed: int = 0
    dead_letters: int = 0
    unknown_fields: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """All events of the partition."""
        return self.passed + self.dead_letters

    def count_unknown(self, event_type: str, path: str) -> None:
        """Count one field that the contract does not know."""
        name = f"{event_type} {path}"
        if name not in self.unknown_fields and len(self.unknown_fields) >= _NAMES_KEPT:
            name = _OTHERS
        self.unknown_fields[name] = self.unknown_fields.get(name, 0) + 1

    def add(self, other: "IntakeTally") -> None:
        """Count what another partition counted, too."""
        self.passed += other.passed
        self.dead_letters += other.dead_letters
        for name, count in other.unknown_fields.items():
            self.unknown_fields[name] = self.unknown_fields.get(name, 0) + count

    def to_bytes(self) -> bytes:
        """The row of this tally."""
        return json.dumps([self.passed, self.dead_letters, self.unknown_fields], sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, row: bytes | None) -> "IntakeTally":
        """The tally of a row; without a row nothing was counted yet."""
        return cls() if row is None else cls(*json.loads(row))


def total(store: Store) -> IntakeTally:
    """The tallies of all partitions together, as last committed or flushed in the open transaction."""
    mine = not store.in_transaction
    if mine:
        store.begin()
    space = store.state.space(WORKER, TALLY_KIND)
    together = IntakeTally()
    for partition in range(store.partitions):
        together.add(IntakeTally.from_bytes(store.state.load(space, partition, TALLY_KEY)))
    if mine:
        store.commit()
    return together
