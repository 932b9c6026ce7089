"""Bank feeds: up to which day all payments of a bank account are in (design.md §3, watermarks; rules.md C4, G1).

A completion without count and sum is believed: it lies behind its payments in their own partition. One with count or
sum opens the gate only when they tie with the payments that came since the last opened one, so payments that are late
keep it shut, and open it when they come. Completions that wait add up: the last one whose own figures and those before
it tie together opens. A completion without figures is also how a person ends a disagreement about them.

Where statements are missing, the feed reaches no further than to the first gap, whatever came behind it; that, too, a
completion without figures ends (docs/adr/0008). So the feed goes back when a gap turns up behind what it had reached.
"""

from dataclasses import dataclass, field
from datetime import date

from schemas.events import BankFeedCompleted, PaymentReceived
from schemas.money import currency_decimals
from schemas.statements import Gap
from services.cash_application.state.rows import Kind

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
    """One bank account: payments and completions that do not tie yet, and how far it reaches.

    ``through``: the day to which they tied; ``believed``: the latest completion without figures; ``gaps``: where
    statements are missing, by currency, ``alarmed`` those that the operator was told of; ``told``: how far the accounts
    were told that it reaches.
    """

    through: date | None = None
    count: int = 0
    total: int = 0
    waiting: list[Completion] = field(default_factory=list)
    believed: date | None = None
    gaps: dict[str, list[Gap]] = field(default_factory=dict)
    alarmed: dict[str, list[Gap]] = field(default_factory=dict)
    told: date | None = None

    def received(self, payment: PaymentReceived) -> None:
        """Count a payment."""
        self.count += 1
        self.total += payment.amount * 10 ** (_SUM_DECIMALS - currency_decimals(payment.currency))
        if self.waiting:
            self._open()

    def completed(self, completion: BankFeedCompleted) -> None:
        """Take a completion; what a statement received is the sum where no other is told."""
        total = completion.sum
        if total is None and completion.statement is not None:
            total = completion.statement.received
        if completion.count is None and total is None:
            self.believed = max(completion.through, self.believed or completion.through)
            self._reach(completion.through, len(self.waiting))
            return
        thousandths = None if total is None else total * 10 ** (_SUM_DECIMALS - _COMPLETION_DECIMALS)
        self.waiting.append(Completion(completion.through, completion.count, thousandths))
        self._open()

    @property
    def reached(self) -> date | None:
        """The day through which all is in: as far as payments tie and no statement is missing."""
        if self.through is None:
            return None
        unbroken = min([self.through, *(gap.before for _, gap in self._open_gaps())])
        return max(unbroken, self.believed or unbroken)

    def alarming(self) -> list[Gap]:
        """The gaps that the operator was not told of yet, told of from now on."""
        news = [gap for currency, gap in self._open_gaps() if gap not in self.alarmed.get(currency, ())]
        self.alarmed = {currency: list(gaps) for currency, gaps in self.gaps.items()}
        return news

    def _open_gaps(self) -> list[tuple[str, Gap]]:
        """By currency; a completion without figures from the day behind a gap on, or later, has ended it."""
        believed = self.believed
        found = [(currency, gap) for currency, gaps in sorted(self.gaps.items()) for gap in gaps]
        return [(currency, gap) for currency, gap in found if believed is None or gap.after > believed]

    def _open(self) -> None:
        count: int | None = 0
        total: int | None = 0
        tied = 0
        for place, completion in enumerate(self.waiting, start=1):
            count = None if count is None or completion.count is None else count + completion.count
            total = None if total is None or completion.total is None else total + completion.total
            known = count is not None or total is not None
            if known and count in (None, self.count) and total in (None, self.total):
                tied = place
        if tied:
            self._reach(max(completion.through for completion in self.waiting[:tied]), tied)

    def _reach(self, through: date, completions: int) -> None:
        """The first ``completions`` and all payments so far are done with."""
        self.count = self.total = 0
        del self.waiting[:completions]
        self.through = max(through, self.through or through)


FEEDS = Kind("feed", Feed)
"""By creditor, bank account."""
