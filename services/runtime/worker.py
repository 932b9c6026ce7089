"""The worker contract: a worker handles batches of records, each in a unit of work (design.md §8).

A worker declares the topics it reads and handles batches of one partition. It touches neither the log's storage nor SQL
nor the clock, so the same worker runs on any engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemas.topics import Topic
from services.runtime.unit_of_work import UnitOfWork


class Record(NamedTuple):
    """One record of a topic. `offset` counts from 0 without gaps within a topic's partition."""

    topic: Topic
    partition: int
    offset: int
    key: str
    value: bytes


class Worker(Protocol):
    """What an engine calls on a worker.

    `handle` must be deterministic in the batch and the unit's state: a crash before the commit makes the engine give
    the same records again, perhaps cut into other batches.
    """

    @property
    def name(self) -> str:
        """Names the worker's state and positions in the store; never changed once data exists."""

    @property
    def reads(self) -> tuple[Topic, ...]:
        """The topics whose partition p is handled by the unit of partition p."""

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Handle records from the front of `batch` and return how many were handled.

        Fewer than given: their position is taken, and the rest is given again. None of a non-empty batch is allowed
        only when something was written (a long run is processed in pieces before the next record). An empty batch is
        given when `pending` asked for it.
        """

    def pending(self, partition: int) -> bool:
        """Whether there is work that no topic holds (outcomes of deliveries, a long run). Called often: cheap."""
