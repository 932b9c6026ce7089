"""Letters by what became of them (`erapaiva letters`)."""

from datetime import date
from shlex import join
from typing import Any

from schemas.money import decimal_text
from services.reporting.reading import QueryRow, number, query_rows, text
from services.runtime.store.port import Store

_LETTERS = "SELECT * FROM notice WHERE ? IN ('', creditor) ORDER BY date, creditor, debtor, letter_number, notice"
_FIELDS = ("notice", "creditor", "debtor", "date", "status", "step", "purpose", "channel", "response_by", "currency")
SETTLED_BY_PERSON = "unknown"
"""The status of a letter that only a person settles."""


def letters(
    store: Store, creditor: str | None = None, status: str | None = None, day: date | None = None
) -> list[dict[str, Any]]:
    """The letters of one creditor or of all, of one status, of one day; without either those that are not over."""
    rows = query_rows(store, _LETTERS, (creditor or "",))
    wanted = (status,) if status else (SETTLED_BY_PERSON, "planned", "deferred")
    return [
        _entry(row) for row in rows if (row["date"] == day.isoformat() if day is not None else row["status"] in wanted)
    ]


def letter_line(entry: dict[str, Any]) -> str:
    """A letter in a line, and what settles one whose outcome is unknown."""
    what = entry["step"] or entry["purpose"]
    line = f"{entry['date']}  {entry['creditor']}  {entry['debtor']}  {what}  {entry['total']} {entry['currency']}"
    line = f"{line}  {entry['status']} by {entry['channel']}  {entry['notice']}"
    return "\n".join((line, *(f"  $ {each}" for each in entry["settle"])))


def _entry(row: QueryRow) -> dict[str, Any]:
    entry: dict[str, Any] = {name: row[name] for name in _FIELDS}
    entry["total"] = decimal_text(number(row, "total"), text(row, "currency"))
    named = [f"{name}={row[name]}" for name in ("creditor", "debtor", "notice")]
    outcomes = ("accepted", "failed") if row["status"] == SETTLED_BY_PERSON else ()
    lines = (["erapaiva", "tell", "notice.settled", *named, f"outcome={outcome}"] for outcome in outcomes)
    return entry | {"settle": [join(line) for line in lines]}
