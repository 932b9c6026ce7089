"""Unmatched payments stay visible until their money is placed or has gone back (rules.md M3, G10).

They are scored and declared at the next frontier, not at once: a payment that came just before its invoice needs no
declaration. From then a payment points to the accounts whose it may be (see `matching.pointing`), and its end is
published as well. It is declared anew when the amount left, the reason or the suggestions have changed.
"""

from itertools import islice

from schemas.decisions import Placed, Suggestion, Unmatched
from services.cash_application.matching import name_index, pointing
from services.cash_application.matching.certain_match import UnmatchedReason
from services.cash_application.matching.pointers import Pointers
from services.cash_application.matching.scoring import MOST_SUGGESTIONS, ScoredMatch
from services.cash_application.state.known_payment import DeclaredUnmatched, KnownPayment, Placement, Suggested
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import PAYMENTS, UNSCORED


def queue(lane: Lane, payment: KnownPayment, reason: UnmatchedReason) -> None:
    """Queue a payment without certain placement to be scored at the next frontier."""
    lane.unit.put(UNSCORED, payment.key, b"")
    payment.reason = reason


def reduce(lane: Lane, payment: KnownPayment) -> None:
    """A part of the payment went back: declare it anew with what is left, or end it when nothing is."""
    lane.unit.put(UNSCORED, payment.key, b"")
    if not payment.left:
        name_index.unlist_payer(lane, payment)
        _publish_end(lane, payment, None)


def end(lane: Lane, payment: KnownPayment, placement: Placement) -> None:
    """The payment is placed. One that a score placed still waits for debtors of its payer's name."""
    if not placement.is_scored:
        name_index.unlist_payer(lane, payment)
    if payment.reason is not None:
        lane.unit.delete(UNSCORED, payment.key)
        _publish_end(lane, payment, placement)
        payment.reason = None


def withdraw(lane: Lane, payment: KnownPayment) -> None:
    """The payment was another payment's money, told twice: it waits for nothing any more (rules.md B2)."""
    lane.unit.delete(UNSCORED, payment.key)
    name_index.unlist_payer(lane, payment)
    _publish_end(lane, payment, None)
    payment.reason = None


def take_unscored(lane: Lane, most: int) -> list[KnownPayment]:
    """Up to ``most`` of the payments to be scored, which the caller does now; scoring one changes no other."""
    keys = [row_key for row_key, _ in islice(lane.unit.scan(UNSCORED), most)]
    lane.unit.get_many(PAYMENTS.name, keys)
    unscored = []
    for row_key in keys:
        payment = PAYMENTS.get(lane.unit, row_key)
        assert payment is not None, "a payment that is queued is kept"
        lane.unit.delete(UNSCORED, row_key)
        unscored.append(payment)
    return unscored


def declare(lane: Lane, payment: KnownPayment, suggestions: tuple[Suggested, ...], pointers: Pointers) -> None:
    """Publish that the payment is unmatched, the best suggestion first, and to whom it points.

    Nothing is published twice; nothing of a payment of which nothing is left.
    """
    assert payment.reason is not None, "a payment that is queued has a reason"
    if not payment.left:
        return
    payment.since = payment.since or lane.moment
    declared = DeclaredUnmatched(payment.left, payment.reason, suggestions)
    if payment.declared != declared:
        payment.declared = declared
        lane.record_decision(payment.creditor, _message(lane, payment, declared))
    pointing.publish(lane, payment, pointers)


def suggested(ranked: list[ScoredMatch]) -> tuple[Suggested, ...]:
    """The surest of the scored matches, as suggestions."""
    return tuple(map(_suggested, ranked[:MOST_SUGGESTIONS]))


def _message(lane: Lane, payment: KnownPayment, declared: DeclaredUnmatched) -> Unmatched:
    return Unmatched(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        account=payment.account,
        payment=payment.payment,
        amount=declared.amount,
        currency=payment.currency,
        reason=declared.reason,
        since=lane.date_of(payment.creditor, payment.since or lane.moment),
        suggestions=tuple(map(_suggestion, declared.suggestions)),
    )


def _publish_end(lane: Lane, payment: KnownPayment, placement: Placement | None) -> None:
    """Publish that a payment is no longer unmatched, if it was declared; without placement all of it went back."""
    if payment.declared is None:
        return
    placed = Placed(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        account=payment.account,
        payment=payment.payment,
        debtor=placement.debtor if placement else None,
        invoice=placement.invoice if placement else None,
        invoices=placement.several if placement else None,
    )
    lane.record_decision(payment.creditor, placed)
    pointing.end(lane, payment)
    payment.declared = payment.since = None


def _suggested(scored: ScoredMatch) -> Suggested:
    invoices = tuple(invoice.invoice for invoice in scored.invoices)
    return Suggested(scored.debtor, invoices, scored.confidence, scored.way.code)


def _suggestion(suggested: Suggested) -> Suggestion:
    return Suggestion(
        debtor=suggested.debtor, invoices=suggested.invoices, confidence=suggested.confidence, why=suggested.why
    )
