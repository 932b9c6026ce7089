"""Counts the payments of a bank account, whose figures its completions must tie with (design.md §3, watermarks)."""

from datetime import date

from schemas.payment_events import PaymentReceived
from services.cash_application.state import feeds
from services.cash_application.state.feeds import CountedMoney, StatementDays, TiedCompletion
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import COMPLETIONS, FEED_NEWS, NOTIFIED


def received(lane: Lane, data: PaymentReceived, payment: KnownPayment) -> None:
    """Count a new payment towards its bank account's next completion."""
    feed = lane.feed(data.creditor, data.account)
    payment.tie = None if feed.queue else feed.ties
    _count(lane, data.creditor, data.account, feeds.received(data))


def told_again(lane: Lane, data: PaymentReceived) -> None:
    """Count a line of a statement about a payment that was known before by another channel."""
    _count(lane, data.creditor, data.account, feeds.told_again(data))


def withdrawn(lane: Lane, payment: KnownPayment) -> None:
    """Count a payment no more that is another one's money or none, unless a completion has settled it."""
    ties = lane.feed(payment.creditor, payment.account).ties
    if payment.tie not in (None, ties):
        return
    payment.tie = -1
    _count(lane, payment.creditor, payment.account, feeds.withdrawn(payment.amount, payment.currency, payment.charges))


def line_withdrawn(lane: Lane, payment: KnownPayment) -> None:
    """Count a statement's line about a payment no more, unless a completion has settled it."""
    if payment.tie == lane.feed(payment.creditor, payment.account).ties:
        _count(lane, payment.creditor, payment.account, feeds.line_withdrawn(payment.amount, payment.currency))


def counts_again(lane: Lane, payment: KnownPayment) -> None:
    """Count a payment that did not count as it might have been another one's money: a person says that it is not."""
    if payment.tie == -1:
        payment.tie = lane.feed(payment.creditor, payment.account).ties
        _count(
            lane,
            payment.creditor,
            payment.account,
            feeds.counted_again(payment.amount, payment.currency, payment.charges),
        )


def amended(lane: Lane, payment: KnownPayment, more: int) -> None:
    """Count that a payment is larger by ``more`` minor units than it was told first: the bank kept charges."""
    if payment.tie in (None, lane.feed(payment.creditor, payment.account).ties):
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
        for days in each.summed:
            _confirm(lane, key(creditor, account, days.currency, ""), days)
        taken = COMPLETIONS.get(lane.unit, each.row)
        if taken is not None:
            taken.counted, taken.count, taken.total = True, each.count, each.total
            taken.lines, taken.lines_total = each.lines, each.lines_total
            COMPLETIONS.put(lane.unit, each.row, taken)
    if tied:
        note_news(lane, creditor, account)


def _confirm(lane: Lane, prefix: str, days: StatementDays) -> None:
    """A statement comes to its sum with the payments of its days that only notifications told: they are in it."""
    for row_key, said in lane.unit.scan(NOTIFIED, prefix):
        day = date.fromisoformat(row_key.removeprefix(prefix).partition(SEPARATOR)[0])
        if not said and days.first <= day <= days.last:
            lane.unit.delete(NOTIFIED, row_key)
