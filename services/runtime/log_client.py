"""The log client: appends and reads records outside an engine, for `erapaiva tell`, `publish` and `dead-letters`.

A running engine handles an appended record within a second; without one the record waits in the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from schemas.topics import Topic, partition_of
from services.runtime.store.port import Store

_READ_AT_ONCE: Final = 1_000


class ClientRecord(NamedTuple):
    """A record to append; its key decides on its partition."""

    topic: Topic
    key: str
    value: bytes


class LogClient(Protocol):
    """Access to the log outside an engine. One contract suite (tests/contract/log) holds both implementations to it."""

    def append(self, records: Sequence[ClientRecord]) -> list[str | None]:
        """Append records durably, in this order within a partition.

        Returns for each record None, or the class of the fault that kept it out of the log. Raises Refusal when no
        record can be appended.
        """

    def values(self, topic: Topic) -> Iterator[bytes]:
        """The values of all records of a topic up to now, partition by partition, each in order."""

    def by_partition(self, topic: Topic) -> Iterator[tuple[int, bytes]]:
        """The same values, each with its partition."""


class StoreLogClient:
    """The log of the embedded engine."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, records: Sequence[ClientRecord]) -> list[str | None]:
        """Append all records or, with a Refusal, none: see `LogClient`."""
        append_all(self._store, records)
        return [None] * len(records)

    def values(self, topic: Topic) -> Iterator[bytes]:
        """See `LogClient`."""
        return (value for _, value in self.by_partition(topic))

    def by_partition(self, topic: Topic) -> Iterator[tuple[int, bytes]]:
        """See `LogClient`."""
        log = self._store.log
        for partition in range(self._store.partitions):
            offset = 0
            while rows := log.read(topic.name, partition, offset, _READ_AT_ONCE):
                yield from ((partition, value) for _, _, value in rows)
                offset = rows[-1][0] + 1


def append(store: Store, topic: Topic, key: str, value: bytes) -> tuple[int, int]:
    """Append one record durably and return its partition and offset; see `append_all`."""
    return append_all(store, [ClientRecord(topic, key, value)])[0]


def append_all(store: Store, records: Sequence[ClientRecord]) -> list[tuple[int, int]]:
    """Append records in one transaction and return each one's partition and offset.

    Raises Refusal when the store was never run, or stays locked by another writer.
    """
    appended = []
    partitions = store.partitions
    store.begin()
    try:
        for record in records:
            partition = partition_of(record.key, partitions)
            appended.append((partition, store.log.append(record.topic.name, partition, record.key, record.value)))
        store.commit()
    except BaseException:
        store.rollback()
        raise
    return appended
