"""Telling every partition of the journal how far a creditor's bank feeds reach (design.md §3, watermarks)."""

from schemas.events import BankFeedCompleted, PaymentReceived
from schemas.journal import FeedReached
from services.cash_application.feeds import Feed
from services.cash_application.lane import Lane
from services.cash_application.verdict import APPLIED, Verdict


def received(lane: Lane, data: PaymentReceived) -> None:
    """A payment counts towards its bank account's next completion."""
    feed = lane.feed(data.creditor, data.account)
    if feed.received(data):
        _tell(lane, data.creditor, data.account, feed)


def completed(lane: Lane, data: BankFeedCompleted) -> Verdict:
    """A bank account's feed is said to be complete through a day."""
    feed = lane.feed(data.creditor, data.account)
    if feed.completed(data):
        _tell(lane, data.creditor, data.account, feed)
    return APPLIED


def _tell(lane: Lane, creditor: str, account: str, feed: Feed) -> None:
    assert feed.through is not None, "a feed that moved has a day"
    lane.tell_all(FeedReached(lane=lane.number, creditor=creditor, account=account, through=feed.through))
