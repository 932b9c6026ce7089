"""The reminder that an account may get today, or every reason against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.overdue.letter_record import LetterRecord
from services.overdue.letters.draft import draft_reminder
from services.overdue.letters.guards import account_reasons, below_minimum, channel_of
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.stops.gate import passed
from services.overdue.stops.reasons import Recheck, StopReason, recheck_passing, rechecks_of


@dataclass(frozen=True, slots=True)
class NextLetter:
    """The account's cases today and the reminder that they make.

    ``moving`` are the receivables whose letter step is due, of one currency; ``listed`` all that the letter would
    list; ``against`` the account's own reasons against it. The letter may go when something moves and there is no
    reason against it. ``too_small``: what is due is below the policy's minimum; ``lifting``: when it may reach it.
    """

    facts: AccountFacts
    cases: Sequence[Case]
    moving: tuple[Case, ...] = ()
    listed: tuple[Case, ...] = ()
    against: tuple[StopReason, ...] = ()
    too_small: tuple[StopReason, ...] = ()
    lifting: tuple[Recheck, ...] = ()

    def letter(self) -> LetterRecord | None:
        """The letter that may go now, or None."""
        return passed("reminder", self.against, self._draft) if self.moving else None

    def _draft(self) -> LetterRecord:
        channel = channel_of(self.facts.account, self.facts.policy)
        assert channel is not None, "the no-channel guard lets nothing pass without one"
        return draft_reminder(self.facts, self.listed, self.moving, channel)

    def reached(self) -> list[Case]:
        """The receivables whose next step's earliest date has come."""
        return _reached(self.cases)

    def reasons(self) -> list[StopReason]:
        """All reasons why what is due does not leave, the account's first, each once."""
        own = [reason for case in self.reached() for reason in case.reasons]
        return list(dict.fromkeys([*self.against, *self.too_small, *own]))

    def rechecks(self) -> Iterator[Recheck]:
        """When another letter may be next: at a change of policy, or when a case or a reason may change."""
        change = self.facts.context.next_policy_change(self.facts.account.kind, self.facts.today)
        if change is not None:
            yield change
        for case in self.cases:
            yield from case.rechecks()
        yield from rechecks_of(self.against)
        yield from self.lifting


def next_letter(facts: AccountFacts, cases: Sequence[Case]) -> NextLetter:
    """The next letter about ``cases``, the account's receivables but for those that leave for collection today."""
    ready = [case for case in cases if case.is_ready]
    against = account_reasons(facts) if _reached(cases) else []
    too_small: list[StopReason] = []
    for currency in dict.fromkeys(case.currency for case in ready):
        listed = tuple(case for case in cases if case.currency == currency and case.listed)
        small = list(below_minimum(listed, facts))
        moving = tuple(case for case in ready if case.currency == currency and case.is_ready_for("reminder"))
        if moving and not small:
            return NextLetter(facts, cases, moving, listed, tuple(against))
        too_small += small
    lifting = tuple(_others_overdue(facts, cases)) if too_small else ()
    return NextLetter(facts, cases, against=tuple(against), too_small=tuple(too_small), lifting=lifting)


def _reached(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.reached and case.step is not None]


def _others_overdue(facts: AccountFacts, cases: Sequence[Case]) -> Iterator[Recheck]:
    """Another receivable that becomes overdue may lift the letter above the minimum (rules.md G6)."""
    for case in cases:
        if case.entry.principal and not case.overdue:
            yield recheck_passing(case.entry.effective_due, facts.today, facts.policy, facts.context)
