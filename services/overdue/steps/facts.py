"""The facts of one account at one instant, from which its steps, guards and letters are decided."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.policy import Policy
from services.overdue.account import Account
from services.overdue.books.balances import Books
from services.overdue.creditor_context import CreditorContext


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account at the instant ``now`` (UTC), with its books, its policy in force and its creditor's settings.

    ``today`` is the creditor's local date of ``now``.
    """

    account: Account
    books: Books
    policy: Policy
    context: CreditorContext
    now: datetime
    today: date


def facts_of(account: Account, books: Books, policy: Policy, context: CreditorContext, now: datetime) -> AccountFacts:
    """The facts of an account at an instant."""
    return AccountFacts(account, books, policy, context, now, context.local(now).date())
