"""How far the workers are: what they have still to read, what they owe, whether anything is left to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from schemas.topics import Topic
from services.runtime.store.partition_tasks import PartitionTaskStatus
from services.runtime.store.port import Store

_DELIVERING: Final = ("notifier", "granted")
"""The worker and kind of the rows that lie beside letters on their way."""


class Place(NamedTuple):
    """One worker on one partition of a topic: the next offset it will take, and the one behind the last record."""

    worker: str
    topic: str
    partition: int
    position: int
    end: int

    @property
    def lag(self) -> int:
        """Records that it has still to take."""
        return max(0, self.end - self.position)


Reads = Mapping[str, Sequence[Topic]]
"""By worker, the topics it reads."""
Ends = Mapping[str, Sequence[int]]
"""By topic and partition, the offset behind the last record."""


def places(store: Store, reads: Reads, ends: Ends) -> list[Place]:
    """Every worker on every partition of its topics."""
    positions = store.positions()
    return [
        Place(worker, topic.name, partition, positions.get((worker, topic.name, partition), 0), end)
        for worker, topics in reads.items()
        for topic in topics
        for partition, end in enumerate(ends[topic.name])
    ]


def is_drained(store: Store, reads: Reads, look: Callable[[], Ends]) -> bool:
    """Whether everything published has been worked off: all is taken, nothing is owed, no letter is on its way.

    ``look`` asks the log where it ends. The seats are looked at before and behind: had one made a step in between, its
    turn would tell.
    """
    before = store.partition_tasks.status()
    if not all(map(_is_at_rest, before)) or any(place.lag for place in places(store, reads, look())):
        return False
    return store.partition_tasks.status() == before and not delivering(store)


def delivering(store: Store) -> int:
    """Letters that were handed over and whose outcome is not recorded."""
    worker, kind = _DELIVERING
    space = store.state.space(worker, kind)
    return sum(
        len(store.state.page(space, partition, "", None, 1_000)) for partition in range(store.partitions) if space
    )


def _is_at_rest(seat: PartitionTaskStatus) -> bool:
    return not seat.busy and not seat.pending
