"""The terms of an account's entries: fixed at the frontier at which they are known, and kept (rules.md K3).

Until then an entry counts under the settings as they are. Nothing is fixed while no policy is in force.
"""

from datetime import date, timedelta

from services.overdue.account import Account, CreditNote, GrantedCredit, ReceivedMoney
from services.overdue.books.entries import money_day
from services.overdue.creditor_context import CreditorContext
from services.overdue.entry_terms import EntryTerms, TermsFrom


class TermsLookup:
    """The terms of each entry of an account on a day, fixed or not."""

    def __init__(self, account: Account, context: CreditorContext, today: date) -> None:
        """Terms by the account's entries, where those are not fixed by the context on the day ``today``."""
        self._account = account
        self._context = context
        self._today = today

    def of_money(self, money: ReceivedMoney, day: date) -> EntryTerms:
        """The terms of a payment, which counts on ``day``."""
        return money.terms or self.on(day)

    def of_note(self, note: CreditNote) -> EntryTerms:
        """The terms of a credit note."""
        return note.terms or self.on(note.day)

    def of_granted(self, credit: GrantedCredit) -> EntryTerms:
        """The terms of a credit without an invoice."""
        return credit.terms or self.on(credit.day)

    def of_use(self, day: date) -> EntryTerms:
        """The terms of credit that is used on a day after it arose."""
        found = next((item.terms for item in reversed(self._account.terms) if item.since <= day), None)
        return found or self.on(day)

    def on(self, day: date) -> EntryTerms:
        """The terms by the policy in force on a day; before the first one those of today."""
        kind = self._account.kind
        policy = self._context.policy_on(kind, day) or self._context.policy_on(kind, self._today)
        if policy is None:
            return EntryTerms(kind)
        return EntryTerms(kind, policy.allocation, policy.residual.waive_below)


def fix_terms(account: Account, context: CreditorContext, today: date) -> None:
    """Fix the terms of every entry that has none yet, as the settings now are; called at each frontier."""
    kind = account.kind
    if context.policy_on(kind, today) is None:
        return
    terms, day_of = TermsLookup(account, context, today), money_day(account, context)
    for money in account.moneys:
        if money.terms is None:
            money.day = day_of(money)
            money.terms = terms.on(money.day)
    for credit in account.credits:
        credit.terms = terms.of_granted(credit)
    for receivable in account.receivables.values():
        for note in receivable.credit_notes:
            note.terms = note.terms or terms.on(note.day)
        for done in receivable.done:
            if done.interest is None:
                done.kind, done.interest = done.kind or kind, context.claims_interest(kind, done.step)
    for letter in account.letters:
        letter.kind = letter.kind or kind
    _fix_uses(account, context, today, terms)


def _fix_uses(account: Account, context: CreditorContext, today: date, terms: TermsLookup) -> None:
    """Note from which day on other terms count for uses of credit; what was used by today stays.

    A version that comes into force counts from its day, settings that came since the last check from tomorrow.
    """
    if account.terms_through is None:
        account.terms.append(TermsFrom(date.min, terms.on(date.min)))
        account.terms_through = date.min
    if terms.on(account.terms_through) != account.terms[-1].terms:
        account.terms_through = today + timedelta(days=1)
        _note(account, account.terms_through, terms)
    day = context.next_policy_change(account.kind, account.terms_through)
    while day is not None and day <= today:
        _note(account, day, terms)
        day = context.next_policy_change(account.kind, day)
    account.terms_through = max(account.terms_through, today)


def _note(account: Account, since: date, terms: TermsLookup) -> None:
    if terms.on(since) != account.terms[-1].terms:
        account.terms.append(TermsFrom(since, terms.on(since)))
