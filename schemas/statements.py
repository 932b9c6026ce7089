"""A bank's account statements inside events, and the gaps where one is missing (docs/adr/0008)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Protocol, Self

from pydantic import Field, model_validator

from schemas.fields import Amount, Currency, Day, Identifier, Part, SignedAmount


class BankStatement(Part):
    """The sums of a bank statement: opening + received - returned + other = closing.

    Amounts have at most two decimals, whatever the currency. ``number`` is the bank's running number of the statement
    (it may begin again at 1 with a new year), ``from`` its first day; its last one is the completion's ``through``.
    ``name`` is what its payments call it in ``statement``, where it has no number.
    ``received``: money from customers; ``returned``: such money that the bank took back (``payment.reversed``);
    ``other``: everything else, such as the creditor's own payments, refunds and fees, below zero when more went out.
    """

    currency: Currency
    number: Annotated[int, Field(strict=True, ge=1, lt=10**9)] | None = None
    name: Identifier | None = None
    from_: Day | None = Field(default=None, alias="from")
    opening: SignedAmount
    received: Amount = 0
    returned: Amount = 0
    other: SignedAmount = 0
    closing: SignedAmount

    @model_validator(mode="after")
    def _ties(self) -> Self:
        if self.opening + self.received - self.returned + self.other != self.closing:
            raise ValueError("opening + received - returned + other do not come to closing; correct the statement")
        return self


class InChain(Protocol):
    """The parts of a statement that order it among those of its account and currency; balances in minor units."""

    @property
    def through(self) -> date:
        """Its last day."""

    @property
    def number(self) -> int | None:
        """The bank's number of it, if it has one."""

    @property
    def opening(self) -> int:
        """The booked balance before it."""

    @property
    def closing(self) -> int:
        """The booked balance after it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Two neighbouring statements of which the later does not continue the earlier, by its balance or its number.

    ``before`` and ``after`` are their last days; ``expected`` is the number that should have followed, where statements
    have numbers, ``found`` the one that did.
    """

    before: date
    after: date
    expected: int | None
    found: int | None

    @property
    def words(self) -> str:
        """What is missing, for a person, without amounts."""
        between = f"between {self.before} and {self.after}"
        if self.expected is None or self.found is None:
            return f"a statement is missing {between}: the balances do not follow"
        if self.found == self.expected:
            return f"statement {self.found} ({self.after}) does not begin with the balance of the one before it"
        if self.found == self.expected + 1:
            return f"statement {self.expected} is missing {between}"
        if self.found > self.expected:
            return f"statements {self.expected} to {self.found - 1} are missing {between}"
        return f"statements are missing {between}: {self.expected} should follow, not {self.found}"


def gaps(statements: Iterable[InChain]) -> list[Gap]:
    """The gaps in the statements of one bank account and currency, in order of days.

    Statements are ordered by their last day, then number. The number goes up by one, or begins again at 1 in a later
    year; statements without a number (banks give empty ones none) do not interrupt the numbers. The first statement
    that is known counts as the beginning of the chain.
    """
    found: list[Gap] = []
    numbered: InChain | None = None
    for before, after in pairwise(sorted(statements, key=_order)):
        numbered = before if before.number is not None else numbered
        expected = None if numbered is None or numbered.number is None else numbered.number + 1
        if before.closing != after.opening or not _counts_on(numbered, after):
            found.append(Gap(before.through, after.through, expected, after.number))
    return found


def _order(statement: InChain) -> tuple[date, int]:
    return statement.through, statement.number or 0


def _counts_on(numbered: InChain | None, after: InChain) -> bool:
    if numbered is None or numbered.number is None or after.number is None:
        return True
    return after.number == numbered.number + 1 or (after.number == 1 and after.through.year > numbered.through.year)
