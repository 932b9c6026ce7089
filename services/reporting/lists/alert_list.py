"""Alerts to the operator, the latest last (`erapaiva alerts`)."""

from typing import Any

from services.reporting.reading import query_rows
from services.runtime.store.port import Store

_ALERTS = """
    SELECT code, creditor, date, detail, COUNT(*) AS times FROM alert
    WHERE ? IN ('', COALESCE(creditor, '')) AND COALESCE(date, '9999') >= ?
    GROUP BY code, creditor, date, detail ORDER BY COALESCE(date, ''), code, creditor, detail
"""


def alerts(store: Store, creditor: str | None = None, since: str | None = None) -> list[dict[str, Any]]:
    """The alerts of one creditor or of all, since a day (ISO) or all; those that name no day are always there."""
    return [dict(row) for row in query_rows(store, _ALERTS, (creditor or "", since or ""))]


def alert_words(entry: dict[str, Any]) -> str:
    """An alert in a line."""
    whose = entry["creditor"] or "all creditors"
    often = f" ({entry['times']} times)" if entry["times"] > 1 else ""
    return f"{entry['date'] or '-'}  {whose}  {entry['code']}: {entry['detail']}{often}"
