"""Counts the payments of a bank account, whose figures its completions must tie with (design.md §3, watermarks)."""

from schemas.payment_events import PaymentReceived
from services.cash_application.state import feeds
from services.cash_application.state.feeds import CountedMoney, TiedCompletion
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import COMPLETIONS, FEED_NEWS


def received(lane: Lane, data: PaymentReceived) -> None:
    """Count a payment towards its bank account's next completion."""
    _count(lane, data.creditor, data.account, feeds.received(data))


def told_again(lane: Lane, data: PaymentReceived) -> None:
    """Count a line of a statement about a payment that was known before by another channel."""
    _count(lane, data.creditor, data.account, feeds.told_again(data))


def withdrawn(lane: Lane, payment: KnownPayment) -> None:
    """Count a payment no more: it is another one's money, told twice, or none at all."""
    _count(lane, payment.creditor, payment.account, feeds.withdrawn(payment.amount, payment.currency))


def amended(lane: Lane, payment: KnownPayment, more: int) -> None:
    """Count that a payment is larger by ``more`` minor units than it was told first: the bank kept charges."""
    _count(lane, payment.creditor, payment.account, feeds.amended(more, payment.currency))


def note_news(lane: Lane, creditor: str, account: str) -> None:
    """Note that a feed may move at the next frontier."""
    lane.unit.put(FEED_NEWS, key(creditor, account), b"")


def _count(lane: Lane, creditor: str, account: str, money: CountedMoney) -> None:
    feed = lane.feed(creditor, account)
    if feed.queue:
        feed.queue.append(money)
    else:
        settle(lane, creditor, account, feed.count_money(money))


def settle(lane: Lane, creditor: str, account: str, tied: list[TiedCompletion]) -> None:
    """Note which completions count now, and the payments that they settle, in case they are taken back."""
    for each in tied:
        taken = COMPLETIONS.get(lane.unit, each.row)
        if taken is not None:
            taken.counted, taken.count, taken.total = True, each.count, each.total
            taken.lines, taken.lines_total = each.lines, each.lines_total
            COMPLETIONS.put(lane.unit, each.row, taken)
    if tied:
        note_news(lane, creditor, account)
