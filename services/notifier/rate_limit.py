"""How many notices of a partition may be claimed now: a limit of those under way and one of claims in a minute."""

from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class ClaimRate:
    """How much of both limits is used.

    Attributes:
        in_hand: notices under way: claimed, granted or being delivered.
        minute: minutes since the epoch at the last claim.
        claimed: claims in that minute.
    """

    in_hand: int = 0
    minute: int = 0
    claimed: int = 0

    def counted(self, before: bool, after: bool) -> "ClaimRate":
        """The rate once a notice that was under way ``before``, or not, is so ``after``, or not."""
        return replace(self, in_hand=self.in_hand + after - before)

    def with_claim(self, now: int) -> "ClaimRate":
        """The rate once one more was claimed in the minute of ``now``, an epoch second."""
        minute = now // _MINUTE
        return replace(self, minute=minute, claimed=1 + (self.claimed if minute == self.minute else 0))

    def claims_left(self, now: int, in_hand: int, per_minute: int) -> int:
        """How many more may be claimed at ``now`` under both limits."""
        claimed = self.claimed if now // _MINUTE == self.minute else 0
        return max(0, min(in_hand - self.in_hand, per_minute - claimed))

    def next_claim(self, now: int, wake: int | None, in_hand: int, per_minute: int) -> int | None:
        """The epoch second at which a notice that is due at ``wake`` may be claimed.

        None when nothing waits, or when the limit of those under way is reached: then an outcome allows the next claim.
        """
        if wake is None or self.in_hand >= in_hand:
            return None
        if self.claims_left(now, in_hand, per_minute):
            return wake
        return max(wake, (now // _MINUTE + 1) * _MINUTE)


_STORED: Final = TypeAdapter(ClaimRate)


def dump_claim_rate(rate: ClaimRate) -> bytes:
    """The rate as it is stored."""
    return _STORED.dump_json(rate)


def load_claim_rate(stored: bytes) -> ClaimRate:
    """The inverse of ``dump_claim_rate``."""
    return _STORED.validate_json(stored)
