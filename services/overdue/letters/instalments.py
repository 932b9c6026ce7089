"""Missed instalments: one letter without a step about each, then a task; the plan goes on (rules.md G5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

from services.law.calendar import banking_days_after, roll
from services.overdue.account import PaymentPlan
from services.overdue.books.plan_money import PlanInBooks, by_due, plan_order, unpaid_of
from services.overdue.letter_record import AskedInstalment, AskedPlan, LetterRecord, RecordedLine
from services.overdue.letters.draft import LetterCandidate, next_number, notice_id
from services.overdue.letters.guards import account_reasons, channel_of
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.stops.gate import passed, stopping
from services.overdue.stops.in_force import held_plans
from services.overdue.stops.reasons import Recheck, StopReason, recheck_passing, rechecks_of

GRACE_BANKING_DAYS = 5
_STEP: Final = "instalment"


@dataclass(frozen=True, slots=True)
class PlanToday:
    """A plan in force today: its ``cases`` with something open, how many instalments are ``missed``, what is paid.

    ``days`` are those from which each instalment counts as missed. ``behind`` is what is unpaid of the missed, in minor
    units, and never more than is open and may be asked.
    """

    plan: PaymentPlan
    cases: tuple[Case, ...]
    days: list[date]
    missed: int
    paid: int
    behind: int

    @property
    def subject(self) -> str:
        """What its letter is about: the plan and its latest missed instalment."""
        return f"{self.plan.id} {self.missed}"

    def asked(self) -> AskedPlan:
        """What the letter says of the plan; a smaller sum than is unpaid lessens the latest instalments."""
        parts, left = by_due(self.plan), self.behind
        unpaid = unpaid_of(self.plan, self.paid)
        missed = []
        for part, rest in zip(parts[: self.missed], unpaid, strict=False):
            asked = min(rest, left)
            left -= asked
            if asked:
                missed.append(AskedInstalment(part.due, part.amount, asked))
        coming = zip(parts[self.missed :], unpaid[self.missed :], strict=True)
        following = next((AskedInstalment(part.due, part.amount, rest) for part, rest in coming if rest), None)
        return AskedPlan(missed, following, min(sum(unpaid), _open(self.cases)))


def missed_instalments(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    """Task key and first invoice of each plan that is behind and whose letter is not answered, or may not go.

    Where only a person ends what stops the letter the task comes at once, else when it would have been answered by.
    """
    for today in _plans(facts, cases):
        letter = _letter_about(facts, today)
        if today.behind and (_is_unanswered(facts, letter) if letter else _cannot_go(facts, today)):
            yield f"instalment {today.subject}", min(case.invoice for case in today.cases)


def _is_unanswered(facts: AccountFacts, letter: LetterRecord) -> bool:
    return letter.response_by is not None and facts.context.has_passed(letter.response_by, facts.today, facts.policy)


def _cannot_go(facts: AccountFacts, today: PlanToday) -> bool:
    against = [reason for reason in _against(facts, today) if reason.code != "notice-open"]
    return any(reason.recheck is None for reason in against) or (
        bool(against) and _task_day(facts, today) <= facts.today
    )


def _task_day(facts: AccountFacts, today: PlanToday) -> date:
    """The day after that by which a letter of the first possible day would have been answered."""
    missed_on = today.days[today.missed - 1]
    return roll(missed_on + timedelta(days=_days_to_answer(facts)), facts.context.country) + timedelta(days=1)


def _days_to_answer(facts: AccountFacts) -> int:
    return facts.context.law.response_days_min("consumer")


def instalment_rechecks(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[Recheck]:
    """When another instalment counts as missed, a task is due, or unused credit may pay an instalment."""
    for today in _plans(facts, cases):
        yield from today.days
        if facts.books.credit:
            yield from (roll(part.due, facts.context.country) for part in today.plan.instalments)
        letter = _letter_about(facts, today)
        if today.behind and letter is None:
            yield _task_day(facts, today)
        elif today.behind and letter is not None and letter.response_by is not None:
            yield recheck_passing(letter.response_by, facts.today, facts.policy, facts.context)


def instalment_letter(facts: AccountFacts, cases: Sequence[Case]) -> LetterCandidate:
    """The letter about the first plan that is behind, has had none about its latest missed instalment and may go."""
    rechecks: list[Recheck] = []
    for today in _plans(facts, cases):
        rechecks += today.days
        if today.behind and _letter_about(facts, today) is None:
            against = _against(facts, today)
            letter = passed("instalment", against, partial(_draft, facts, today))
            if letter is not None:
                return LetterCandidate(letter, tuple(rechecks))
            rechecks += rechecks_of(against)
            rechecks += (case.entry.receivable.due_now + timedelta(days=1) for case in today.cases)  # `extended` ends
    return LetterCandidate(None, tuple(rechecks))


def _against(facts: AccountFacts, today: PlanToday) -> list[StopReason]:
    """What stops the plan's letter: the account's reasons, and those of any of the plan's receivables (G0, G5)."""
    own = [reason for case in today.cases for reason in case.reasons]
    return stopping("instalment", [*account_reasons(facts), *own])


