"""What is owed, and for how long it has been due.

Days are counted from the effective due date (rules.md C2). The balances are the latest ones; `as_of` is only the day
from which days past due are counted.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

from rich.table import Table
from rich.text import Text

from schemas.money import decimal_text
from services.reporting.reading import QueryRow, number, query_rows, text
from services.runtime.store.port import Store


@dataclass(frozen=True, slots=True)
class Owed:
    """Open money in minor units of one currency: principal by days past due, then interest, costs and credit.

    `credit` is the debtors' money that is on no receivable yet; it is not deducted from the rest.
    """

    not_due: int = 0
    days_1_30: int = 0
    days_31_60: int = 0
    days_61_90: int = 0
    over_90_days: int = 0
    interest: int = 0
    costs: int = 0
    credit: int = 0

    @property
    def principal(self) -> int:
        """All open principal, due or not."""
        return self.not_due + self.days_1_30 + self.days_31_60 + self.days_61_90 + self.over_90_days

    @property
    def total(self) -> int:
        """All that is to be paid: principal, interest and costs."""
        return self.principal + self.interest + self.costs

    def __add__(self, other: "Owed") -> "Owed":
        return Owed(*(getattr(self, name) + getattr(other, name) for name in _COLUMNS))


_COLUMNS: Final = tuple(field.name for field in fields(Owed))


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What a creditor is owed in one currency: by one debtor, or by all of them where `debtor` is empty."""

    creditor: str
    debtor: str
    name: str
    currency: str
    owed: Owed


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is owed per account, its days past due counted to `as_of`; ordered by creditor, debtor, currency."""

    as_of: date
    accounts: tuple[AgeingRow, ...]

    @property
    def creditors(self) -> tuple[AgeingRow, ...]:
        """The sums per creditor and currency."""
        sums: defaultdict[tuple[str, str], Owed] = defaultdict(Owed)
        for row in self.accounts:
            sums[row.creditor, row.currency] += row.owed
        return tuple(AgeingRow(creditor, "", "", currency, owed) for (creditor, currency), owed in sorted(sums.items()))


_OPEN: Final = """
    SELECT o.creditor, o.debtor, a.name, o.currency,
        SUM(CASE WHEN o.due >= :today THEN o.principal END) AS not_due,
        SUM(CASE WHEN o.due < :today AND o.due >= :day_30 THEN o.principal END) AS days_1_30,
        SUM(CASE WHEN o.due < :day_30 AND o.due >= :day_60 THEN o.principal END) AS days_31_60,
        SUM(CASE WHEN o.due < :day_60 AND o.due >= :day_90 THEN o.principal END) AS days_61_90,
        SUM(CASE WHEN o.due < :day_90 THEN o.principal END) AS over_90_days,
        SUM(o.interest) AS interest, SUM(o.costs) AS costs, SUM(o.credit) AS credit
    FROM (
        SELECT creditor, debtor, currency, effective_due AS due, principal, interest, costs, 0 AS credit
        FROM receivable WHERE principal + interest + costs <> 0
        UNION ALL
        SELECT creditor, debtor, currency, :today AS due, 0, 0, 0, amount FROM account_credit_now WHERE amount <> 0
    ) o
    LEFT JOIN account a ON a.creditor = o.creditor AND a.debtor = o.debtor
    WHERE (:creditor = '' OR o.creditor = :creditor)
    GROUP BY o.creditor, o.debtor, a.name, o.currency
    ORDER BY o.creditor, o.debtor, o.currency
"""


def ageing(store: Store, as_of: date, creditor: str | None = None) -> Ageing:
    """What is owed per account as the read model knows it, of one creditor or of all."""
    parameters = {
        "today": as_of.isoformat(),
        "day_30": (as_of - timedelta(days=30)).isoformat(),
        "day_60": (as_of - timedelta(days=60)).isoformat(),
        "day_90": (as_of - timedelta(days=90)).isoformat(),
        "creditor": creditor or "",
    }
    return Ageing(as_of, tuple(_account_row(row) for row in query_rows(store, _OPEN, parameters)))


def _account_row(row: QueryRow) -> AgeingRow:
    owed = Owed(**{name: number(row, name) for name in _COLUMNS})
    name = text(row, "name") if row["name"] is not None else ""
    return AgeingRow(text(row, "creditor"), text(row, "debtor"), name, text(row, "currency"), owed)


# --- how it is shown -----------------------------------------------------------------------------

_SHOWN: Final[tuple[tuple[str, Callable[[Owed], int]], ...]] = (
    ("not due", lambda owed: owed.not_due),
    ("1-30 days", lambda owed: owed.days_1_30),
    ("31-60 days", lambda owed: owed.days_31_60),
    ("61-90 days", lambda owed: owed.days_61_90),
    ("over 90 days", lambda owed: owed.over_90_days),
    ("principal", lambda owed: owed.principal),
    ("interest", lambda owed: owed.interest),
    ("costs", lambda owed: owed.costs),
    ("total", lambda owed: owed.total),
    ("credit", lambda owed: owed.credit),
)

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def as_csv(report: Ageing) -> str:
    """One line per account and currency, amounts with a point and no thousands mark.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (ASVS 5.0, 1.2.10).
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("as of", "creditor", "debtor", "name", "currency", *(title for title, _ in _SHOWN)))
    for row in report.accounts:
        names = (row.creditor, row.debtor, row.name, row.currency)
        lines.writerow((report.as_of.isoformat(), *map(_harmless, names), *_amounts(row)))
    return out.getvalue()


def _harmless(cell: str) -> str:
    # Some spreadsheets skip blanks before they look for a formula.
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS) else cell


def as_table(report: Ageing, *, per_account: bool = False) -> Table:
    """The report for a terminal: per creditor, or per account."""
    table = Table(title=f"Open receivables by days past due, as of {report.as_of.isoformat()}")
    table.add_column("creditor")
    if per_account:
        table.add_column("debtor")
        table.add_column("name")
    table.add_column("currency")
    for title, _ in _SHOWN:
        table.add_column(title, justify="right")
    for row in report.accounts if per_account else report.creditors:
        names = (row.creditor, row.debtor, row.name) if per_account else (row.creditor,)
        # Ids and names are shown as they are, never read as rich's markup.
        table.add_row(*(Text(name) for name in names), row.currency, *_amounts(row))
    return table


def _amounts(row: AgeingRow) -> Iterable[str]:
    return (decimal_text(amount_of(row.owed), row.currency) for _, amount_of in _SHOWN)
