"""The port through which letters leave.

A post takes an attempt and later has its outcome; it never raises because a letter could not be delivered. Every
implementation keeps the promises of tests/contract/post.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from schemas.letters import Letter

Status = Literal["accepted", "deferred", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at delivering a granted letter: begun ``at``, not to be made after ``good_until`` (both aware, UTC)."""

    letter: Letter
    partition: int
    at: datetime
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the attempt that began at ``begun``, known ``at`` (both aware, UTC).

    ``detail`` is a code such as ``rcpt-550``, never a server's text or an address.
    """

    notice: str
    partition: int
    begun: datetime
    status: Status
    at: datetime
    detail: str | None
    trial: bool


class Post(Protocol):
    """Delivers letters. Each attempt gets exactly one outcome, unless the process ends before.

    A post keeps an attempt from ``send`` or ``recover`` until its outcome is acknowledged.
    """

    def send(self, attempt: Attempt) -> None:
        """Take an attempt that is recorded durably. Its outcome comes later, by ``outcomes``."""

    def recover(self, attempt: Attempt) -> None:
        """Take an attempt that has no outcome yet, and may or may not have been made.

        One that this post is still delivering goes on: its outcome comes. One of another process is never made
        again if it could reach a person: its outcome is what can be found out, else ``unknown``.
        """

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet, in the order they became known. Cheap."""

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes: they are recorded durably. Those of another post are left to it."""

    def close(self) -> None:
        """Take no more attempts and end those under way; ``outcomes`` still has what is known of them."""


class OutcomeBox:
    """The attempts that a post keeps, and their outcomes; may be filled by one thread and emptied by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, dict[Outcome, None]] = {}
        self._in_hand: set[tuple[str, datetime]] = set()

    def take(self, attempt: Attempt) -> bool:
        """Keep an attempt; False when it is kept already."""
        begun = (attempt.letter.notice, attempt.at)
        with self._lock:
            is_new = begun not in self._in_hand
            self._in_hand.add(begun)
        return is_new

    def put(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        with self._lock:
            self._kept.setdefault(outcome.partition, {})[outcome] = None

    def of(self, partition: int) -> Sequence[Outcome]:
        """The outcomes kept for a partition."""
        with self._lock:
            return tuple(self._kept.get(partition, ()))

    def drop(self, outcomes: Iterable[Outcome]) -> None:
        """Keep these no longer; those that are not here belong to another post."""
        with self._lock:
            for outcome in outcomes:
                kept = self._kept.get(outcome.partition, {})
                kept.pop(outcome, None)
                self._in_hand.discard((outcome.notice, outcome.begun))
                if not kept:
                    self._kept.pop(outcome.partition, None)
