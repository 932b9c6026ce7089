"""By which file a fact of the example comes: most as events, some as billing systems and banks really send them."""

from datetime import date
from typing import Final, Literal

from services.example.books import ExampleInvoice
from services.example.customers import ON_TIME

KTL_MORNING: Final = date(2026, 2, 24)
"""The morning whose payments come as a KTL batch."""
FIRST_CAMT_MORNING: Final = date(2026, 4, 1)
"""From then on the bank sends camt.054 and camt.053."""

_FINVOICE_MONTH: Final = (2026, 2)
_BY_FINVOICE: Final = frozenset(debtor.id for debtor in ON_TIME if debtor.kind == "consumer")


def is_finvoice(invoice: ExampleInvoice) -> bool:
    """Whether an invoice comes as a Finvoice message: those of one month to consumers who pay in time."""
    issued = invoice.issued
    return (issued.year, issued.month) == _FINVOICE_MONTH and invoice.debtor.id in _BY_FINVOICE


def payments_come_as(morning: date) -> Literal["events", "ktl", "camt"]:
    """How the bank reports a morning's payments."""
    if morning >= FIRST_CAMT_MORNING:
        return "camt"
    return "ktl" if morning == KTL_MORNING else "events"
