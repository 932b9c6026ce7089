"""Pairs of payments that may be one money, told twice (rules.md B2): a person looks at them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.reporting.reading import QueryRow, day, number, query_rows, text
from services.runtime.store.port import Store

_NEAR: Final = timedelta(days=3)
"""Payments that are booked further apart are a custom, such as one a week, more often than one money."""


@dataclass(frozen=True, slots=True)
class MaybeOneMoney:
    """Two payments of one account and sum, booked on near days, of one reference or payer, told by different tellings.

    ``amount`` is in minor units of ``currency``.
    """

    account: str
    payments: tuple[str, str]
    booked: tuple[date, date]
    amount: int
    currency: str


_PAIRS: Final = """
    SELECT a.account, a.payment AS one, b.payment AS other, a.booked AS one_booked, b.booked AS other_booked,
        a.amount, a.currency, a.told AS one_told, b.told AS other_told
    FROM payment a JOIN payment b ON b.creditor = a.creditor AND b.account = a.account AND b.amount = a.amount
        AND b.currency = a.currency AND (b.booked > a.booked OR (b.booked = a.booked AND b.payment > a.payment))
    WHERE a.creditor = :creditor AND a.booked BETWEEN :first AND :last AND b.booked BETWEEN :first AND :until
        AND (a.reference = b.reference OR a.payer = b.payer)
        AND (a.reference IS NULL OR b.reference IS NULL OR a.reference = b.reference)
    ORDER BY a.account, a.booked, a.payment, b.booked, b.payment
"""


def pairs_that_may_be_one(store: Store, about: Mapping[str, str]) -> Iterator[MaybeOneMoney]:
    """The pairs of which the first payment is booked from ``first`` to ``last``."""
    until = date.fromisoformat(about["last"]) + _NEAR
    for row in query_rows(store, _PAIRS, {**about, "until": until.isoformat()}):
        booked = day(row, "one_booked"), day(row, "other_booked")
        told = _told(row, "one_told"), _told(row, "other_told")
        if booked[1] - booked[0] <= _NEAR and all(told) and not told[0] & told[1]:
            names = text(row, "one"), text(row, "other")
            yield MaybeOneMoney(text(row, "account"), names, booked, number(row, "amount"), text(row, "currency"))


def _told(row: QueryRow, name: str) -> set[str]:
    told = row[name]
    return set(json.loads(told)) if isinstance(told, str) else set()
