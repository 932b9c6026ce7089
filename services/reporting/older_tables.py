"""Tables of earlier read-model versions brought to this one.

Version 2: a hand-over's list of invoices left its key to a digest of it, and suggestions say which account they are
about. Version 3: tasks name payments, and unmatched money says since when. What was not kept before (payments, their
uses, the money that holds accounts) comes with the first records that are taken after the change.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from services.runtime.store.port import Store

_HANDOVER: Final = """CREATE TABLE handover (
    creditor TEXT NOT NULL, debtor TEXT NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL,
    status TEXT NOT NULL, invoices TEXT NOT NULL, principal BIGINT NOT NULL, interest BIGINT NOT NULL,
    costs BIGINT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (creditor, debtor, date, currency, status, digest))"""


_TASK: Final = """CREATE TABLE task (
    creditor TEXT NOT NULL, debtor TEXT NOT NULL, date TEXT NOT NULL, task TEXT NOT NULL,
    invoice TEXT NOT NULL, reason TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL, debtors TEXT,
    correction TEXT NOT NULL,
    PRIMARY KEY (creditor, debtor, date, task, invoice, reason, account, payment, correction))"""
_UNMATCHED: Final = ("DROP VIEW unmatched_payment_now", "ALTER TABLE unmatched_payment ADD COLUMN since TEXT")

_DISCOUNTS: Final = (
    "ALTER TABLE receivable ADD COLUMN discount_taken BIGINT",
    "DROP VIEW notice_line_now",
    "ALTER TABLE notice_line ADD COLUMN discount_taken BIGINT",
)

_HAPPENING: Final = ("ALTER TABLE happening ADD COLUMN notice TEXT",)

_PAYMENTS: Final = (
    """CREATE TABLE IF NOT EXISTS payment (
        creditor TEXT NOT NULL, account TEXT NOT NULL, payment TEXT NOT NULL, amount BIGINT NOT NULL,
        currency TEXT NOT NULL, booked TEXT NOT NULL,
        PRIMARY KEY (creditor, account, payment))""",
    "ALTER TABLE payment ADD COLUMN reference TEXT",
    "ALTER TABLE payment ADD COLUMN payer TEXT",
    "ALTER TABLE payment ADD COLUMN told TEXT",
)


def to_version_2(store: Store) -> None:
    """Make the tables anew with the rows that they have, inside the open transaction."""
    if not _declared(store, "handover"):
        return
    rows = store.tables.query("SELECT * FROM handover")
    store.tables.alter(("DROP TABLE handover", _HANDOVER, "DROP TABLE payment_suggestion"))
    store.tables.upsert("handover", [{**row, "digest": _digest(row["invoices"])} for row in rows])


def to_version_3(store: Store) -> None:
    """Make the table of tasks anew with the rows that it has, and add columns, inside the open transaction."""
    if not _declared(store, "task"):
        return
    tasks = store.tables.query("SELECT * FROM task")
    store.tables.alter(("DROP TABLE task", _TASK, *_UNMATCHED, *_DISCOUNTS, *_HAPPENING, *_PAYMENTS))
    new = {"account": "", "payment": "", "debtors": None, "correction": ""}
    store.tables.upsert("task", [{**row, **new} for row in tasks])


def _declared(store: Store, table: str) -> bool:
    """Whether the tables are there: a process that ended between writing the versions and declaring them left none."""
    try:
        return bool(store.tables.columns(table))
    except LookupError:
        return False


def _digest(invoices: object) -> str:
    return sha256(str(invoices).encode()).hexdigest()
