"""What to do about an account now: ``decide(account, context, now, skew)``, pure.

The account's entries give the books, the books each receivable's case, the cases and the guards the next act. Every
answer, "nothing yet" too, comes with its reasons; the days and signals that those carry say when the account is
checked next (design.md §5).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from schemas.policy import Policy
from services.law.calendar import next_banking_day
from services.overdue.account import Account
from services.overdue.acts import (
    Act,
    GrantNotice,
    HandOverReceivables,
    PlanNotice,
    RaiseTask,
    RecordWithheld,
    WithdrawNotice,
)
from services.overdue.books.balances import Books
from services.overdue.books.ledger import books
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import LetterRecord
from services.overdue.letters.apology import apology_letter
from services.overdue.letters.draft import LetterCandidate
from services.overdue.letters.guards import below_minimum
from services.overdue.letters.instalments import instalment_letter, instalment_rechecks
from services.overdue.letters.next_letter import NextLetter, next_letter
from services.overdue.steps.cases import Case, cases_of
from services.overdue.steps.facts import AccountFacts, facts_of
from services.overdue.stops.gate import stopping
from services.overdue.stops.reasons import FEED, Recheck, StopReason
from services.overdue.tasks import calls_of, matters_of, silent_steps, standing_tasks, warning_days


@dataclass(frozen=True, slots=True)
class Decision:
    """The acts of today, and when the account is checked again.

    That is at ``wake`` (UTC), or earlier when a bank feed of the creditor moves and ``feed`` is true. ``next_check`` is
    its date as people see it. ``policy`` is None where none is in force; then nothing is sent. ``tasks`` are those
    whose matter stands today, raised before or not; None where that was not asked.
    """

    policy: Policy | None
    books: Books
    acts: tuple[Act, ...] = ()
    wake: datetime | None = None
    feed: bool = False
    next_check: date | None = None
    tasks: tuple[RaiseTask, ...] | None = None


def decide(account: Account, context: CreditorContext, now: datetime, skew: timedelta) -> Decision:
    """Decide about an account at ``now``, the instant its lane's frontier has reached.

    ``skew`` is the largest difference between clocks: a claim is answered once the frontier is that far beyond it
    (design.md §7.2). Before the window opens nothing is done; what its opening would bring is found out, and only an
    account to which it brings something is checked again then.
    """
    today = context.local(now).date()
    policy = context.policy_on(account.kind, today)
    found = books(account, today, context)
    if policy is None:
        return _without_policy(account, found, context, now, skew)
    opens = context.opens_at(account.kind, today)
    decision = _inside_window(facts_of(account, found, policy, context, max(now, opens)), skew)
    if now < opens and decision.acts:
        return Decision(policy, found, wake=opens)
    return decision


def _without_policy(
    account: Account, found: Books, context: CreditorContext, now: datetime, skew: timedelta
) -> Decision:
    code, today = "no-creditor" if context.creditor is None else "no-policy", context.local(now).date()
    notice = account.open_letter()
    claimed = _claimed(notice)
    if claimed is not None and claimed + skew > now:
        return Decision(None, found, wake=claimed + skew)
    if notice is not None and claimed is not None:
        return Decision(None, found, (WithdrawNotice(notice.notice, (StopReason(code),)),))
    unpaid = [entry for entry in found.open.values() if entry.principal]
    acts: list[Act] = []
    if any(entry.effective_due < today for entry in unpaid):
        acts += _withheld_for(account, None, None, (StopReason(code),))
    days = [entry.effective_due + timedelta(days=1) for entry in unpaid]
    change = context.next_policy_change(account.kind, today)
    later = [day for day in [*days, change] if day is not None and day > today]
    next_check = min(later, default=None)
    wake = None if next_check is None else context.opens_at(account.kind, next_check)
    return Decision(None, found, tuple(acts), wake, next_check=next_check)


def _inside_window(facts: AccountFacts, skew: timedelta) -> Decision:
    """Answer the claim that waits for it, else find the account's tasks and its next act."""
    notice = facts.account.open_letter()
    claimed = _claimed(notice)
    if claimed is not None and claimed + skew > facts.now:
        return Decision(facts.policy, facts.books, wake=claimed + skew)
    cases = cases_of(facts)
    following = next_letter(facts, cases)
    matters = [*matters_of(following)]
    if notice is not None and claimed is not None:
        candidate = _candidate_for(notice, following)
        acts: list[Act] = [_answer(notice, candidate.letter, following)]
        rechecks = [*candidate.rechecks]
    else:
        acts = [task for task in matters if task.key not in facts.account.tasks]
        rechecks = [*warning_days(facts, cases), *instalment_rechecks(facts, cases)]
        if notice is None:
            found, more = _next_acts(following)
            acts += found
            rechecks += more
        elif notice.status == "unknown":
            acts += _withheld(following)
    rechecks += [*following.rechecks(), *_credit_days(facts, cases), *_discount_days(facts)]
    return _decision(facts, acts, rechecks, standing_tasks(following, matters))


# -- a claimed notice ------------------------------------------------------------------------------------------


def _claimed(notice: LetterRecord | None) -> datetime | None:
    """When the open notice was claimed, where it waits for an answer."""
    return notice.claimed if notice is not None and notice.status == "claimed" else None


