"""Whose a payment certainly is: one pure decision over what is known (rules.md M3; design.md §3, a letter's reference).

A person's word comes first, then an invoice's own reference, then a letter's own reference, then the debtor named.
What is less than certain is weighed later (see `weighing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.cash_application.state.rows import Invoiced, Payment, Place

Reason = Literal["no-reference", "unknown-reference", "ambiguous-reference", "other-currency", "unknown-debtor"]
NO_REFERENCE: Final = "no-reference"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a payment's words.

    The invoices that carry its reference; debtor and number of the letter that carries it; whether the debtor that it
    names is known.
    """

    invoices: Sequence[Invoiced] = ()
    letter: tuple[str, int] | None = None
    debtor_is_known: bool = False


def place_of(payment: Payment, known: Known) -> Place | Reason:
    """The payment's place, or why it is nobody's."""
    if payment.assigned is not None:
        named = payment.assigned.invoice
        return Place("assignment", payment.assigned.debtor, () if named is None else (named,))
    if known.invoices:
        return _by_reference(payment, known.invoices)
    if known.letter is not None:
        debtor, number = known.letter
        return Place("letter", debtor, letter=number)
    if payment.debtor is not None and known.debtor_is_known:
        return Place("debtor", payment.debtor)
    if payment.reference is not None:
        return "unknown-reference"
    return NO_REFERENCE if payment.debtor is None else "unknown-debtor"


def _by_reference(payment: Payment, invoices: Sequence[Invoiced]) -> Place | Reason:
    """The invoice that carries the reference; of several of one debtor, the one that is due first.

    The debtor that the payment names decides between several debtors; without one it is for a person to say.
    """
    fitting = [invoice for invoice in invoices if invoice.currency == payment.currency]
    if not fitting:
        return "other-currency"
    if any(invoice.debtor != fitting[0].debtor for invoice in fitting):
        fitting = [invoice for invoice in fitting if invoice.debtor == payment.debtor]
        if not fitting:
            return "ambiguous-reference"
    first = fitting[0] if len(fitting) == 1 else min(fitting, key=lambda invoice: (invoice.due, invoice.invoice))
    return Place("reference", first.debtor, (first.invoice,))
