"""The sequences of a partition task: the last number sent to each output partition and received from each producer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import AliasChoices, ConfigDict, Field, TypeAdapter

from services.runtime.kafka.broker.headers import Origin
from services.runtime.kafka.engine.hash_chain import FIRST


def _stored_as(name: str, older: str) -> Any:
    return Field(validation_alias=AliasChoices(name, older))


@dataclass(slots=True)
class LoggedOutput:
    """The records of a task that one output partition held before a rebuild; the task makes them again."""

    through: int
    """The last sequence."""
    chain: str | None
    """The hash chain of them all; None where their order may differ, so that they are only counted."""
    made: str = FIRST
    """The hash chain of those that were made again so far."""


@dataclass(slots=True)
class Sequences:
    """Stored with the partition task and changed by each of its transactions.

    An output partition is ``topic/partition`` (`output_key`), a producer ``topic/worker/partition`` (`producer_key`).
    The second name of a field is the one that stores before version 0.2.0 have.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # a lost sequence would be a silent repetition

    number: int = 0
    """The number of the task's last pending record, over all output partitions."""
    sent: Annotated[dict[str, int], _stored_as("sent", "said")] = field(default_factory=dict)
    """By output partition, the last sequence given to a record."""
    verified: Annotated[dict[str, int], _stored_as("verified", "reached")] = field(default_factory=dict)
    """By output partition, the offset before which the log is known to hold no record of the task beyond `sent`."""
    received: Annotated[dict[str, int], _stored_as("received", "heard")] = field(default_factory=dict)
    """By producer, the last sequence applied."""
    logged: Annotated[dict[str, LoggedOutput], _stored_as("logged", "known")] = field(default_factory=dict)
    """By output partition, the records to be made again after a rebuild, unpublished; removed once that is done."""

    def last(self, output: str) -> int:
        """The last sequence that the log may hold in an output partition."""
        sent = self.sent.get(output, 0)
        return max(sent, self.logged[output].through) if output in self.logged else sent


def output_key(topic: str, partition: int) -> str:
    """The key of an output partition."""
    return f"{topic}/{partition}"


def producer_key(topic: str, origin: Origin) -> str:
    """The key of a producer: a worker's partition, writing to an input topic."""
    return f"{topic}/{origin.producer}/{origin.partition}"


_STORED: Final = TypeAdapter(Sequences)


def dump_sequences(sequences: Sequences) -> bytes:
    """The sequences as they are stored: JSON."""
    return _STORED.dump_json(sequences)


def load_sequences(stored: bytes) -> Sequences:
    """The inverse of `dump_sequences`; empty sequences for a task that has had no transaction."""
    return _STORED.validate_json(stored) if stored else Sequences()
