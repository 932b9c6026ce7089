"""Looking up the invoices and debtors that a payment may mean, and which changes would make it mean others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from schemas.references import parse_letter_reference
from services.cash_application.matching import payer_hints
from services.cash_application.matching.remittance import folded_number
from services.cash_application.matching.scoring import Candidates, HintKind, TextMatch
from services.cash_application.state import subscriptions
from services.cash_application.state.account_numbers import debtor_of
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import RowKind, key
from services.cash_application.state.rows import (
    AMOUNTS,
    INVOICE_NUMBERS,
    NUMBERS,
    REFERENCES,
    CarryingInvoices,
    IndexedInvoice,
)
from services.cash_application.state.waiting import Missing

_MOST_DEBTORS: Final = 20
"""Debtors of one payer: a payer who has paid for more (a debt adviser, a parent company) points to none of them."""
_MOST_OF_A_SUM: Final = 100
"""Invoices of a debtor with the payment's sum that are read."""
_SHOWN_OF_A_SUM: Final = 5
"""Those of them that are suggested: the ones due last, as earlier ones of the same sum are paid, as a rule."""


class CandidateLookup:
    """The look-up of one payment's candidates; ``missing`` are the rows whose appearance would change its outcome."""

    def __init__(self, lane: Lane, payment: KnownPayment) -> None:
        """Look up nothing yet."""
        self._lane = lane
        self._payment = payment
        self.missing: list[Missing] = []

    def named_in_text(self) -> Candidates:
        """The invoices and letters that the remittance text names, and the invoices of the payment's reference."""
        reference = self._payment.reference
        of_reference = () if reference is None else self._carriers(REFERENCES, reference)
        return Candidates(of_reference, list(self._named()))

    def with_payer(self, candidates: Candidates) -> Candidates:
        """The same candidates, and the debtors to whom the payer points."""
        return replace(candidates, payers={by: self._debtors_of_payer(hint) for by, hint in _hints(self._payment)})

    def _named(self) -> Iterator[TextMatch]:
        for reference in self._payment.references:
            invoices = self._carriers(REFERENCES, reference)
            yield TextMatch("reference", reference, invoices, None if invoices else self._letter(reference))
        for number in _numbers(self._payment):
            yield TextMatch("number", number, self._carriers(INVOICE_NUMBERS, number))

    def _carriers(self, kind: RowKind[CarryingInvoices], candidate: str) -> Sequence[IndexedInvoice]:
        row_key = key(self._payment.creditor, candidate)
        row = kind.get(self._lane.unit, row_key)
        if row is None:
            self.missing.append(Missing(kind, row_key))
            return ()
        self._subscribe(subscriptions.of_carriers(kind, row_key))
        return row.invoices

    def _letter(self, reference: str) -> tuple[str, int] | None:
        """Debtor and number of the letter that has this reference, None while the account is not known."""
        numbers = parse_letter_reference(reference)
        if numbers is None:
            return None
        debtor = debtor_of(self._lane, self._payment.creditor, numbers[0])
        if debtor is None:
            self.missing.append(Missing(NUMBERS, key(self._payment.creditor, str(numbers[0]))))
            return None
        return debtor, numbers[1]

    def _debtors_of_payer(self, hint: str) -> dict[str, list[IndexedInvoice]]:
        """The debtors to whom a hint points, with their invoices of the payment's sum; none when there are too many."""
        creditor = self._payment.creditor
        self._subscribe(subscriptions.of_hint(creditor, hint))
        debtors = list(islice(payer_hints.debtors_of(self._lane, creditor, hint), _MOST_DEBTORS + 1))
        return (
            {debtor: self._invoices_of_the_sum(debtor) for debtor in debtors} if len(debtors) <= _MOST_DEBTORS else {}
        )

    def _invoices_of_the_sum(self, debtor: str) -> list[IndexedInvoice]:
        creditor, money = self._payment.creditor, self._payment
        self._subscribe(subscriptions.of_invoices(creditor, debtor))
        prefix = key(creditor, debtor, money.currency, str(money.amount), "")
        found = (invoice for _, invoice in islice(AMOUNTS.scan(self._lane.unit, prefix), _MOST_OF_A_SUM))
        return sorted(found, key=lambda invoice: (invoice.due, invoice.invoice))[-_SHOWN_OF_A_SUM:]

    def _subscribe(self, subject: str) -> None:
        self.missing.append(subscriptions.subscribe(self._lane, subject))


def rows_of_candidates(payment: KnownPayment) -> Iterator[tuple[RowKind[CarryingInvoices], str]]:
    """The rows, kind and key, that the look-up of a payment's text and reference reads."""
    if payment.reference is not None:
        yield REFERENCES, key(payment.creditor, payment.reference)
    for reference in payment.references:
        yield REFERENCES, key(payment.creditor, reference)
    for number in _numbers(payment):
        yield INVOICE_NUMBERS, key(payment.creditor, number)


def _numbers(payment: KnownPayment) -> Iterator[str]:
    """The numbers in the text, and the payment's own reference, which may in fact be an invoice number."""
    mistaken = None if payment.reference is None else folded_number(payment.reference)
    yield from payment.numbers
    if mistaken is not None and mistaken not in payment.numbers:
        yield mistaken


def _hints(payment: KnownPayment) -> Iterator[tuple[HintKind, str]]:
    if payment.iban is not None:
        yield "iban", payer_hints.by_iban(payment.iban)
    if payment.name is not None:
        yield "name", payer_hints.by_name(payer_hints.folded(payment.name))
