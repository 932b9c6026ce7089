"""Bank feeds: up to which day all payments of a bank account are in (design.md §3, watermarks; rules.md C4, G1).

A completion without count and sum always counts: it follows its payments in their own partition. A completion with
count or sum counts only when they tie with the payments since the last one that counted: late payments keep the feed
where it is, and move it on when they come. Waiting completions are added up: the last one counts whose figures, with
those of the ones before it, tie. A completion without figures is also how a person ends a disagreement about figures.

Where statements are missing, the feed reaches no further than the first gap, even when later statements are in; a
completion without figures ends a gap as well (docs/adr/0008). So the feed goes back when a gap is found before the day
that it had reached.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from schemas.money import currency_decimals
from schemas.payment_events import BankFeedCompleted, PaymentReceived
from schemas.statements import Gap

_SUM_DECIMALS = 3
"""Sums are kept in thousandths of the currency: no currency has finer amounts."""
_COMPLETION_DECIMALS = 2
"""A completion names no currency; its sum is read as hundredths."""
_AHEAD: Final = ("notification", "ktl")
"""These channels tell payments beside the statement whose figures a completion gives."""


def _thousandths(amount: int, currency: str) -> int:
    thousandths: int = amount * 10 ** (_SUM_DECIMALS - currency_decimals(currency))
    return thousandths


@dataclass(slots=True)
class Completion:
    """A completion that waits until the payments tie with it; ``total`` is its sum in thousandths of the currency."""

    through: date
    count: int | None
    total: int | None


@dataclass(slots=True)
class Feed:
    """One bank account: payments and completions that do not tie yet, and how far it reaches.

    ``count`` and ``total`` (thousandths of the currency) are of the payments since the last completion that counted,
    ``lines`` and ``lines_total`` of those that statements, tables or events told since then, known before or not;
    ``waiting`` are the completions since then. ``through``: the day to which they tied; ``believed``: the latest
    completion without figures. ``gaps``: where statements are missing, by currency, ``alarmed`` those for which an
    alert was raised. ``published``: how far the feed reaches as the journal says; it is stored under an older name.
    """

    through: date | None = None
    count: int = 0
    total: int = 0
    lines: int = 0
    lines_total: int = 0
    waiting: list[Completion] = field(default_factory=list)
    believed: date | None = None
    gaps: dict[str, list[Gap]] = field(default_factory=dict)
    alarmed: dict[str, list[Gap]] = field(default_factory=dict)
    published: Annotated[date | None, Field(alias="told")] = None

    def received(self, payment: PaymentReceived) -> None:
        """Count a payment."""
        self.count += 1
        self.total += _thousandths(payment.amount, payment.currency)
        if payment.channel not in _AHEAD:
            self._count_line(payment)
        if self.waiting:
            self._open()

    def told_again(self, payment: PaymentReceived) -> None:
        """Count a line about a payment that was known before: what told it ahead may have counted for other days."""
        self._count_line(payment)
        if self.waiting:
            self._open()

    def withdrawn(self, amount: int, currency: str) -> None:
        """Count a payment no more: it is another one's money, told twice."""
        if self.count:
            self.count -= 1
            self.total -= _thousandths(amount, currency)
        if self.waiting:
            self._open()

    def completed(self, completion: BankFeedCompleted) -> None:
        """Take a completion. Where it has no sum but a statement, what the statement received is the sum."""
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

    def corrected(self, through: date) -> None:
        """A corrected statement ends on this day, and its payments come to what it says: all of that day are in."""
        self.waiting = [each for each in self.waiting if each.through != through]
        if self.waiting:
            self._open()
        else:
            self._reach(through, 0)

    @property
    def reached(self) -> date | None:
        """The day through which all payments are in: they tie, and no statement is missing. None while none tied."""
        if self.through is None:
            return None
        unbroken = min([self.through, *(gap.before for _, gap in self._open_gaps())])
        return max(unbroken, self.believed or unbroken)

    def new_gaps(self) -> list[Gap]:
        """The gaps without an alert; the caller raises one for each, and they are no longer new."""
        fresh = [gap for currency, gap in self._open_gaps() if gap not in self.alarmed.get(currency, ())]
        self.alarmed = {currency: list(gaps) for currency, gaps in self.gaps.items()}
        return fresh

    def _open_gaps(self) -> list[tuple[str, Gap]]:
        """The gaps by currency, without those ended by a completion without figures through the day after the gap."""
        believed = self.believed
        found = [(currency, gap) for currency, gaps in sorted(self.gaps.items()) for gap in gaps]
        return [(currency, gap) for currency, gap in found if believed is None or gap.after > believed]

    def _count_line(self, payment: PaymentReceived) -> None:
        self.lines += 1
        self.lines_total += _thousandths(payment.amount, payment.currency)

    def _open(self) -> None:
        """Settle the completions whose figures are those of the payments, or of the lines, since the last one."""
        count: int | None = 0
        total: int | None = 0
        tied = 0
        for position, completion in enumerate(self.waiting, start=1):
            count = None if count is None or completion.count is None else count + completion.count
            total = None if total is None or completion.total is None else total + completion.total
            if (count is not None or total is not None) and self._ties(count, total):
                tied = position
        if tied:
            self._reach(max(completion.through for completion in self.waiting[:tied]), tied)

    def _ties(self, count: int | None, total: int | None) -> bool:
        payments = count in (None, self.count) and total in (None, self.total)
        return payments or (count in (None, self.lines) and total in (None, self.lines_total))

    def _reach(self, through: date, completions: int) -> None:
        """Move the feed to a day; the first ``completions`` that wait and all payments so far are settled."""
        self.count = self.total = self.lines = self.lines_total = 0
        del self.waiting[:completions]
        self.through = max(through, self.through or through)