def _candidate_for(notice: LetterRecord, following: NextLetter) -> LetterCandidate:
    """The letter of the notice's purpose that may go now."""
    if notice.purpose == "instalment":
        return instalment_letter(following.facts, following.cases)
    if notice.purpose == "apology":
        return apology_letter(following.facts)
    return LetterCandidate(_remaining(following, _leaving(following)).letter())


def _answer(notice: LetterRecord, fresh: LetterRecord | None, following: NextLetter) -> Act:
    """Grant what may still go as planned, with today's amounts; else withdraw it (design.md §7.3)."""
    same = (
        fresh is not None
        and fresh.day == notice.day
        and (fresh.moves(), fresh.subject_of) == (notice.moves(), notice.subject_of)
        and (fresh.channel, fresh.recipient, fresh.currency) == (notice.channel, notice.recipient, notice.currency)
    )
    if not same or fresh is None:
        return WithdrawNotice(notice.notice, tuple(following.reasons()))
    return GrantNotice(replace(fresh, notice=notice.notice, number=notice.number), following.facts.books)


# -- no notice on its way --------------------------------------------------------------------------------------


def _next_acts(following: NextLetter) -> tuple[list[Act], list[Recheck]]:
    """Hand-overs first, then at most one letter, else the reasons (rules.md S7, S4); and when that may change."""
    leaving = _leaving(following)
    acts: list[Act] = [HandOverReceivables(tuple(leaving))] if leaving else []
    rest = _remaining(following, leaving)
    acts += calls_of(rest)
    letter, rechecks = _letter_of(rest)
    if letter is not None:
        acts.append(PlanNotice(letter, rest.facts.books))
    else:
        acts += _withheld(rest)
        acts += (task for task in silent_steps(rest) if task.key not in rest.facts.account.tasks)
    return acts, rechecks


def _letter_of(following: NextLetter) -> tuple[LetterRecord | None, list[Recheck]]:
    """The reminder, else the letter about an instalment, else the apology; and when the answer may be another."""
    reminder = following.letter()
    if reminder is not None:
        return reminder, []
    instalment = instalment_letter(following.facts, following.cases)
    if instalment.letter is not None:
        return instalment.letter, [*instalment.rechecks]
    apology = apology_letter(following.facts)
    return apology.letter, [*instalment.rechecks, *apology.rechecks]


def _leaving(following: NextLetter) -> list[Case]:
    """The receivables that leave for collection today (rules.md S7)."""
    facts, cases = following.facts, following.cases
    ready = [case for case in cases if case.is_ready_for("hand-over")]
    against = following.against
    leaving: list[Case] = []
    for currency in dict.fromkeys(case.currency for case in ready):
        listed = [case for case in cases if case.currency == currency and case.listed]
        if not stopping("hand-over", [*against, *below_minimum(listed, facts)]):
            leaving += [case for case in ready if case.currency == currency]
    return leaving


def _remaining(following: NextLetter, leaving: Sequence[Case]) -> NextLetter:
    """The next letter without the receivables that leave."""
    if not leaving:
        return following
    gone = {case.invoice for case in leaving}
    return next_letter(following.facts, [case for case in following.cases if case.invoice not in gone])


def _withheld(following: NextLetter) -> Iterator[Act]:
    """Recorded once a step's earliest date is reached, and again when the set of reasons changes (design.md §9)."""
    reached = following.reached()
    if reached:
        furthest = max(reached, key=lambda case: case.progress.index)
        assert furthest.step is not None
        reasons = tuple(following.reasons())
        yield from _withheld_for(following.facts.account, furthest.currency, furthest.step.name, reasons)


def _withheld_for(
    account: Account, currency: str | None, step: str | None, reasons: tuple[StopReason, ...]
) -> Iterator[Act]:
    signature = "|".join(sorted(f"{reason.code} {reason.invoice or ''}" for reason in reasons))
    if signature != account.withheld:
        yield RecordWithheld(signature, currency, step, reasons)


# -- the next check --------------------------------------------------------------------------------------------


def _decision(
    facts: AccountFacts, acts: Sequence[Act], rechecks: Iterable[Recheck], tasks: Iterable[RaiseTask]
) -> Decision:
    """The acts, and the next check: the earliest day that is yet to come, at the window's opening, or the feed."""
    days, feed = [], False
    for recheck in rechecks:
        if recheck == FEED:
            feed = True
        elif isinstance(recheck, date) and recheck > facts.today:
            days.append(recheck)
    first = min(days, default=None)
    wake = None if first is None else facts.context.opens_at(facts.account.kind, first)
    if feed:
        days.append(next_banking_day(facts.today, facts.context.country))
    return Decision(facts.policy, facts.books, tuple(acts), wake, feed, min(days, default=None), tuple(tasks))


def _credit_days(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[date]:
    """Unused credit pays a receivable on its due date (rules.md M3)."""
    if facts.books.credit:
        for case in cases:
            yield case.entry.effective_due


def _discount_days(facts: AccountFacts) -> Iterator[date]:
    """What is open becomes discount taken at the end of a day (rules.md M8)."""
    for entry in facts.books.open.values():
        if entry.principal:
            yield from (day for day, _ in entry.discounts)
