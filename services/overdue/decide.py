"""What to do about an account now: ``decide(account, terms, now)``, pure.

The facts give the books, the books give each receivable's case, the cases and the guards give the next act; every
answer, "nothing yet" too, keeps its reasons and the next moment at which it may change (design.md §5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from schemas.policy import Policy
from services.law.calendar import next_banking_day
from services.overdue.account import Account, LetterRecord
from services.overdue.books.ledger import Books, books
from services.overdue.creditor_context import CreditorContext
from services.overdue.letters.apology import apology_letter
from services.overdue.letters.instalments import instalment_letter, missed_instalments
from services.overdue.letters.next_letter import Prospect, prospect
from services.overdue.steps.cases import Case
from services.overdue.steps.step_progress import call_task
from services.overdue.stops.guards import HAND_OVER_GUARDS, below_minimum, reasons_of
from services.overdue.stops.reasons import StopReason


@dataclass(frozen=True, slots=True)
class PlanNotice:
    """Plan a letter: the notifier shall claim it."""

    letter: LetterRecord
    books: Books


@dataclass(frozen=True, slots=True)
class GrantNotice:
    """The claimed letter may go, with these facts (design.md §7.3)."""

    letter: LetterRecord
    books: Books


@dataclass(frozen=True, slots=True)
class WithdrawNotice:
    """The claimed letter may not go any more, and why."""

    notice: str
    reasons: tuple[StopReason, ...]


@dataclass(frozen=True, slots=True)
class HandOverReceivables:
    """These receivables go to the collector (rules.md S7)."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class RaiseTask:
    """A person is asked to do something; ``key`` makes it once only."""

    key: str
    task: str
    reason: str
    invoice: str | None


@dataclass(frozen=True, slots=True)
class RecordWithheld:
    """A step's date has come and no letter goes."""

    signature: str
    currency: str | None
    step: str | None
    reasons: tuple[StopReason, ...]


Act = PlanNotice | GrantNotice | WithdrawNotice | HandOverReceivables | RaiseTask | RecordWithheld


@dataclass(slots=True)
class Decision:
    """The acts of today, and when to look again: at ``wake`` (an instant), or when a feed of the creditor moves."""

    acts: list[Act] = field(default_factory=list)
    wake: datetime | None = None
    feed: bool = False
    books: Books | None = None
    next_check: date | None = None
    policy: Policy | None = None


def decide(account: Account, context: CreditorContext, now: datetime, skew: timedelta) -> Decision:
    """Decide about an account at ``now``, the instant its lane's frontier has reached.

    ``skew`` is the largest difference between clocks: a claim is answered once the frontier is that far beyond it
    (design.md §7.2). Before the window opens nothing is done; what its opening would bring is found out, and only an
    account to which it brings something is looked at again then.
    """
    today = context.local(now).date()
    policy = context.policy_on(account.kind, today)
    decision = Decision(policy=policy, books=books(account, today, context))
    if policy is None:
        _without_policy(account, context, decision, today)
        return decision
    opens = context.opens_at(account.kind, today)
    _decide(decision, prospect(account, _books(decision), policy, context, max(now, opens)), skew)
    if now < opens and decision.acts:
        return Decision(policy=policy, books=decision.books, wake=opens)
    return decision


def _decide(decision: Decision, outlook: Prospect, skew: timedelta) -> None:
    """Inside the window: answer the claim that waits for it, else find the account's tasks and its next act."""
    letter = outlook.account.open_letter()
    if letter is not None and letter.status == "claimed" and letter.claimed is not None:
        if letter.claimed + skew > outlook.now:
            decision.wake = letter.claimed + skew
            return
        decision.acts.append(_answer(letter, outlook))
    else:
        decision.acts += _tasks(outlook)
        if letter is None:
            _act(decision, outlook)
        elif letter.status == "unknown":
            outlook.blocked.append(StopReason("notice-open"))
            decision.acts += _withheld(outlook)
    _look_again(decision, outlook)


def _without_policy(account: Account, context: CreditorContext, decision: Decision, today: date) -> None:
    code = "no-creditor" if context.creditor is None else "no-policy"
    overdue = [entry for entry in _books(decision).open.values() if entry.principal and entry.effective_due < today]
    if overdue:
        decision.acts += _withheld_for(account, None, None, (StopReason(code),))
    days = [entry.effective_due + timedelta(days=1) for entry in _books(decision).open.values() if entry.principal]
    change = context.next_policy_change(account.kind, today)
    later = [day for day in [*days, change] if day is not None and day > today]
    decision.next_check = min(later, default=None)
    decision.wake = None if decision.next_check is None else context.opens_at(account.kind, decision.next_check)


def _books(decision: Decision) -> Books:
    assert decision.books is not None
    return decision.books


def _answer(letter: LetterRecord, outlook: Prospect) -> Act:
    """Grant what may still go as planned, with today's amounts; else withdraw it (design.md §7.3)."""
    fresh = _same_purpose(letter, outlook)
    same = (
        fresh is not None
        and fresh.day == letter.day
        and fresh.moves() == letter.moves()
        and (fresh.channel, fresh.recipient, fresh.currency) == (letter.channel, letter.recipient, letter.currency)
    )
    if not same or fresh is None:
        return WithdrawNotice(letter.notice, tuple(outlook.reasons()))
    fresh.notice, fresh.number = letter.notice, letter.number
    return GrantNotice(fresh, outlook.books)


def _same_purpose(letter: LetterRecord, outlook: Prospect) -> LetterRecord | None:
    if letter.purpose == "instalment":
        return instalment_letter(outlook)
    if letter.purpose == "apology":
        return apology_letter(outlook)
    return _without_hand_overs(outlook)[1].letter()


