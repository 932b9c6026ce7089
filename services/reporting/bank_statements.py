"""The bank's statements as the read model holds them, and which are missing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.statements import gaps
from services.reporting.reading import Found, ask, day, number, text
from services.runtime.store.port import Store


@dataclass(frozen=True, slots=True)
class Pocket:
    """One currency of a bank account."""

    account: str
    currency: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as the bank told it; amounts in minor units."""

    number: int | None
    first: date | None
    through: date
    opening: int
    received: int
    returned: int
    other: int
    closing: int


def statements_of(store: Store, creditor: str) -> dict[Pocket, list[Statement]]:
    """All statements of a creditor, by account and currency."""
    found: defaultdict[Pocket, list[Statement]] = defaultdict(list)
    for row in ask(store, "SELECT * FROM bank_statement WHERE creditor = ?", (creditor,)):
        found[pocket_of(row)].append(
            Statement(
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


def pocket_of(row: Found) -> Pocket:
    """The account and currency of a row that has both."""
    return Pocket(text(row, "account"), text(row, "currency"))


def missing_statements(store: Store, creditor: str) -> Iterator[str]:
    """Which of a creditor's statements are missing, in words; letters wait for them (rules.md G1)."""
    for pocket, statements in sorted(statements_of(store, creditor).items(), key=lambda each: str(each[0])):
        for gap in gaps(statements):
            yield f"bank account {pocket.account}: {gap.words}"
