"""An instalment that is missed: one kind letter without a step, then a task; the plan goes on (rules.md G5)."""

from collections.abc import Iterator
from datetime import timedelta

from services.law.calendar import banking_days_after, roll
from services.overdue.account import Letter, Line, Plan
from services.overdue.draft import next_number, notice_id
from services.overdue.guards import LETTER_GUARDS, channel_of, reasons_of
from services.overdue.ledger import money_day, payment_key
from services.overdue.prospect import Prospect
from services.overdue.stops import plans_in_force

GRACE_BANKING_DAYS = 5
_STEP = "instalment"


def missed_instalments(outlook: Prospect) -> Iterator[tuple[str, str]]:
    """Task key and first invoice of each plan that is still behind after its kind letter's response date."""
    for plan in plans_in_force(outlook.account, outlook.now):
        letter = _letter_about(outlook, plan)
        if letter is None or letter.response_by is None or not _behind(outlook, plan):
            continue
        if outlook.terms.has_passed(letter.response_by, outlook.watch.today, outlook.policy):
            yield f"instalment {plan.id} {letter.subject_of}", plan.invoices[0]
        else:
            outlook.watch.passing(outlook.terms.passes(letter.response_by, outlook.policy))


def instalment_letter(outlook: Prospect) -> Letter | None:
    """The kind letter about the first plan that has fallen behind and has had none yet, or None."""
    for plan in plans_in_force(outlook.account, outlook.now):
        if _behind(outlook, plan) and _letter_about(outlook, plan) is None:
            if reasons_of(LETTER_GUARDS, outlook.facts):
                return None
            return _draft(outlook, plan)
    return None


def _behind(outlook: Prospect, plan: Plan) -> int:
    """By how much the plan is behind, in minor units: instalments missed by five banking days less what was paid."""
    due = 0
    for instalment in plan.instalments:
        missed = banking_days_after(
            roll(instalment.due, outlook.terms.country), GRACE_BANKING_DAYS, outlook.terms.country
        )
        outlook.watch.at(missed)
        if missed <= outlook.watch.today:
            due += instalment.amount
    return max(0, due - _paid_since(outlook, plan))


def _paid_since(outlook: Prospect, plan: Plan) -> int:
    day_of = money_day(outlook.account)
    return sum(
        paid
        for money in outlook.account.moneys
        if day_of(money) >= plan.day
        for invoice, paid in outlook.books.paid_by.get(payment_key(money), {}).items()
        if invoice in plan.invoices
    )


def _letter_about(outlook: Prospect, plan: Plan) -> Letter | None:
    """The plan's kind letter, once it was accepted; an open one is the letter in question."""
    for letter in outlook.account.accepted():
        if letter.subject_of == plan.id:
            return letter
    return None


def _draft(outlook: Prospect, plan: Plan) -> Letter:
    account, terms, today = outlook.account, outlook.terms, outlook.watch.today
    channel = channel_of(account, outlook.policy)
    assert channel is not None, "the no-channel guard lets nothing pass without one"
    cases = [case for case in outlook.cases if case.invoice in plan.invoices]
    wait = terms.law.response_days_min("consumer") + terms.law.delivery_days(channel[0])
    return Letter(
        notice=notice_id(account, cases[0].currency, [(plan.id, _STEP)]),
        number=next_number(account),
        day=today,
        granted=outlook.now,
        purpose="instalment",
        channel=channel[0],
        recipient=channel[1],
        currency=cases[0].currency,
        step=None,
        response_by=roll(today + timedelta(days=wait), terms.country),
        policy=outlook.policy.policy,
        policy_version=outlook.policy.version,
        lines=[Line(invoice=case.invoice, step=None, effective_due=case.entry.effective_due) for case in cases],
        subject_of=plan.id,
        asked=_behind(outlook, plan),
    )
