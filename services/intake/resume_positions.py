"""The positions from which intake reads on in a new database, found from the topics alone (docs/adr/0013).

A tick is passed on to every partition of facts, after all records that precede it in its public partition. So the
records before the last tick that all partitions of facts have were passed on; those after it are read again, and cash
application recognises the ones that it has applied. Pure: records in, positions out.
"""

from collections import defaultdict
from datetime import datetime

from schemas.facts import Tick, decode_facts
from schemas.ticks import reached_instant
from services.intake.state_rows import LAST_TICK
from services.runtime.store.port import StateRow


class ResumePositions:
    """Takes all records of facts first, then those of the public topics, partition by partition, each in its order."""

    def __init__(self, partitions: int) -> None:
        """Every topic has so many partitions."""
        self._partitions = partitions
        self._ticks: dict[str, dict[int, datetime]] = defaultdict(dict)
        self._positions: dict[tuple[str, int], int] = {}
        self._last_ticks: dict[tuple[str, int], datetime] = {}
        self.reached: datetime | None = None
        """The latest instant of a tick on a public topic."""

    def fact(self, partition: int, value: bytes) -> None:
        """A record that intake wrote to a partition of facts."""
        message = decode_facts(value)
        if isinstance(message, Tick):
            self._ticks[message.origin][partition] = message.instant

    def public(self, topic: str, partition: int, offset: int, key: str, value: bytes) -> None:
        """A record of a public topic."""
        instant = reached_instant(key, value)
        if instant is None:
            return
        self.reached = instant if self.reached is None else max(self.reached, instant)
        passed = self._ticks[f"{topic}/{partition}"]
        if len(passed) == self._partitions and instant <= min(passed.values()):
            self._positions[topic, partition] = offset + 1
            self._last_ticks[topic, partition] = instant

    def position(self, topic: str, partition: int) -> int:
        """From where a public partition is to be read."""
        return self._positions.get((topic, partition), 0)

    def rows(self, partition: int) -> dict[str, list[StateRow]]:
        """Intake's rows of a partition, by kind: the last tick before each position."""
        ticks = [(topic, instant) for (topic, at), instant in sorted(self._last_ticks.items()) if at == partition]
        return {LAST_TICK: [(topic, instant.isoformat().encode(), None, None) for topic, instant in ticks]}
