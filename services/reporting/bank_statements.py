"""The bank's statements in the read model, and which of them are missing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.statements import gaps
from services.reporting.reading import QueryRow, day, number, query_rows, text
from services.runtime.store.port import Store


@dataclass(frozen=True, slots=True)
class AccountCurrency:
    """A bank account and one currency in it: statements are counted and compared by these."""

    account: str
    currency: str


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A statement as the bank sent it: opening + received - returned + other = closing, in minor units."""

    number: int | None
    first: date | None
    through: date
    opening: int
    received: int
    returned: int
    other: int
    closing: int


def statements_of(store: Store, creditor: str) -> dict[AccountCurrency, list[StoredStatement]]:
    """All statements of a creditor, by account and currency."""
    found: defaultdict[AccountCurrency, list[StoredStatement]] = defaultdict(list)
    for row in query_rows(store, "SELECT * FROM bank_statement WHERE creditor = ?", (creditor,)):
        found[account_currency_of(row)].append(
            StoredStatement(
                number=number(row, "number") or None,
                first=None if row["first_day"] is None else day(row, "first_day"),
                through=day(row, "through"),
                opening=number(row, "opening"),
                received=number(row, "received"),
                returned=number(row, "returned"),
                other=number(row, "other"),
                closing=number(row, "closing"),
            )
        )
    return found


def account_currency_of(row: QueryRow) -> AccountCurrency:
    """The account and currency of a row that has both."""
    return AccountCurrency(text(row, "account"), text(row, "currency"))


def missing_statements(store: Store, creditor: str) -> Iterator[str]:
    """Which of a creditor's statements are missing, in words; letters wait for them (rules.md G1)."""
    for held, statements in sorted(statements_of(store, creditor).items(), key=lambda each: str(each[0])):
        for gap in gaps(statements):
            yield f"bank account {held.account}: {gap.words}"
