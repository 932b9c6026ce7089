"""How many notices of a partition may be claimed now: a limit of those in hand and one of those in a minute."""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """Notices in hand (claimed or being delivered), and how many were claimed in the minute since the epoch."""

    in_hand: int = 0
    minute: int = 0
    claimed: int = 0

    def counted(self, before: bool, after: bool) -> "Pace":
        """The pace once a notice has come into hand or gone out of it."""
        return replace(self, in_hand=self.in_hand + after - before)

    def spent(self, now: int) -> "Pace":
        """The pace once one more was claimed in the minute of ``now``, an epoch second."""
        minute = now // _MINUTE
        return replace(self, minute=minute, claimed=1 + (self.claimed if minute == self.minute else 0))

    def room(self, now: int, in_hand: int, per_minute: int) -> int:
        """How many may be claimed at ``now`` under both limits."""
        claimed = self.claimed if now // _MINUTE == self.minute else 0
        return max(0, min(in_hand - self.in_hand, per_minute - claimed))

    def look_again(self, now: int, wake: int | None, in_hand: int, per_minute: int) -> int | None:
        """The epoch second at which a notice that is due at ``wake`` may be claimed.

        None when nothing waits, or when the limit of those in hand is reached: then an outcome makes room.
        """
        if wake is None or self.in_hand >= in_hand:
            return None
        if self.room(now, in_hand, per_minute):
            return wake
        return max(wake, (now // _MINUTE + 1) * _MINUTE)


_STORED = TypeAdapter(Pace)


def dump_pace(pace: Pace) -> bytes:
    """The pace as it is stored."""
    return _STORED.dump_json(pace)


def load_pace(stored: bytes) -> Pace:
    """The inverse of ``dump_pace``."""
    return _STORED.validate_json(stored)
