"""Applies one fact: calls the module for its event type, then counts, keeps or refuses the fact (design.md §3, §4)."""

from datetime import datetime
from itertools import islice

from schemas.data import AccountData, Data, SettingsData, creditor_of
from schemas.events import (
    AccountConfirmed,
    CorrectionSettled,
    CreditGranted,
    CreditorRegistered,
    ReferenceRatePublished,
)
from schemas.facts import Fact, UnreadEvent, decode_facts
from schemas.invoice_events import InvoiceCredited, InvoiceIssued
from schemas.payment_events import (
    BankFeedCompleted,
    BankFeedWithdrawn,
    PaymentAssigned,
    PaymentNotOf,
    PaymentReceived,
    PaymentRefunded,
    PaymentReversed,
    PaymentSameAs,
)
from schemas.policy import Policy
from services.cash_application.feeds import statements, watermarks, withdrawals
from services.cash_application.invoices import corrections, receivables
from services.cash_application.payments import payment_events, returns
from services.cash_application.refusals import dead_letters, doubts, waiting_instructions
from services.cash_application.settings import account_confirmations, account_owners, setting_events
from services.cash_application.state import ahead, identity, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import DUPLICATE, Applied, Duplicate, Refused, Result, Undecided, Waits
from services.cash_application.state.rows import CHANGES, CREDITORS
from services.cash_application.state.waiting import Missing


def apply_new(lane: Lane, fact: Fact, offset: int, raw: bytes) -> None:
    """Apply a fact that was read from the lane at ``offset``; ``raw`` is its message.

    A creditor's registration is decided at the next frontier (see `account_owners`).
    """
    if isinstance(fact.data, CreditorRegistered):
        _keep_registration(lane, fact, fact.data.creditor, offset, raw)
        return
    result = identity.seen(lane, fact)
    if result is None or (result is not DUPLICATE and _has_identity_of_its_own(fact.data)):
        result = _apply(lane, fact, offset)
    elif result is DUPLICATE:
        result = _sent_again(lane, fact, offset)
    if not isinstance(result, Refused):
        identity.remember(lane, fact)
    if fact.creditor is None and not lane.counts_for_all:
        return
    _finish(lane, fact, offset, raw, result)


def _has_identity_of_its_own(data: Data) -> bool:
    """Whether other content under a known source and id need not be a conflict.

    A bank tells one payment in other words, two payments under one id, and corrects its statements (rules.md B1).
    """
    if isinstance(data, BankFeedCompleted):
        return data.statement is not None and data.statement.number is not None
    return isinstance(data, PaymentReceived | PaymentReversed)


def _sent_again(lane: Lane, fact: Fact, offset: int) -> Result:
    """Take a fact that came again as it was; a bank's statement and its lines count as told once more."""
    match fact.data:
        case PaymentReceived() if statements.is_gone(lane, fact, fact.data):
            return _apply(lane, fact, offset)
        case PaymentReceived():
            statements.note_line(lane, fact.data)
        case PaymentReversed():
            returns.told_again(lane, fact)
        case BankFeedCompleted() if statements.is_in_force_again(lane, fact, fact.data):
            return _apply(lane, fact, offset)
        case BankFeedCompleted() if withdrawals.is_cut(lane, fact, fact.data):
            return _apply(lane, fact, offset)
        case BankFeedCompleted():
            statements.told_again(lane, fact, fact.data)
    return DUPLICATE


def _keep_registration(lane: Lane, fact: Fact, creditor: str, offset: int, raw: bytes) -> None:
    is_new = account_owners.keep(lane, fact, offset, raw)
    if not lane.is_lane_of(creditor):
        return
    if is_new:
        lane.tally.waiting += 1
    else:
        lane.tally.duplicates += 1


def apply_registrations(lane: Lane, frontier: datetime, most: int) -> int:
    """Decide up to ``most`` of the registrations that a rising frontier makes decidable; how many were decided."""
    decided = 0
    for offset, raw in islice(account_owners.take_decidable(lane, frontier), most):
        fact = decode_facts(raw)
        assert isinstance(fact, Fact), "only registrations are kept for a frontier"
        assert isinstance(fact.data, CreditorRegistered), "only registrations are kept for a frontier"
        lane.moment = fact.known_at
        result = identity.seen(lane, fact) or setting_events.registered(lane, fact, fact.data, frontier)
        if not isinstance(result, Refused):
            identity.remember(lane, fact)
        if lane.is_lane_of(fact.data.creditor):
            lane.tally.waiting -= 1
            _finish(lane, fact, offset, raw, result)
        decided += 1
    return decided


