"""Applying one fact: which knowledge it belongs to, and what becomes of it (design.md §3, §4)."""

from schemas.data import Data, creditor_of
from schemas.events import (
    AccountData,
    BankFeedCompleted,
    CreditorRegistered,
    InvoiceCredited,
    InvoiceIssued,
    PaymentAssigned,
    PaymentReceived,
    PaymentRefunded,
    PaymentReversed,
    ReferenceRatePublished,
)
from schemas.facts import Fact, UnreadEvent, decode_facts
from schemas.policy import Policy
from services.cash_application import dead_letters, doubts, payments, receivables, settings, watermarks
from services.cash_application.state import identity, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Applied, Duplicate, Refused, Verdict, Waits
from services.cash_application.state.rows import CREDITORS
from services.cash_application.state.waiting import Missing


def take(lane: Lane, fact: Fact, offset: int, raw: bytes) -> None:
    """Take a fact that came on the lane at ``offset``."""
    verdict = identity.seen(lane, fact) or _apply(lane, fact)
    if not isinstance(verdict, Refused):
        identity.remember(lane, fact)
    if fact.creditor is None and not lane.counts_for_all:
        return
    _settle(lane, fact, offset, raw, verdict)


def take_again(lane: Lane, offset: int, raw: bytes) -> None:
    """Take what waited, now that one thing that it waited for is known."""
    message = decode_facts(raw)
    if isinstance(message, UnreadEvent):
        doubts.hold(lane, message)
        return
    assert isinstance(message, Fact), "only facts and doubts wait"
    lane.tally.waiting -= 1
    verdict = _apply(lane, message)
    if isinstance(verdict, Refused):
        identity.forget(lane, message)
    _settle(lane, message, offset, raw, verdict)


def _settle(lane: Lane, fact: Fact, offset: int, raw: bytes, verdict: Verdict) -> None:
    """Count what became of it; keep what waits, report what is refused."""
    match verdict:
        case Applied():
            lane.tally.applied += 1
        case Duplicate():
            lane.tally.duplicates += 1
        case Waits(missing):
            lane.tally.waiting += 1
            waiting.wait(lane, missing, fact, offset, raw)
        case Refused():
            lane.tally.dead_letters += 1
            dead_letters.report(lane, fact, offset, verdict)


def _apply(lane: Lane, fact: Fact) -> Verdict:
    """Apply a fact that is new; everything but settings waits for its creditor."""
    data = fact.data
    creditor = creditor_of(data)
    if creditor is not None and lane.creditor(creditor) is None and not isinstance(data, CreditorRegistered):
        return Waits(Missing(CREDITORS, creditor))
    if isinstance(data, AccountData):
        return _apply_to_account(lane, fact, data)
    return _apply_to_money(lane, fact, data)


def _apply_to_account(lane: Lane, fact: Fact, data: AccountData) -> Verdict:
    match data:
        case InvoiceIssued():
            return receivables.issued(lane, fact, data)
        case InvoiceCredited():
            return receivables.credited(lane, fact, data)
        case _:
            return receivables.told(lane, fact, data)


def _apply_to_money(lane: Lane, fact: Fact, data: Data) -> Verdict:
    match data:
        case PaymentReceived():
            return payments.received(lane, fact, data)
        case BankFeedCompleted():
            return watermarks.completed(lane, fact, data)
        case PaymentReversed() | PaymentRefunded():
            return payments.sent_back(lane, fact, data)
        case PaymentAssigned():
            return payments.assigned(lane, fact, data)
        case CreditorRegistered():
            return settings.registered(lane, fact, data)
        case Policy():
            return settings.policy_published(lane, fact, data)
        case ReferenceRatePublished():
            return settings.rate_published(lane, fact, data)
        case _:
            raise AssertionError(f"a fact of a type that nobody applies: {fact.type}")