def _plans(facts: AccountFacts, cases: Sequence[Case]) -> list[PlanToday]:
    """The account's plans today, the one with the earliest unpaid instalment first."""
    found = [
        PlanInBooks(plan, held, facts.books.plan_paid.get(plan.id, 0))
        for plan, held in held_plans(facts.account, facts.now)
    ]
    return [_today(facts, item, cases) for item in sorted(found, key=plan_order)]


def _today(facts: AccountFacts, item: PlanInBooks, cases: Sequence[Case]) -> PlanToday:
    theirs = tuple(case for case in cases if case.invoice in item.held)
    days = _missed_days(facts, item.plan)
    missed = sum(day <= facts.today for day in days)
    behind = min(_open(theirs), sum(unpaid_of(item.plan, item.paid)[:missed]))
    return PlanToday(item.plan, theirs, days, missed, item.paid, behind)


def _open(cases: Sequence[Case]) -> int:
    """What is open and may be asked, in minor units."""
    return sum(case.asked + case.entry.interest + case.entry.costs for case in cases)


def _missed_days(facts: AccountFacts, plan: PaymentPlan) -> list[date]:
    """The day from which each instalment counts as missed: five banking days after it came due."""
    country = facts.context.country
    return [banking_days_after(roll(part.due, country), GRACE_BANKING_DAYS, country) for part in by_due(plan)]


def _letter_about(facts: AccountFacts, today: PlanToday) -> LetterRecord | None:
    """The accepted letter about the latest missed instalment; an open one is the letter that is being decided."""
    return next((letter for letter in facts.account.accepted() if letter.subject_of == today.subject), None)


def _draft(facts: AccountFacts, today: PlanToday) -> LetterRecord:
    account = facts.account
    channel = channel_of(account, facts.policy)
    assert channel is not None, "the gate lets nothing pass without a channel"
    currency = today.cases[0].currency
    answer_by = facts.today + timedelta(days=_days_to_answer(facts) + channel[0].delivery_days)
    return LetterRecord(
        notice=notice_id(account, currency, [(today.subject, _STEP)]),
        number=next_number(account),
        day=facts.today,
        granted=facts.now,
        purpose="instalment",
        channel=channel[0].name,
        recipient=channel[1],
        currency=currency,
        step=None,
        response_by=roll(answer_by, facts.context.country),
        policy=facts.policy.policy,
        policy_version=facts.policy.version,
        lines=[
            RecordedLine(case.invoice, None, case.entry.effective_due, disputed=case.disputed) for case in today.cases
        ],
        subject_of=today.subject,
        asked=today.behind,
        plan=today.asked(),
    )
