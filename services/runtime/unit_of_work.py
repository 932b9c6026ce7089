"""The unit of work: all changes of handling one batch, committed together with the batch's position (design.md §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from schemas.fields import Part
from schemas.messages import encode
from schemas.topics import Topic, partition_of
from services.runtime.store.read_model import ReadModel
from services.runtime.store.state_cache import StateCache


class RecordSink(Protocol):
    """Takes the records that a unit publishes."""

    def append(self, topic: str, partition: int, key: str, value: bytes) -> object:
        """Append a record with the unit's commit."""


Effect = Callable[[], None]
"""An action outside the store (handing a mail over); run once the transaction is durable."""


class UnitOfWork:
    """The state that a worker reads and changes, and the records that it publishes, while it handles one batch.

    State rows are bytes under (kind, key), apart by worker and partition. A row may carry a `wake`, the epoch second
    (UTC) from which `due` returns it, and a `waits_for`, the signal on which `wake_waiting` brings that wake forward.
    All reads see the unit's own writes.
    """

    __slots__ = ("_effects", "_sink", "_state", "partition", "partitions", "published", "read_model")

    def __init__(
        self,
        partition: int,
        partitions: int,
        sink: RecordSink,
        state: StateCache,
        read_model: ReadModel,
        effects: list[Effect],
    ) -> None:
        self.partition = partition
        """The partition whose records and state this unit holds."""
        self.partitions = partitions
        """The number of partitions of every topic."""
        self.read_model = read_model
        """The relational tables, which the reporting worker writes."""
        self.published = 0
        """Records published by this unit so far."""
        self._sink = sink
        self._state = state
        self._effects = effects

    def get(self, kind: str, key: str) -> bytes | None:
        """The value of a row, None when there is none."""
        return self._state.get(kind, key)

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those rows that exist."""
        return self._state.get_many(kind, keys)

    def put(self, kind: str, key: str, value: bytes, wake: int | None = None, waits_for: str | None = None) -> None:
        """Insert or replace a row whole: a wake or signal it had is gone unless given again."""
        self._state.put(kind, key, value, wake, waits_for)

    def delete(self, kind: str, key: str) -> None:
        """Delete a row; one that does not exist is no error."""
        self._state.delete(kind, key)

    def scan(self, kind: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """Rows (key, value) whose key starts with `prefix`, ordered by key. Rows may be changed on the way."""
        return self._state.scan(kind, prefix)

    def due(self, kind: str, at: int, limit: int) -> list[tuple[str, bytes]]:
        """Up to `limit` rows with wake <= `at`, by wake, then key. A row stays due until put or deleted."""
        return self._state.due(kind, at, limit)

    def wake_waiting(self, kind: str, waits_for: str, at: int) -> int:
        """Bring the wakes of rows that wait for a signal forward to `at`; returns how many rows wait for it."""
        return self._state.wake_waiting(kind, waits_for, at)

    def wake_prefix(self, kind: str, key_prefix: str, at: int) -> int:
        """Bring the wakes of rows whose key starts with `key_prefix` forward to `at`; returns how many they are."""
        return self._state.wake_prefix(kind, key_prefix, at)

    def next_wake(self, kind: str) -> int | None:
        """The earliest wake of this kind in this partition."""
        return self._state.next_wake(kind)

    def publish(self, topic: Topic, key: str, message: Part | bytes, partition: int | None = None) -> None:
        """Append a message to a topic, in the partition of its key unless one is given."""
        value = message if isinstance(message, bytes) else encode(message)
        target = partition_of(key, self.partitions) if partition is None else partition
        assert 0 <= target < self.partitions, "a partition that the topic does not have"
        self._sink.append(topic.name, target, key, value)
        self.published += 1

    def publish_everywhere(self, topic: Topic, message: Part | bytes, key: str = "") -> None:
        """Append a message to every partition of a topic."""
        value = message if isinstance(message, bytes) else encode(message)
        for partition in range(self.partitions):
            self._sink.append(topic.name, partition, key, value)
        self.published += self.partitions

    def after_commit(self, effect: Effect) -> None:
        """Run an effect once the unit is durable.

        A crash in between loses the effect, never the unit: a worker records the intention in the unit, and looks for
        unfinished ones when it starts.
        """
        self._effects.append(effect)
