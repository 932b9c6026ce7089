"""Which receivable of a letter bears the reminder fee, and whether it is forgiven (rules.md F1, F2, F5, F6)."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.policy import Policy, Step
from services.overdue.account import Account
from services.overdue.books.ledger import Books
from services.overdue.creditor_context import CreditorContext
from services.overdue.steps.cases import Case
from services.overdue.steps.step_progress import last_listed
from services.overdue.stops.standing import once_suspended


@dataclass(frozen=True, slots=True)
class Fee:
    """The candidate's invoice, the step's fee within the law's maximum (cents), and whether mercy forgives it."""

    invoice: str
    amount: int
    forgiven: bool


def fee_of(
    moving: Sequence[Case],
    account: Account,
    books: Books,
    policy: Policy,
    context: CreditorContext,
    now: datetime,
    today: date,
) -> Fee | None:
    """The letter's one fee, or None where no receivable may bear it (rules.md F1)."""
    able = [case for case in moving if may_bear(case, account, books, context, now, today)]
    if not able:
        return None
    bearer = min(able, key=lambda case: (-case.where.index, case.entry.effective_due, case.invoice))
    room = context.law.total_cap(account.kind, bearer.entry.receivable.amount) - bearer.entry.fees
    return Fee(
        invoice=bearer.invoice,
        amount=min(_step_of(bearer).fee or 0, context.law.reminder_fee_max(account.kind)),
        forgiven=room > 0 and forgiven(account, books, policy, today),
    )


def may_bear(case: Case, account: Account, books: Books, context: CreditorContext, now: datetime, today: date) -> bool:
    """Whether a moving receivable may bear a fee today (LSP 10 b, 10 f §; rules.md F2, F6, G3)."""
    receivable, law = case.entry.receivable, context.law
    if not _step_of(case).fee or receivable.currency != law.currency or once_suspended(account, receivable, now):
        return False
    gap = law.fee_gap_days(account.kind)
    last = [day for day in (last_listed(account, receivable), max(books.fee_days, default=None)) if day is not None]
    if any((today - day).days < gap for day in last):
        return False
    lead = law.invoice_lead_days(account.kind)
    if lead and (receivable.due_now - receivable.sent).days < lead:
        return False
    return (today - case.entry.effective_due).days >= law.fee_wait_days(account.kind)


def forgiven(account: Account, books: Books, policy: Policy, today: date) -> bool:
    """Whether mercy forgives a consumer's fee: long a customer, and no fee booked or forgiven lately (rules.md F5)."""
    if account.kind != "consumer" or not policy.mercy_months:
        return False
    since = months_before(today, policy.mercy_months)
    first = min(receivable.issued for receivable in account.receivables.values())
    return first <= since and not any(day > since for day in books.fee_days)


def months_before(day: date, months: int) -> date:
    """The same day of the month some months earlier, or that month's last day (rules.md F5)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _step_of(case: Case) -> Step:
    assert case.step is not None, "a receivable that moves has a next step"
    return case.step