def apply_waiting(lane: Lane, offset: int, raw: bytes, released: datetime) -> None:
    """Apply a fact that waited, or publish the hold of a doubt that waited, now that one row it waited for exists.

    ``released`` is the instant since which the row exists.
    """
    message = decode_facts(raw)
    if isinstance(message, UnreadEvent):
        doubts.hold(lane, message)
        return
    assert isinstance(message, Fact), "only facts and doubts wait"
    lane.moment = max(released, message.known_at)
    lane.tally.waiting -= 1
    result = _apply(lane, message, offset)
    if isinstance(message.data, PaymentReversed) and not isinstance(result, Waits):
        returns.found(lane, message)
    if not isinstance(result, Waits):
        waiting_instructions.waits_no_more(lane, message, offset)
    if isinstance(result, Refused):
        identity.forget(lane, message)
    _finish(lane, message, offset, raw, result)


def move_feeds(lane: Lane, frontier: datetime) -> None:
    """Move the bank feeds to a frontier, and finish the completions that it decides."""
    for fact, offset, result in watermarks.reach(lane, frontier):
        lane.tally.waiting -= 1
        if isinstance(result, Refused):
            identity.forget(lane, fact)
        _finish(lane, fact, offset, b"", result)


def _finish(lane: Lane, fact: Fact, offset: int, raw: bytes, result: Result) -> None:
    """Count the result; keep a fact that waits, write the dead letter of one that is refused."""
    match result:
        case Applied():
            lane.tally.applied += 1
        case Duplicate():
            lane.tally.duplicates += 1
        case Waits(missing, debtor):
            lane.tally.waiting += 1
            row_key = waiting.keep_fact(lane, missing, fact, offset, raw)
            ahead.note(lane, fact, "waiting", row_key)
            if isinstance(fact.data, PaymentReversed) and missing.kind is CHANGES:
                returns.wait(lane, fact, offset, row_key, debtor)
            waiting_instructions.wait(lane, fact, offset, missing, row_key)
        case Undecided():
            lane.tally.waiting += 1
        case Refused():
            lane.tally.dead_letters += 1
            dead_letters.report(lane, fact, offset, result)


def _apply(lane: Lane, fact: Fact, offset: int) -> Result:
    """Apply a fact that is new; everything but settings waits for its creditor."""
    data = fact.data
    creditor = creditor_of(data)
    if creditor is not None and lane.creditor(creditor) is None:
        return Waits(Missing(CREDITORS, creditor))
    if isinstance(data, AccountData):
        return _apply_to_account(lane, fact, data)
    if isinstance(data, BankFeedCompleted):
        return watermarks.completed(lane, fact, data, offset)
    if isinstance(data, SettingsData):
        return _apply_setting(lane, fact, data)
    return _apply_money(lane, fact, data)


def _apply_to_account(lane: Lane, fact: Fact, data: AccountData) -> Result:
    match data:
        case InvoiceIssued():
            return corrections.issued(lane, fact, data)
        case CorrectionSettled():
            return corrections.settled(lane, fact, data)
        case InvoiceCredited():
            return receivables.credited(lane, fact, data)
        case CreditGranted():
            return receivables.granted(lane, fact, data)
        case _:
            return receivables.account_event(lane, fact, data)


def _received(lane: Lane, fact: Fact, data: PaymentReceived) -> Result:
    barred = account_owners.bars(lane, fact, data.creditor, data.account)
    if barred is not None:
        return barred
    statements.note_line(lane, data)
    return payment_events.received(lane, fact, data)


def _apply_setting(lane: Lane, fact: Fact, data: SettingsData) -> Result:
    match data:
        case Policy():
            return setting_events.policy_published(lane, fact, data)
        case AccountConfirmed():
            return account_confirmations.confirmed(lane, fact, data)
        case ReferenceRatePublished():
            return setting_events.rate_published(lane, fact, data)
        case _:
            raise AssertionError(f"a setting of a type that nothing applies: {fact.type}")


def _apply_money(lane: Lane, fact: Fact, data: Data) -> Result:
    match data:
        case PaymentReceived():
            return _received(lane, fact, data)
        case BankFeedWithdrawn():
            return withdrawals.withdrawn(lane, fact, data)
        case PaymentReversed():
            return returns.reversed_(lane, fact, data)
        case PaymentRefunded():
            return returns.refunded(lane, fact, data)
        case PaymentAssigned():
            return payment_events.assigned(lane, fact, data)
        case PaymentNotOf():
            return payment_events.not_of(lane, fact, data)
        case PaymentSameAs():
            return payment_events.same_as(lane, data)
        case _:
            raise AssertionError(f"a fact of a type that nothing applies: {fact.type}")
