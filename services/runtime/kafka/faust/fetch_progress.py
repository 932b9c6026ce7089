"""How far one topic's partition was read, from the moment it became ours until it is taken away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Reading:
    """Offsets of one topic's partition, each the next after what was done with the record before it.

    It is ours while ``ours``; when the partition comes back, it comes with a new reading. So a record that knows under
    which reading it was fetched knows whether it may still be handled.
    """

    fetched: int
    """After the last record that was fetched."""
    ours: bool = True
    position: int = -1
    """Where the next fetch begins; beyond `fetched` when what followed is not for reading."""
    handled: int = -1
    told: int = -1
    """Up to where the desk knows that nothing comes any more."""

    def __post_init__(self) -> None:
        self.position = self.handled = self.told = self.fetched

    def has_handled(self, offset: int) -> None:
        """The record at an offset is durable."""
        self.handled = self.told = offset + 1

    def unread_end(self) -> int | None:
        """Up to where the log has nothing more for the desk, though it was not told so yet."""
        if self.handled < self.fetched or self.position <= self.told:
            return None
        return self.position
