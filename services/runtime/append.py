"""Appending an event from another process than the engine's (`erapaiva tell`, a billing system's script)."""

from __future__ import annotations

from schemas.topics import Topic, partition_of
from services.runtime.store import Store


def append(store: Store, topic: Topic, key: str, value: bytes) -> tuple[int, int]:
    """Append one record durably and return its partition and offset.

    A running engine takes it at its next look (within a second); without one it waits in the log. Raises Refusal when
    the store was never run, or stays locked by another writer.
    """
    partition = partition_of(key, store.partitions)
    store.begin()
    try:
        offset = store.log.append(topic.name, partition, key, value)
        store.commit()
    except BaseException:
        store.rollback()
        raise
    return partition, offset
