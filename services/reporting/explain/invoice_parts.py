"""An invoice in parts: its parts are the receivables, while events may name the whole (rules.md M9)."""

from services.reporting.reading import QueryRow, query_rows, text
from services.runtime.store.port import Store


def parts_of(store: Store, invoice: str) -> list[QueryRow]:
    """The receivables that are parts of the invoices with this number, in their order; none where it has no parts."""
    alike = query_rows(
        store,
        "SELECT * FROM receivable WHERE invoice LIKE ? ESCAPE '!' ORDER BY creditor, debtor, LENGTH(invoice), invoice",
        (invoice.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "/%",),
    )
    return [row for row in alike if whole_of(store, row) == invoice]


def whole_of(store: Store, receivable: QueryRow) -> str | None:
    """The number of the invoice whose part a receivable is: the only one of its name that was issued."""
    whole, _, part = text(receivable, "invoice").rpartition("/")
    if not whole or not part.isdecimal():
        return None
    issued = query_rows(
        store,
        "SELECT DISTINCT invoice FROM happening WHERE creditor = ? AND debtor = ? AND type = 'invoice.issued.v1'"
        " AND invoice IN (?, ?)",
        (text(receivable, "creditor"), text(receivable, "debtor"), whole, text(receivable, "invoice")),
    )
    return whole if [text(row, "invoice") for row in issued] == [whole] else None
