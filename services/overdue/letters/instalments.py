"""Missed instalments: one letter without a step about each, then a task; the plan goes on (rules.md G5)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.law.calendar import banking_days_after, roll
from services.overdue.account import PaymentPlan
from services.overdue.books.entries import money_day, payment_key
from services.overdue.letter_record import LetterRecord, RecordedLine
from services.overdue.letters.draft import LetterCandidate, next_number, notice_id
from services.overdue.letters.guards import LETTER_GUARDS, channel_of, reasons_of
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.stops.in_force import plans_in_force
from services.overdue.stops.reasons import Recheck, recheck_passing, rechecks_of

GRACE_BANKING_DAYS = 5
_STEP = "instalment"


def missed_instalments(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    """Task key and first invoice for each letter past its response date with the plan still behind.

    And for each plan that would be behind without the debtor's unused credit: a person says what that pays.
    """
    for plan, letter, response_by in _unanswered(facts, cases):
        if facts.context.has_passed(response_by, facts.today, facts.policy):
            yield f"instalment {letter.subject_of}", plan.invoices[0]
    for plan in plans_in_force(facts.account, facts.now):
        count = _missed(facts, plan)
        if _unpaid(facts, cases, plan, count) and not _behind(facts, cases, plan, count):
            yield f"instalment {_subject(plan, count)}", plan.invoices[0]


def instalment_rechecks(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[Recheck]:
    """When another instalment counts as missed, and when the time to answer a letter about one is over."""
    for plan in plans_in_force(facts.account, facts.now):
        yield from _missed_days(facts, plan)
    for _, _, response_by in _unanswered(facts, cases):
        if not facts.context.has_passed(response_by, facts.today, facts.policy):
            yield recheck_passing(response_by, facts.today, facts.policy, facts.context)


def instalment_letter(facts: AccountFacts, cases: Sequence[Case]) -> LetterCandidate:
    """The letter about the first plan that is behind and has had none about its last missed instalment."""
    rechecks: list[Recheck] = []
    for plan in plans_in_force(facts.account, facts.now):
        rechecks += _missed_days(facts, plan)
        count = _missed(facts, plan)
        if _behind(facts, cases, plan, count) and _letter_about(facts, plan, count) is None:
            reasons = reasons_of(LETTER_GUARDS, facts)
            letter = None if reasons else _draft(facts, cases, plan, count)
            return LetterCandidate(letter, (*rechecks, *rechecks_of(reasons)))
    return LetterCandidate(None, tuple(rechecks))


def _unanswered(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[tuple[PaymentPlan, LetterRecord, date]]:
    """The letters about missed instalments of plans that are still behind, each with its response date."""
    for plan in plans_in_force(facts.account, facts.now):
        for count in range(1, _missed(facts, plan) + 1):
            letter = _letter_about(facts, plan, count)
            if letter is not None and letter.response_by is not None and _behind(facts, cases, plan, count):
                yield plan, letter, letter.response_by


def _missed_days(facts: AccountFacts, plan: PaymentPlan) -> list[date]:
    """The day from which each instalment counts as missed: five banking days after it came due."""
    country = facts.context.country
    return [banking_days_after(roll(part.due, country), GRACE_BANKING_DAYS, country) for part in plan.instalments]


def _missed(facts: AccountFacts, plan: PaymentPlan) -> int:
    """How many instalments came due five banking days ago or earlier."""
    return sum(day <= facts.today for day in _missed_days(facts, plan))


def _behind(facts: AccountFacts, cases: Sequence[Case], plan: PaymentPlan, count: int) -> int:
    """By how much the plan is behind with its first ``count`` instalments, in minor units: less the unused credit."""
    credit = sum(facts.books.credit_in(currency) for currency in {case.currency for case in _of_plan(cases, plan)})
    return max(0, _unpaid(facts, cases, plan, count) - credit)


def _unpaid(facts: AccountFacts, cases: Sequence[Case], plan: PaymentPlan, count: int) -> int:
    """How much of the first ``count`` instalments is unpaid, in minor units, and never more than may be asked."""
    parts = sorted(plan.instalments, key=lambda part: part.due)[:count]
    asked = sum(case.asked + case.entry.interest + case.entry.costs for case in _of_plan(cases, plan))
    return max(0, min(asked, sum(part.amount for part in parts) - _paid_since(facts, plan)))


def _of_plan(cases: Sequence[Case], plan: PaymentPlan) -> list[Case]:
    """The plan's open receivables that no other stop keeps out of letters (rules.md G0)."""
    return [case for case in cases if case.invoice in plan.invoices and _stopped_by_plan_alone(case)]


def _stopped_by_plan_alone(case: Case) -> bool:
    return all(reason.code == "in-plan" for reason in case.stopped)


def _paid_since(facts: AccountFacts, plan: PaymentPlan) -> int:
    day_of = money_day(facts.account, facts.context)
    return sum(
        paid
        for money in facts.account.moneys
        if day_of(money) >= plan.day
        for invoice, paid in facts.books.paid_by.get(payment_key(money), {}).items()
        if invoice in plan.invoices
    )


def _subject(plan: PaymentPlan, count: int) -> str:
    return f"{plan.id} {count}"


def _letter_about(facts: AccountFacts, plan: PaymentPlan, count: int) -> LetterRecord | None:
    """The accepted letter about an instalment; an open one is the letter that is being decided."""
    for letter in facts.account.accepted():
        if letter.subject_of == _subject(plan, count):
            return letter
    return None


def _draft(facts: AccountFacts, cases: Sequence[Case], plan: PaymentPlan, count: int) -> LetterRecord:
    account, context, today = facts.account, facts.context, facts.today
    channel = channel_of(account, facts.policy)
    assert channel is not None, "the no-channel guard lets nothing pass without one"
    listed, subject = _of_plan(cases, plan), _subject(plan, count)
    wait = context.law.response_days_min("consumer") + channel[0].delivery_days
    return LetterRecord(
        notice=notice_id(account, listed[0].currency, [(subject, _STEP)]),
        number=next_number(account),
        day=today,
        granted=facts.now,
        purpose="instalment",
        channel=channel[0].name,
        recipient=channel[1],
        currency=listed[0].currency,
        step=None,
        response_by=roll(today + timedelta(days=wait), context.country),
        policy=facts.policy.policy,
        policy_version=facts.policy.version,
        lines=[RecordedLine(case.invoice, None, case.entry.effective_due, disputed=case.disputed) for case in listed],
        subject_of=subject,
        asked=_behind(facts, cases, plan, count),
    )
