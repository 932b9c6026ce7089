"""Which receivable of a letter bears the reminder fee, and whether it is forgiven (rules.md F1, F2, F5, F6)."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.policy import Step
from services.overdue.books.parts import fee_room
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.steps.step_progress import last_listed
from services.overdue.stops.in_force import once_suspended


@dataclass(frozen=True, slots=True)
class Fee:
    """The invoice that bears the fee, its step's fee (minor units; books cap it), and whether it is forgiven."""

    invoice: str
    amount: int
    forgiven: bool


def fee_of(moving: Sequence[Case], facts: AccountFacts) -> Fee | None:
    """The letter's one fee, or None where no receivable may bear it (rules.md F1)."""
    able = [case for case in moving if may_bear(case, facts)]
    if not able:
        return None
    chosen = min(able, key=lambda case: (-case.progress.index, case.entry.effective_due, case.invoice))
    room = fee_room(facts.account, facts.account.kind, chosen.entry.receivable, facts.books, facts.context.law)
    return Fee(
        invoice=chosen.invoice,
        amount=_step_of(chosen).fee or 0,
        forgiven=room > 0 and forgiven(facts),
    )


def may_bear(case: Case, facts: AccountFacts) -> bool:
    """Whether a moving receivable may bear a fee today (LSP 10 b, 10 f §; rules.md F2, F6, G3)."""
    account, receivable, law, today = facts.account, case.entry.receivable, facts.context.law, facts.today
    if not _step_of(case).fee or receivable.currency != law.currency or once_suspended(account, receivable, facts.now):
        return False
    gap = law.fee_gap_days(account.kind)
    last_fee = max(facts.books.fee_days, default=None)
    last = [day for day in (last_listed(account, receivable), last_fee) if day is not None]
    if any((today - day).days < gap for day in last):
        return False
    lead = law.invoice_lead_days(account.kind)
    if lead and (receivable.due_now - receivable.sent).days < lead:
        return False
    return (today - case.entry.effective_due).days >= law.fee_wait_days(account.kind)


def forgiven(facts: AccountFacts) -> bool:
    """Whether a consumer's fee is forgiven: long a customer, and no fee booked or forgiven lately (rules.md F5)."""
    if facts.account.kind != "consumer" or not facts.policy.mercy_months:
        return False
    since = months_before(facts.today, facts.policy.mercy_months)
    first = min(receivable.issued for receivable in facts.account.receivables.values())
    return first <= since and not any(day > since for day in facts.books.fee_days)


def months_before(day: date, months: int) -> date:
    """The same day of the month some months earlier, or that month's last day (rules.md F5)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _step_of(case: Case) -> Step:
    assert case.step is not None, "a receivable that moves has a next step"
    return case.step
