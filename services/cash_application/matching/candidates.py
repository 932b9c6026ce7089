"""Looking up what a payment's words and payer mean among what a lane knows, and what would change the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from schemas.references import parse_letter_reference
from services.cash_application.matching import payer_hints
from services.cash_application.matching.remittance import folded_number
from services.cash_application.matching.scoring import Named, Pointing, Sight
from services.cash_application.state import subscriptions
from services.cash_application.state.account_numbers import debtor_of
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import (
    AMOUNTS,
    INVOICE_NUMBERS,
    NUMBERS,
    REFERENCES,
    Carried,
    Invoiced,
    Kind,
    Payment,
    key,
)
from services.cash_application.state.waiting import Missing

_MOST_DEBTORS: Final = 20
"""Debtors of one payer that are looked at: a payer of more (a debt adviser, a parent company) tells nothing."""
_MOST_OF_A_SUM: Final = 100
"""Invoices of a debtor with the payment's sum that are looked at."""
_SHOWN_OF_A_SUM: Final = 5
"""Those of them that are shown: the ones due last, as earlier ones of the same sum are paid, as a rule."""


class Look:
    """One look at a payment; ``missing`` is what would change what was seen."""

    def __init__(self, lane: Lane, payment: Payment) -> None:
        """Nothing is looked up yet."""
        self._lane = lane
        self._payment = payment
        self.missing: list[Missing] = []

    def words(self) -> Sight:
        """What its words mean, and its reference, which settled nothing."""
        reference = self._payment.reference
        carried = () if reference is None else self._carriers(REFERENCES, reference)
        return Sight(carried, list(self._named()))

    def payer(self, sight: Sight) -> Sight:
        """The same, and to whom its payer points."""
        return replace(sight, payers={by: self._of_payer(hint) for by, hint in _hints(self._payment)})

    def _named(self) -> Iterator[Named]:
        for reference in self._payment.references:
            invoices = self._carriers(REFERENCES, reference)
            yield Named("reference", reference, invoices, None if invoices else self._letter(reference))
        for number in _numbers(self._payment):
            yield Named("number", number, self._carriers(INVOICE_NUMBERS, number))

    def _carriers(self, kind: Kind[Carried], candidate: str) -> Sequence[Invoiced]:
        at = key(self._payment.creditor, candidate)
        row = kind.get(self._lane.unit, at)
        if row is None:
            self.missing.append(Missing(kind, at))
            return ()
        self._watch(subscriptions.of_carriers(kind, at))
        return row.invoices

    def _letter(self, reference: str) -> tuple[str, int] | None:
        """Debtor and number of the letter whose own reference it is."""
        numbers = parse_letter_reference(reference)
        if numbers is None:
            return None
        debtor = debtor_of(self._lane, self._payment.creditor, numbers[0])
        if debtor is None:
            self.missing.append(Missing(NUMBERS, key(self._payment.creditor, str(numbers[0]))))
            return None
        return debtor, numbers[1]

    def _of_payer(self, hint: str) -> dict[str, list[Invoiced]]:
        """Each debtor that a hint means, with the invoices of the payment's sum; none when it means too many."""
        creditor = self._payment.creditor
        self._watch(subscriptions.of_hint(creditor, hint))
        debtors = list(islice(payer_hints.debtors_of(self._lane, creditor, hint), _MOST_DEBTORS + 1))
        return {debtor: self._of_the_sum(debtor) for debtor in debtors} if len(debtors) <= _MOST_DEBTORS else {}

    def _of_the_sum(self, debtor: str) -> list[Invoiced]:
        creditor, money = self._payment.creditor, self._payment
        self._watch(subscriptions.of_invoices(creditor, debtor))
        at = key(creditor, debtor, money.currency, str(money.amount), "")
        found = (invoice for _, invoice in islice(AMOUNTS.scan(self._lane.unit, at), _MOST_OF_A_SUM))
        return sorted(found, key=lambda invoice: (invoice.due, invoice.invoice))[-_SHOWN_OF_A_SUM:]

    def _watch(self, what: str) -> None:
        self.missing.append(subscriptions.watched(self._lane, what))


def candidates_of(payment: Payment) -> Iterator[tuple[Kind[Carried], str]]:
    """The rows, kind and key, that a look at its words asks for."""
    if payment.reference is not None:
        yield REFERENCES, key(payment.creditor, payment.reference)
    for reference in payment.references:
        yield REFERENCES, key(payment.creditor, reference)
    for number in _numbers(payment):
        yield INVOICE_NUMBERS, key(payment.creditor, number)


def _numbers(payment: Payment) -> Iterator[str]:
    """The numbers in its text, and its own reference, which may be an invoice number in truth."""
    mistaken = None if payment.reference is None else folded_number(payment.reference)
    yield from payment.numbers
    if mistaken is not None and mistaken not in payment.numbers:
        yield mistaken


def _hints(payment: Payment) -> Iterator[tuple[Pointing, str]]:
    if payment.iban is not None:
        yield "iban", payer_hints.by_iban(payment.iban)
    if payment.name is not None:
        yield "name", payer_hints.by_name(payer_hints.folded(payment.name))
