"""How far time has come, as the read model knows it: the same on every engine."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.reporting.reading import ask, instant, text
from services.runtime.refusal import Refusal
from services.runtime.store import Store
from services.runtime.unit_of_work import UnitOfWork

_KIND: Final = "reached"
_ZONE: Final = "Europe/Helsinki"
"""Whose days are counted while no creditor is registered."""


def record_reached(reached: datetime, unit: UnitOfWork) -> None:
    """Keep the latest frontier of a partition; those of its lanes come in no order."""
    told = reached.isoformat(timespec="microseconds")
    known = unit.get(_KIND, "")
    if known is None or known.decode() < told:
        unit.put(_KIND, "", told.encode())
        unit.read_model.upsert("reached", {"partition": unit.partition, "instant": told})


def slowest(store: Store) -> datetime | None:
    """The instant that every partition has reached; None while none has reached any."""
    found = ask(store, "SELECT min(instant) AS instant FROM reached")
    return None if found[0]["instant"] is None else instant(found[0], "instant")


def last_day(store: Store) -> date:
    """The local day of the last tick that came through, in the zone of the first creditor.

    Raises Refusal while none has.
    """
    found = ask(store, "SELECT instant FROM reached ORDER BY instant DESC LIMIT 1")
    if not found:
        raise Refusal("the reports have not seen a day yet; name one by --as-of, or start `erapaiva run` on the store")
    zones = ask(store, "SELECT timezone FROM creditor ORDER BY creditor LIMIT 1")
    zone = ZoneInfo(text(zones[0], "timezone") if zones else _ZONE)
    return instant(found[0], "instant").astimezone(zone).date()
