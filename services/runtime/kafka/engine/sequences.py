"""What a seat remembers of its traffic: what it has said to each output partition, what it has heard from whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from services.runtime.kafka.broker.headers import Origin
from services.runtime.kafka.engine.hash_chain import FIRST


@dataclass(slots=True)
class Known:
    """What the log has of a seat's records in one output partition since before a rebuild."""

    through: int
    """The last sequence."""
    chain: str | None
    """The chain of all of them; None where they may come in another order, so that they are only counted."""
    made: str = FIRST
    """The chain of those that were made again."""


@dataclass(slots=True)
class Ledger:
    """Kept with the seat, changed by each of its transactions. Keys are ``topic/partition`` and the like."""

    number: int = 0
    """The number of the last record that was ever to be published."""
    said: dict[str, int] = field(default_factory=dict)
    """By output partition, the last sequence given out."""
    reached: dict[str, int] = field(default_factory=dict)
    """By output partition, the offset up to which the log is known to hold no record of ours that we do not know."""
    heard: dict[str, int] = field(default_factory=dict)
    """By input topic, producer and its partition, the last sequence applied."""
    known: dict[str, Known] = field(default_factory=dict)
    """By output partition, what is made again after a rebuild and not published; gone once that is done."""

    def last(self, place: str) -> int:
        """The last sequence that the log may have in an output partition."""
        said = self.said.get(place, 0)
        return max(said, self.known[place].through) if place in self.known else said


def output(topic: str, partition: int) -> str:
    """The key of an output partition."""
    return f"{topic}/{partition}"


def voice(topic: str, origin: Origin) -> str:
    """The key of a producer's partition, as heard on an input topic."""
    return f"{topic}/{origin.producer}/{origin.partition}"


_STORED: Final = TypeAdapter(Ledger)


def dump_ledger(ledger: Ledger) -> bytes:
    """The ledger as it is stored."""
    return _STORED.dump_json(ledger)


def load_ledger(stored: bytes) -> Ledger:
    """The inverse of `dump_ledger`; a seat that never had a turn has an empty one."""
    return _STORED.validate_json(stored) if stored else Ledger()
