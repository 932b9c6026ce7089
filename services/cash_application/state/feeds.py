"""Bank feeds: up to which day all payments of a bank account are in (design.md §3, watermarks; rules.md C4, G1).

A completion without count and sum always counts: it follows its payments in their own partition. A completion with
count or sum counts only when they tie with the payments since the last one that counted: late payments keep the feed
where it is, and move it on when they come. Waiting completions are added up: the last one counts whose figures, with
those of the ones before it, tie. A completion without figures is also how a person ends a disagreement about figures.

Where statements are missing, the feed reaches no further than the first gap, even when later statements are in; a
completion without figures ends a gap as well (docs/adr/0008). So the feed goes back when a gap is found before the day
that it had reached.

A completion through the day on which it is known counts from that day's end, one through a later day never (rules.md
K2). While the day on which one is known is not fixed, it and all that comes after it wait in the feed's queue.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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


@dataclass(slots=True)
class StatementDays:
    """Days, both included, for which a bank statement in one currency speaks."""

    currency: str
    first: date
    last: date


@dataclass(slots=True)
class Completion:
    """A completion that waits until the payments tie with it; ``total`` is its sum in thousandths of the currency.

    ``row`` is the key of its row among the completions that were taken; older stores have none. ``days`` are those
    for which its statement speaks, if it has one.
    """

    through: date
    count: int | None
    total: int | None
    row: str = ""
    days: StatementDays | None = None


@dataclass(slots=True)
class CountedMoney:
    """What a payment adds to the figures that completions must tie with; ``total`` in thousandths of the currency.

    ``payments`` is 1, 0 for one known before, -1 for one that turns out to be another's money; ``lines``: how many
    lines that completions count told it. ``more``: by so much one known before is larger than it was told first.
    ``kept``: what the bank kept of it.
    """

    total: int
    payments: int = 0
    lines: int = 0
    more: int = 0
    kept: int = 0


@dataclass(slots=True)
class TiedCompletion:
    """A completion that counts now, by its row, and the figures of the payments that it settles.

    ``summed``: the days of statements that tie with all payments, of which they do not list each.
    """

    row: str
    count: int = 0
    total: int = 0
    lines: int = 0
    lines_total: int = 0
    summed: list[StatementDays] = field(default_factory=list)


@dataclass(slots=True)
class DayReached:
    """The day through which a completion counts, once that day has ended; ``believed``: it had no figures.

    ``days`` are those for which its statement speaks, if it has one.
    """

    through: date
    believed: bool = False
    days: StatementDays | None = None


@dataclass(slots=True)
class Withdrawal:
    """A person's word that no completion known before ``known`` reaches further than ``through`` (rules.md K2)."""

    through: date
    known: datetime
    id: str


@dataclass(slots=True)
class QueuedCompletion:
    """A completion of which the day on which it is known is not fixed, or that follows one: its fact on the lane."""

    offset: int
    message: str


