"""The debtors who have paid from a bank account (`erapaiva find`)."""

from typing import Any

from services.cash_application.matching.payer_hints import by_iban
from services.cash_application.reports.stored_rows import stored_rows
from services.cash_application.state import rows
from services.cash_application.state.row_kind import SEPARATOR
from services.runtime.store.port import Store


def debtors_who_pay_from(store: Store, iban: str) -> list[dict[str, Any]]:
    """The debtors, each with its creditor, to whom money from this IBAN was placed with certainty; spaces count not."""
    compact = "".join(iban.split()).upper()
    found = []
    for row_key, _ in stored_rows(store, rows.HINTS):
        creditor, hint, debtor = row_key.split(SEPARATOR)
        if hint == by_iban(compact):
            found.append({"by": "payer's IBAN", "creditor": creditor, "debtor": debtor, "what": compact})
    return found
