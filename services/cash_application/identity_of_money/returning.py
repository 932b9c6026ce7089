"""Whose money comes back: the payment to which a bank's return belongs (rules.md B1)."""

from collections.abc import Iterable, Sequence
from datetime import date

from schemas.payment_events import MoneyChannel, PaymentReversed
from services.cash_application.identity_of_money import likeness, naming
from services.cash_application.state.known_payment import KnownPayment, Return
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import REFERENCES, RETURN_IDS

_WEAK = ("mandate", "reference")
"""A mandate and a reference are of many payments: only one of the returned sum fits."""


def payment_of(lane: Lane, data: PaymentReversed) -> KnownPayment | None:
    """The payment that a return takes back; None where none or several of different receivables fit.

    Archive ids come first, then the payer's and the banks' ids, then mandate and reference.
    """
    for fitting in _fitting(lane, data):
        if fitting:
            return _the_latest(fitting)
    return None


def in_doubt(lane: Lane, data: PaymentReversed) -> str | None:
    """The debtor whose money a return without its payment may take back, as far as it names one."""
    debtors = {each.placement.debtor for found in _fitting(lane, data) for each in found if each.placement is not None}
    if not debtors and data.reference is not None:
        carriers = REFERENCES.get(lane.unit, key(data.creditor, data.reference))
        debtors = {each.debtor for each in (carriers.invoices if carriers is not None else ())}
    return debtors.pop() if len(debtors) == 1 else None


def known_return(payment: KnownPayment, event: str, data: PaymentReversed) -> Return | None:
    """The return of a payment of which an event tells again: the same event, or another message's.

    Files of banks gave events of returns ids without the digest at their end before there were channels.
    """
    for back in payment.returns:
        is_event = back.id in (event, event.rpartition(":")[0])
        if back.kind == "reversed" and (is_event or _is_told_again(payment, back, data)):
            return back
    return None


def note_message(back: Return, data: PaymentReversed) -> None:
    """Keep by which message of the bank a return was told."""
    message = _message(data)
    if message is not None and message not in back.messages:
        back.messages.append(message)


def _is_told_again(payment: KnownPayment, back: Return, data: PaymentReversed) -> bool:
    """Whether an event may be of a return that is known; what one message lists twice is two."""
    told = (back.amount or payment.amount) == (data.amount or payment.amount)
    if not told or back.channel is None or data.channel is None:
        return False
    if data.duplicate:
        return _are_near(back.booked, data.booked)
    if data.channel == back.channel or any(channel == data.channel for channel, _ in back.messages):
        return _is_in_other_statement(back, data)
    return _are_near(back.booked, data.booked)


def _is_in_other_statement(back: Return, data: PaymentReversed) -> bool:
    """Whether two statements, such as a day's and its month's, tell one return: on the same day."""
    message = _message(data)
    if data.channel != "statement" or message is None or message in back.messages:
        return False
    return bool(back.messages) and back.booked is not None and back.booked == data.booked


def _message(data: PaymentReversed) -> tuple[MoneyChannel, str] | None:
    return None if data.channel is None or data.statement is None else (data.channel, data.statement)


def _are_near(one: date | None, other: date | None) -> bool:
    return one is None or other is None or likeness.are_near(one, other)


def _fitting(lane: Lane, data: PaymentReversed) -> Iterable[list[KnownPayment]]:
    """The payments that fit, by one way of naming after the other."""
    by_id = [each for id_ in naming.ids_of(data) for each in naming.known_by_id(lane, data.creditor, data.account, id_)]
    if data.payment_booked is not None:
        by_id = [each for each in by_id if likeness.is_booked_on(each, data.payment_booked)]
    several = len({each.key for each in by_id}) > 1
    yield [each for each in by_id if not several or _may_come_back(each, data)]
    for kind, value in naming.return_ids(data.ids, data.reference):
        named = _named(lane, data, kind, value)
        fitting = [each for each in named if _may_come_back(each, data)]
        equal = [each for each in fitting if data.amount is None or each.amount == data.amount]
        yield equal if kind in _WEAK else equal or fitting


def _named(lane: Lane, data: PaymentReversed, kind: str, value: str) -> list[KnownPayment]:
    prefix = key(data.creditor, data.account, kind, value, "")
    names = [row_key.rpartition(SEPARATOR)[2] for row_key, _ in lane.unit.scan(RETURN_IDS, prefix)]
    found = (naming.standing(lane, data.creditor, data.account, name) for name in names)
    return list({each.key: each for each in found if each is not None}.values())


def _may_come_back(payment: KnownPayment, data: PaymentReversed) -> bool:
    """Whether so much of a payment that was booked before the return is still there, or this return took it."""
    if data.booked is not None and payment.booked > data.booked:
        return False
    if data.currency is not None and data.currency != payment.currency:
        return False
    open_ = payment.amount - payment.gone("reversed")
    return (open_ > 0 and (data.amount or 0) <= open_) or any(_is_told_again(payment, b, data) for b in payment.returns)


def _the_latest(fitting: Sequence[KnownPayment]) -> KnownPayment | None:
    day = max(each.booked for each in fitting)
    latest = sorted((each for each in fitting if each.booked == day), key=lambda each: each.payment)
    receivables = {(each.placement.debtor, each.placement.invoices) if each.placement else None for each in latest}
    return latest[0] if len(receivables) == 1 else None
