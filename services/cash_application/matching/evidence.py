"""Reading the evidence on which a payment is placed with certainty, and what would change it (rules.md M3)."""

from schemas.references import parse_letter_reference
from services.cash_application.matching.certain_match import MatchEvidence
from services.cash_application.state import subscriptions
from services.cash_application.state.account_numbers import debtor_of
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import ACCOUNTS, INVOICES, NUMBERS, REFERENCES, IndexedInvoice
from services.cash_application.state.waiting import Missing


class EvidenceLookup:
    """The look-up of one payment's evidence: `evidence`, and `missing`, the rows whose appearance would change it."""

    def __init__(self, lane: Lane, payment: KnownPayment) -> None:
        """Read what is known about the payment's reference, debtor and assignment."""
        self._lane = lane
        self._payment = payment
        self.missing: list[Missing] = []
        carrying, letter = self._by_reference()
        invoices = [each for each in carrying if not payment.is_not_of(each.debtor)]
        debtor = payment.debtor if payment.debtor is not None and not payment.is_not_of(payment.debtor) else None
        is_known = debtor is not None and self._is_account(debtor)
        named = [*([letter[0]] if letter else []), *([debtor] if debtor is not None and is_known else [])]
        foreign = {each for each in named if self.owes_none(each)}
        self.evidence: MatchEvidence = MatchEvidence(
            invoices, letter, is_known, frozenset(foreign | self._foreign_assignment())
        )

    def owes_none(self, debtor: str) -> bool:
        """Whether a debtor has no invoice in the payment's currency; then its next invoice may change that."""
        row = ACCOUNTS.get(self._lane.unit, key(self._payment.creditor, debtor))
        if row is None or self._payment.currency in row.currencies:
            return False
        invoices = subscriptions.of_invoices(self._payment.creditor, debtor)
        self.missing.append(subscriptions.subscribe(self._lane, invoices))
        return True

    def _by_reference(self) -> tuple[list[IndexedInvoice], tuple[str, int] | None]:
        reference, creditor = self._payment.reference, self._payment.creditor
        if reference is None:
            return [], None
        row_key = key(creditor, reference)
        row = REFERENCES.get(self._lane.unit, row_key)
        if row is not None:
            return row.invoices, None
        self.missing.append(Missing(REFERENCES, row_key))
        numbers = parse_letter_reference(reference)
        if numbers is None:
            return [], None
        debtor = debtor_of(self._lane, creditor, numbers[0])
        if debtor is None:
            self.missing.append(Missing(NUMBERS, key(creditor, str(numbers[0]))))
            return [], None
        return [], None if self._payment.is_not_of(debtor) else (debtor, numbers[1])

    def _is_account(self, debtor: str) -> bool:
        row_key = key(self._payment.creditor, debtor)
        if ACCOUNTS.get(self._lane.unit, row_key) is not None:
            return True
        self.missing.append(Missing(ACCOUNTS, row_key))
        return False

    def _foreign_assignment(self) -> set[str]:
        """The debtor to whom the payment is assigned, where the invoice or the account is in another currency."""
        assigned = self._payment.assignment
        if assigned is None:
            return set()
        if assigned.invoice is None:
            return {assigned.debtor} if self.owes_none(assigned.debtor) else set()
        invoice = INVOICES.get(self._lane.unit, key(self._payment.creditor, assigned.invoice))
        is_foreign = invoice is not None and invoice.currency != self._payment.currency
        return {assigned.debtor} if is_foreign else set()
