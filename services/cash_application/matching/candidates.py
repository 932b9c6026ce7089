"""Looking up the invoices and debtors that a payment may mean, and which changes would make it mean others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from schemas.references import parse_letter_reference
from services.cash_application.matching import name_index, payer_hints
from services.cash_application.matching.evidence import EvidenceLookup
from services.cash_application.matching.near_references import near_references
from services.cash_application.matching.remittance import folded_number
from services.cash_application.matching.scoring import MOST_DEBTORS, Candidates, HintKind, TextMatch
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

_SHORTEST_MISTYPED: Final = 5
_MOST_MISTYPED: Final = 4
"""Numbers in a text of so many digits that may be mistyped references, and how many of them are looked up."""
_MOST_OF_A_SUM: Final = 100
"""Invoices of a debtor with the payment's sum that are read."""
_SHOWN_OF_A_SUM: Final = 5
"""Those of them that are suggested: the ones due last, as earlier ones of the same sum are paid, as a rule."""


class CandidateLookup:
    """The look-up of one payment's candidates; ``missing`` are the rows whose appearance would change its outcome.

    Debtors whose the payment is not, as a person said, are none.
    """

    def __init__(self, lane: Lane, payment: KnownPayment, evidence: EvidenceLookup) -> None:
        """Look up nothing yet; ``evidence`` is what did not settle it."""
        self._lane = lane
        self._payment = payment
        self._evidence = evidence
        self.missing: list[Missing] = []

    def named_in_text(self) -> Candidates:
        """The invoices and letters that the remittance text names, and the invoices of the payment's reference."""
        reference = self._payment.reference
        of_reference = () if reference is None else self._carriers(REFERENCES, reference)
        return Candidates(of_reference, list(self._named()), sorted(self._evidence.evidence.foreign))

    def with_payer(self, candidates: Candidates) -> Candidates:
        """The same candidates, the debtors to whom the payer points, and what a mistyped reference may mean."""
        payers = self._payers()
        few = {debtor for debtors in payers.values() if len(debtors) <= MOST_DEBTORS for debtor in debtors}
        of_the_sum = {debtor: self._invoices_of_the_sum(debtor) for debtor in sorted(few)}
        return replace(candidates, payers=payers, of_the_sum=of_the_sum, near=list(self._near()))

    def _named(self) -> Iterator[TextMatch]:
        for reference in self._payment.references:
            invoices = self._carriers(REFERENCES, reference)
            yield self._match_of(reference, invoices)
        for number in _numbers(self._payment):
            yield TextMatch("number", number, self._carriers(INVOICE_NUMBERS, number))

    def _match_of(self, reference: str, invoices: Sequence[IndexedInvoice]) -> TextMatch:
        letter = None if invoices else self._letter(reference)
        is_foreign = letter is not None and self._evidence.owes_none(letter[0])
        return TextMatch("reference", reference, invoices, letter, is_foreign)

    def _near(self) -> Iterator[TextMatch]:
        for reference in _near_references(self._payment):
            found = self._match_of(reference, self._carriers(REFERENCES, reference))
            if found.invoices or found.letter is not None:
                yield found

    def _carriers(self, kind: RowKind[CarryingInvoices], candidate: str) -> Sequence[IndexedInvoice]:
        row_key = key(self._payment.creditor, candidate)
        row = kind.get(self._lane.unit, row_key)
        if row is None:
            self.missing.append(Missing(kind, row_key))
            return ()
        self._subscribe(subscriptions.of_carriers(kind, row_key))
        return [invoice for invoice in row.invoices if not self._payment.is_not_of(invoice.debtor)]

    def _letter(self, reference: str) -> tuple[str, int] | None:
        """Debtor and number of the letter that has this reference, None while the account is not known."""
        numbers = parse_letter_reference(reference)
        if numbers is None:
            return None
        debtor = debtor_of(self._lane, self._payment.creditor, numbers[0])
        if debtor is None:
            self.missing.append(Missing(NUMBERS, key(self._payment.creditor, str(numbers[0]))))
            return None
        return None if self._payment.is_not_of(debtor) else (debtor, numbers[1])

    def _payers(self) -> dict[HintKind, list[str]]:
        """The debtors to whom the payer's IBAN and name point."""
        payment, found = self._payment, dict[HintKind, list[str]]()
        if payment.iban is not None:
            hint = payer_hints.by_iban(payment.iban)
            self._subscribe(subscriptions.of_hint(payment.creditor, hint))
            found["iban"] = self._but_not(payer_hints.debtors_of(self._lane, payment.creditor, hint))
        if payment.name is not None:
            name_index.list_payer(self._lane, payment)
            self._subscribe(subscriptions.of_payer(payment.key))
            alike = name_index.debtors_like(self._lane, payment.creditor, payment.name)
            found["name"] = self._but_not(debtor for debtor, likeness in alike.items() if likeness == "same")
            found["similar"] = self._but_not(debtor for debtor, likeness in alike.items() if likeness == "similar")
        return found

    def _but_not(self, debtors: Iterable[str]) -> list[str]:
        return sorted(debtor for debtor in debtors if not self._payment.is_not_of(debtor))

    def _invoices_of_the_sum(self, debtor: str) -> list[IndexedInvoice]:
        creditor, money = self._payment.creditor, self._payment
        self._subscribe(subscriptions.of_invoices(creditor, debtor))
        prefix = key(creditor, debtor, money.currency, str(money.sum_to_place), "")
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
    for reference in _near_references(payment):
        yield REFERENCES, key(payment.creditor, reference)


def _numbers(payment: KnownPayment) -> Iterator[str]:
    """The numbers in the text, and the payment's own reference, which may in fact be an invoice number."""
    mistaken = None if payment.reference is None else folded_number(payment.reference)
    yield from payment.numbers
    if mistaken is not None and mistaken not in payment.numbers:
        yield mistaken


def _near_references(payment: KnownPayment) -> Iterator[str]:
    """What the payment's reference, and long numbers in its text, are one digit or transposition away from."""
    given = [] if payment.reference is None else [payment.reference]
    given += [number for number in payment.numbers if len(number) >= _SHORTEST_MISTYPED][:_MOST_MISTYPED]
    yield from dict.fromkeys(near for mistyped in given for near in near_references(mistyped))
