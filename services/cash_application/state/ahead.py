"""Fixes when facts are known whose time lies ahead of the ticks around them (rules.md K1).

A fact is known at the earlier of its ``time`` and the lane's first frontier later than the tick before it. Its time
counts at once, and what may lie ahead of that frontier is noted. At the frontier what does lie ahead gets the
frontier's instant, in the lane's rows and on the journal; the rest is forgotten.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas.decisions import Alert
from schemas.facts import Fact, decode_facts
from schemas.journal import KnownFixed, SettingKnownFixed
from schemas.messages import encode
from schemas.payment_events import PaymentAssigned
from schemas.topics import DECISIONS
from services.cash_application.state import noted_facts
from services.cash_application.state.known_payment import Assignment, KnownPayment, NotOf, Return
from services.cash_application.state.lane import Lane
from services.cash_application.state.noted_facts import NotedFact, NotedRow
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import COMPLETIONS, PAYMENTS, TIME_ALERTS, TOLD_ACCOUNTS, WAITING
from services.cash_application.state.waiting import kept_as, read_kept

FAR: Final = timedelta(minutes=15)
"""An event whose time lies further ahead of the frontier raises the alert."""
TIME_AHEAD: Final = "time-ahead"
"""The code of the alert."""


def note(lane: Lane, fact: Fact, row: NotedRow, *names: str) -> None:
    """Note a fact that was applied, or waits, and may be known before its time; ``names`` find the row it changed."""
    if may_be_earlier(lane, fact):
        event = fact.event_id
        lane.noted.append(NotedFact(row, names, fact.type, event, fact.source, fact.creditor, fact.time, fact.after))


def may_be_earlier(lane: Lane, fact: Fact) -> bool:
    """Whether a frontier that is still to come may be earlier than the fact's time, and so fix when it is known."""
    if fact.known is not None or (fact.after is not None and fact.time <= fact.after):
        return False
    reached = lane.frontier.reached
    return reached is None or fact.time > reached


def is_open(lane: Lane, fact: Fact, frontier: datetime) -> bool:
    """Whether a later frontier than this one fixes when the fact is known."""
    return may_be_earlier(lane, fact) and fact.after is not None and fact.after >= frontier


def fix(lane: Lane, frontier: datetime, most: int) -> int:
    """Fix when noted facts are known, row by row until ``most`` or more were changed; how many were."""
    lane.keep_noted()
    changed = 0
    while changed < most:
        noted = noted_facts.take(lane.unit, frontier)
        if not noted:
            break
        for fact in noted:
            _fix(lane, fact, frontier)
            changed += 1
    return changed


def _fix(lane: Lane, fact: NotedFact, known: datetime) -> None:
    if fact.time - known > FAR:
        _raise_alert(lane, fact, known)
    match fact.row:
        case "event":
            creditor, debtor, *invoice = fact.names
            _publish(lane, fact, known, creditor, debtor, invoice[0] if invoice else None)
        case "payment":
            _fix_payment(lane, fact, known)
        case "creditor" | "rate":
            _fix_setting(lane, fact, known)
        case "confirmation":
            _fix_confirmation(lane, fact, known)
        case "completion":
            _fix_completion(lane, fact.names[0], known)
        case "withdrawal":
            _fix_withdrawal(lane, fact, known)
        case "waiting":
            _fix_waiting(lane, fact.names[0], known)


def _publish(lane: Lane, fact: NotedFact, known: datetime, creditor: str, debtor: str, invoice: str | None) -> None:
    message = KnownFixed(
        creditor=creditor,
        debtor=debtor,
        event=fact.type,
        id=fact.event,
        time=fact.time,
        known=known,
        invoice=invoice,
    )
    lane.to_account(creditor, debtor, message)


def _fix_payment(lane: Lane, fact: NotedFact, known: datetime) -> None:
    """The payment, its assignment or its returns of this event, and the account on which it is placed."""
    payment = PAYMENTS.get(lane.unit, fact.names[0])
    if payment is None:
        return
    for part in _parts(payment):
        if part.id == fact.event:
            part.known = known
    if fact.type == PaymentAssigned.event_type:
        since = payment.first_assigned
        payment.first_assigned = {target: min(at, known) if at == fact.time else at for target, at in since.items()}
    PAYMENTS.put(lane.unit, payment.key, payment)
    if payment.placement is not None:
        _publish(lane, fact, known, payment.creditor, payment.placement.debtor, None)


def _parts(payment: KnownPayment) -> Iterator[KnownPayment | Assignment | NotOf | Return]:
    yield payment
    yield from payment.not_of.values()
    yield from payment.returns
    if payment.assigned is not None:
        yield payment.assigned


def _fix_setting(lane: Lane, fact: NotedFact, known: datetime) -> None:
    name = fact.names[0]
    if fact.row == "creditor":
        row = lane.creditor(name)
        if row is not None and row.id == fact.event:
            row.known = known
            lane.keep_creditor(name, row)
    fixed = SettingKnownFixed(lane=lane.number, event=fact.type, name=name, id=fact.event, time=fact.time, known=known)
    lane.to_every_partition(fixed)


def _fix_confirmation(lane: Lane, fact: NotedFact, known: datetime) -> None:
    row_key = key(*fact.names)
    told = TOLD_ACCOUNTS.get(lane.unit, row_key)
    assert told is not None, "an account that was confirmed is kept"
    for confirmation in told.confirmations:
        if confirmation.id == fact.event:
            confirmation.known = known
    TOLD_ACCOUNTS.put(lane.unit, row_key, told)


def _fix_completion(lane: Lane, row_key: str, known: datetime) -> None:
    taken = COMPLETIONS.get(lane.unit, row_key)
    if taken is not None:
        taken.known = min(taken.known, known)
        COMPLETIONS.put(lane.unit, row_key, taken)


def _fix_withdrawal(lane: Lane, fact: NotedFact, known: datetime) -> None:
    creditor, account = fact.names
    for withdrawal in lane.feed(creditor, account).withdrawals:
        if withdrawal.id == fact.event:
            withdrawal.known = known


def _fix_waiting(lane: Lane, row_key: str, known: datetime) -> None:
    """A fact that still waits will be known as of this frontier when it is applied."""
    stored = lane.unit.get(WAITING, row_key)
    if stored is None:
        return
    offset, raw = read_kept(stored)
    waiting = decode_facts(raw)
    assert isinstance(waiting, Fact), "doubts are not noted"
    lane.unit.put(WAITING, row_key, kept_as(offset, encode(waiting.model_copy(update={"known": known}))))


def _raise_alert(lane: Lane, fact: NotedFact, known: datetime) -> None:
    """One alert for each creditor, source and local day."""
    if fact.creditor is None and not lane.counts_for_all:
        return
    creditor = fact.creditor or ""
    day = lane.date_of(creditor, known)
    row_key, row = key(creditor, fact.source), day.isoformat().encode()
    if lane.unit.get(TIME_ALERTS, row_key) == row:
        return
    lane.unit.put(TIME_ALERTS, row_key, row)
    detail = f"{fact.source} sends events whose time lies ahead by more than 15 minutes; set its clock and time zone"
    alert = Alert(code=TIME_AHEAD, creditor=fact.creditor, date=day, detail=detail)
    lane.unit.publish(DECISIONS, creditor, alert)
