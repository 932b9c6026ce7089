"""The last tick that was published, as every store keeps it: time only rises, whichever process publishes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from services.runtime.store.port import Store

BOOKMARK: Final = "reached"
"""The name of the bookmark that holds the instant."""


def last_tick(store: Store) -> datetime | None:
    """The instant of the last tick; None before the first."""
    kept = store.bookmark(BOOKMARK)
    return datetime.fromisoformat(kept) if kept else None


def remember_tick(store: Store, instant: datetime) -> None:
    """Keep the instant of the last tick, inside the open transaction."""
    store.set_bookmark(BOOKMARK, as_kept(instant))


def as_kept(instant: datetime) -> str:
    """The instant as a bookmark keeps it: ISO text in UTC."""
    return instant.astimezone(UTC).isoformat()
