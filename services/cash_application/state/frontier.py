"""How far time has come in a lane: the minimum over the ticks of all partitions of the public topics (design.md §3).

A tick follows everything published before it in its partition. So every record published before the minimum, to any
partition, is in the lane.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Frontier:
    """The last tick of each origin, which is a partition of a public topic (``topic/partition``). Instants in UTC.

    ``reached`` is the last frontier that was published; ``rising`` the next one, before which work is left to do.
    ``notes``: how many rows of noted facts were kept (see `noted_facts`).
    """

    ticks: dict[str, datetime] = field(default_factory=dict)
    reached: datetime | None = None
    rising: datetime | None = None
    notes: int = 0

    def tick(self, origin: str, instant: datetime, origins: int) -> bool:
        """Note a tick; whether the frontier rises. It needs a tick from each of all ``origins``."""
        assert self.rising is None, "a tick before the work of the last one was done"
        last = self.ticks.get(origin)
        if last is not None and instant <= last:
            return False
        self.ticks[origin] = instant
        assert len(self.ticks) <= origins, "ticks from more partitions than there are"
        if len(self.ticks) < origins:
            return False
        lowest = min(self.ticks.values())
        if self.reached is not None and lowest <= self.reached:
            return False
        self.rising = lowest
        return True

    def rose(self) -> datetime:
        """The work before the rising frontier is done: it is reached now."""
        assert self.rising is not None, "no frontier was rising"
        self.reached, self.rising = self.rising, None
        return self.reached
