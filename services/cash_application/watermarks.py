"""Publishing to every partition of the journal how far a creditor's bank feeds reach (design.md §3, watermarks)."""

from schemas.facts import Fact
from schemas.journal import FeedReached
from schemas.payment_events import BankFeedCompleted, PaymentReceived
from schemas.statements import BankStatement
from services.cash_application import moving, statements
from services.cash_application.identity_of_money import naming
from services.cash_application.state.feeds import Feed
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, CONFLICT, Refused, Result
from services.cash_application.state.rows import PAYMENTS


def received(lane: Lane, data: PaymentReceived) -> None:
    """Count a payment towards its bank account's next completion."""
    feed = lane.feed(data.creditor, data.account)
    feed.received(data)
    _publish(lane, data, feed)


def told_again(lane: Lane, data: PaymentReceived) -> None:
    """Count a line of a statement about a payment that was known before by another channel."""
    feed = lane.feed(data.creditor, data.account)
    feed.told_again(data)
    _publish(lane, data, feed)


def completed(lane: Lane, fact: Fact, data: BankFeedCompleted) -> Result:
    """Apply the completion of a bank account's feed through a day, and the statement with it."""
    if data.statement is not None:
        result = statements.take(lane, fact, data, data.statement)
        if isinstance(result, Refused) and result.reason == CONFLICT:
            return _corrected(lane, fact, data, data.statement)
        if result is not APPLIED:
            return result
    feed = lane.feed(data.creditor, data.account)
    feed.completed(data)
    _publish(lane, data, feed)
    return APPLIED


def _corrected(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Result:
    """Apply a corrected statement: what is gone from it is no money, what is new came with its payments."""
    correction = statements.correct(lane, fact, data, statement)
    if isinstance(correction, Refused):
        return correction
    for name, booked in correction.gone:
        payment = naming.named(lane, data.creditor, data.account, name, booked)
        if isinstance(payment, KnownPayment) and not _is_in_another(payment, correction.name):
            moving.withdraw(lane, payment, None)
            PAYMENTS.put(lane.unit, payment.key, payment)
    feed = lane.feed(data.creditor, data.account)
    feed.corrected(data.through)
    _publish(lane, data, feed)
    return APPLIED


def _is_in_another(payment: KnownPayment, statement: str) -> bool:
    return any(each.channel == "statement" and each.statement != statement for each in payment.tellings)


def _publish(lane: Lane, data: PaymentReceived | BankFeedCompleted, feed: Feed) -> None:
    """Publish how far the feed reaches when that changed: further, or back when a statement is found missing."""
    reached = feed.reached
    if reached is not None and reached != feed.published:
        feed.published = reached
        message = FeedReached(lane=lane.number, creditor=data.creditor, account=data.account, through=reached)
        lane.to_every_partition(message)
