"""The shipped example: 120 days of an invented broadband company, from 1 January to 30 April 2026.

About 200 invoices to 70 invented customers, the bank's payments each banking morning, and what people said
meanwhile: each story that Eräpäivä knows how to follow is told at least once. ``python -m services.example.write``
writes the event files anew from `cast` (who) and `stories` (what happened).
"""

from datetime import date
from pathlib import Path
from typing import Final

CREDITOR: Final = "esimerkkila"
"""The example's one creditor."""
FIRST_DAY: Final = date(2026, 1, 1)
LAST_DAY: Final = date(2026, 4, 30)
"""The last day that is told: a banking day, the 120th."""

EVENTS: Final = Path(__file__).with_name("events")
_SOURCES: Final = ("creditor", "billing", "bank", "people")


def event_files() -> tuple[Path, ...]:
    """The example's event files; where two events have one instant, the earlier file goes first."""
    return tuple(EVENTS / f"{source}.jsonl" for source in _SOURCES)
