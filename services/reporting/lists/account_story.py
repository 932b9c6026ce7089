"""The whole story of an account: what is open, what holds it, what is planned, and all that happened, day by day.

`erapaiva account DEBTOR`.
"""

import json
from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from services.reporting.explain.letter_words import letter_entry, what_it_asked
from services.reporting.explain.story import StoryEntry, lines_of
from services.reporting.explain.timeline_words import money, timeline_entries
from services.reporting.lists.task_list import open_tasks, task_words
from services.reporting.reading import QueryRow, day, number, query_rows, text
from services.reporting.reasons import sentence_of
from services.runtime.store.port import Store

_OF_ACCOUNT: Final = "WHERE creditor = ? AND debtor = ?"
Account = tuple[str, str]
"""A creditor and its debtor."""


def account_stories(store: Store, debtor: str, creditor: str | None = None) -> list[str]:
    """The stories of the accounts of a debtor, of one creditor or of all.

    Raises LookupError where there is none.
    """
    rows = query_rows(store, "SELECT * FROM account WHERE debtor = ? AND ? IN ('', creditor)", (debtor, creditor or ""))
    if not rows:
        raise LookupError(f"no debtor has the id {debtor}; `erapaiva find` finds names, numbers and addresses")
    return ["\n".join(_story(store, row)) for row in sorted(rows, key=lambda row: text(row, "creditor"))]


def _story(store: Store, row: QueryRow) -> Iterator[str]:
    account = text(row, "creditor"), text(row, "debtor")
    zones = query_rows(store, "SELECT timezone FROM creditor WHERE creditor = ?", account[:1])
    zone: tzinfo = ZoneInfo(text(zones[0], "timezone")) if zones else UTC
    yield f"Debtor {account[1]} of creditor {account[0]}: {row['name']} ({row['kind']})"
    yield ""
    yield from _open(store, account)
    yield from _held_and_planned(store, account, row)
    yield ""
    yield from lines_of(
        [*_happenings(store, account, zone), *_letters(store, account, zone), *_decisions(store, account)]
    )


def _open(store: Store, account: Account) -> Iterator[str]:
    for row in _rows(store, "SELECT * FROM receivable", account, "ORDER BY effective_due, invoice"):
        currency = text(row, "currency")
        parts = ", ".join(f"{part} {money(number(row, part), currency)}" for part in ("principal", "interest", "costs"))
        step = f", step {row['step']!r}" if row["step"] else ""
        yield f"Invoice {row['invoice']}, due {row['due']}, {row['status']}{step}: {parts}"
    for row in _rows(store, "SELECT * FROM account_credit_now", account, "AND amount <> 0"):
        yield f"Credit: {money(number(row, 'amount'), text(row, 'currency'))}"


def _held_and_planned(store: Store, account: Account, row: QueryRow) -> Iterator[str]:
    for held in _rows(store, "SELECT * FROM held_money_now", account, "ORDER BY account, payment"):
        until = f" until {held['until']}" if held["until"] else " until a person decides"
        yield f"Held by payment {held['payment']}{until} ({', '.join(json.loads(text(held, 'why')))})"
    for notice in _rows(store, "SELECT * FROM notice", account, "ORDER BY date, notice"):
        if notice["status"] in ("planned", "unknown", "deferred"):
            yield f"Letter {notice['notice']} of {notice['date']}: {notice['status']}"
    for task in open_tasks(store, account[0]):
        if task["debtor"] == account[1]:
            yield "Task since " + task_words(task)
    yield f"Next check: {row['next_check'] or 'when something new becomes known'}"


def _happenings(store: Store, account: Account, zone: tzinfo) -> Iterator[StoryEntry]:
    """What became known, of whichever invoice, once where an event names several."""
    rows = _rows(store, "SELECT * FROM happening", account, "ORDER BY position, invoice")
    for invoice in dict.fromkeys(text(row, "invoice") for row in rows):
        of_invoice = [row for row in rows if row["invoice"] == invoice]
        for entry in timeline_entries(of_invoice, "EUR", zone):
            about = f"{invoice}: " if invoice else ""
            yield StoryEntry(entry.day, (about + entry.words[0], *entry.words[1:]), entry.instant)


def _letters(store: Store, account: Account, zone: tzinfo) -> Iterator[StoryEntry]:
    for row in _rows(store, "SELECT * FROM notice", account, "ORDER BY letter_number, notice"):
        listed = query_rows(store, "SELECT invoice FROM notice_line_now WHERE notice = ?", (text(row, "notice"),))
        invoices = ", ".join(sorted(text(line, "invoice") for line in listed))
        yield letter_entry(row, [f"about {invoices}", *what_it_asked(row)], zone)


def _decisions(store: Store, account: Account) -> Iterator[StoryEntry]:
    for row in _rows(store, "SELECT * FROM withheld", account, "ORDER BY position"):
        reasons = [
            each
            for each in _rows(store, "SELECT * FROM withheld_reason", account, "ORDER BY position, number")
            if each["position"] == row["position"]
        ]
        words = (f"{each['code']}{_of(each)}: {sentence_of(text(each, 'code'))}" for each in reasons)
        yield StoryEntry(day(row, "date"), (f"Step {row['step']!r} was withheld", *words))
    for row in _rows(store, "SELECT * FROM task", account, "ORDER BY date, task"):
        yield StoryEntry(day(row, "date"), (f"Task {row['task']!r}{_of(row)}: {sentence_of(text(row, 'reason'))}",))
    for row in _rows(store, "SELECT * FROM handover", account, "ORDER BY date"):
        invoices = ", ".join(json.loads(text(row, "invoices")))
        yield StoryEntry(day(row, "date"), (f"Handed over to the collector: {invoices} ({row['status']})",))


def _of(row: QueryRow) -> str:
    return f" of {row['invoice']}" if row["invoice"] else ""


def _rows(store: Store, select: str, account: Account, rest: str = "") -> list[QueryRow]:
    return query_rows(store, f"{select} {_OF_ACCOUNT} {rest}", account)
