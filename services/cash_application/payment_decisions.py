"""Publishes each payment as it was received and returned, whatever its placement: one side of a reconciliation."""

from datetime import date

from schemas.decisions import PaymentReturned, PaymentTaken
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
    )
    lane.record_decision(payment.creditor, message)


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
