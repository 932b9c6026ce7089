"""Publishes each payment as it was received and returned, whatever its placement: one side of a reconciliation."""

from collections.abc import Iterator
from datetime import date

from schemas.decisions import PaymentReturned, PaymentTaken
from services.cash_application.identity_of_money.likeness import name_digest
from services.cash_application.state.known_payment import KnownPayment, Return
from services.cash_application.state.lane import Lane


def received(lane: Lane, payment: KnownPayment) -> None:
    """Record that a payment came."""
    message = PaymentTaken(
        creditor=payment.creditor,
        account=payment.account,
        payment=payment.payment,
        amount=payment.amount,
        currency=payment.currency,
        booked=payment.booked,
        reference=payment.reference,
        payer=None if payment.name is None else name_digest(payment.name),
        told=tuple(sorted(set(_tellings(payment)))),
    )
    lane.record_decision(payment.creditor, message)


def _tellings(payment: KnownPayment) -> Iterator[str]:
    """By which channels and in which messages it was told."""
    return (f"{each.channel} {each.statement or ''}".strip() for each in payment.tellings if each.channel is not None)


def returned(lane: Lane, payment: KnownPayment, back: Return, booked: date) -> None:
    """Record that money of a payment went back on the day ``booked``."""
    message = PaymentReturned(
        creditor=payment.creditor,
        account=payment.account,
        payment=payment.payment,
        id=back.id,
        kind=back.kind,
        amount=back.amount,
        booked=booked,
    )
    lane.record_decision(payment.creditor, message)
