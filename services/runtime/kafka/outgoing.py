"""What a unit of work publishes: numbered, to be held by the store until the log has it."""

from __future__ import annotations

from schemas.topics import TOPICS
from services.runtime.kafka.ledger import Ledger, output
from services.runtime.seats import PendingRecord


class Outgoing:
    """The log of one unit of work, as the unit sees it."""

    def __init__(self, worker: str, ledger: Ledger) -> None:
        """`ledger` gives the numbers, and is changed by every record of the worker's."""
        self._worker = worker
        self._ledger = ledger
        self.records: list[PendingRecord] = []

    def append(self, topic: str, partition: int, key: str, value: bytes) -> None:
        """One more record; on a topic of ours only from a worker whom the registry names."""
        assert self._worker in TOPICS[topic].producers, f"{self._worker} is no producer of {topic}"
        ledger, place = self._ledger, output(topic, partition)
        ledger.number += 1
        sequence = ledger.said[place] = ledger.said.get(place, 0) + 1
        self.records.append(PendingRecord(ledger.number, topic, partition, sequence, key, value))
