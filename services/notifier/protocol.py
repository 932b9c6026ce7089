"""What may happen to one notice, from its plan to its one end (design.md §7). Pure: no clock, no store, no post.

``planned -> claimed -> granted -> attempting -> accepted | deferred | failed | unknown``, or ``withdrawn`` before
attempting. A granted notice waits until its post has room; a deferred one is claimed again; an unknown one waits for a
person.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from pydantic import TypeAdapter

from schemas.journal import Fault


class State(StrEnum):
    """The state of a notice."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    GRANTED = "granted"
    ATTEMPTING = "attempting"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"

    @property
    def is_end(self) -> bool:
        """Whether the notice is closed: no move leads out of this state."""
        return self in (State.ACCEPTED, State.FAILED, State.WITHDRAWN)

    @property
    def is_in_hand(self) -> bool:
        """Whether it counts towards the limit of notices that are under way at once."""
        return self in (State.CLAIMED, State.GRANTED, State.ATTEMPTING)


class Move(StrEnum):
    """What can happen to a notice; each move leads from some states to one (``_MOVES``)."""

    CLAIM = "claim"
    GRANT = "grant"
    ATTEMPT = "attempt"
    ACCEPT = "accept"
    FAIL = "fail"
    DEFER = "defer"
    LOSE = "lose"
    WITHDRAW = "withdraw"


_MOVES: Final = MappingProxyType(
    {
        Move.CLAIM: ({State.PLANNED, State.DEFERRED, State.GRANTED}, State.CLAIMED),
        Move.GRANT: ({State.CLAIMED}, State.GRANTED),
        Move.ATTEMPT: ({State.GRANTED}, State.ATTEMPTING),
        Move.ACCEPT: ({State.ATTEMPTING, State.UNKNOWN}, State.ACCEPTED),
        Move.FAIL: ({State.ATTEMPTING, State.UNKNOWN}, State.FAILED),
        Move.DEFER: ({State.ATTEMPTING}, State.DEFERRED),
        Move.LOSE: ({State.ATTEMPTING}, State.UNKNOWN),
        Move.WITHDRAW: ({State.PLANNED, State.CLAIMED, State.GRANTED, State.DEFERRED}, State.WITHDRAWN),
    }
)
"""From where each move is right, and where it leads. A granted notice whose grant ran out is claimed again."""

_FIRST_RETRY: Final = timedelta(minutes=5)
_LONGEST_RETRY: Final = timedelta(hours=1)
_LAST_ZONE: Final = timedelta(hours=12)


class WrongMoveError(ValueError):
    """A move that is not right where the notice is."""

    def __init__(self, notice: "Notice", move: Move) -> None:
        super().__init__(f"notice {notice.notice}: {move} is not right while it is {notice.state}")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. ``day`` is printed on its letter, ``tries`` counts attempts, ``attempted`` is the last one's instant.

    ``trial`` is the outcome's, of an attempt whose outcome is unknown; ``waits_at`` the key of its letter among those
    that wait for their post to have room.
    """

    notice: str
    creditor: str
    debtor: str
    day: date
    state: State = State.PLANNED
    tries: int = 0
    attempted: datetime | None = None
    trial: bool = False
    waits_at: str | None = None

    def may(self, move: Move) -> bool:
        """Whether the move is right where the notice is."""
        return self.state in _MOVES[move][0]

    def after(self, move: Move) -> "Notice":
        """The notice once the move has happened; WrongMoveError when it is not right here."""
        if not self.may(move):
            raise WrongMoveError(self, move)
        return replace(self, state=_MOVES[move][1], waits_at=None)

    def waiting(self, at: str) -> "Notice":
        """The notice, which is granted, while its letter waits under that key."""
        return replace(self, waits_at=at)

    def attempting(self, at: datetime) -> "Notice":
        """The notice once its letter is being given to the post, one try more."""
        return replace(self.after(Move.ATTEMPT), tries=self.tries + 1, attempted=at)

    def lost(self, *, trial: bool) -> "Notice":
        """The notice once an attempt has ended and nobody knows whether it delivered the letter."""
        return replace(self.after(Move.LOSE), trial=trial)


def retry_wait(tries: int) -> timedelta:
    """How long to wait after that many deferred tries: 5, 10, 20, 40 minutes, then each hour."""
    assert tries >= 1, "a wait follows a try"
    doublings = min(tries - 1, 10)
    return min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY)


def fault_settled(outcome: Literal["accepted", "failed"]) -> Fault | None:
    """The fault of a notice that a person settled: overdue flags the address where the person says so (rules.md S6)."""
    return "nobody" if outcome == "failed" else None


def day_is_over(day: date, now: datetime) -> bool:
    """Whether ``day`` has ended everywhere on earth, so that its letter can go no more (rules.md C3).

    Until then the claim decides: it is withdrawn as soon as the creditor's own day, or the policy's window, is over.
    """
    return (now - _LAST_ZONE).date() > day


_STORED: Final = TypeAdapter(Notice)


def dump_notice(notice: Notice) -> bytes:
    """The notice as it is stored."""
    return _STORED.dump_json(notice, exclude_defaults=True)


def load_notice(stored: bytes) -> Notice:
    """The inverse of ``dump_notice``."""
    return _STORED.validate_json(stored)
