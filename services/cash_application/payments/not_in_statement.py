"""At each frontier, compares payments that only notifications told with the statements of their days (rules.md B2).

A statement whose balances tie speaks for its days: what it lacks did not come on them. Such a payment is taken off its
account and holds whom it may belong to, until a later statement tells it or a person decides.
"""

from datetime import date

from services.cash_application.identity_of_money import equal_sums, naming, notified, pairing
from services.cash_application.payments import payment_events, placing
from services.cash_application.state import counted_money
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import LACKING, NOTIFIED, NOTIFIED_NEWS, PAYMENTS


def compare(lane: Lane, most: int) -> int:
    """Compare the payments of bank accounts that have news, until ``most`` were changed; how many were."""
    changed = 0
    for news_key, _ in lane.unit.scan(NOTIFIED_NEWS):
        creditor, account = news_key.split(SEPARATOR)
        for row_key, said in lane.unit.scan(NOTIFIED, key(creditor, account, "")):
            if changed >= most:
                return changed
            currency, booked, name = row_key.split(SEPARATOR)[2:]
            speaks = lane.feed(creditor, account).speaks_for(date.fromisoformat(booked), currency)
            if speaks or said == LACKING:
                changed += _compare(lane, row_key, key(creditor, account, name), speaks=speaks)
        lane.unit.delete(NOTIFIED_NEWS, news_key)
    return changed


def _compare(lane: Lane, row_key: str, payment_key: str, *, speaks: bool) -> bool:
    """Compare one payment with the statement of its day; whether that changed it."""
    payment = PAYMENTS.get(lane.unit, payment_key)
    if payment is None or payment.same_as is not None or not payment.is_notified_only or not payment.left:
        lane.unit.delete(NOTIFIED, row_key)
        return False
    same = _same_money(lane, payment) if speaks else None
    if same is not None:
        payment_events.unite(lane, *same)
        return True
    if payment.is_lacking == speaks:
        return False
    payment.is_lacking = speaks
    notified.mark(lane, payment)
    if speaks:
        counted_money.withdrawn(lane, payment)
    placing.place(lane, payment)
    PAYMENTS.put(lane.unit, payment_key, payment)
    return True


def _same_money(lane: Lane, payment: KnownPayment) -> tuple[KnownPayment, KnownPayment] | None:
    """The payment that stays and the one that goes, where a statement tells a payment's money otherwise.

    It came to its sum with the one that was told twice, or it books the payment on another day near.
    """
    if payment.maybe is not None:
        other = naming.standing(lane, payment.creditor, payment.account, payment.maybe)
        if other is not None and notified.is_confirmed(lane, other):
            return other, payment
    near = equal_sums.told_near(lane, payment)
    pairs = pairing.one_money([payment, *near])
    return next((pair for pair in pairs if payment.key in (pair[0].key, pair[1].key)), None)
