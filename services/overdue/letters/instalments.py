"""An instalment that is missed: one kind letter without a step, then a task; the plan goes on (rules.md G5)."""

from collections.abc import Iterator
from datetime import timedelta

from services.law.calendar import banking_days_after, roll
from services.overdue.account import LetterRecord, PaymentPlan, RecordedLine
from services.overdue.books.entries import money_day, payment_key
from services.overdue.letters.draft import next_number, notice_id
from services.overdue.letters.next_letter import Prospect
from services.overdue.steps.cases import Case
from services.overdue.stops.guards import LETTER_GUARDS, channel_of, reasons_of
from services.overdue.stops.standing import plans_in_force

GRACE_BANKING_DAYS = 5
_STEP = "instalment"


def missed_instalments(outlook: Prospect) -> Iterator[tuple[str, str]]:
    """Task key and first invoice for each kind letter whose response date has passed with the plan still behind."""
    for plan in plans_in_force(outlook.account, outlook.now):
        for count in range(1, _missed(outlook, plan) + 1):
            letter = _letter_about(outlook, plan, count)
            if letter is None or letter.response_by is None or not _behind(outlook, plan, count):
                continue
            if outlook.context.has_passed(letter.response_by, outlook.watch.today, outlook.policy):
                yield f"instalment {letter.subject_of}", plan.invoices[0]
            else:
                outlook.watch.passing(outlook.context.passes(letter.response_by, outlook.policy))


def instalment_letter(outlook: Prospect) -> LetterRecord | None:
    """The kind letter about the first plan that is behind and has had none about its last missed instalment."""
    for plan in plans_in_force(outlook.account, outlook.now):
        count = _missed(outlook, plan)
        if _behind(outlook, plan, count) and _letter_about(outlook, plan, count) is None:
            if reasons_of(LETTER_GUARDS, outlook.facts):
                return None
            return _draft(outlook, plan, count)
    return None


def _missed(outlook: Prospect, plan: PaymentPlan) -> int:
    """How many instalments came due five banking days ago or earlier."""
    country, count = outlook.context.country, 0
    for instalment in plan.instalments:
        missed = banking_days_after(roll(instalment.due, country), GRACE_BANKING_DAYS, country)
        outlook.watch.at(missed)
        count += missed <= outlook.watch.today
    return count


def _behind(outlook: Prospect, plan: PaymentPlan, count: int) -> int:
    """By how much the first ``count`` instalments are unpaid, in minor units, and never more than is still open."""
    parts = sorted(plan.instalments, key=lambda part: part.due)[:count]
    still_open = sum(case.entry.balance for case in _cases(outlook, plan))
    return max(0, min(still_open, sum(part.amount for part in parts) - _paid_since(outlook, plan)))


def _cases(outlook: Prospect, plan: PaymentPlan) -> list[Case]:
    return [case for case in outlook.cases if case.invoice in plan.invoices]


def _paid_since(outlook: Prospect, plan: PaymentPlan) -> int:
    day_of = money_day(outlook.account)
    return sum(
        paid
        for money in outlook.account.moneys
        if day_of(money) >= plan.day
        for invoice, paid in outlook.books.paid_by.get(payment_key(money), {}).items()
        if invoice in plan.invoices
    )


def _subject(plan: PaymentPlan, count: int) -> str:
    return f"{plan.id} {count}"


def _letter_about(outlook: Prospect, plan: PaymentPlan, count: int) -> LetterRecord | None:
    """The kind letter about an instalment, once it was accepted; an open one is the letter in question."""
    for letter in outlook.account.accepted():
        if letter.subject_of == _subject(plan, count):
            return letter
    return None


def _draft(outlook: Prospect, plan: PaymentPlan, count: int) -> LetterRecord:
    account, context, today = outlook.account, outlook.context, outlook.watch.today
    channel = channel_of(account, outlook.policy)
    assert channel is not None, "the no-channel guard lets nothing pass without one"
    cases, subject = _cases(outlook, plan), _subject(plan, count)
    wait = context.law.response_days_min("consumer") + channel[0].delivery_days
    return LetterRecord(
        notice=notice_id(account, cases[0].currency, [(subject, _STEP)]),
        number=next_number(account),
        day=today,
        granted=outlook.now,
        purpose="instalment",
        channel=channel[0].name,
        recipient=channel[1],
        currency=cases[0].currency,
        step=None,
        response_by=roll(today + timedelta(days=wait), context.country),
        policy=outlook.policy.policy,
        policy_version=outlook.policy.version,
        lines=[RecordedLine(invoice=case.invoice, step=None, effective_due=case.entry.effective_due) for case in cases],
        subject_of=subject,
        asked=_behind(outlook, plan, count),
    )
