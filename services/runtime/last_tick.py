"""The last tick that was told, as every store remembers it: time only rises, whoever tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from services.runtime.store.port import Store

BOOKMARK: Final = "reached"
"""The name under which the instant is kept."""


def last_tick(store: Store) -> datetime | None:
    """The instant of the last tick; None while none was told."""
    told = store.bookmark(BOOKMARK)
    return datetime.fromisoformat(told) if told else None


def remember_tick(store: Store, instant: datetime) -> None:
    """Keep the instant of the last tick, inside the open transaction."""
    store.set_bookmark(BOOKMARK, as_kept(instant))


def as_kept(instant: datetime) -> str:
    """The instant as a bookmark keeps it: ISO text in UTC."""
    return instant.astimezone(UTC).isoformat()
