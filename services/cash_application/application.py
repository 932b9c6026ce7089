"""Applies one fact: calls the module for its event type, then counts, keeps or refuses the fact (design.md §3, §4)."""

from schemas.data import AccountData, Data, creditor_of
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.facts import Fact, UnreadEvent, decode_facts
from schemas.invoice_events import InvoiceCredited, InvoiceIssued
from schemas.payment_events import (
    BankFeedCompleted,
    PaymentAssigned,
    PaymentReceived,
    PaymentRefunded,
    PaymentReversed,
    PaymentSameAs,
)
from schemas.policy import Policy
from services.cash_application import ahead, dead_letters, doubts, payments, receivables, settings, watermarks
from services.cash_application.state import identity, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Applied, Duplicate, Refused, Result, Waits
from services.cash_application.state.rows import CREDITORS
from services.cash_application.state.waiting import Missing


def apply_new(lane: Lane, fact: Fact, offset: int, raw: bytes) -> None:
    """Apply a fact that was read from the lane at ``offset``; ``raw`` is its message."""
    result = identity.seen(lane, fact)
    if result is None or (isinstance(result, Refused) and isinstance(fact.data, PaymentReceived)):
        result = _apply(lane, fact)  # a bank tells one payment in other words, and two under one id (rules.md B1)
    if not isinstance(result, Refused):
        identity.remember(lane, fact)
    if fact.creditor is None and not lane.counts_for_all:
        return
    _finish(lane, fact, offset, raw, result)


def apply_waiting(lane: Lane, offset: int, raw: bytes) -> None:
    """Apply a fact that waited, or publish the hold of a doubt that waited, now that one row it waited for exists."""
    message = decode_facts(raw)
    if isinstance(message, UnreadEvent):
        doubts.hold(lane, message)
        return
    assert isinstance(message, Fact), "only facts and doubts wait"
    lane.tally.waiting -= 1
    result = _apply(lane, message)
    if isinstance(result, Refused):
        identity.forget(lane, message)
    _finish(lane, message, offset, raw, result)


def _finish(lane: Lane, fact: Fact, offset: int, raw: bytes, result: Result) -> None:
    """Count the result; keep a fact that waits, write the dead letter of one that is refused."""
    match result:
        case Applied():
            lane.tally.applied += 1
        case Duplicate():
            lane.tally.duplicates += 1
        case Waits(missing):
            lane.tally.waiting += 1
            ahead.note(lane, fact, "waiting", waiting.keep_fact(lane, missing, fact, offset, raw))
        case Refused():
            lane.tally.dead_letters += 1
            dead_letters.report(lane, fact, offset, result)


def _apply(lane: Lane, fact: Fact) -> Result:
    """Apply a fact that is new; everything but settings waits for its creditor."""
    data = fact.data
    creditor = creditor_of(data)
    if creditor is not None and lane.creditor(creditor) is None and not isinstance(data, CreditorRegistered):
        return Waits(Missing(CREDITORS, creditor))
    if isinstance(data, AccountData):
        return _apply_to_account(lane, fact, data)
    return _apply_money_or_settings(lane, fact, data)


def _apply_to_account(lane: Lane, fact: Fact, data: AccountData) -> Result:
    match data:
        case InvoiceIssued():
            return receivables.issued(lane, fact, data)
        case InvoiceCredited():
            return receivables.credited(lane, fact, data)
        case _:
            return receivables.account_event(lane, fact, data)


def _apply_money_or_settings(lane: Lane, fact: Fact, data: Data) -> Result:
    match data:
        case PaymentReceived():
            return payments.received(lane, fact, data)
        case BankFeedCompleted():
            return watermarks.completed(lane, fact, data)
        case PaymentReversed() | PaymentRefunded():
            return payments.returned(lane, fact, data)
        case PaymentAssigned():
            return payments.assigned(lane, fact, data)
        case PaymentSameAs():
            return payments.same_as(lane, data)
        case CreditorRegistered():
            return settings.registered(lane, fact, data)
        case Policy():
            return settings.policy_published(lane, fact, data)
        case ReferenceRatePublished():
            return settings.rate_published(lane, fact, data)
        case _:
            raise AssertionError(f"a fact of a type that nothing applies: {fact.type}")
