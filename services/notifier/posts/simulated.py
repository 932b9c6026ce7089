"""The post that delivers nothing, for ``play`` and tests, and the addresses whose letters fail (design.md §9)."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from schemas.channels import channel_named
from schemas.journal import Fault
from services.notifier.posts.post import Attempt, Outcome, OutcomeBox, Status

SIMULATOR: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "temp-fail@simulator.invalid": "deferred",
        "perm-fail@simulator.invalid": "failed",
        "unknown@simulator.invalid": "unknown",
    }
)
"""Addresses that show what happens when a delivery fails (design.md §9); all other letters are accepted."""


class SimulatedPost:
    """Accepts every letter at once and writes nothing; the simulator's addresses fail as they are named."""

    def __init__(self, *, trial: bool = True) -> None:
        self._box = OutcomeBox()
        self._trial = trial

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        """Nothing leaves, so that there is room for all."""
        return self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        """There is room for all."""

    def send(self, attempt: Attempt) -> None:
        """Decide the outcome at once."""
        self._box.take(attempt)
        self._box.put(simulated(attempt, trial=self._trial))

    def recover(self, attempt: Attempt) -> None:
        """Nothing has left or ever will, so it is simply decided again."""
        if self._box.take(attempt):
            self._box.put(simulated(attempt, trial=self._trial))

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet."""
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes."""
        self._box.drop(outcomes)

    def close(self) -> None:
        """There is nothing to end."""


def simulated(attempt: Attempt, *, trial: bool) -> Outcome:
    """The outcome that an attempt's address asks for, at the instant of the attempt."""
    letter = attempt.letter
    address = letter.recipient.email if channel_named(letter.channel).address == "email" else None
    status = SIMULATOR.get((address or "").lower(), "accepted")
    detail = None if status == "accepted" else "simulated"
    fault: Fault | None = "address" if status == "failed" else None
    return Outcome(letter.notice, attempt.partition, attempt.at, status, attempt.at, detail, trial, fault)
