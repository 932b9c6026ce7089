"""Each open receivable on a day: whether it is overdue or stopped, which step is next, and what that step waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.policy import Step
from services.law.calendar import roll
from services.overdue.account import Receivable, Stop
from services.overdue.books.balances import OpenReceivable
from services.overdue.steps.facts import AccountFacts
from services.overdue.steps.step_progress import StepProgress, earliest, step_progress
from services.overdue.stops.gate import MessageKind, stopping
from services.overdue.stops.in_force import (
    CODES,
    disputed_part,
    is_personal,
    last_day,
    pauses_ended,
    plan_of,
    stops_in_force,
)
from services.overdue.stops.reasons import Recheck, StopReason, recheck_passing, rechecks_of


@dataclass(frozen=True, slots=True)
class Case:
    """One receivable with something open, today.

    ``stopped`` are the reasons that keep it out of letters and their sums (rules.md G0), ``waiting`` those for which
    its own next ``step`` waits; ``reached`` says that the step's earliest date has come. ``disputed`` is the part of
    its principal that is disputed, in minor units.
    """

    entry: OpenReceivable
    progress: StepProgress
    step: Step | None
    disputed: int
    stopped: tuple[StopReason, ...]
    overdue: bool = False
    reached: bool = False
    waiting: tuple[StopReason, ...] = ()

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
        """Open principal that letters may ask for, in minor units."""
        return _asked(self.entry, self.disputed)

    @property
    def listed(self) -> bool:
        """Whether the account's letters list it: overdue, or only interest and costs are left (rules.md S4, M6)."""
        return not self.stopped and (self.overdue or (self.entry.principal == 0 and self.entry.balance > 0))

    @property
    def reasons(self) -> tuple[StopReason, ...]:
        """Its own reasons, for the gate: what keeps it out of letters, and what its next step waits for."""
        return (*self.stopped, *self.waiting)

    def is_ready_for(self, kind: MessageKind) -> bool:
        """Whether its own next step is of a kind and may be taken today, as far as it alone is concerned."""
        is_next = self.step is not None and _KINDS[self.step.action] == kind
        return is_next and self.overdue and self.reached and not stopping(kind, self.reasons)

    @property
    def is_ready(self) -> bool:
        """Whether its own next step, of whatever kind, may be taken today, as far as it alone is concerned."""
        return self.step is not None and self.is_ready_for(_KINDS[self.step.action])

    def rechecks(self) -> Iterator[Recheck]:
        """When the case may change: the day on which the debt lapses, and the days and signals of its reasons."""
        yield self.entry.lapses
        yield from rechecks_of(self.reasons)


_KINDS: Final[dict[str, MessageKind]] = {"letter": "reminder", "call": "call", "hand-over": "hand-over"}
"""What a policy step of each action sends."""


def cases_of(facts: AccountFacts) -> list[Case]:
    """The cases of all receivables with something open, by effective due date, then id."""
    entries = [entry for entry in facts.books.open.values() if entry.balance > 0]
    entries.sort(key=lambda entry: (entry.effective_due, entry.receivable.invoice))
    return [_case(facts, entry) for entry in entries]


def _case(facts: AccountFacts, entry: OpenReceivable) -> Case:
    receivable = entry.receivable
    progress = step_progress(facts.account, receivable, facts.policy)
    step = progress.next_step(facts.policy)
    disputed = disputed_part(facts.account, receivable, facts.now, facts.books.principal_of)
    stopped = tuple(_stops(facts, entry, disputed))
    if entry.principal == 0:
        return Case(entry, progress, step, disputed, stopped)
    passed = facts.context.has_passed(entry.effective_due, facts.today, facts.policy)
    overdue = passed and _asked(entry, disputed) > 0
    if step is None:
        waits = [StopReason("last-step", receivable.invoice)]
        if _extended(receivable, facts.today):
            waits.append(StopReason("extended", receivable.invoice, receivable.due_now + timedelta(days=1)))
        return Case(entry, progress, None, disputed, stopped, overdue, waiting=tuple(waits))
    first, code = earliest(step, progress, entry.effective_due)
    reached = facts.today >= first
    waiting = []
    if not reached:
        waiting.append(
            StopReason("extended" if _extended(receivable, facts.today) else code, receivable.invoice, first)
        )
    elif not passed:
        waiting.append(_not_passed("wait", receivable, entry.effective_due, facts))
    waiting += _own_waits(facts, entry, step, reached)
    return Case(entry, progress, step, disputed, stopped, overdue, reached, tuple(waiting))


def _asked(entry: OpenReceivable, disputed: int) -> int:
    return max(0, entry.principal - disputed)


def _not_passed(code: str, receivable: Receivable, day: date, facts: AccountFacts) -> StopReason:
    """A day that has not passed holds the receivable until it may have (rules.md C4)."""
    return StopReason(code, receivable.invoice, recheck_passing(day, facts.today, facts.policy, facts.context))


def _extended(receivable: Receivable, today: date) -> bool:
    return any(due.extension for due in receivable.dues) and receivable.due_now >= today


def _stops(facts: AccountFacts, entry: OpenReceivable, disputed: int) -> Iterator[StopReason]:
    """G2–G5, lapsed and handed over (rules.md G0)."""
    account, receivable = facts.account, entry.receivable
    if receivable.handed_over is not None:
        yield StopReason("handed-over", receivable.invoice)
    if any(receivable.is_named_by(correction.invoice) for correction in account.corrections):
        yield StopReason("held", receivable.invoice)
    if entry.lapses <= facts.today:
        yield StopReason("lapsed", receivable.invoice)
    if plan_of(account, receivable.invoice, facts.now) is not None:
        yield StopReason("in-plan", receivable.invoice)
    if disputed and _asked(entry, disputed) == 0 and entry.principal:
        yield StopReason("disputed", receivable.invoice)
    for stop in stops_in_force(account, receivable, facts.now):
        reason = stop_reason(facts, receivable, stop)
        if reason is not None:
            yield reason


def stop_reason(facts: AccountFacts, receivable: Receivable, stop: Stop) -> StopReason | None:
    """Why a stop in force keeps the receivable out of letters today, or None when its date has gone by."""
    last = last_day(stop, facts.context.country)
    personal = is_personal(stop)
    if last is None:
        return None if stop.amount is not None else StopReason(CODES[stop.kind], receivable.invoice, personal=personal)
    if stop.kind == "promise":
        passed = facts.context.has_passed(last, facts.today, facts.policy)
        return None if passed else _not_passed(CODES["promise"], receivable, last, facts)
    if facts.today > last:
        return None
    return StopReason(CODES[stop.kind], receivable.invoice, last + timedelta(days=1), personal)


def _own_waits(facts: AccountFacts, entry: OpenReceivable, step: Step, reached: bool) -> Iterator[StopReason]:
    """What else the receivable's own step waits for: G9, a small rest (M6), approval (S7)."""
    receivable, context = entry.receivable, facts.context
    ended = [day for _, day in pauses_ended(facts.account, receivable, facts.now)]
    ended += [*facts.account.reversals_of(receivable), *entry.reopened]
    for day in sorted({roll(day + timedelta(days=context.law.resume_gap_days), context.country) for day in ended}):
        if not context.has_passed(day, facts.today, facts.policy):
            yield _not_passed("wait", receivable, day, facts)
    below = context.waive_below_on(facts.account.kind, facts.today)
    if receivable.currency == context.law.currency and entry.reduced and entry.principal < below:
        yield StopReason("residual", receivable.invoice)
    if reached and step.approval and step.name not in receivable.approved:
        yield StopReason("awaiting-approval", receivable.invoice)
