"""How far time has come, as the read model knows it: the same on every engine."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import law_of
from services.reporting.reading import ask, instant, number, text
from services.runtime.refusal import Refusal
from services.runtime.store.port import Store
from services.runtime.unit_of_work import UnitOfWork

_KIND: Final = "reached"
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def record_reached(lane: int, reached: datetime, unit: UnitOfWork) -> None:
    """Keep the latest frontier of a lane in a partition."""
    told = reached.isoformat(timespec="microseconds")
    known = unit.get(_KIND, str(lane))
    if known is None or known.decode() < told:
        unit.put(_KIND, str(lane), told.encode())
        unit.read_model.upsert("lane_reached", {"partition": unit.partition, "lane": lane, "instant": told})


def slowest(store: Store) -> datetime | None:
    """The instant that every lane has reached in every partition: the beginning of time while one has reached none.

    None while no lane has reached any. There are as many lanes as partitions.
    """
    (found,) = ask(store, "SELECT min(instant) AS instant, count(*) AS told FROM lane_reached")
    if not number(found, "told"):
        return None
    if number(found, "told") < store.partitions**2:
        return _BEGINNING
    return instant(found, "instant")


def last_day(store: Store) -> date:
    """The local day of the last tick that came through, in the zone of the first creditor.

    Raises Refusal while none has.
    """
    found = ask(store, "SELECT instant FROM lane_reached ORDER BY instant DESC LIMIT 1")
    if not found:
        raise Refusal("the reports have not seen a day yet; name one by --as-of, or start `erapaiva run` on the store")
    zones = ask(store, "SELECT timezone FROM creditor ORDER BY creditor LIMIT 1")
    zone = ZoneInfo(text(zones[0], "timezone") if zones else law_of(DEFAULT_COUNTRY).timezone)
    return instant(found[0], "instant").astimezone(zone).date()
