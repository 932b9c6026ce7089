"""Events per second end to end: from a file's line to the read model, on the embedded engine with a durable store.

Two months of the same business as in ``deciding``: each morning its events and the bank's word are published and
settled durably, then the window opens and the day's letters are planned, granted and accepted.
"""

from datetime import date
from pathlib import Path
from typing import Final

from services.law.calendar import banking_day
from tests.bench.business import fed, monthly_business, registered
from tests.bench.engine_room import notices, publish, reach, running
from tests.bench.measuring import Figure, Stopwatch, followed

_DEBTORS: Final = 10_000
_FIRST_DAY: Final = date(2026, 2, 1)
_DAYS: Final = 60
_TICKS: Final = ("07:01", "09:00", "09:01")
"""The night's events are in; the window opens, letters are planned and claimed; they are granted and go."""


def measure(folder: Path, scale: float) -> list[Figure]:
    """Play two months through all workers."""
    days = list(monthly_business(max(1, int(_DEBTORS * scale)), _FIRST_DAY, _DAYS))
    events = 0
    with running(folder / "flow.db") as engine:
        publish(engine, [registered(_FIRST_DAY)])
        with Stopwatch() as watch:
            for day, news in followed(days, len(days), "Two months"):
                published = [*news, fed(day)] if banking_day(day, "FI") else news
                publish(engine, published)
                events += len(published)
                for clock in _TICKS:
                    reach(engine, day, clock)
        letters = notices(engine, "accepted")
    return [
        Figure("events end to end, durable", events / watch.seconds, "events/s", 10_000),
        watch.each("  an event, of the processor", events, "event"),
        Figure("letters accepted meanwhile", letters / watch.seconds, "letters/s"),
    ]
