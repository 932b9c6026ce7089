"""Tables of read-model version 1 brought to version 2.

A hand-over's list of invoices left its key to a digest of it, and suggestions say which account they are about. What
was not kept before (payments, their uses) comes with the first records that are taken after the change.
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


def to_version_2(store: Store) -> None:
    """Make the tables anew with the rows that they have, inside the open transaction."""
    rows = store.tables.query("SELECT * FROM handover")
    store.tables.alter(("DROP TABLE handover", _HANDOVER, "DROP TABLE payment_suggestion"))
    store.tables.upsert("handover", [{**row, "digest": _digest(row["invoices"])} for row in rows])


def _digest(invoices: object) -> str:
    return sha256(str(invoices).encode()).hexdigest()
