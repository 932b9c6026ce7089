"""Each open receivable's case on a day: is it overdue, is it left alone, which step is next and may it be taken."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from schemas.policy import Policy, Step
from services.law.calendar import roll
from services.overdue.account import Account, Stop
from services.overdue.books.ledger import Books, Open
from services.overdue.creditor_context import CreditorContext
from services.overdue.steps.step_progress import StepProgress, earliest, step_progress
from services.overdue.stops.reasons import StopReason, Watch
from services.overdue.stops.standing import CODES, disputed_part, last_day, pauses_ended, plan_of, standing


@dataclass(slots=True)
class Case:
    """One receivable today.

    ``out`` are the reasons it is out of letters and sums (rules.md G0), ``waiting`` those its own step waits for;
    ``reached`` says that the step's earliest date has come. ``asked`` is the principal without a disputed part.
    """

    entry: Open
    where: StepProgress
    step: Step | None
    overdue: bool = False
    reached: bool = False
    disputed: int = 0
    out: list[StopReason] = field(default_factory=list)
    waiting: list[StopReason] = field(default_factory=list)

    @property
    def invoice(self) -> str:
        """The invoice's id."""
        return self.entry.receivable.invoice

    @property
    def currency(self) -> str:
        """The currency of the debt."""
        return self.entry.receivable.currency

    @property
    def asked(self) -> int:
        """Open principal that letters may speak of, in minor units."""
        return max(0, self.entry.principal - self.disputed)

    @property
    def listed(self) -> bool:
        """Whether the account's letters list it: overdue, or only interest and costs are left (rules.md S4, M6)."""
        return not self.out and (self.overdue or (self.entry.principal == 0 and self.entry.balance > 0))

    @property
    def ready(self) -> bool:
        """Whether its own step may be taken today, as far as it alone is concerned."""
        return self.overdue and self.reached and not self.out and not self.waiting


def cases_of(
    account: Account, books: Books, policy: Policy, context: CreditorContext, now: datetime, watch: Watch
) -> list[Case]:
    """The cases of all receivables with something open, by effective due date, then id."""
    entries = [entry for entry in books.open.values() if entry.balance > 0]
    entries.sort(key=lambda entry: (entry.effective_due, entry.receivable.invoice))
    return [_case(account, entry, policy, context, now, watch) for entry in entries]


def _case(account: Account, entry: Open, policy: Policy, context: CreditorContext, now: datetime, watch: Watch) -> Case:
    where = step_progress(account, entry.receivable, policy, context)
    case = Case(entry, where, where.next_step(policy))
    today = watch.today
    _stops(case, account, policy, context, now, watch)
    if entry.principal == 0:
        return case
    case.overdue = context.has_passed(entry.effective_due, today, policy) and case.asked > 0
    if case.step is None:
        case.waiting.append(StopReason("last-step", case.invoice))
        return case
    first, code = earliest(case.step, where, entry.effective_due)
    case.reached = today >= first
    if not case.reached:
        case.waiting.append(StopReason("extended" if _extended(case, today) else code, case.invoice, first))
        watch.at(first)
    elif not context.has_passed(entry.effective_due, today, policy):
        case.waiting.append(_not_passed("wait", case, entry.effective_due, policy, context, watch))
    _own_waits(case, account, policy, context, now, watch)
    return case


def _not_passed(code: str, case: Case, day: date, policy: Policy, context: CreditorContext, watch: Watch) -> StopReason:
    """A day that has not passed holds the receivable until it may have (rules.md C4)."""
    passes = context.passes(day, policy)
    watch.passing(passes)
    return StopReason(code, case.invoice, passes if passes > watch.today else None)


def _extended(case: Case, today: date) -> bool:
    receivable = case.entry.receivable
    return any(due.extension for due in receivable.dues) and receivable.due_now >= today


def _stops(case: Case, account: Account, policy: Policy, context: CreditorContext, now: datetime, watch: Watch) -> None:
    """G2–G5, lapsed and handed over (rules.md G0)."""
    receivable, today = case.entry.receivable, watch.today
    if receivable.handed_over is not None:
        case.out.append(StopReason("handed-over", case.invoice))
    if case.entry.lapses <= today:
        case.out.append(StopReason("lapsed", case.invoice))
    else:
        watch.at(case.entry.lapses)
    if plan_of(account, case.invoice, now) is not None:
        case.out.append(StopReason("in-plan", case.invoice))
    case.disputed = disputed_part(account, receivable, now)
    if case.disputed and case.asked == 0 and case.entry.principal:
        case.out.append(StopReason("disputed", case.invoice))
    for stop in standing(account, receivable, now):
        reason = _stopped(case, stop, policy, context, watch)
        if reason is not None:
            case.out.append(reason)


def _stopped(case: Case, stop: Stop, policy: Policy, context: CreditorContext, watch: Watch) -> StopReason | None:
    """Why a standing stop keeps the receivable out today, or None when its date has gone by."""
    last = last_day(stop, context.country)
    if last is None:
        return None if stop.amount is not None else StopReason(CODES[stop.kind], case.invoice)
    if stop.kind == "promise":
        passed = context.has_passed(last, watch.today, policy)
        return None if passed else _not_passed(CODES["promise"], case, last, policy, context, watch)
    if watch.today > last:
        return None
    watch.at(last + timedelta(days=1))
    return StopReason(CODES[stop.kind], case.invoice, last + timedelta(days=1))


def _own_waits(
    case: Case, account: Account, policy: Policy, context: CreditorContext, now: datetime, watch: Watch
) -> None:
    """What else the receivable's own step waits for: G9, a small rest (M6), approval (S7)."""
    receivable = case.entry.receivable
    ended = [day for _, day in pauses_ended(account, receivable, now)] + receivable.reversals
    for day in {roll(day + timedelta(days=context.law.resume_gap_days), context.country) for day in ended}:
        if not context.has_passed(day, watch.today, policy):
            case.waiting.append(_not_passed("wait", case, day, policy, context, watch))
    below = context.waive_below_on(account.kind, watch.today)
    if case.currency == context.law.currency and case.entry.reduced and case.entry.principal < below:
        case.waiting.append(StopReason("residual", case.invoice))
    assert case.step is not None
    if case.reached and case.step.approval and case.step.name not in receivable.approved:
        case.waiting.append(StopReason("awaiting-approval", case.invoice))
