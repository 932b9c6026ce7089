"""The shipped example: 120 days of an invented broadband company, from 1 January to 30 April 2026.

About 200 invoices to 70 invented customers, the bank's payments each banking morning, and what people
recorded meanwhile: each kind of event that Eräpäivä handles occurs at least once. Most of it comes as events; some
invoices come as Finvoice, a day's payments as KTL, those of April as camt.054 with camt.053 (`file_kinds`).
``python -m services.example.write`` writes the files anew from `customers` (who) and `stories` (what happened).
"""

from datetime import date
from pathlib import Path
from typing import Final

CREDITOR: Final = "esimerkkila"
"""The example's one creditor."""
FIRST_DAY: Final = date(2026, 1, 1)
LAST_DAY: Final = date(2026, 4, 30)
"""The last day of the example: a banking day, the 120th."""

EVENTS: Final = Path(__file__).with_name("events")
_FILES: Final = (
    "creditor.jsonl",
    "billing.jsonl",
    "billing.finvoice.xml",
    "bank.jsonl",
    "bank.ktl",
    "bank.camt.054.xml",
    "bank.camt.053.xml",
    "people.jsonl",
)


def event_files() -> tuple[Path, ...]:
    """The example's files; where two facts have one instant, that of the earlier file goes first."""
    return tuple(EVENTS / name for name in _FILES)
