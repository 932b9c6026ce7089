"""Money that is nobody's yet stays visible until it is (rules.md M3, G10).

It is declared at the next frontier, not at once: a payment that came just before its invoice is no news. From then it
holds the accounts to which it points, and its end is told as well.
"""

from itertools import islice

from schemas.decisions import Placed, Unmatched
from services.cash_application import pointing
from services.cash_application.lane import Lane
from services.cash_application.placement import Reason
from services.cash_application.rows import PAYMENTS, Payment, Place

_FRESH = "fresh"


def note(lane: Lane, payment: Payment, reason: Reason) -> None:
    """Nobody's for now; to be declared at the next frontier if it still is."""
    if payment.left and not payment.declared:
        lane.unit.put(_FRESH, payment.key, b"")
    payment.reason = reason


def shrink(lane: Lane, payment: Payment) -> None:
    """A part of it went back: declared anew with what is left, or ended when nothing is."""
    if payment.left:
        lane.unit.put(_FRESH, payment.key, b"")
    else:
        end(lane, payment, None)


def end(lane: Lane, payment: Payment, place: Place | None) -> None:
    """It is somebody's now, or all of it went back."""
    if payment.reason is None:
        return
    lane.unit.delete(_FRESH, payment.key)
    if payment.declared:
        placed = Placed(
            creditor=payment.creditor,
            date=lane.date_of(payment.creditor, lane.moment),
            account=payment.account,
            payment=payment.payment,
            debtor=place.debtor if place else None,
            invoice=place.invoice if place else None,
        )
        lane.decide(payment.creditor, placed)
        pointing.clear(lane, payment)
    payment.declared = False
    payment.reason = None


def declare_some(lane: Lane, most: int) -> int:
    """Declare up to ``most`` of the payments that became nobody's since the last frontier; answers how many."""
    declared = 0
    for at, _ in islice(lane.unit.scan(_FRESH), most):
        payment = PAYMENTS.get(lane.unit, at)
        assert payment is not None, "a payment that is noted is kept"
        _declare(lane, payment)
        PAYMENTS.put(lane.unit, at, payment)
        lane.unit.delete(_FRESH, at)
        declared += 1
    return declared


def _declare(lane: Lane, payment: Payment) -> None:
    assert payment.reason is not None, "a payment that is noted has a reason"
    payment.declared = True
    message = Unmatched(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        account=payment.account,
        payment=payment.payment,
        amount=payment.left,
        currency=payment.currency,
        reason=payment.reason,
    )
    lane.decide(payment.creditor, message)
    pointing.seek(lane, payment)
