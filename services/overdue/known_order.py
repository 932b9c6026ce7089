"""By what an account's entries replace each other (rules.md K1)."""

from datetime import datetime
from typing import Protocol

KnownOrder = tuple[datetime, datetime, str]
"""The instant at which it is known, the event's time, its id."""


class KnownEntry(Protocol):
    """An entry that keeps the ``time`` of its event where that is not the instant at which it is ``known``."""

    @property
    def known(self) -> datetime:
        """The instant at which it is known."""

    @property
    def time(self) -> datetime | None:
        """The event's time, or None where it is ``known``."""

    @property
    def id(self) -> str:
        """The event's id."""


def known_order(entry: KnownEntry) -> KnownOrder:
    """An entry's place among those of which the latest counts, or which end each other."""
    return entry.known, entry.time or entry.known, entry.id
