"""What a unit of work publishes: numbered, to be held by the store until the log has it.

After a rebuild a worker makes again what the log has; that is compared, and not published a second time.
"""

from __future__ import annotations

from schemas.topics import TOPICS
from services.runtime.kafka.broker.topics import LARGEST_RECORD
from services.runtime.kafka.engine.hash_chain import link
from services.runtime.kafka.engine.sequences import Known, Ledger, output
from services.runtime.refusal import Refusal
from services.runtime.store.partition_tasks import PendingRecord


class Outgoing:
    """The log of one unit of work, as the unit sees it."""

    def __init__(self, worker: str, ledger: Ledger) -> None:
        """`ledger` gives the numbers, and is changed by every record of the worker's."""
        self._worker = worker
        self._ledger = ledger
        self.records: list[PendingRecord] = []

    def append(self, topic: str, partition: int, key: str, value: bytes) -> None:
        """One more record; on a topic of ours only from a worker whom the registry names.

        Raises Refusal when another record stands in its place in the log.
        """
        assert self._worker in TOPICS[topic].producers, f"{self._worker} is no producer of {topic}"
        size = len(key.encode()) + len(value)
        assert size <= LARGEST_RECORD, f"{size} bytes for {topic}: committed, no broker would ever take them"
        ledger, place = self._ledger, output(topic, partition)
        sequence = ledger.said[place] = ledger.said.get(place, 0) + 1
        known = ledger.known.get(place)
        if known is None:
            ledger.number += 1
            self.records.append(PendingRecord(ledger.number, topic, partition, sequence, key, value))
        else:
            self._make_again(known, place, key, value)

    def _make_again(self, known: Known, place: str, key: str, value: bytes) -> None:
        if known.chain is not None:
            known.made = link(known.made, key.encode(), value)
        if self._ledger.said[place] < known.through:
            return
        if known.chain is not None and known.made != known.chain:
            raise Refusal(
                f"rebuild: {self._worker} decides differently from the program that wrote its first {known.through} "
                f"records of {place}; rebuild with that version and its settings, into a new database"
            )
        del self._ledger.known[place]
