"""Money that goes back: reversals by the bank and refunds by the creditor (rules.md M5, B1).

A reversal whose payment is not found waits for it. The account that it names is in doubt at once, and at the next
frontier a dead letter tells a person, who names the payment or discards it; when the payment comes, both end.
"""

from itertools import islice
from typing import Literal

from schemas.dead_letters import DeadLetterClosed
from schemas.facts import Fact, UnreadEvent, UnreadReleased, decode_facts
from schemas.money import currency_decimals
from schemas.payment_events import PaymentRefunded, PaymentReversed
from schemas.topics import DEAD_LETTERS, FACTS
from services.cash_application.identity_of_money import naming, returning
from services.cash_application.invoices import receivables
from services.cash_application.payments import moving, payment_decisions
from services.cash_application.refusals import dead_letters, doubts
from services.cash_application.state import ahead, identity, subscriptions
from services.cash_application.state.known_payment import KnownPayment, Return
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Result, Waits, conflict
from services.cash_application.state.rows import PAYMENTS, RETURN_NEWS, RETURNS_WAITING, WAITING, WaitingReturn
from services.cash_application.state.waiting import read_kept

_DECIMALS_WITHOUT_CURRENCY = 2
_NOT_FOUND = "return-without-payment"
_LINES = (
    "data.payment: no payment that is known fits this return, or several do; it waits for its payment",
    "send it again with the payment's archive id (data.payment) and booking day (data.payment_booked), or discard it",
)


def reversed_(lane: Lane, fact: Fact, data: PaymentReversed) -> Result:
    """Apply a reversal by the bank of a payment or of a part of it; one that another channel told is no second one."""
    payment = returning.payment_of(lane, data)
    if payment is None:
        missing = subscriptions.subscribe(lane, subscriptions.of_money(data.creditor, data.account))
        return Waits(missing, returning.in_doubt(lane, data))
    amount = _minor_units(data, payment.currency)
    if isinstance(amount, Refused):
        return amount
    known = returning.known_return(payment, fact.event_id, data)
    if known is not None:
        if (known.amount or payment.amount) != (amount or payment.amount):
            return conflict("the event's source and id")
        returning.note_message(known, data)
        _learn_day(lane, payment, known, data)
        PAYMENTS.put(lane.unit, payment.key, payment)
        return DUPLICATE
    return _go_back(lane, fact, data, payment, amount, "reversed")


def _learn_day(lane: Lane, payment: KnownPayment, back: Return, data: PaymentReversed) -> None:
    """A return that another channel told before is booked when the statement says."""
    if data.channel != "statement" or data.booked is None or back.booked == data.booked:
        return
    back.booked = data.booked
    payment_decisions.returned(lane, payment, back, data.booked)


def refunded(lane: Lane, fact: Fact, data: PaymentRefunded) -> Result:
    """Apply a refund by the creditor of a payment or of a part of it."""
    payment = naming.named(lane, data.creditor, data.account, data.payment, data.payment_booked)
    if not isinstance(payment, KnownPayment):
        return payment
    amount = _minor_units(data, payment.currency)
    return amount if isinstance(amount, Refused) else _go_back(lane, fact, data, payment, amount, "refunded")


def _go_back(
    lane: Lane,
    fact: Fact,
    data: PaymentReversed | PaymentRefunded,
    payment: KnownPayment,
    amount: int | None,
    kind: Literal["reversed", "refunded"],
) -> Result:
    """Never more goes back than came."""
    open_ = payment.amount - payment.gone(kind)
    if open_ == 0 or (amount or 0) > open_:
        line = f"data.amount: more would be {kind} than was received; check whether this is told twice"
        return Refused("more-than-received", (line,), payment.placement.debtor if payment.placement else None)
    back = Return(kind, fact.time, fact.event_id, amount, fact.known, data.booked)
    if isinstance(data, PaymentReversed):
        back.channel = data.channel
        returning.note_message(back, data)
    payment.returns.append(back)
    moving.publish_return(lane, payment, back)
    PAYMENTS.put(lane.unit, payment.key, payment)
    ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


# -- returns that wait for their payment ------------------------------------------------------------------------------


