"""The bank's statements compared with the payments received: opening + received - returned + other = closing.

Statements that end on one day are taken together. They cover the days since the statements before them; the first ones,
and those after a gap, cover the days that they name themselves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from schemas.statements import Gap, gaps
from services.reporting.bank_statements import AccountCurrency, StoredStatement, account_currency_of, statements_of
from services.reporting.reading import day, number, query_rows
from services.reporting.reconcile.discrepancy import Discrepancy
from services.runtime.store.port import Store

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StatementTie:
    """An unbroken row of an account's statements, and the payments booked on the days they cover; minor units."""

    account: str
    currency: str
    first: date
    through: date
    opening: int
    received: int
    returned: int
    other: int
    closing: int

    @property
    def difference(self) -> int:
        """The closing balance computed from the payments, less the bank's."""
        return self.opening + self.received - self.returned + self.other - self.closing


@dataclass(frozen=True, slots=True)
class _Days:
    """The statements that end on one day and the days they cover; ``is_behind_gap`` where one before is missing."""

    first: date
    through: date
    statements: Sequence[StoredStatement]
    is_behind_gap: bool

    def total(self, name: str) -> int:
        """The sum of one of their amounts."""
        return sum(getattr(statement, name) for statement in self.statements)

    @property
    def name(self) -> str:
        """The statements' numbers, or their last day where they have none."""
        return ", ".join(str(statement.number or statement.through) for statement in self.statements)


_DailyAmounts = Mapping[date, int]
"""Amounts by the day on which the bank booked them."""


def statement_ties(
    store: Store, creditor: str, first: date, last: date
) -> tuple[list[StatementTie], list[Discrepancy]]:
    """The rows of statements that touch a period, and their discrepancies. Accounts without statements are left out."""
    found: list[StatementTie] = []
    discrepancies: list[Discrepancy] = []
    received, returned = _daily_amounts(store, _RECEIVED, creditor), _daily_amounts(store, _RETURNED, creditor)
    for held, statements in sorted(statements_of(store, creditor).items(), key=lambda each: str(each[0])):
        holes = gaps(statements)
        touching = [days for days in _by_days(statements, holes) if days.through >= first and days.first <= last]
        came, went = received.get(held, {}), returned.get(held, {})
        found += _rows(held, touching, came, went)
        discrepancies += _gaps(held, holes, first, last)
        for days in touching:
            discrepancies += _untied(held, days, came, went)
        discrepancies += _uncovered(held, touching, came, went, (first, last))
    return found, discrepancies


def _by_days(statements: Sequence[StoredStatement], holes: Sequence[Gap]) -> Iterator[_Days]:
    behind = {gap.after for gap in holes}
    before: date | None = None
    ordered = sorted(statements, key=lambda statement: (statement.through, statement.number or 0))
    for through, group in groupby(ordered, key=attrgetter("through")):
        together = list(group)
        first = min((each.first or through for each in together), default=through)
        if before is not None:
            first = before + _DAY if through not in behind else max(first, before + _DAY)
        yield _Days(first, through, together, through in behind)
        before = through


def _rows(
    held: AccountCurrency, touching: Sequence[_Days], came: _DailyAmounts, went: _DailyAmounts
) -> Iterator[StatementTie]:
    """One for each unbroken row of statements."""
    row: list[_Days] = []
    for days in touching:
        if row and days.is_behind_gap:
            yield _tie(held, row, came, went)
            row = []
        row.append(days)
    if row:
        yield _tie(held, row, came, went)


def _tie(held: AccountCurrency, row: Sequence[_Days], came: _DailyAmounts, went: _DailyAmounts) -> StatementTie:
    first, through = row[0].first, row[-1].through
    return StatementTie(
        account=held.account,
        currency=held.currency,
        first=first,
        through=through,
        opening=row[0].statements[0].opening,
        received=_between(came, first, through),
        returned=_between(went, first, through),
        other=sum(days.total("other") for days in row),
        closing=row[-1].statements[-1].closing,
    )


def _between(seen: _DailyAmounts, first: date, through: date) -> int:
    return sum(amount for booked, amount in seen.items() if first <= booked <= through)


# -- what does not tie --------------------------------------------------------------------------------------------


def _gaps(held: AccountCurrency, holes: Sequence[Gap], first: date, last: date) -> Iterator[Discrepancy]:
    for gap in holes:
        if gap.after >= first and gap.before < last:
            yield Discrepancy(held.account, "statement", str(gap.expected or gap.after), gap.words)


def _untied(held: AccountCurrency, days: _Days, came: _DailyAmounts, went: _DailyAmounts) -> Iterator[Discrepancy]:
    for seen, name, words in (
        (came, "received", "the payments seen and what it says was received differ"),
        (went, "returned", "the reversals seen and what it says was returned differ"),
    ):
        difference = _between(seen, days.first, days.through) - days.total(name)
        if difference:
            when = f"{days.first} to {days.through}"
            yield Discrepancy(held.account, "statement", days.name, f"{when}: {words}", difference, held.currency)


def _uncovered(
    held: AccountCurrency,
    touching: Sequence[_Days],
    came: _DailyAmounts,
    went: _DailyAmounts,
    period: tuple[date, date],
) -> Iterator[Discrepancy]:
    """Days of the period with payments and no statement; those without a statement between them are one discrepancy."""
    booked = [each for each in sorted({*came, *went}) if period[0] <= each <= period[1]]
    bare = [each for each in booked if not any(days.first <= each <= days.through for days in touching)]
    for _, run in groupby(bare, lambda each: sum(days.through < each for days in touching)):
        together = list(run)
        first, last = together[0], together[-1]
        net = sum(came.get(each, 0) - went.get(each, 0) for each in together)
        name = str(first) if first == last else f"{first} to {last}"
        yield Discrepancy(held.account, "days", name, "in no statement", net, held.currency)


# -- what is known ------------------------------------------------------------------------------------------------


_RECEIVED: Final = """
    SELECT account, currency, booked, CAST(SUM(amount) AS BIGINT) AS amount
    FROM payment WHERE creditor = ? GROUP BY account, currency, booked
"""
_RETURNED: Final = """
    SELECT account, currency, booked, CAST(SUM(amount) AS BIGINT) AS amount FROM (
        SELECT r.account, p.currency, r.booked, COALESCE(r.amount, p.amount - COALESCE((
            SELECT SUM(o.amount) FROM payment_return o WHERE o.creditor = r.creditor AND o.account = r.account
            AND o.payment = r.payment AND o.kind = r.kind AND o.amount IS NOT NULL), 0)) AS amount
        FROM payment_return r
        JOIN payment p ON p.creditor = r.creditor AND p.account = r.account AND p.payment = r.payment
        WHERE r.creditor = ? AND r.kind = 'reversed') each_return
    GROUP BY account, currency, booked
"""
"""A reversal without an amount took all that earlier ones had left."""


def _daily_amounts(store: Store, question: str, creditor: str) -> dict[AccountCurrency, dict[date, int]]:
    found: defaultdict[AccountCurrency, dict[date, int]] = defaultdict(dict)
    for row in query_rows(store, question, (creditor,)):
        found[account_currency_of(row)][day(row, "booked")] = number(row, "amount")
    return found
