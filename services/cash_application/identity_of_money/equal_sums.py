"""Payments of one bank account that are booked on one day with one sum, as far as a channel told them (rules.md B2).

Where two channels told such payments, they are compared at the next frontier; till then a new one is not placed.
"""

from datetime import timedelta
from typing import Final

from schemas.payment_events import PaymentReceived
from services.cash_application.identity_of_money import likeness
from services.cash_application.state.known_payment import KnownPayment, Suggested
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    CHANNELS_OF_SUM,
    EQUAL_MONEY,
    LUMP_NEWS,
    LUMPS,
    MAYBE_TWICE,
    PAYMENTS,
)

PART: Final = "#"
"""Stands in the id of a part of a transaction behind that of the transaction."""
_FARTHEST: Final = 14
"""Calendar days in which the banking days near a day lie."""


def of_sums(payment: KnownPayment | PaymentReceived) -> list[str]:
    """The keys of all payments that are booked on one day with one sum: the payment's, and it less charges."""
    sums = dict.fromkeys((payment.amount, payment.amount - (payment.charges or 0)))
    return [key(of_day(payment), str(each)) for each in sums]


def of_day(payment: KnownPayment | PaymentReceived) -> str:
    """The key of all payments that are booked on one day in one currency."""
    return key(payment.creditor, payment.account, payment.booked.isoformat(), payment.currency)


def waits_to_be_compared(lane: Lane, payment: KnownPayment) -> bool:
    """Note a payment under its day and sum; whether it must be compared with others before it is placed."""
    if not payment.channels:
        return False
    _note_lump(lane, payment)
    noted = [_is_told_by_others(lane, payment, sum_key) for sum_key in of_sums(payment)]
    return True in noted


def _is_told_by_others(lane: Lane, payment: KnownPayment, sum_key: str) -> bool:
    """Note a payment under a day and sum; whether other channels told such payments: then they are compared."""
    lane.unit.put(EQUAL_MONEY, key(sum_key, payment.payment), b"")
    stored = lane.unit.get(CHANNELS_OF_SUM, sum_key) or b""
    channels = payment.channels | set(stored.decode().split())
    lane.unit.put(CHANNELS_OF_SUM, sum_key, " ".join(sorted(channels)).encode())
    if channels == payment.channels:
        return False
    lane.unit.put(MAYBE_TWICE, sum_key, b"")
    return True


def told_money(lane: Lane, told: str) -> list[KnownPayment]:
    """The payments of one day (`of_day`), or of one day and sum (`of_sums`), that a channel told, by name."""
    creditor, account, *_ = told.split(SEPARATOR)
    names = [row_key.rpartition(SEPARATOR)[2] for row_key, _ in lane.unit.scan(EQUAL_MONEY, key(told, ""))]
    keys = [key(creditor, account, name) for name in sorted(names)]
    lane.unit.get_many(PAYMENTS.name, keys)
    found = (PAYMENTS.get(lane.unit, row_key) for row_key in keys)
    return [payment for payment in found if payment is not None and payment.same_as is None]


def told_near(lane: Lane, payment: KnownPayment) -> list[KnownPayment]:
    """The payments of one sum that statements book on days near a payment's, and that say something that it says."""
    found = [each for each in told_about(lane, payment) if each.key != payment.key and "statement" in each.channels]
    return [each for each in found if likeness.is_alike(payment, each)]


def told_about(lane: Lane, payment: KnownPayment | PaymentReceived) -> list[KnownPayment]:
    """The payments of one sum that are booked on a payment's day or days near."""
    days = (payment.booked + timedelta(days=days) for days in range(-_FARTHEST, _FARTHEST + 1))
    near = [day for day in days if likeness.are_near(day, payment.booked)]
    of_day = [key(payment.creditor, payment.account, day.isoformat(), payment.currency) for day in near]
    sums = sorted({payment.amount, payment.amount - (payment.charges or 0)})
    told = [each for day_key in of_day for one in sums for each in told_money(lane, key(day_key, str(one)))]
    return list({each.key: each for each in told}.values())


def is_lump(payment: KnownPayment) -> bool:
    """Whether a payment names nobody: it may be the sum of several that another channel tells one by one."""
    names = payment.reference, payment.debtor, payment.iban, payment.name, payment.assigned
    return len(payment.channels) == 1 and not any(names)


def suggestions(lane: Lane, payment: KnownPayment) -> tuple[Suggested, ...]:
    """Where the payment lies whose money a payment may be: a person sees both (rules.md B2)."""
    other = (
        None
        if payment.maybe is None
        else PAYMENTS.get(lane.unit, key(payment.creditor, payment.account, payment.maybe))
    )
    if other is None or other.placement is None:
        return ()
    placement = other.placement
    return (Suggested(placement.debtor, placement.invoices, placement.confidence, "maybe-twice"),)


def _note_lump(lane: Lane, payment: KnownPayment) -> None:
    day_key = of_day(payment)
    if is_lump(payment) or any(PART in each.payment for each in payment.tellings):
        lane.unit.put(LUMPS, day_key, b"")
    elif lane.unit.get(LUMPS, day_key) is None:
        return
    lane.unit.put(LUMP_NEWS, day_key, b"")
