"""What came in and what went back, told as it was taken, before it is placed anywhere: one side of a reconciliation."""

from datetime import date

from schemas.decisions import PaymentReturned, PaymentTaken
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import Payment, Return


def received(lane: Lane, payment: Payment) -> None:
    """A payment is known."""
    message = PaymentTaken(
        creditor=payment.creditor,
        account=payment.account,
        payment=payment.payment,
        amount=payment.amount,
        currency=payment.currency,
        booked=payment.booked,
    )
    lane.decide(payment.creditor, message)


def returned(lane: Lane, payment: Payment, back: Return, booked: date | None) -> None:
    """Money of it went back, ``booked`` on the bank's day: where none is told, the local day on which it was known."""
    message = PaymentReturned(
        creditor=payment.creditor,
        account=payment.account,
        payment=payment.payment,
        id=back.id,
        kind=back.kind,
        amount=back.amount,
        booked=booked or lane.date_of(payment.creditor, back.time),
    )
    lane.decide(payment.creditor, message)
