"""Taking back how far a bank feed is complete (rules.md K2).

A withdrawal cuts every completion, and statement, of an earlier (known, id) back to its day, whichever came first. What
was cut and is sent again counts anew, and the payments that it had settled are to be settled again.
"""

from schemas.facts import Fact
from schemas.payment_events import BankFeedCompleted, BankFeedWithdrawn
from schemas.statements import gaps
from services.cash_application.state import ahead, identity
from services.cash_application.state.counted_money import note_news
from services.cash_application.state.feeds import DayReached, Feed, Withdrawal
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Result
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import CHAINS, COMPLETIONS, TakenCompletion


def row_of(fact: Fact, data: BankFeedCompleted) -> str:
    """The key of a completion's row."""
    return key(data.creditor, data.account, data.through.isoformat(), fact.source, fact.id)


def is_cut(lane: Lane, fact: Fact, data: BankFeedCompleted) -> bool:
    """Whether a completion was taken back, so that it counts anew when it is sent again."""
    taken = COMPLETIONS.get(lane.unit, row_of(fact, data))
    return taken is not None and taken.cut


def keep(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: str | None) -> str:
    """Keep a completion that is taken; returns its row's key. One that was cut comes after what cut it."""
    row_key = row_of(fact, data)
    feed = lane.feed(data.creditor, data.account)
    known, event = fact.known_at, fact.event_id
    if is_cut(lane, fact, data):
        last = max(feed.withdrawals, key=lambda each: (each.known, each.id))
        if (known, event) < (last.known, last.id):
            known, event = last.known, f"{last.id} {event}"
    taken = TakenCompletion(
        through=data.through,
        known=known,
        id=event,
        believed=data.count is None and data.sum is None and data.statement is None,
        statement=statement,
        currency=None if data.statement is None else data.statement.currency,
        number=None if data.statement is None else data.statement.number,
    )
    COMPLETIONS.put(lane.unit, row_key, taken)
    return row_key


def withdrawn(lane: Lane, fact: Fact, data: BankFeedWithdrawn) -> Result:
    """Apply a person's withdrawal of how far a feed is complete."""
    feed = lane.feed(data.creditor, data.account)
    feed.withdrawals.append(Withdrawal(data.through, fact.known_at, fact.event_id))
    cut_back(lane, data.creditor, data.account)
    ahead.note(lane, fact, "withdrawal", data.creditor, data.account)
    return APPLIED


def cut_if_withdrawn(lane: Lane, creditor: str, account: str, row_key: str) -> None:
    """Cut a completion that is taken only now, where a withdrawal that is known later cuts it."""
    taken = COMPLETIONS.get(lane.unit, row_key)
    assert taken is not None, "a completion that is taken is kept"
    withdrawals = lane.feed(creditor, account).withdrawals
    if any(taken.through > each.through and _is_earlier(taken, each) for each in withdrawals):
        cut_back(lane, creditor, account)


def cut_back(lane: Lane, creditor: str, account: str) -> None:
    """Cut what the withdrawals of a bank account cut."""
    feed = lane.feed(creditor, account)
    for each in feed.withdrawals:
        _cut(lane, creditor, account, feed, each)


def _cut(lane: Lane, creditor: str, account: str, feed: Feed, withdrawal: Withdrawal) -> None:
    gone: dict[str, TakenCompletion] = {}
    stays: list[TakenCompletion] = []
    for row_key, taken in COMPLETIONS.scan(lane.unit, key(creditor, account, "")):
        if taken.through > withdrawal.through and not taken.cut:
            if _is_earlier(taken, withdrawal):
                gone[row_key] = taken
            else:
                stays.append(taken)
    days = [DayReached(each.through, each.believed) for each in stays if each.counted]
    days += [DayReached(withdrawal.through, each.believed) for each in gone.values() if each.counted]
    feed.cut(withdrawal.through, set(gone), days)
    for row_key, taken in gone.items():
        _take_back(lane, creditor, account, feed, taken)
        COMPLETIONS.put(lane.unit, row_key, taken)
    note_news(lane, creditor, account)


def _is_earlier(taken: TakenCompletion, withdrawal: Withdrawal) -> bool:
    return (taken.known, taken.id) < (withdrawal.known, withdrawal.id)


def _take_back(lane: Lane, creditor: str, account: str, feed: Feed, taken: TakenCompletion) -> None:
    feed.count += taken.count
    feed.total += taken.total
    feed.lines += taken.lines
    feed.lines_total += taken.lines_total
    if taken.statement is not None and taken.currency is not None:
        identity.release(lane, taken.statement)
        _unchain(lane, feed, key(creditor, account, taken.currency), taken, taken.currency)
    taken.cut, taken.counted = True, False
    taken.count = taken.total = taken.lines = taken.lines_total = 0


def _unchain(lane: Lane, feed: Feed, row_key: str, taken: TakenCompletion, currency: str) -> None:
    chain = CHAINS.get(lane.unit, row_key)
    if chain is None:
        return
    same = (each for each in chain.statements if (each.through, each.number) == (taken.through, taken.number))
    first = next(same, None)
    if first is not None:
        chain.statements.remove(first)
        CHAINS.put(lane.unit, row_key, chain)
        feed.gaps[currency] = gaps(chain.statements)
