"""The cash application worker.

Reads:

* facts, keyed by creditor. Partition p is lane p, which holds all facts of its creditors, and all registrations.

Writes:

* journal, keyed by account: money placed, moved, reversed and refunded, and facts of an account; to every partition of
  it: the lane's settings, feeds, holds and frontier;
* decisions, keyed by creditor: money received, returned, unmatched and placed after all; bank statements; alerts;
* dead-letters, keyed by source: facts that cannot be applied.

The facts and payments that a record releases are processed before the next record, ``AT_ONCE`` in one call.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas.facts import Fact, FactsMessage, Tick, UnreadEvent, UnreadReleased, decode_facts
from schemas.journal import FrontierReached
from schemas.topics import FACTS, PUBLIC_TOPICS
from services.cash_application import application
from services.cash_application.invoices import corrections, taken_steps
from services.cash_application.payments import not_in_statement, payment_events, placing, prefetch, returns, told_twice
from services.cash_application.refusals import doubts, waiting_instructions
from services.cash_application.settings import account_confirmations, account_owners
from services.cash_application.state import ahead, subscriptions, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import FRONTIER_CHANGES
from services.cash_application.state.tally import WORKER
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

AT_ONCE: Final = 1_000
"""Released facts and payments that are processed in one call; a commit may follow each."""


class CashApplication:
    """The worker: matches payments with receivables and publishes to each account what concerns it."""

    name = WORKER
    reads = (FACTS,)

    def __init__(self) -> None:
        """After a start each lane may have released facts or payments left."""
        self._idle_lanes: set[int] = set()

    def pending(self, partition: int) -> bool:
        """Whether a lane has work left, or was not handled since the start."""
        return partition not in self._idle_lanes

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Process released rows, then apply records, up to ``AT_ONCE`` rows in all; returns how many records."""
        lane = Lane(unit)
        lane.has_released = unit.partition not in self._idle_lanes
        left = _process_released(lane, AT_ONCE)
        handled = 0
        if left > 0:
            messages = [decode_facts(record.value) for record in batch]
            prefetch.fetch(unit, messages)
            for record, message in zip(batch, messages, strict=True):
                _handle(lane, record, message)
                handled += 1
                left = _process_released(lane, left)
                if left == 0:
                    break
        lane.save()
        if left > 0:
            self._idle_lanes.add(unit.partition)
        else:
            self._idle_lanes.discard(unit.partition)
        return handled


def _handle(lane: Lane, record: Record, message: FactsMessage) -> None:
    match message:
        case Fact():
            lane.moment = message.known_at
            if message.mends is not None:
                waiting_instructions.forget(lane, message.mends)
            application.apply_new(lane, message, record.offset, record.value)
        case Tick():
            origins = len(PUBLIC_TOPICS) * lane.unit.partitions
            lane.frontier.tick(message.origin, message.instant, origins)
        case UnreadEvent():
            doubts.raise_doubt(lane, message)
        case UnreadReleased():
            doubts.release(lane, message)
            returns.close(lane, message.key)
            waiting_instructions.forget(lane, message.key)


def _process_released(lane: Lane, left: int) -> int:
    """Process what the last record released, at most ``left`` rows; returns how many more may be processed.

    0 means that there may be released rows left. A rising frontier begins with what the registrations release.
    """
    if lane.frontier.rising is not None and left > 0:
        left -= application.apply_registrations(lane, lane.frontier.rising, left)
    while left > 0:
        released = waiting.next_released(lane) if lane.has_released else None
        if released is not None:
            left = _release(lane, *released, left)
            continue
        lane.has_released = False
        if lane.frontier.rising is None:
            break
        left = _reach_frontier(lane, lane.frontier.rising, left)
    return left


def _release(lane: Lane, name: str, moment: datetime, left: int) -> int:
    """Place the payments and apply the facts that waited for the row of this name."""
    lane.moment = moment
    for payment in waiting.take_payments(lane, name, left):
        payment_events.place_again(lane, payment)
        left -= 1
    for offset, raw in waiting.take_facts(lane, name, left):
        application.apply_waiting(lane, offset, raw, moment)
        left -= 1
    if left > 0:
        waiting.end_release(lane, name)
    return left


def _reach_frontier(lane: Lane, instant: datetime, left: int) -> int:
    """Fix what is known by this frontier, decide what waits for it, compare and score payments, then reach it.

    What a decision or a comparison released is processed before that, so it may take another call.
    """
    lane.moment = instant
    left = max(0, left - ahead.fix(lane, instant, left))  # the facts of one row are fixed together
    left -= taken_steps.decide(lane, instant, left)
    left -= corrections.decide_new(lane, left)
    if left == 0 or lane.has_released:
        return left
    account_owners.raise_alerts(lane)
    account_confirmations.raise_alerts(lane)
    application.move_feeds(lane, instant)
    left -= told_twice.compare(lane, left)
    if left > 0 and not lane.has_released:
        left -= not_in_statement.compare(lane, left)
    if left == 0 or lane.has_released:
        return left
    left -= returns.report(lane, left)
    left -= waiting_instructions.look(lane, instant, left)
    left -= placing.score_unscored(lane, left)
    if left > 0:
        application.move_feeds(lane, instant)
        lane.to_every_partition(FrontierReached(lane=lane.number, instant=lane.frontier.rose()))
        subscriptions.notify(lane, FRONTIER_CHANGES)
    return left
