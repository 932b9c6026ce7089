"""Bank feeds: up to which day all payments of a bank account are in (design.md §3, watermarks; rules.md C4, G1).

A completion without count and sum is believed: it lies behind its payments in their own partition. One with count or
sum opens the gate only when they tie with the payments that came since the last opened one, so payments that are late
keep it shut, and open it when they come. Completions that wait add up: the last one whose own figures and those before
it tie together opens. A completion without figures is also how a person ends a disagreement about them.
"""

from dataclasses import dataclass, field
from datetime import date

from schemas.events import BankFeedCompleted, PaymentReceived
from schemas.money import currency_decimals
from services.cash_application.rows import Kind

_SUM_DECIMALS = 3
"""Sums are kept in thousandths of the currency: no currency has finer amounts."""
_COMPLETION_DECIMALS = 2
"""A completion names no currency; its sum is read as hundredths."""


@dataclass(slots=True)
class Completion:
    """A completion that waits until the payments tie with it; ``total`` in thousandths."""

    through: date
    count: int | None
    total: int | None


@dataclass(slots=True)
class Feed:
    """One bank account: fed ``through`` a day; payments that came since then; completions that wait."""

    through: date | None = None
    count: int = 0
    total: int = 0
    waiting: list[Completion] = field(default_factory=list)

    def received(self, payment: PaymentReceived) -> bool:
        """Count a payment; whether the feed reaches further by it."""
        self.count += 1
        self.total += payment.amount * 10 ** (_SUM_DECIMALS - currency_decimals(payment.currency))
        return self._open()

    def completed(self, completion: BankFeedCompleted) -> bool:
        """Take a completion; whether the feed reaches further by it."""
        if completion.count is None and completion.sum is None:
            return self._reach(completion.through, len(self.waiting))
        total = completion.sum
        thousandths = None if total is None else total * 10 ** (_SUM_DECIMALS - _COMPLETION_DECIMALS)
        self.waiting.append(Completion(completion.through, completion.count, thousandths))
        return self._open()

    def _open(self) -> bool:
        count: int | None = 0
        total: int | None = 0
        tied = 0
        for place, completion in enumerate(self.waiting, start=1):
            count = None if count is None or completion.count is None else count + completion.count
            total = None if total is None or completion.total is None else total + completion.total
            known = count is not None or total is not None
            if known and count in (None, self.count) and total in (None, self.total):
                tied = place
        if not tied:
            return False
        through = max(completion.through for completion in self.waiting[:tied])
        return self._reach(through, tied)

    def _reach(self, through: date, completions: int) -> bool:
        """Open the gate: the first ``completions`` and all payments so far are done with."""
        self.count = self.total = 0
        del self.waiting[:completions]
        if self.through is not None and through <= self.through:
            return False
        self.through = through
        return True


FEEDS = Kind("feed", Feed)
"""By creditor, bank account."""
