"""Telling every partition of the journal how far a creditor's bank feeds reach (design.md §3, watermarks)."""

from schemas.events import BankFeedCompleted, PaymentReceived
from schemas.facts import Fact
from schemas.journal import FeedReached
from services.cash_application import statements
from services.cash_application.state.feeds import Feed
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Verdict


def received(lane: Lane, data: PaymentReceived) -> None:
    """A payment counts towards its bank account's next completion."""
    feed = lane.feed(data.creditor, data.account)
    feed.received(data)
    _tell(lane, data, feed)


def completed(lane: Lane, fact: Fact, data: BankFeedCompleted) -> Verdict:
    """A bank account's feed is said to be complete through a day."""
    if data.statement is not None:
        verdict = statements.take(lane, fact, data, data.statement)
        if verdict is not APPLIED:
            return verdict
    feed = lane.feed(data.creditor, data.account)
    feed.completed(data)
    _tell(lane, data, feed)
    return APPLIED


def _tell(lane: Lane, data: PaymentReceived | BankFeedCompleted, feed: Feed) -> None:
    """How far the feed now reaches, where that is news; further, or back when a statement turns out to be missing."""
    reached = feed.reached
    if reached is not None and reached != feed.told:
        feed.told = reached
        lane.tell_all(FeedReached(lane=lane.number, creditor=data.creditor, account=data.account, through=reached))
