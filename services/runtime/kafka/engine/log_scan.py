"""What the log remembers of our workers: all that each seat has written, and as which in a row (docs/adr/0013)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from schemas.topics import DEAD_LETTERS, TOPICS
from services.runtime.kafka.broker.headers import Origin, origin_of
from services.runtime.kafka.engine.hash_chain import FIRST, link
from services.runtime.kafka.engine.sequences import Known, Ledger, output, voice
from services.runtime.refusal import Refusal

_DEAD_LETTERS: Final = f"{DEAD_LETTERS}/"
_Seat = tuple[str, int]
"""A worker, and its partition."""


class LogMemory:
    """Is told all records of our own topics, partition by partition, each in its order."""

    def __init__(self) -> None:
        self._known: dict[_Seat, dict[str, Known]] = defaultdict(dict)
        self._reached: dict[_Seat, dict[str, int]] = defaultdict(dict)

    def take(self, record: Any) -> Origin | None:
        """Who wrote a record; None for one that nobody of ours wrote, and for one that came before.

        Raises Refusal where records before it are missing.
        """
        origin = origin_of(record.headers)
        if origin is None or origin.producer not in TOPICS[record.topic].producers:
            return None
        seat, place = (origin.producer, origin.partition), output(record.topic, record.partition)
        known = self._known[seat].setdefault(place, Known(0, FIRST))
        self._reached[seat][place] = record.offset + 1
        if origin.sequence <= known.through:
            return None
        if origin.sequence > known.through + 1:
            raise Refusal(
                f"topics: {record.topic}/{record.partition} at {record.offset}: {origin.producer}/{origin.partition} "
                f"wrote {origin.sequence}, but {known.through + 1} is missing; restore the topic"
            )
        assert known.chain is not None, "a chain is made here"
        known.through, known.chain = origin.sequence, link(known.chain, record.key or b"", record.value or b"")
        return origin

    def to_go_on(self, worker: str, partition: int, heard: Collection[str]) -> Ledger:
        """The ledger of a seat that goes on behind what it wrote, and behind all of ``heard``, topics that it read."""
        known, reached = self._of(worker, partition)
        said = {place: each.through for place, each in known.items()}
        return Ledger(said=said, reached=reached, heard=self._heard(partition, heard))

    def to_begin_again(self, worker: str, partition: int) -> Ledger:
        """The ledger of a seat that makes again, record for record, what it wrote.

        Only dead letters are but counted: what it says of a stranger's record comes between its own in no given order.
        """
        known, reached = self._of(worker, partition)
        for place, each in known.items():
            if place.startswith(_DEAD_LETTERS):
                each.chain = None
        return Ledger(known=known, reached=reached)

    def to_count_again(self, worker: str, partition: int) -> Ledger:
        """The same for a seat that writes in the order in which it happens to read several topics."""
        ledger = self.to_begin_again(worker, partition)
        for known in ledger.known.values():
            known.chain = None
        return ledger

    def _of(self, worker: str, partition: int) -> tuple[dict[str, Known], dict[str, int]]:
        seat = worker, partition
        return self._known.get(seat, {}), self._reached.get(seat, {})

    def _heard(self, partition: int, topics: Collection[str]) -> dict[str, int]:
        return {
            voice(topic, Origin(worker, of, 0)): places[place].through
            for topic in topics
            for (worker, of), places in self._known.items()
            if (place := output(topic, partition)) in places
        }
