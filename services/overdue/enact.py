"""Carries out a decision: adds the account's entries, makes commands to notifier and collection, records the reasons.

All messages about notices are made here.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from schemas.commands import HandOver, HandOverLine, NoticeGranted, NoticeOutcomeSettled, NoticePlanned, NoticeWithdrawn
from schemas.decisions import (
    Alert,
    HandedOver,
    NoticeDecided,
    NoticeEnded,
    Reason,
    TaskRaised,
    Withheld,
)
from schemas.journal import NoticeOutcome
from schemas.letters import Letter
from schemas.messages import Message
from schemas.policy import Policy
from schemas.topics import COMMANDS, DECISIONS, Topic
from services.overdue.account import Account
from services.overdue.acts import (
    GrantNotice,
    HandOverReceivables,
    PlanNotice,
    RaiseTask,
    RecordWithheld,
    WithdrawNotice,
)
from services.overdue.addresses import address_used
from services.overdue.books.balances import Books
from services.overdue.books.ledger import books
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision
from services.overdue.letter_record import LetterRecord, Settled
from services.overdue.letters.draft import with_bookings
from services.overdue.letters.letter_facts import letter_facts, recipient_of
from services.overdue.open_tasks import open_after
from services.overdue.steps.cases import Case
from services.overdue.stops.gate import STOPPED_BY

_NAMESPACE = uuid.UUID("0b9f7b2e-9c39-5f5c-8b0e-3f9d6d4b7c52")


def enact(
    account: Account, decision: Decision, context: CreditorContext, now: datetime, good_for: timedelta
) -> Iterator[tuple[Topic, Message]]:
    """Write the decision's acts into the account and make their messages: (topic, message) pairs.

    ``good_for``: how long after its claim a granted letter may go (design.md §7.3).
    """
    today = context.local(now).date()
    for act in decision.acts:
        if isinstance(act, RecordWithheld):
            yield DECISIONS, _withheld(account, act, decision, today)
        elif isinstance(act, RaiseTask):
            yield DECISIONS, _task(account, act, today)
        elif isinstance(act, WithdrawNotice):
            yield COMMANDS, _withdrawn(account, act)
        elif isinstance(act, PlanNotice):
            yield from _plan(account, act, _policy(decision), context)
        elif isinstance(act, GrantNotice):
            yield from _grant(account, act, _policy(decision), context, good_for)
        else:
            yield from _hand_over(account, act, _policy(decision), today)
    if decision.tasks is not None:
        account.open_tasks = open_after(account, decision.tasks, today)


def _policy(decision: Decision) -> Policy:
    assert decision.policy is not None, "without a policy nothing is sent"
    return decision.policy


def _withheld(account: Account, act: RecordWithheld, decision: Decision, today: date) -> Withheld:
    account.withheld = act.signature
    policy = decision.policy
    return Withheld(
        creditor=account.creditor,
        debtor=account.debtor,
        date=today,
        currency=act.currency,
        step=act.step,
        reasons=tuple(Reason(code=it.code, invoice=it.invoice, until=it.until) for it in act.reasons),
        next_check=decision.next_check,
        policy=None if policy is None else policy.policy,
        policy_version=None if policy is None else policy.version,
    )


def _task(account: Account, act: RaiseTask, today: date) -> TaskRaised:
    account.tasks.append(act.key)
    return TaskRaised(
        creditor=account.creditor,
        debtor=account.debtor,
        date=today,
        task=act.task,
        reason=act.reason,
        invoice=act.invoice,
        account=act.money[0] if act.money else None,
        payment=act.money[1] if act.money else None,
        correction=act.correction,
    )


def _withdrawn(account: Account, act: WithdrawNotice) -> NoticeWithdrawn:
    return NoticeWithdrawn(
        notice=act.notice,
        creditor=account.creditor,
        debtor=account.debtor,
        reasons=tuple(dict.fromkeys(reason.code for reason in act.reasons)),
    )


def _booked(
    account: Account, draft: LetterRecord, before: Books, policy: Policy, context: CreditorContext
) -> tuple[LetterRecord, Letter]:
    """A draft with what it books, for the account, and its facts, for the notifier; ``before`` are the books yet."""
    after = books(account, draft.day, context, draft)
    booked = with_bookings(draft, after)
    letter = letter_facts(account, booked, before, after, policy, context)
    assert account.party is not None, "a letter has a recipient"
    address = address_used(draft.channel, draft.recipient, account.party)
    return replace(booked, total=letter.total, address=address), letter


def _plan(
    account: Account, act: PlanNotice, policy: Policy, context: CreditorContext
) -> Iterator[tuple[Topic, Message]]:
    planned, letter = _booked(account, act.letter, act.books, policy, context)
    account.letters.append(planned)
    decided = NoticeDecided(
        creditor=account.creditor, debtor=account.debtor, date=letter.date, notice=letter.notice, letter=letter
    )
    yield COMMANDS, NoticePlanned(notice=letter.notice, letter=letter)
    yield DECISIONS, decided
    yield from _rate_unknown(letter)


def _grant(
    account: Account, act: GrantNotice, policy: Policy, context: CreditorContext, good_for: timedelta
) -> Iterator[tuple[Topic, Message]]:
    """The granted letter replaces the planned one, with amounts as of now."""
    fresh, letter = _booked(account, act.letter, act.books, policy, context)
    planned = account.open_letter()
    assert planned is not None
    assert planned.notice == letter.notice
    assert planned.claimed is not None
    granted = replace(fresh, status="granted", claimed=planned.claimed)
    account.letters[account.letters.index(planned)] = granted
    in_window = "outside-window" in STOPPED_BY[letter.purpose]
    closes = context.closes_at(account.kind, letter.date) if in_window else context.end_of(letter.date)
    good_until = min(planned.claimed + good_for, closes)
    yield COMMANDS, NoticeGranted(notice=letter.notice, letter=letter, good_until=good_until)


def _rate_unknown(letter: Letter) -> Iterator[tuple[Topic, Message]]:
    """The alert about a planned letter for whose last days no rate is known (rules.md I3)."""
    if letter.interest_through is not None:
        yield (
            DECISIONS,
            Alert(
                code="rate-unknown",
                creditor=letter.creditor,
                date=letter.date,
                detail=f"no rate is known after {letter.interest_through}: publish reference-rate.published.v1",
            ),
        )


def _hand_over(
    account: Account, act: HandOverReceivables, policy: Policy, today: date
) -> Iterator[tuple[Topic, Message]]:
    """The collector gets principal, interest and costs apart; the receivable leaves letters (rules.md S7, G0)."""
    for currency in dict.fromkeys(case.currency for case in act.cases):
        cases = [case for case in act.cases if case.currency == currency]
        for case in cases:
            account.receivables[case.invoice].handed_over = today
        yield COMMANDS, _hand_over_command(account, cases, currency, policy, today)
        yield (
            DECISIONS,
            HandedOver(
                creditor=account.creditor,
                debtor=account.debtor,
                date=today,
                invoices=tuple(case.invoice for case in cases),
                principal=sum(case.entry.principal for case in cases),
                interest=sum(case.entry.interest for case in cases),
                costs=sum(case.entry.costs for case in cases),
                currency=currency,
                status="published",
            ),
        )


def _hand_over_command(account: Account, cases: list[Case], currency: str, policy: Policy, today: date) -> HandOver:
    step = cases[0].step
    assert step is not None
    assert account.party is not None
    names = "\x1f".join((account.creditor, account.debtor, *(case.invoice for case in cases)))
    return HandOver(
        hand_over=str(uuid.uuid5(_NAMESPACE, names)),
        creditor=account.creditor,
        debtor=account.debtor,
        date=today,
        currency=currency,
        kind=account.kind,
        policy=policy.policy,
        policy_version=policy.version,
        step=step.name,
        recipient=recipient_of(account.party),
        lines=tuple(_hand_over_line(case) for case in cases),
    )


def _hand_over_line(case: Case) -> HandOverLine:
    entry, receivable = case.entry, case.entry.receivable
    return HandOverLine(
        invoice=receivable.invoice,
        subject=receivable.subject,
        issued=receivable.issued,
        due=receivable.due_now,
        effective_due=entry.effective_due,
        original=receivable.amount_now,
        principal=entry.principal,
        interest=entry.interest,
        costs=entry.costs,
        interest_through=entry.claimed_through,
    )


# -- what the journal brings about notices ---------------------------------------------------------------------


def notice_ended(message: NoticeOutcome, letter: Letter) -> NoticeEnded:
    """The outcome of a notice for the read model; ``letter`` are its facts as they were granted."""
    return NoticeEnded(
        creditor=letter.creditor,
        debtor=letter.debtor,
        date=letter.date,
        notice=letter.notice,
        letter=letter,
        status=message.outcome,
        at=message.at,
        trial=message.trial,
    )


def notice_settled(account: Account, notice: str, settled: Settled) -> NoticeOutcomeSettled:
    """What a person says became of a notice, for the notifier, which alone closes notices (design.md §7.3)."""
    return NoticeOutcomeSettled(
        notice=notice,
        creditor=account.creditor,
        debtor=account.debtor,
        outcome="accepted" if settled == "accepted" else "failed",
        how="came-back" if settled == "came-back" else "settled",
    )


def refused_mail(message: NoticeOutcome, day: date) -> Alert:
    """The alert that the mail server does not take a creditor's letters, or not from us (rules.md S6)."""
    why = f"the mail server does not take a letter ({message.detail}): see docs/runbooks/letters-deferred.md"
    return Alert(code="mail-refused", creditor=message.creditor, date=day, detail=why)
