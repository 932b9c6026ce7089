"""The summary that `run --example` prints: what happened and why, counted, in one short table."""

from dataclasses import dataclass
from typing import Final

from rich.table import Table
from rich.text import Text

from services.reporting.reading import number, query_rows, text
from services.reporting.reasons import sentence_of
from services.runtime.store.port import Store


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary: what happened, how often, to how many accounts (0 where it concerns none), and why."""

    what: str
    detail: str
    times: int
    accounts: int
    why: str


_LETTERS: Final = """
    SELECT COALESCE(step, purpose) AS detail, status AS why, COUNT(*) AS times,
        COUNT(DISTINCT creditor || :between || debtor) AS accounts, MIN(letter_number) AS place
    FROM notice GROUP BY COALESCE(step, purpose), status ORDER BY place, detail, why
"""
_HELD: Final = """
    SELECT code AS detail, code, COUNT(*) AS times, COUNT(DISTINCT creditor || :between || debtor) AS accounts
    FROM withheld_reason GROUP BY code ORDER BY accounts DESC, detail
"""
_TASKS: Final = """
    SELECT task AS detail, reason AS code, COUNT(*) AS times,
        COUNT(DISTINCT creditor || :between || debtor) AS accounts
    FROM task GROUP BY task, reason ORDER BY task, reason
"""
_HANDOVERS: Final = """
    SELECT 'to the collector' AS detail, status AS why, COUNT(*) AS times,
        COUNT(DISTINCT creditor || :between || debtor) AS accounts
    FROM handover GROUP BY status ORDER BY status
"""
_UNMATCHED: Final = """
    SELECT 'payments that are nobody''s yet' AS detail, reason AS why, COUNT(*) AS times, 0 AS accounts
    FROM unmatched_payment_now WHERE :between <> '' GROUP BY reason ORDER BY reason
"""
_DEAD_LETTERS: Final = """
    SELECT 'events that could not be applied' AS detail, reason AS why, COUNT(*) AS times, 0 AS accounts
    FROM dead_letter WHERE :between <> '' AND key NOT IN (SELECT key FROM dead_letter_closed)
    GROUP BY reason ORDER BY reason
"""
_ALERTS: Final = """
    SELECT code AS detail, MIN(detail) AS why, COUNT(*) AS times, 0 AS accounts
    FROM alert WHERE :between <> '' GROUP BY code ORDER BY code
"""

_QUESTIONS: Final = (
    ("letter", _LETTERS),
    ("held back", _HELD),
    ("task", _TASKS),
    ("hand-over", _HANDOVERS),
    ("unmatched", _UNMATCHED),
    ("dead letter", _DEAD_LETTERS),
    ("alert", _ALERTS),
)


def summary(store: Store) -> tuple[SummaryLine, ...]:
    """Letters by step and outcome, letters held back by reason, tasks, hand-overs, and what waits for a person."""
    return tuple(
        SummaryLine(
            what,
            text(row, "detail"),
            number(row, "times"),
            number(row, "accounts"),
            text(row, "why") if "why" in row else sentence_of(text(row, "code")),
        )
        for what, question in _QUESTIONS
        # Ids hold no control characters, so that two ids joined by one are never two others joined.
        for row in query_rows(store, question, {"between": "\x1f"})
    )


def as_table(lines: tuple[SummaryLine, ...]) -> Table:
    """The summary for a terminal."""
    table = Table(title="What happened, and why")
    for title in ("what", "which"):
        table.add_column(title)
    for title in ("times", "accounts"):
        table.add_column(title, justify="right")
    table.add_column("why")
    for line in lines:
        accounts = str(line.accounts) if line.accounts else ""
        table.add_row(line.what, Text(line.detail), str(line.times), accounts, Text(line.why))
    if not lines:
        table.add_row("nothing", "no letter was due yet", "0", "", "")
    return table