def _act(decision: Decision, outlook: Prospect) -> None:
    """Hand-overs first, then at most one letter, else the reasons (rules.md S7, S4)."""
    leaving, rest = _without_hand_overs(outlook)
    if leaving:
        decision.acts.append(HandOverReceivables(tuple(leaving)))
    decision.acts += _calls(rest)
    letter = rest.letter() or instalment_letter(rest) or apology_letter(rest)
    if letter is not None:
        decision.acts.append(PlanNotice(letter, rest.books))
    else:
        decision.acts += _withheld(rest)


def _without_hand_overs(outlook: Prospect) -> tuple[list[Case], Prospect]:
    """The receivables that leave for collection today, and the prospect of those that stay."""
    ready = [case for case in outlook.cases if case.ready and case.step is not None and case.step.action == "hand-over"]
    leaving: list[Case] = []
    if ready and not reasons_of(HAND_OVER_GUARDS, outlook.facts):
        for currency in dict.fromkeys(case.currency for case in ready):
            listed = [case for case in outlook.cases if case.currency == currency and case.listed]
            if not list(below_minimum(listed, outlook.policy, outlook.context.law)):
                leaving += [case for case in ready if case.currency == currency]
    if not leaving:
        return [], outlook
    gone = frozenset(case.invoice for case in leaving)
    return leaving, prospect(outlook.account, outlook.books, outlook.policy, outlook.context, outlook.now, gone)


def _calls(outlook: Prospect) -> Iterator[Act]:
    """A call is a task, under the guards of a letter (rules.md S7)."""
    if any(reason.code != "no-channel" for reason in outlook.blocked):
        return
    for case in outlook.cases:
        if case.ready and case.step is not None and case.step.action == "call":
            key = call_task(case.invoice, case.step.name)
            if key not in outlook.account.tasks:
                yield RaiseTask(key, case.step.name, "call", case.invoice)


def _tasks(outlook: Prospect) -> Iterator[Act]:
    """What a person is asked to do, each thing once."""
    for task in (
        *_warnings(outlook),
        *_approvals(outlook),
        *_rests(outlook),
        *_addresses(outlook),
        *_instalments(outlook),
    ):
        if task.key not in outlook.account.tasks:
            yield task


def _warnings(outlook: Prospect) -> Iterator[RaiseTask]:
    """Ninety days before a debt lapses a person is warned (act 728/2003; rules.md G8)."""
    warning = timedelta(days=outlook.context.law.limitation_warning_days)
    for case in outlook.cases:
        if case.entry.principal and case.entry.receivable.handed_over is None:
            warns = case.entry.lapses - warning
            if warns <= outlook.watch.today < case.entry.lapses:
                yield RaiseTask(f"lapse {case.invoice} {case.entry.lapses}", "lapse-warning", "lapsed", case.invoice)
            outlook.watch.at(warns)


def _approvals(outlook: Prospect) -> Iterator[RaiseTask]:
    for case in outlook.cases:
        if case.step is not None and any(reason.code == "awaiting-approval" for reason in case.waiting):
            yield RaiseTask(f"approve {case.invoice} {case.step.name}", "approve", "awaiting-approval", case.invoice)


def _rests(outlook: Prospect) -> Iterator[RaiseTask]:
    """Only interest or costs are left of the whole account: a person decides what becomes of them (rules.md M6)."""
    if outlook.cases and all(case.entry.principal == 0 for case in outlook.cases):
        for case in outlook.cases:
            yield RaiseTask(f"rest {case.invoice}", "rest", "residual", case.invoice)


def _addresses(outlook: Prospect) -> Iterator[RaiseTask]:
    """No address reaches the debtor: the step does not count, a person looks for one (design.md §7.5)."""
    if outlook.moving and any(reason.code == "no-channel" for reason in outlook.blocked):
        tried = len(outlook.account.unreachable)
        yield RaiseTask(f"address {tried}", "find-address", "no-channel", None)


def _instalments(outlook: Prospect) -> Iterator[RaiseTask]:
    for key, invoice in missed_instalments(outlook):
        yield RaiseTask(key, "missed-instalment", "in-plan", invoice)


def _withheld(outlook: Prospect) -> Iterator[Act]:
    """Recorded once a step's earliest date is reached, and again when the set of reasons changes (design.md §9)."""
    reached = outlook.reached()
    if reached:
        furthest = max(reached, key=lambda case: case.where.index)
        assert furthest.step is not None
        yield from _withheld_for(outlook.account, furthest.currency, furthest.step.name, tuple(outlook.reasons()))


def _withheld_for(
    account: Account, currency: str | None, step: str | None, reasons: tuple[StopReason, ...]
) -> Iterator[Act]:
    signature = "|".join(sorted(f"{reason.code} {reason.invoice or ''}" for reason in reasons))
    if signature != account.withheld:
        yield RecordWithheld(signature, currency, step, reasons)


def _look_again(decision: Decision, outlook: Prospect) -> None:
    """When the answer may change: the earliest watched date at the window's opening, or the feed."""
    _watch_credit(outlook)
    decision.feed = outlook.watch.feed
    first = outlook.watch.first()
    if first is not None:
        decision.wake = outlook.context.opens_at(outlook.account.kind, first)
    feed = [next_banking_day(outlook.watch.today, outlook.context.country)] if decision.feed else []
    decision.next_check = min([*feed, *([] if first is None else [first])], default=None)


def _watch_credit(outlook: Prospect) -> None:
    """Unused credit pays a receivable on its due date (rules.md M3)."""
    if outlook.books.credit:
        for case in outlook.cases:
            outlook.watch.at(case.entry.effective_due)
