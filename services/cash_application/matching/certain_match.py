"""The certain placement of a payment, by evidence that needs no score. Pure (rules.md M3; design.md §3).

A person's assignment comes first, then an invoice's own reference, then a letter's own reference, then the debtor that
the payment names. Assigned to a debtor, money with the own reference of one of their receivables goes to that one.
Everything less than certain is scored later (see `scoring`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.cash_application.state.known_payment import Assignment, KnownPayment, Placement
from services.cash_application.state.rows import IndexedInvoice

UnmatchedReason = Literal[
    "no-reference",
    "unknown-reference",
    "ambiguous-reference",
    "other-currency",
    "unknown-debtor",
    "maybe-twice",
    "not-in-statement",
]
"""Why a payment has no certain placement; the codes are published in decisions."""


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """What is known about a payment's reference and debtor.

    ``invoices`` carry its reference. ``letter`` is the debtor and number of the letter that carries it.
    ``debtor_is_known`` says whether the debtor that the payment names has an account. ``foreign``: the debtors whom
    an assignment, a letter's reference or the payment itself names, and who owe nothing in the payment's currency.
    """

    invoices: Sequence[IndexedInvoice] = ()
    letter: tuple[str, int] | None = None
    debtor_is_known: bool = False
    foreign: frozenset[str] = frozenset()


def certain_placement(payment: KnownPayment, evidence: MatchEvidence) -> Placement | UnmatchedReason:
    """The payment's certain placement, or why it has none."""
    assigned = payment.assignment
    if assigned is not None:
        return _unless_foreign(_assigned(assigned, payment, evidence.invoices), evidence)
    if evidence.invoices:
        return _by_reference(payment, evidence.invoices)
    if evidence.letter is not None:
        debtor, number = evidence.letter
        return _unless_foreign(Placement("letter", debtor, letter=number), evidence)
    if payment.debtor is not None and evidence.debtor_is_known:
        return _unless_foreign(Placement("debtor", payment.debtor), evidence)
    if payment.reference is not None:
        return "unknown-reference"
    return "no-reference" if payment.debtor is None else "unknown-debtor"


def _assigned(assigned: Assignment, payment: KnownPayment, invoices: Sequence[IndexedInvoice]) -> Placement:
    """What a person named: the invoice, else the debtor's that carries the reference, else the debtor's account."""
    carrying = [each for each in invoices if (each.debtor, each.currency) == (assigned.debtor, payment.currency)]
    own = None if not carrying else _due_first(carrying).invoice
    named = assigned.invoice if assigned.invoice is not None else own
    return Placement("assignment", assigned.debtor, () if named is None else (named,))


def _unless_foreign(placement: Placement, evidence: MatchEvidence) -> Placement | UnmatchedReason:
    """Money in another currency than any of the debtor's receivables is for a person, whoever names the debtor."""
    return "other-currency" if placement.debtor in evidence.foreign else placement


def _by_reference(payment: KnownPayment, invoices: Sequence[IndexedInvoice]) -> Placement | UnmatchedReason:
    """The invoice that carries the reference; of several of one debtor, the one that is due first.

    Where several debtors' invoices carry it, the debtor that the payment names decides; without one a person does.
    """
    fitting = [invoice for invoice in invoices if invoice.currency == payment.currency]
    if not fitting:
        return "other-currency"
    if any(invoice.debtor != fitting[0].debtor for invoice in fitting):
        fitting = [invoice for invoice in fitting if invoice.debtor == payment.debtor]
        if not fitting:
            return "ambiguous-reference"
    first = _due_first(fitting)
    return Placement("reference", first.debtor, (first.invoice,))


def _due_first(invoices: Sequence[IndexedInvoice]) -> IndexedInvoice:
    return invoices[0] if len(invoices) == 1 else min(invoices, key=lambda invoice: (invoice.due, invoice.invoice))
