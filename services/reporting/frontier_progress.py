"""How far time has come: the frontier that each lane has reached in each partition, as rows."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import law_of
from services.reporting.reading import instant, number, query_rows, text
from services.runtime.refusal import Refusal
from services.runtime.store.port import Store
from services.runtime.unit_of_work import UnitOfWork

_KIND: Final = "reached"
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def record_frontier(lane: int, reached: datetime, unit: UnitOfWork) -> None:
    """Keep the latest frontier of a lane in this partition; an earlier one changes nothing."""
    text_of_instant = reached.isoformat(timespec="microseconds")
    known = unit.get(_KIND, str(lane))
    if known is None or known.decode() < text_of_instant:
        unit.put(_KIND, str(lane), text_of_instant.encode())
        unit.read_model.upsert("lane_reached", {"partition": unit.partition, "lane": lane, "instant": text_of_instant})


def slowest_frontier(store: Store) -> datetime | None:
    """The earliest frontier: the instant that every lane has reached in every partition.

    `datetime.min` in UTC while some lane has reached none, None while none has. There are as many lanes as partitions.
    """
    (found,) = query_rows(store, "SELECT min(instant) AS instant, count(*) AS lanes FROM lane_reached")
    if not number(found, "lanes"):
        return None
    if number(found, "lanes") < store.partitions**2:
        return _BEGINNING
    return instant(found, "instant")


def last_day(store: Store) -> date:
    """The local day of the latest frontier, in the time zone of the first creditor by id.

    Raises Refusal while there is no frontier.
    """
    found = query_rows(store, "SELECT instant FROM lane_reached ORDER BY instant DESC LIMIT 1")
    if not found:
        raise Refusal("the reports have not seen a day yet; name one by --as-of, or start `erapaiva run` on the store")
    zones = query_rows(store, "SELECT timezone FROM creditor ORDER BY creditor LIMIT 1")
    zone = ZoneInfo(text(zones[0], "timezone") if zones else law_of(DEFAULT_COUNTRY).timezone)
    return instant(found[0], "instant").astimezone(zone).date()
