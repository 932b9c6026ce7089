"""The cash application worker.

Reads facts; partition p is lane p, with all facts of its creditors. Writes journal, keyed by account (money placed,
facts of an account), and to every partition of it the lane's settings, feeds, holds and frontier; decisions, keyed by
creditor (money as it came, went back or stayed unmatched; statements); dead-letters, keyed by source. Before the next
record is taken, whatever the last one set free is worked off, a chunk at a time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas.facts import Fact, FactsMessage, Tick, UnreadEvent, UnreadReleased, decode_facts
from schemas.journal import FrontierReached
from schemas.topics import FACTS, PUBLIC_TOPICS
from services.cash_application import application, doubts, payments, prefetch, statements
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.tally import WORKER
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

AT_ONCE: Final = 1_000
"""Waiting facts and payments worked off in one call; a commit may follow each."""


class CashApplication:
    """Matches money with receivables, and lets each account know what concerns it."""

    name = WORKER
    reads = (FACTS,)

    def __init__(self) -> None:
        """Nothing is known yet of any lane's unfinished work."""
        self._at_rest: set[int] = set()

    def pending(self, partition: int) -> bool:
        """Whether a lane has work left, or was not looked at since the start."""
        return partition not in self._at_rest

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Finish the work that is left; then take records until one sets free more than is done at once."""
        lane = Lane(unit)
        lane.has_released = unit.partition not in self._at_rest
        left = _work_off(lane, AT_ONCE)
        taken = 0
        if left > 0:
            messages = [decode_facts(record.value) for record in batch]
            prefetch.fetch(unit, messages)
            for record, message in zip(batch, messages, strict=True):
                _take(lane, record, message)
                taken += 1
                left = _work_off(lane, left)
                if left == 0:
                    break
        lane.save()
        if left > 0:
            self._at_rest.add(unit.partition)
        else:
            self._at_rest.discard(unit.partition)
        return taken


def _take(lane: Lane, record: Record, message: FactsMessage) -> None:
    match message:
        case Fact():
            lane.moment = message.time
            application.take(lane, message, record.offset, record.value)
        case Tick():
            origins = len(PUBLIC_TOPICS) * lane.unit.partitions
            lane.frontier.tick(message.origin, message.instant, origins)
        case UnreadEvent():
            doubts.raise_doubt(lane, message)
        case UnreadReleased():
            doubts.release(lane, message)


def _work_off(lane: Lane, left: int) -> int:
    """Do what the last record set free, at most ``left`` rows of it; answers how many more may be done.

    None more means that there may be work left.
    """
    while lane.has_released and left > 0:
        arrival = waiting.released(lane)
        if arrival is None:
            lane.has_released = False
        else:
            left = _release(lane, *arrival, left)
    if lane.frontier.rising is not None and left > 0:
        left = _rise(lane, lane.frontier.rising, left)
    return left


def _release(lane: Lane, what: str, moment: datetime, left: int) -> int:
    """Place the payments and apply the facts that waited for ``what``."""
    lane.moment = moment
    for payment in waiting.take_payments(lane, what, left):
        payments.look_again(lane, payment)
        left -= 1
    for offset, raw in waiting.take_facts(lane, what, left):
        application.take_again(lane, offset, raw)
        left -= 1
    if left > 0:
        waiting.done(lane, what)
    return left


def _rise(lane: Lane, instant: datetime, left: int) -> int:
    """Weigh what nothing certain places, say what is unmatched and which statements are missing; then it is reached."""
    lane.moment = instant
    statements.raise_alarms(lane)
    left -= payments.weigh_some(lane, left)
    if left > 0:
        lane.tell_all(FrontierReached(lane=lane.number, instant=lane.frontier.rose()))
    return left
