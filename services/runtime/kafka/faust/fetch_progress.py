"""The fetch progress of one topic-partition, from its assignment to the process until it is revoked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class FetchProgress:
    """Offsets of one topic-partition; each is the offset after the last record that it concerns.

    When a revoked partition is assigned again it gets a new object. Each fetched record holds the one under which it
    was fetched, and may be handled only while that is still `assigned`.
    """

    fetched: int
    """After the last record that was fetched."""
    assigned: bool = True
    """Whether the partition has not been revoked since."""
    position: int = -1
    """Where the next fetch begins; beyond `fetched` when offsets without a record followed."""
    handled: int = -1
    """After the last record that was handled."""
    reported: int = -1
    """The offset before which the handler knows that no further record comes."""

    def __post_init__(self) -> None:
        self.position = self.handled = self.reported = self.fetched

    def mark_handled(self, offset: int) -> None:
        """The record at an offset was handled, durably."""
        self.handled = self.reported = offset + 1

    def end_to_report(self) -> int | None:
        """The offset before which no further record comes; None while records wait, or when it was reported."""
        if self.handled < self.fetched or self.position <= self.reported:
            return None
        return self.position
