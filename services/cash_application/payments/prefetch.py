"""Reading the rows that a batch will need, many at a time instead of one by one. No result depends on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from schemas.data import AccountData
from schemas.facts import Fact, FactsMessage
from schemas.invoice_events import InvoiceIssued
from schemas.payment_events import PaymentReceived
from services.cash_application.identity_of_money import equal_sums, naming
from services.cash_application.matching import name_index, payer_hints
from services.cash_application.matching.candidates import rows_of_candidates
from services.cash_application.matching.remittance import folded_number
from services.cash_application.state import subscriptions
from services.cash_application.state.account_numbers import drawn_number
from services.cash_application.state.identity import seen_key
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import (
    ACCOUNTS,
    CHANNELS_OF_SUM,
    INVOICE_NUMBERS,
    INVOICES,
    LUMPS,
    MONEY_IDS,
    NUMBERS,
    PAYMENTS,
    REFERENCES,
    SEEN,
    WATCHED,
)
from services.runtime.unit_of_work import UnitOfWork


def fetch(unit: UnitOfWork, messages: Sequence[FactsMessage]) -> None:
    """Have the unit read the rows that these messages need, and then those that depend on them."""
    facts = [message for message in messages if isinstance(message, Fact)]
    _read(unit, (row for fact in facts for row in _rows_of(fact)))
    payments = [fact.data for fact in facts if isinstance(fact.data, PaymentReceived)]
    _read(unit, (row for payment in payments for row in _rows_of_payer(unit, payment)))


def fetch_candidates(unit: UnitOfWork, payments: Sequence[KnownPayment]) -> None:
    """Have the unit read the rows of these payments' candidates, and their subscriptions."""
    candidates = dict.fromkeys(row for payment in payments for row in rows_of_candidates(payment))
    _read(unit, ((kind.name, row_key) for kind, row_key in candidates))
    known = [(kind, row_key) for kind, row_key in candidates if unit.get(kind.name, row_key)]
    _read(unit, ((WATCHED, subscriptions.of_carriers(kind, row_key)) for kind, row_key in known))
    _read(unit, (row for payment in payments for row in _rows_of_unplaced(payment)))


def _rows_of_unplaced(payment: KnownPayment) -> Iterator[tuple[str, str]]:
    """The rows by which a payment waits for debtors whose it may be."""
    if payment.iban is not None:
        yield WATCHED, subscriptions.of_hint(payment.creditor, payer_hints.by_iban(payment.iban))
    if payment.name is not None:
        yield WATCHED, subscriptions.of_payer(payment.key)
        yield from name_index.rows_of_payer(payment)


def _read(unit: UnitOfWork, rows: Iterable[tuple[str, str]]) -> None:
    wanted: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for kind, row_key in rows:
        wanted[kind][row_key] = None
    for kind, keys in wanted.items():
        unit.get_many(kind, list(keys))


def _rows_of(fact: Fact) -> Iterator[tuple[str, str]]:
    yield SEEN, seen_key(fact)
    match fact.data:
        case PaymentReceived():
            yield from _rows_of_payment(fact.data)
        case InvoiceIssued():
            yield from _rows_of_invoice(fact.data)
        case AccountData():
            yield _row_of_account(fact.data)


def _rows_of_payment(data: PaymentReceived) -> Iterator[tuple[str, str]]:
    for id_ in naming.ids_of(data):
        yield PAYMENTS.name, key(data.creditor, data.account, id_)
        yield MONEY_IDS.name, key(data.creditor, data.account, id_)
    yield WATCHED, subscriptions.of_money(data.creditor, data.account)
    if data.channel is not None:
        yield from ((CHANNELS_OF_SUM, sum_key) for sum_key in equal_sums.of_sums(data))
        yield LUMPS, equal_sums.of_day(data)
    if data.reference is not None:
        yield REFERENCES.name, key(data.creditor, data.reference)
    if data.debtor is not None:
        yield ACCOUNTS.name, key(data.creditor, data.debtor)


def _rows_of_invoice(data: InvoiceIssued) -> Iterator[tuple[str, str]]:
    yield INVOICES.name, key(data.creditor, data.invoice)
    yield REFERENCES.name, key(data.creditor, data.reference)
    yield ACCOUNTS.name, key(data.creditor, data.debtor)
    yield INVOICE_NUMBERS.name, key(data.creditor, folded_number(data.invoice) or "")
    yield NUMBERS.name, key(data.creditor, str(drawn_number(data.creditor, data.debtor)))
    yield WATCHED, subscriptions.of_invoices(data.creditor, data.debtor)
    yield from name_index.rows_of_name(data.creditor, data.party.name)


def _row_of_account(data: AccountData) -> tuple[str, str]:
    invoice: str | None = getattr(data, "invoice", None)
    if invoice is None:
        return ACCOUNTS.name, key(data.creditor, data.debtor)
    return INVOICES.name, key(data.creditor, invoice)


def _rows_of_payer(unit: UnitOfWork, data: PaymentReceived) -> Iterator[tuple[str, str]]:
    """The rows of payer hints: a payment with a certain placement makes its payer's IBAN point to the debtor."""
    if data.payer is None or data.payer.iban is None:
        return
    carrying = None if data.reference is None else REFERENCES.get(unit, key(data.creditor, data.reference))
    debtors = [indexed.debtor for indexed in carrying.invoices] if carrying is not None else []
    for debtor in debtors if data.debtor is None else [*debtors, data.debtor]:
        yield from payer_hints.rows_of_hint(data.creditor, payer_hints.by_iban(data.payer.iban), debtor)
