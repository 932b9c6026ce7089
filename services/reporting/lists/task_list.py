"""The tasks that are open, the longest first, and what settles each (`erapaiva tasks`)."""

import json
from collections.abc import Iterator
from shlex import join
from typing import Any

from services.reporting.reading import QueryRow, query_rows, text
from services.reporting.reasons import sentence_of
from services.runtime.store.port import Store

_OF_ACCOUNTS = "SELECT * FROM open_task_now WHERE ? IN ('', creditor)"
_OF_CREDITORS = """
    SELECT t.*, t.date AS since FROM task t WHERE t.debtor = '' AND ? IN ('', t.creditor) AND EXISTS (
        SELECT 1 FROM unmatched_payment_now u
        WHERE u.creditor = t.creditor AND u.account = t.account AND u.payment = t.payment)
"""


def open_tasks(store: Store, creditor: str | None = None) -> list[dict[str, Any]]:
    """All tasks of one creditor or of all that nobody settled and whose matter stands; of accounts and of money."""
    rows = [*query_rows(store, _OF_ACCOUNTS, (creditor or "",)), *query_rows(store, _OF_CREDITORS, (creditor or "",))]
    found = [_entry(row) for row in rows]
    return sorted(found, key=lambda each: tuple(str(each.get(name) or "") for name in _ORDER))


_ORDER = ("since", "creditor", "debtor", "task", "invoice", "payment")


def task_words(entry: dict[str, Any]) -> str:
    """A task in words: what it is about, and the lines that settle it."""
    about = " ".join(f"{name} {entry[name]}" for name in ("invoice", "payment", "correction") if entry[name])
    whose = entry["debtor"] or ", ".join(entry["debtors"])
    first = f"{entry['since']}  {entry['creditor']}  {whose}  {entry['task']}" + (f" ({about})" if about else "")
    return "\n".join((f"{first}: {sentence_of(entry['reason'])}", *(f"  $ {line}" for line in entry["settle"])))


def _entry(row: QueryRow) -> dict[str, Any]:
    debtors = json.loads(text(row, "debtors")) if row.get("debtors") else []
    entry: dict[str, Any] = {name: row[name] or None for name in ("creditor", "debtor", "task", "reason", "since")}
    entry |= {name: row[name] or None for name in ("invoice", "account", "payment", "correction")}
    return entry | {
        "step": row.get("step"),
        "debtors": debtors,
        "settle": [join(line) for line in _settled_by(entry, row)],
    }


def _settled_by(entry: dict[str, Any], row: QueryRow) -> Iterator[list[str]]:
    """What a person types: what settles the matter, else that the task is done. It leaves by itself with its matter."""
    account = [f"{name}={entry[name]}" for name in ("creditor", "debtor", "invoice") if entry[name]]
    if entry["payment"]:
        where = ["--creditor", entry["creditor"], "--account", entry["account"]]
        yield ["erapaiva", "unmatched", "place", entry["payment"], "--debtor", entry["debtor"] or "ID", *where]
        if entry["debtor"]:
            yield ["erapaiva", "unmatched", "not-of", entry["payment"], "--debtor", entry["debtor"], *where]
        return
    match entry["task"]:
        case "approve":
            yield ["erapaiva", "tell", "step.approved", *account, f"step={row['step']}"]
        case "find-address":
            yield ["erapaiva", "tell", "debtor.updated", *account, "party.email=ADDRESS"]
        case "rest":
            yield ["erapaiva", "tell", "receivable.written-off", *account, "reason=small"]
        case "missed-instalment":
            yield ["erapaiva", "tell", "plan.ended", *account[:2], "reason=REASON"]
        case "correction" if entry["reason"] == "corrected":
            settled = [*account, f"correction={entry['correction']}"]
            yield ["erapaiva", "tell", "correction.settled", *settled, "as=replace"]
            yield ["erapaiva", "tell", "correction.settled", *settled, "as=add"]
    yield ["erapaiva", "tell", "task.done", *account, f"task={entry['task']}", "outcome=OUTCOME"]
