"""The lag of every worker in every partition of its topics, and whether all work is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from schemas.topics import Topic
from services.runtime.store.partition_tasks import PartitionTaskStatus
from services.runtime.store.port import Store

_NOTIFIER: Final = "notifier"
_DELIVERING: Final = ("granted", "waiting")
"""The kinds of the notifier's rows of letters that are being delivered, or wait for a connection."""


class PartitionLag(NamedTuple):
    """A worker on a partition of a topic: the next offset that it will take, and the end offset of the partition."""

    worker: str
    topic: str
    partition: int
    position: int
    end: int

    @property
    def lag(self) -> int:
        """Records that the worker has still to take."""
        return max(0, self.end - self.position)


Reads = Mapping[str, Sequence[Topic]]
"""By worker, the topics it reads."""
Ends = Mapping[str, Sequence[int]]
"""By topic and partition, the end offset: after the last record."""


def partition_lags(store: Store, reads: Reads, ends: Ends) -> list[PartitionLag]:
    """The lag of every worker on every partition of its topics."""
    positions = store.positions()
    return [
        PartitionLag(worker, topic.name, partition, positions.get((worker, topic.name, partition), 0), end)
        for worker, topics in reads.items()
        for topic in topics
        for partition, end in enumerate(ends[topic.name])
    ]


def is_drained(store: Store, reads: Reads, fetch_ends: Callable[[], Ends]) -> bool:
    """Whether all published records are handled, no record is pending, and no letter waits for its outcome.

    The partition tasks are read before and after the end offsets: a transaction in between shows in a task's token.
    """
    before = store.partition_tasks.status()
    if not all(map(_is_at_rest, before)) or any(each.lag for each in partition_lags(store, reads, fetch_ends())):
        return False
    return store.partition_tasks.status() == before and not delivering(store)


def delivering(store: Store) -> int:
    """How many letters were granted and have no recorded outcome."""
    spaces = [space for kind in _DELIVERING if (space := store.state.space(_NOTIFIER, kind))]
    return sum(
        len(store.state.page(space, partition, "", None, 1_000))
        for space in spaces
        for partition in range(store.partitions)
    )


def _is_at_rest(task: PartitionTaskStatus) -> bool:
    return not task.busy and not task.pending
