"""Fetching the rows that a batch will ask for, many at a time instead of one by one. It changes no answer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schemas.events import AccountData, InvoiceIssued, PaymentReceived
from schemas.facts import Fact, FactsMessage
from services.cash_application import changes
from services.cash_application.identity import SEEN, seen_key
from services.cash_application.remittance import folded_number
from services.cash_application.rows import ACCOUNTS, INVOICE_NUMBERS, INVOICES, PAYMENTS, REFERENCES, key
from services.runtime.unit_of_work import UnitOfWork


def fetch(unit: UnitOfWork, messages: Sequence[FactsMessage]) -> None:
    """Have the unit read what these messages need."""
    wanted: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for message in messages:
        if isinstance(message, Fact):
            for kind, at in _rows_of(message):
                wanted[kind][at] = None
    for kind, keys in wanted.items():
        unit.get_many(kind, list(keys))


def _rows_of(fact: Fact) -> Iterator[tuple[str, str]]:
    data = fact.data
    yield SEEN, seen_key(fact)
    if isinstance(data, PaymentReceived):
        yield PAYMENTS.name, key(data.creditor, data.account, data.payment)
        if data.reference is not None:
            yield REFERENCES.name, key(data.creditor, data.reference)
        if data.debtor is not None:
            yield ACCOUNTS.name, key(data.creditor, data.debtor)
    elif isinstance(data, InvoiceIssued):
        yield INVOICES.name, key(data.creditor, data.invoice)
        yield REFERENCES.name, key(data.creditor, data.reference)
        yield ACCOUNTS.name, key(data.creditor, data.debtor)
        yield INVOICE_NUMBERS.name, key(data.creditor, folded_number(data.invoice) or "")
        yield changes.WATCHED, changes.of_invoices(data.creditor, data.debtor)
    elif isinstance(data, AccountData):
        invoice: str | None = getattr(data, "invoice", None)
        if invoice is None:
            yield ACCOUNTS.name, key(data.creditor, data.debtor)
        else:
            yield INVOICES.name, key(data.creditor, invoice)