@dataclass(slots=True)
class Feed:
    """One bank account: payments and completions that do not tie yet, and how far it reaches.

    ``count`` and ``total`` (thousandths of the currency) are of the payments since the last completion that
    counted, ``kept`` is what the bank kept of them, ``lines`` and ``lines_total`` of those that statements, tables
    or events told since then, known before or not; ``waiting`` are the completions since then. ``through``: the day
    to which they tied; ``believed``: the latest completion without figures; ``days``: what counts as soon as its
    day has ended. ``queue``: what waits for the next frontier, in its order. ``gaps``: where statements are
    missing, by currency, ``alarmed`` those for which an alert was raised. ``spoken``: the days for which statements
    speak that tie and have ended, in order. ``ties``: how often completions have counted. ``published``: how far
    the feed reaches as the journal says; it is stored under an older name.
    """

    through: date | None = None
    count: int = 0
    total: int = 0
    lines: int = 0
    lines_total: int = 0
    kept: int = 0
    waiting: list[Completion] = field(default_factory=list)
    believed: date | None = None
    gaps: dict[str, list[Gap]] = field(default_factory=dict)
    alarmed: dict[str, list[Gap]] = field(default_factory=dict)
    published: Annotated[date | None, Field(alias="told")] = None
    days: list[DayReached] = field(default_factory=list)
    queue: list[QueuedCompletion | CountedMoney] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    spoken: list[StatementDays] = field(default_factory=list)
    ties: int = 0

    def count_money(self, money: CountedMoney) -> list[TiedCompletion]:
        """Count a payment, a line about one, or a payment no more; the completions that count now."""
        if money.payments > 0 or self.count:
            self.count += money.payments
            self.total += money.payments * money.total + money.more
            self.kept += money.kept if money.payments >= 0 else -money.kept
        self.lines += money.lines
        self.lines_total += money.lines * money.total
        return self._open() if self.waiting else []

    def completed(
        self, completion: BankFeedCompleted, row: str, days: StatementDays | None = None
    ) -> list[TiedCompletion]:
        """Take a completion; those that count now. A statement without a sum beside it is one: of what it received.

        ``days`` are those for which its statement speaks.
        """
        total = completion.sum
        if total is None and completion.statement is not None:
            total = completion.statement.received
        if completion.count is None and total is None:
            self.days.append(DayReached(completion.through, believed=True))
            self.waiting.clear()
            return [self._settled_by(row)]
        thousandths = None if total is None else total * 10 ** (_SUM_DECIMALS - _COMPLETION_DECIMALS)
        self.waiting.append(Completion(completion.through, completion.count, thousandths, row, days))
        return self._open()

    def cut(self, through: date, rows: set[str], days: list[DayReached]) -> None:
        """Reach no further than ``through``, but for ``days``; the completions of ``rows`` no longer wait."""
        self.through = None if self.through is None else min(self.through, through)
        self.believed = None if self.believed is None else min(self.believed, through)
        self.waiting = [each for each in self.waiting if each.row not in rows and (each.row or each.through <= through)]
        self.days = [*(day for day in self.days if day.through <= through), *days]
        spoken = [each for each in self.spoken if each.first <= through]
        self.spoken = [StatementDays(each.currency, each.first, min(each.last, through)) for each in spoken]

    def end_days(self, today: date) -> bool:
        """Reach the days that have ended before ``today``; whether some have not."""
        for day in self.days:
            if day.through < today:
                self.through = max(day.through, self.through or day.through)
                if day.days is not None:
                    self._speak(day.days)
                if day.believed:
                    self.believed = max(day.through, self.believed or day.through)
        self.days = [day for day in self.days if day.through >= today]
        return bool(self.days)

    def speaks_for(self, day: date, currency: str) -> bool:
        """Whether a statement whose balances tie tells all that was booked on a day in a currency."""
        return any(each.currency == currency and each.first <= day <= each.last for each in self.spoken)

    def _speak(self, days: StatementDays) -> None:
        """Add the days of a statement; days that follow each other are kept together."""
        joined: list[StatementDays] = []
        for each in sorted([*self.spoken, days], key=lambda each: (each.currency, each.first)):
            last = joined[-1] if joined and joined[-1].currency == each.currency else None
            if last is not None and each.first <= last.last + timedelta(days=1):
                joined[-1] = StatementDays(each.currency, last.first, max(last.last, each.last))
            else:
                joined.append(each)
        self.spoken = joined

    def corrected(self, through: date, days: StatementDays) -> None:
        """A corrected statement ends on this day, and its payments come to what it says: all of that day are in."""
        self.waiting = [each for each in self.waiting if each.through != through]
        if self.waiting:
            self._open()
        else:
            self._settled_by("")
            self.days.append(DayReached(through, days=days))

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

    def _open(self) -> list[TiedCompletion]:
        """Settle the completions whose figures are those of the payments, or of the lines, since the last one."""
        count: int | None = 0
        total: int | None = 0
        tied, is_listed = 0, False
        for position, completion in enumerate(self.waiting, start=1):
            count = None if count is None or completion.count is None else count + completion.count
            total = None if total is None or completion.total is None else total + completion.total
            if (count is not None or total is not None) and self._ties(count, total):
                tied, is_listed = position, self._is_listed(count, total)
        if not tied:
            return []
        counting = self.waiting[:tied]
        del self.waiting[:tied]
        self.days += [DayReached(each.through, days=each.days) for each in counting]
        last = self._settled_by(counting[-1].row)
        if not is_listed:
            last.summed = [each.days for each in counting if each.days is not None]
        return [*(TiedCompletion(each.row) for each in counting[:-1]), last]

    def _is_listed(self, count: int | None, total: int | None) -> bool:
        """Whether the lines that completions count, one by one, are those of the completion."""
        return count in (None, self.lines) and total in (None, self.lines_total)

    def _ties(self, count: int | None, total: int | None) -> bool:
        payments = count in (None, self.count) and total in (None, self.total, self.total - self.kept)
        return payments or self._is_listed(count, total)

    def _settled_by(self, row: str) -> TiedCompletion:
        """The completion of a row settles the payments since the last one that counted."""
        tied = TiedCompletion(row, self.count, self.total, self.lines, self.lines_total)
        self.count = self.total = self.kept = self.lines = self.lines_total = 0
        self.ties += 1
        return tied


def received(payment: PaymentReceived) -> CountedMoney:
    """What a payment counts that was not known before."""
    lines = 0 if payment.channel in _AHEAD else 1
    kept = _thousandths(payment.charges or 0, payment.currency)
    return CountedMoney(_thousandths(payment.amount, payment.currency), payments=1, lines=lines, kept=kept)


def told_again(payment: PaymentReceived) -> CountedMoney:
    """What a line counts about a payment known before: what told it ahead may have counted for other days."""
    return CountedMoney(_thousandths(payment.amount, payment.currency), lines=1)


def withdrawn(amount: int, currency: str, charges: int) -> CountedMoney:
    """What a payment counts no more that is another one's money, told twice."""
    return CountedMoney(_thousandths(amount, currency), payments=-1, kept=_thousandths(charges, currency))


def line_withdrawn(amount: int, currency: str) -> CountedMoney:
    """What a line counts no more that tells again what another statement told."""
    return CountedMoney(_thousandths(amount, currency), lines=-1)


def counted_again(amount: int, currency: str, charges: int) -> CountedMoney:
    """What a payment counts that did not count for a while."""
    return CountedMoney(_thousandths(amount, currency), payments=1, kept=_thousandths(charges, currency))


def amended(more: int, currency: str) -> CountedMoney:
    """What is counted of a payment that turns out larger than it was told first."""
    thousandths = _thousandths(more, currency)
    return CountedMoney(0, more=thousandths, kept=thousandths)


def _thousandths(amount: int, currency: str) -> int:
    thousandths: int = amount * 10 ** (_SUM_DECIMALS - currency_decimals(currency))
    return thousandths
