"""Which receivables an invoice's number means: itself, its parts, or the one that it replaced (rules.md M9, M10)."""

from services.reporting.reading import QueryRow, query_rows, text
from services.reporting.timeline import CORRECTED
from services.runtime.store.port import Store


def receivables_of(store: Store, invoice: str) -> list[QueryRow]:
    """The receivables of the invoices with this number: each itself, or its parts in their order."""
    own = query_rows(store, "SELECT * FROM receivable WHERE invoice = ? ORDER BY creditor, debtor", (invoice,))
    alike = query_rows(
        store,
        "SELECT * FROM receivable WHERE invoice LIKE ? ESCAPE '!' ORDER BY creditor, debtor, LENGTH(invoice), invoice",
        (invoice.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "/%",),
    )
    return [*own, *(row for row in alike if whole_of(store, row) == invoice)]


def replaced_by(store: Store, invoice: str) -> list[str]:
    """The numbers of the invoices that the one with this number has replaced."""
    found = query_rows(
        store,
        "SELECT DISTINCT invoice FROM happening WHERE type = ? AND words = ? AND invoice <> ? ORDER BY invoice",
        (CORRECTED, invoice, invoice),
    )
    return [text(row, "invoice") for row in found]


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
