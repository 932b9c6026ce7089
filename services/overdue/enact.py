"""What a decision becomes: entries of the account, commands to notifier and collection, the record of why."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from schemas.commands import HandOver, HandOverLine, NoticeGranted, NoticePlanned, NoticeWithdrawn
from schemas.decisions import (
    AccountChanged,
    Balance,
    Credit,
    HandedOver,
    NoticeDecided,
    Reason,
    TaskRaised,
    Withheld,
)
from schemas.letters import Letter
from schemas.messages import Message
from schemas.policy import Policy
from schemas.topics import COMMANDS, DECISIONS, Topic
from services.overdue.account import Account, LetterRecord
from services.overdue.acts import (
    GrantNotice,
    HandOverReceivables,
    PlanNotice,
    RaiseTask,
    RecordWithheld,
    WithdrawNotice,
)
from services.overdue.books.ledger import Books, Open, books
from services.overdue.books.payment_allocation import payment_allocation
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision
from services.overdue.letters.draft import with_bookings
from services.overdue.letters.letter_facts import letter_facts, recipient_of
from services.overdue.steps.cases import Case
from services.overdue.steps.step_progress import step_progress

_NAMESPACE = uuid.UUID("0b9f7b2e-9c39-5f5c-8b0e-3f9d6d4b7c52")


def enact(
    account: Account, decision: Decision, context: CreditorContext, now: datetime, good_for: timedelta
) -> Iterator[tuple[Topic, Message]]:
    """Write the decision's acts into the account and say them: (topic, message) pairs.

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
            yield COMMANDS, _granted(account, act, _policy(decision), context, good_for)
        else:
            yield from _hand_over(account, act, _policy(decision), today)


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
    return booked, letter_facts(account, booked, before, after, policy, context)


def _plan(
    account: Account, act: PlanNotice, policy: Policy, context: CreditorContext
) -> Iterator[tuple[Topic, Message]]:
    planned, letter = _booked(account, act.letter, act.books, policy, context)
    account.letters.append(planned)
    yield COMMANDS, NoticePlanned(notice=letter.notice, letter=letter)
    yield (
        DECISIONS,
        NoticeDecided(
            creditor=account.creditor,
            debtor=account.debtor,
            date=letter.date,
            notice=letter.notice,
            letter=letter,
        ),
    )


def _granted(
    account: Account, act: GrantNotice, policy: Policy, context: CreditorContext, good_for: timedelta
) -> NoticeGranted:
    """The granted letter replaces the planned one, with amounts as of now."""
    fresh, letter = _booked(account, act.letter, act.books, policy, context)
    planned = account.open_letter()
    assert planned is not None
    assert planned.notice == letter.notice
    assert planned.claimed is not None
    granted = replace(fresh, status="granted", claimed=planned.claimed)
    account.letters[account.letters.index(planned)] = granted
    closes = context.closes_at(account.kind, letter.date)
    return NoticeGranted(notice=letter.notice, letter=letter, good_until=min(planned.claimed + good_for, closes))


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
        original=receivable.amount,
        principal=entry.principal,
        interest=entry.interest,
        costs=entry.costs,
        interest_through=entry.claimed_through,
    )


def account_changed(account: Account, decision: Decision, context: CreditorContext, now: datetime) -> AccountChanged:
    """The account as it now is, for the read model."""
    found, party = decision.books, account.party
    assert party is not None
    credit: dict[str, int] = {}
    for unused in found.credit:
        credit[unused.currency] = credit.get(unused.currency, 0) + unused.amount
    return AccountChanged(
        creditor=account.creditor,
        debtor=account.debtor,
        number=account.number,
        name=party.name,
        kind=party.kind,
        as_of=now,
        balances=tuple(_balance(account, entry, decision, context) for _, entry in sorted(found.open.items())),
        credit=tuple(Credit(currency=currency, amount=amount) for currency, amount in sorted(credit.items())),
        money=tuple(payment_allocation(account, found, context.local(now).date())),
        next_check=decision.next_check,
    )


def _balance(account: Account, entry: Open, decision: Decision, context: CreditorContext) -> Balance:
    receivable = entry.receivable
    step = None
    if decision.policy is not None:
        progress = step_progress(account, receivable, decision.policy, context)
        step = decision.policy.steps[progress.index].name if progress.index >= 0 else None
    return Balance(
        invoice=receivable.invoice,
        currency=receivable.currency,
        issued=receivable.issued,
        due=receivable.due_now,
        effective_due=entry.effective_due,
        original=receivable.amount,
        principal=entry.principal,
        interest=entry.interest,
        costs=entry.costs,
        step=step,
        status=_status(entry),
        subject=receivable.subject,
        reference=receivable.reference,
    )


def _status(entry: Open) -> str:
    if entry.receivable.cancelled is not None:
        return "cancelled"
    if entry.receivable.handed_over is not None:
        return "handed-over"
    if entry.principal:
        return "open"
    return "rest" if entry.balance else "closed"
