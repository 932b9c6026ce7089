"""What a person is asked to do about an account, each thing once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from schemas.policy import Step
from services.law.calendar import banking_days_after
from services.overdue.acts import RaiseTask
from services.overdue.addresses import times_flagged
from services.overdue.collector_tasks import collector_tasks
from services.overdue.letter_outcomes import refused_since
from services.overdue.letters.guards import below_minimum
from services.overdue.letters.instalments import missed_instalments
from services.overdue.letters.next_letter import NextLetter
from services.overdue.letters.possible_money import possible_money
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.steps.step_progress import call_task
from services.overdue.stops.gate import MessageKind, stopping
from services.overdue.stops.reasons import StopReason

_REFUSED_DAYS: Final = 5
"""Banking days after which a person looks why letters are refused (rules.md S6)."""


def standing_tasks(following: NextLetter, matters: Iterable[RaiseTask]) -> Iterator[RaiseTask]:
    """The matters that stand today, raised before or not; calls that were asked for and not made; silent steps."""
    yield from matters
    yield from silent_steps(following)
    for case in following.cases:
        if case.step is not None and case.step.action == "call" and case.entry.principal:
            yield _call(case, case.step)


def matters_of(following: NextLetter) -> Iterator[RaiseTask]:
    """The tasks whose matter stands today, raised before or not, but for calls and silent steps."""
    facts, cases = following.facts, following.cases
    yield from (
        *_warnings(facts, cases),
        *_approvals(cases),
        *_rests(cases),
        *_addresses(following),
        *_refused_mail(following),
        *_instalments(facts, cases),
        *_moneys(facts),
        *_corrections(facts),
        *collector_tasks(facts),
    )


def calls_of(following: NextLetter) -> Iterator[RaiseTask]:
    """A call is a task, under the gate (rules.md S7, G0)."""
    for case in following.cases:
        if case.step is None or not case.is_ready_for("call"):
            continue
        theirs = [each for each in following.cases if each.currency == case.currency]
        call = _call(case, case.step)
        against = [*following.against, *below_minimum(theirs, following.facts)]
        if not stopping("call", against) and call.key not in following.facts.account.tasks:
            yield call


def silent_steps(following: NextLetter) -> Iterator[RaiseTask]:
    """Letters and hand-overs that are due, that nothing holds, and that do not leave: a fault of ours, for a person.

    Asked once no letter and no hand-over leaves: an account is never silent without a reason.
    """
    kinds: tuple[MessageKind, ...] = ("reminder", "hand-over")
    for kind in kinds:
        if stopping(kind, [*following.against, *following.too_small]):
            continue
        for case in following.cases:
            if case.is_ready_for(kind) and case.step is not None:
                key, step = f"silent {case.invoice} {case.step.name}", case.step.name
                yield RaiseTask(key, "silent-account", "silent", case.invoice, step=step)


def _call(case: Case, step: Step) -> RaiseTask:
    return RaiseTask(call_task(case.invoice, step.name), step.name, "call", case.invoice, step=step.name)


def warning_days(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[date]:
    """The days on which persons are warned that a debt lapses, past ones included."""
    for case in cases:
        if _may_lapse(case):
            yield _warning_day(facts, case)


def _warnings(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[RaiseTask]:
    """Ninety days before a debt lapses a person is warned (act 728/2003; rules.md G8)."""
    for case in cases:
        if _may_lapse(case) and _warning_day(facts, case) <= facts.today < case.entry.lapses:
            yield RaiseTask(f"lapse {case.invoice} {case.entry.lapses}", "lapse-warning", "lapsed", case.invoice)


def _may_lapse(case: Case) -> bool:
    return bool(case.entry.principal) and case.entry.receivable.handed_over is None


def _warning_day(facts: AccountFacts, case: Case) -> date:
    return case.entry.lapses - timedelta(days=facts.context.law.limitation_warning_days)


def _approvals(cases: Sequence[Case]) -> Iterator[RaiseTask]:
    for case in cases:
        if case.step is not None and any(reason.code == "awaiting-approval" for reason in case.waiting):
            step = case.step.name
            key = f"approve {case.invoice} {step}"
            yield RaiseTask(key, "approve", "awaiting-approval", case.invoice, step=step)


def _rests(cases: Sequence[Case]) -> Iterator[RaiseTask]:
    """Only interest or costs are left of the whole account: a person decides what becomes of them (rules.md M6)."""
    if cases and all(case.entry.principal == 0 for case in cases):
        for case in cases:
            yield RaiseTask(f"rest {case.invoice}", "rest", "residual", case.invoice)


def _addresses(following: NextLetter) -> Iterator[RaiseTask]:
    """No address reaches the debtor: the step does not count, a person finds one (design.md §7.5)."""
    if following.moving and StopReason("no-channel") in following.against:
        account = following.facts.account
        tried = times_flagged(account.addresses, account.flagged_before)
        yield RaiseTask(f"address {tried}", "find-address", "no-channel", None)


def _refused_mail(following: NextLetter) -> Iterator[RaiseTask]:
    """For five banking days no letter left or arrived, and it is not the address: a person looks (rules.md S6)."""
    if not following.moving:
        return
    facts = following.facts
    since = refused_since(facts.account)
    if since is not None and facts.today >= banking_days_after(since, _REFUSED_DAYS, facts.context.country):
        yield RaiseTask(f"mail-refused {since}", "mail-refused", "mail-refused", None)


def _instalments(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[RaiseTask]:
    for key, invoice in missed_instalments(facts, cases):
        yield RaiseTask(key, "missed-instalment", "in-plan", invoice)


def _moneys(facts: AccountFacts) -> Iterator[RaiseTask]:
    """Somebody looks at money that may be the account's before the account is free again (rules.md G10)."""
    for held in possible_money(facts):
        if held.until is not None:
            money = held.money
            yield RaiseTask(
                f"money {money.key}", "look-at-money", "possible-payment", None, (money.account, money.payment)
            )


def _corrections(facts: AccountFacts) -> Iterator[RaiseTask]:
    """A person says what a correction does (rules.md M10)."""
    for waiting in facts.account.corrections:
        key = f"correction {waiting.id}"
        yield RaiseTask(key, "correction", "corrected", waiting.invoice, correction=waiting.correction)
