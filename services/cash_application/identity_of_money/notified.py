"""Payments that only notifications or KTL files told, whose day's statement may lack them (rules.md B2)."""

from schemas.payment_events import MoneyChannel
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import LACKING, NOTIFIED, NOTIFIED_NEWS, TWICE

STATEMENT: MoneyChannel = "statement"


def row_of(payment: KnownPayment) -> str:
    """The key of a payment's `NOTIFIED` row."""
    return key(payment.creditor, payment.account, payment.currency, payment.booked.isoformat(), payment.payment)


def note(lane: Lane, payment: KnownPayment) -> bool:
    """Note a new payment; whether a statement speaks for its day, with which it is compared before it is placed."""
    if not payment.is_notified_only:
        return False
    lane.unit.put(NOTIFIED, row_of(payment), b"")
    speaks = lane.feed(payment.creditor, payment.account).speaks_for(payment.booked, payment.currency)
    if speaks:
        lane.unit.put(NOTIFIED_NEWS, key(payment.creditor, payment.account), b"")
    return speaks


def mark(lane: Lane, payment: KnownPayment) -> None:
    """Note whether a payment is lacking or may be told twice, where a statement has not told it."""
    if lane.unit.get(NOTIFIED, row_of(payment)) is not None:
        state = LACKING if payment.is_lacking else TWICE if payment.maybe is not None else b""
        lane.unit.put(NOTIFIED, row_of(payment), state)


def forget(lane: Lane, payment: KnownPayment) -> None:
    """A statement or a person says that a payment is money, or is another one's: nothing more is compared."""
    lane.unit.delete(NOTIFIED, row_of(payment))


def is_confirmed(lane: Lane, payment: KnownPayment) -> bool:
    """Whether a statement tells a payment, or came to its sum with it."""
    return STATEMENT in payment.channels or lane.unit.get(NOTIFIED, row_of(payment)) is None