def wait(lane: Lane, fact: Fact, offset: int, row_key: str, debtor: str | None) -> None:
    """Keep where a return waits; the first time, doubt the account that it names."""
    seen_key = identity.seen_key(fact)
    known = RETURNS_WAITING.get(lane.unit, seen_key)
    doubt = f"{FACTS.name}/{lane.number}/{offset}"
    if known is None:
        known = WaitingReturn(doubt, row_key)
        lane.unit.put(RETURN_NEWS, seen_key, b"")
        if debtor is not None:
            unread = UnreadEvent(key=doubt, creditor=fact.creditor, debtor=debtor, reason=_NOT_FOUND)
            doubts.raise_doubt(lane, unread)
    known.row = row_key
    RETURNS_WAITING.put(lane.unit, seen_key, known)


def told_again(lane: Lane, fact: Fact) -> None:
    """Note that a person sent a return again, as it was, while it waits: to close its dead letter does not end it."""
    known = RETURNS_WAITING.get(lane.unit, identity.seen_key(fact))
    if known is not None:
        known.is_sent_again = True
        RETURNS_WAITING.put(lane.unit, identity.seen_key(fact), known)


def found(lane: Lane, fact: Fact) -> None:
    """A return that waited is applied or refused: its doubt and its dead letter end."""
    known = RETURNS_WAITING.get(lane.unit, identity.seen_key(fact))
    if known is None:
        return
    _forget(lane, identity.seen_key(fact))
    doubts.release(lane, UnreadReleased(key=known.doubt))
    if known.is_reported:
        lane.unit.publish(DEAD_LETTERS, fact.source, DeadLetterClosed(key=known.doubt, outcome="applied"))


def close(lane: Lane, doubt: str) -> None:
    """A person closed the dead letter of a return that waits: it waits no more, unless it was sent again as it was."""
    for seen_key, known in RETURNS_WAITING.scan(lane.unit):
        if known.doubt == doubt:
            _close(lane, seen_key, known)
            return


def report(lane: Lane, most: int) -> int:
    """Tell a person of up to ``most`` returns that wait since before this frontier; how many were looked at."""
    news = [seen_key for seen_key, _ in islice(lane.unit.scan(RETURN_NEWS), most)]
    for seen_key in news:
        lane.unit.delete(RETURN_NEWS, seen_key)
        known = RETURNS_WAITING.get(lane.unit, seen_key)
        if known is not None:
            offset, fact = _waiting_fact(lane, known)
            dead_letters.report_waiting(lane, fact, offset, Refused(_NOT_FOUND, _LINES))
            known.is_reported = True
            RETURNS_WAITING.put(lane.unit, seen_key, known)
    return len(news)


def _close(lane: Lane, seen_key: str, known: WaitingReturn) -> None:
    if known.is_sent_again:
        known.is_sent_again = known.is_reported = False
        RETURNS_WAITING.put(lane.unit, seen_key, known)
        lane.unit.put(RETURN_NEWS, seen_key, b"")
        return
    _, fact = _waiting_fact(lane, known)
    lane.unit.delete(WAITING, known.row)
    identity.forget(lane, fact)
    _forget(lane, seen_key)
    lane.tally.waiting -= 1
    lane.tally.dead_letters += 1


def _forget(lane: Lane, seen_key: str) -> None:
    lane.unit.delete(RETURNS_WAITING.name, seen_key)
    lane.unit.delete(RETURN_NEWS, seen_key)


def _waiting_fact(lane: Lane, known: WaitingReturn) -> tuple[int, Fact]:
    stored = lane.unit.get(WAITING, known.row)
    assert stored is not None, "a return that waits is kept"
    offset, raw = read_kept(stored)
    fact = decode_facts(raw)
    assert isinstance(fact, Fact), "a return is a fact"
    return offset, fact


# -- reading ----------------------------------------------------------------------------------------------------------


def _minor_units(data: PaymentReversed | PaymentRefunded, currency: str) -> int | Refused | None:
    """The amount in minor units of the payment's currency; None is all of it.

    An amount without a currency beside it was read with two decimals, whatever the payment's currency has.
    """
    if data.currency is not None and data.currency != currency:
        return receivables.wrong_currency()
    if data.amount is None or data.currency is not None:
        return data.amount
    amount, rest = divmod(data.amount * _ten_to(currency_decimals(currency)), _ten_to(_DECIMALS_WITHOUT_CURRENCY))
    if rest:
        return Refused("wrong-field", (f"data.amount: has more decimals than {currency} has; round it",))
    return amount


def _ten_to(decimals: int) -> int:
    power: int = 10**decimals
    return power
