"""How far a creditor's bank feeds reach, published to every partition of the journal (design.md §3, watermarks).

Payments and completions count as they come. A feed moves at the lane's frontiers: there the days on which completions
are known are fixed (rules.md K1, K2), and days end.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.facts import Fact, decode_facts
from schemas.journal import FeedReached
from schemas.messages import encode
from schemas.payment_events import BankFeedCompleted
from schemas.statements import BankStatement
from services.cash_application.feeds import repeated, statements, withdrawals
from services.cash_application.identity_of_money import naming
from services.cash_application.payments import moving
from services.cash_application.state import ahead
from services.cash_application.state.counted_money import note_news, settle
from services.cash_application.state.feeds import CountedMoney, Feed, QueuedCompletion, TiedCompletion
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, CONFLICT, DUPLICATE, UNDECIDED, Refused, Result
from services.cash_application.state.row_kind import SEPARATOR
from services.cash_application.state.rows import FEED_NEWS, NOTIFIED_NEWS, PAYMENTS

IN_FUTURE = "through-in-future"
"""The reason code of a completion through a day that had not come when it was known."""


def completed(lane: Lane, fact: Fact, data: BankFeedCompleted, offset: int) -> Result:
    """Apply the completion of a bank account's feed through a day, and the statement with it.

    It is refused when its day was still to come when it became known; where that is not fixed it is decided at the next
    frontier, and what follows it with it.
    """
    ahead.note(lane, fact, "completion", withdrawals.row_of(fact, data))
    feed = lane.feed(data.creditor, data.account)
    if data.through > lane.date_of(data.creditor, fact.known_at):
        return _in_future()
    if feed.queue or data.through > _known_from(lane, fact, data):
        feed.queue.append(QueuedCompletion(offset, encode(fact).decode()))
        note_news(lane, data.creditor, data.account)
        return UNDECIDED
    return _complete(lane, fact, data)


def reach(lane: Lane, frontier: datetime) -> Iterator[tuple[Fact, int, Result]]:
    """Move the feeds that have news; the facts that are decided by this frontier, their offsets, what became of them.

    What a later frontier decides, and days that have not ended, stay news.
    """
    for row_key, _ in lane.unit.scan(FEED_NEWS):
        creditor, account = row_key.split(SEPARATOR)
        feed = lane.feed(creditor, account)
        yield from _decide(lane, creditor, account, frontier)
        today = lane.date_of(creditor, frontier)
        goes_on = feed.end_days(today)
        lane.unit.put(NOTIFIED_NEWS, row_key, b"")
        _publish(lane, creditor, account, feed)
        statements.raise_alerts(lane, creditor, account)
        if goes_on:
            lane.unit.put(FEED_NEWS, row_key, b"", wake=_end_of(lane, creditor, feed.days[0].through))
        elif not feed.queue:
            lane.unit.delete(FEED_NEWS, row_key)


def _decide(lane: Lane, creditor: str, account: str, frontier: datetime) -> Iterator[tuple[Fact, int, Result]]:
    """Take the queue up to the first completion that a later frontier decides."""
    feed = lane.feed(creditor, account)
    while feed.queue:
        first = feed.queue[0]
        if isinstance(first, CountedMoney):
            settle(lane, creditor, account, feed.count_money(first))
        else:
            fact = decode_facts(first.message.encode())
            assert isinstance(fact, Fact), "only completions are queued"
            if ahead.is_open(lane, fact, frontier):
                return
            known = fact if fact.time <= frontier else fact.model_copy(update={"known": fact.known or frontier})
            yield fact, first.offset, _decided(lane, known)
        del feed.queue[0]


def _decided(lane: Lane, fact: Fact) -> Result:
    data = fact.data
    assert isinstance(data, BankFeedCompleted), "only completions are queued"
    if data.through > lane.date_of(data.creditor, fact.known_at):
        return _in_future()
    return _complete(lane, fact, data)


def _complete(lane: Lane, fact: Fact, data: BankFeedCompleted) -> Result:
    name = None if data.statement is None else statements.natural_key(fact, data, data.statement)
    if data.statement is not None and repeated.is_repeated(lane, data, data.statement):
        return DUPLICATE
    if data.statement is not None:
        result = statements.take(lane, fact, data, data.statement)
        if isinstance(result, Refused) and result.reason == CONFLICT:
            return _corrected(lane, fact, data, data.statement)
        if result is not APPLIED:
            return result
    feed = lane.feed(data.creditor, data.account)
    row_key = withdrawals.keep(lane, fact, data, name)
    days = None if data.statement is None else statements.days_of(lane, data, data.statement)
    settle(lane, data.creditor, data.account, feed.completed(data, row_key, days))
    withdrawals.cut_if_withdrawn(lane, data.creditor, data.account, row_key)
    note_news(lane, data.creditor, data.account)
    return APPLIED


def _corrected(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Result:
    """Apply a corrected statement: what is gone from it is no money, what is new came with its payments."""
    correction = statements.correct(lane, fact, data, statement)
    if isinstance(correction, Refused):
        return correction
    gone = correction.gone
    if correction.by != correction.name:
        gone = repeated.unite_lines(lane, data, statement.currency, correction)
    for name, booked in gone:
        payment = naming.of_line(lane, data.creditor, data.account, name, booked, correction.name)
        if payment is not None and not _is_in_another(payment, correction.name):
            moving.withdraw(lane, payment, None)
            PAYMENTS.put(lane.unit, payment.key, payment)
    days = statements.days_of(lane, data, statement)
    lane.feed(data.creditor, data.account).corrected(data.through, days)
    row_key = withdrawals.keep(lane, fact, data, statements.natural_key(fact, data, statement))
    settle(lane, data.creditor, data.account, [TiedCompletion(row_key)])
    return APPLIED


def _is_in_another(payment: KnownPayment, statement: str) -> bool:
    return any(each.channel == "statement" and each.statement != statement for each in payment.tellings)


def _in_future() -> Refused:
    line = (
        "data.through: a day that had not come when this was sent; no feed is complete through it. Correct the day, or "
        "send it again once the day has ended"
    )
    return Refused(IN_FUTURE, (line,))


def _known_from(lane: Lane, fact: Fact, data: BankFeedCompleted) -> date:
    """The earliest local day on which a fact may turn out to be known."""
    if not ahead.may_be_earlier(lane, fact):
        return lane.date_of(data.creditor, fact.known_at)
    return date.min if fact.after is None else lane.date_of(data.creditor, fact.after)


def _end_of(lane: Lane, creditor: str, day: date) -> int:
    """The epoch second at which a creditor's local day ends."""
    row = lane.creditor(creditor)
    zone = ZoneInfo(row.timezone if row else "UTC")
    return int(datetime.combine(day + timedelta(days=1), time.min, zone).timestamp())


def _publish(lane: Lane, creditor: str, account: str, feed: Feed) -> None:
    """Publish how far the feed reaches when that changed: further, or back when a statement is found missing."""
    reached = feed.reached
    if reached is not None and reached != feed.published:
        feed.published = reached
        message = FeedReached(lane=lane.number, creditor=creditor, account=account, through=reached)
        lane.to_every_partition(message)
