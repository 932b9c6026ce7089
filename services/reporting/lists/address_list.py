"""The addresses of debtors that are flagged, as letters failed there (`erapaiva addresses`; rules.md S6)."""

from collections.abc import Iterator
from shlex import join
from typing import Any

from services.reporting.reading import query_rows, text
from services.runtime.store.port import Store

FLAGGED = "flagged"
"""The kind of a row for an address at which a letter failed."""
EMAIL = "email"
"""The kind of a row for the debtor's e-mail address in force."""
_ADDRESSES = """
    SELECT * FROM contact_address_now WHERE kind = 'flagged' AND ? IN ('', creditor) ORDER BY creditor, debtor, address
"""


def flagged_addresses(store: Store, creditor: str | None = None) -> list[dict[str, Any]]:
    """The flagged addresses of one creditor's debtors or of all, and what clears each."""
    return [
        {
            "creditor": row["creditor"],
            "debtor": row["debtor"],
            "address": row["address"],
            "settle": list(_cleared_by(text(row, "creditor"), text(row, "debtor"), text(row, "address"))),
        }
        for row in query_rows(store, _ADDRESSES, (creditor or "",))
    ]


def address_words(entry: dict[str, Any]) -> str:
    """A flagged address, and the lines that clear it."""
    line = f"{entry['creditor']}  {entry['debtor']}  {entry['address']}"
    return "\n".join((line, *(f"  $ {each}" for each in entry["settle"])))


def _cleared_by(creditor: str, debtor: str, address: str) -> Iterator[str]:
    account = [f"creditor={creditor}", f"debtor={debtor}"]
    if "@" in address:
        yield join(["erapaiva", "tell", "debtor.updated", *account, "party.email=ADDRESS"])
        yield join(["erapaiva", "tell", "address.cleared", *account, f"email={address}"])
    else:
        yield join(["erapaiva", "tell", "debtor.updated", *account, "party.address.street=STREET"])
