"""The port through which letters leave.

A post takes an attempt and later has its outcome; it never raises because a letter could not be delivered. Every
implementation keeps the promises of tests/contract/post.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from schemas.journal import Fault
from schemas.letters import Letter

Status = Literal["accepted", "deferred", "failed", "unknown"]
UNLIMITED: Final = 1_000_000
"""The room of a post that takes all letters there are."""


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

    ``detail`` is a code such as ``rcpt-550-5.1.1``, never a server's text or an address. ``fault`` says why a letter
    was deferred or failed: ``refused`` defers it and raises an alert; ``failed`` means that its address is wrong.
    """

    notice: str
    partition: int
    begun: datetime
    status: Status
    at: datetime
    detail: str | None
    trial: bool
    fault: Fault | None = None


class Post(Protocol):
    """Delivers letters. Each attempt gets exactly one outcome, unless the process ends before.

    A post keeps an attempt from ``reserve``, ``send`` or ``recover`` until its outcome is acknowledged. It is
    recorded between ``reserve`` and ``send``, so that a process that dies leaves no more attempts without an outcome
    than the post delivers at once.
    """

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:
        """How many more letters of a channel it would deliver at once, when ``ended`` are acknowledged too. Cheap.

        ``UNLIMITED`` for a post that has no connections, and whose letters can be made again.
        """

    def reserve(self, attempt: Attempt) -> None:
        """Keep room for an attempt that is being recorded; ``send`` follows."""

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

    def __init__(self, at_once: int = UNLIMITED) -> None:
        """``at_once``: how many attempts the post keeps at the most."""
        self._at_once = at_once
        self._lock = threading.Lock()
        self._kept: dict[int, dict[Outcome, None]] = {}
        self._in_hand: set[tuple[str, datetime]] = set()
        self._reserved: set[tuple[str, datetime]] = set()

    def room(self, ended: Sequence[Outcome]) -> int:
        """How many more attempts may be kept once those that ``ended`` are not any more."""
        if self._at_once == UNLIMITED:
            return UNLIMITED
        with self._lock:
            kept = (self._in_hand | self._reserved) - {(outcome.notice, outcome.begun) for outcome in ended}
            return self._at_once - len(kept)

    def reserve(self, attempt: Attempt) -> None:
        """Keep room for an attempt until it is taken."""
        with self._lock:
            self._reserved.add((attempt.letter.notice, attempt.at))

    def take(self, attempt: Attempt) -> bool:
        """Keep an attempt; False when it is kept already."""
        begun = (attempt.letter.notice, attempt.at)
        with self._lock:
            is_new = begun not in self._in_hand
            self._in_hand.add(begun)
            self._reserved.discard(begun)
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
