"""What the account's next letter would be today, and everything that speaks against it."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.policy import Policy
from services.overdue.account import Account, LetterRecord
from services.overdue.books.ledger import Books
from services.overdue.creditor_context import CreditorContext
from services.overdue.letters.draft import draft_reminder
from services.overdue.steps.cases import Case, cases_of
from services.overdue.stops.guards import LETTER_GUARDS, Facts, below_minimum, channel_of, reasons_of
from services.overdue.stops.reasons import StopReason, Watch


@dataclass(slots=True)
class Prospect:
    """The account on one day.

    ``moving`` are the receivables whose letter step is due, of one currency; ``listed`` all that the letter would
    list; ``blocked`` the account's reasons against it. The letter may go when something moves and nothing blocks.
    """

    account: Account
    policy: Policy
    context: CreditorContext
    now: datetime
    watch: Watch
    books: Books
    cases: list[Case]
    moving: list[Case] = field(default_factory=list)
    listed: list[Case] = field(default_factory=list)
    blocked: list[StopReason] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        """What guards look at."""
        return Facts(self.account, self.policy, self.context, self.now, self.watch)

    def letter(self) -> LetterRecord | None:
        """The letter that may go now, or None."""
        if not self.moving or self.blocked:
            return None
        channel = channel_of(self.account, self.policy)
        assert channel is not None, "the no-channel guard lets nothing pass without one"
        return draft_reminder(
            self.account, self.books, self.listed, self.moving, self.policy, self.context, self.now, channel
        )

    def reached(self) -> list[Case]:
        """The receivables whose next step's earliest date has come."""
        return [case for case in self.cases if case.reached and case.step is not None]

    def reasons(self) -> list[StopReason]:
        """All that speaks against a letter, the account's reasons first, each once."""
        own = [reason for case in self.reached() for reason in (*case.out, *case.waiting)]
        return list(dict.fromkeys([*self.blocked, *own]))


def prospect(
    account: Account,
    books: Books,
    policy: Policy,
    context: CreditorContext,
    now: datetime,
    without: frozenset[str] = frozenset(),
) -> Prospect:
    """The account's prospect as of ``now``; receivables in ``without`` have just left for collection."""
    watch = Watch(context.local(now).date())
    watch.at(context.next_policy_change(account.kind, watch.today))
    cases = [case for case in cases_of(account, books, policy, context, now, watch) if case.invoice not in without]
    found = Prospect(account, policy, context, now, watch, books, cases)
    ready = [case for case in cases if case.ready and case.step is not None and case.step.action == "letter"]
    reached = found.reached()
    if reached:
        found.blocked = reasons_of(LETTER_GUARDS, found.facts)
    too_small: list[StopReason] = []
    for currency in dict.fromkeys(case.currency for case in ready):
        listed = [case for case in cases if case.currency == currency and case.listed]
        small = list(below_minimum(listed, policy, context.law))
        if not small:
            found.moving = [case for case in ready if case.currency == currency]
            found.listed = listed
            return found
        too_small += small
    if too_small:
        found.blocked += too_small
        _watch_others(found)
    return found


def _watch_others(found: Prospect) -> None:
    """Another receivable that becomes overdue may lift the letter above the minimum (rules.md G6)."""
    for case in found.cases:
        if case.entry.principal and not case.overdue:
            found.watch.passing(found.context.passes(case.entry.effective_due, found.policy))
