"""The reconciliation of a creditor's money: each booked cent is in exactly one place and ties to the bank's statements.

One side are payments received and returned, as the bank booked them. The other side is where the debtors' accounts
say that the money lies, and what is unmatched. The bank's statements are compared with the first side day by day.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date
from itertools import chain
from typing import Final

from services.reporting.reading import QueryRow, number, query_rows, text
from services.reporting.reconcile.discrepancy import Discrepancy
from services.reporting.reconcile.maybe_one_money import MaybeOneMoney, pairs_that_may_be_one
from services.reporting.reconcile.statement_ties import StatementTie, statement_ties
from services.runtime.store.port import Store


@dataclass(frozen=True, slots=True)
class Places:
    """Money received, in minor units, and where it is: on receivables by class, as credit, unmatched, or gone back."""

    received: int = 0
    principal: int = 0
    interest: int = 0
    costs: int = 0
    unallocated: int = 0
    unmatched: int = 0
    refunded: int = 0
    returned: int = 0

    @property
    def difference(self) -> int:
        """Money in no place; below zero, in more than one."""
        received, *placed = astuple(self)
        return int(received - sum(placed))


PLACES: Final = tuple(field.name for field in fields(Places) if field.name != "received")


@dataclass(frozen=True, slots=True)
class AccountPlaces:
    """The money that a bank account received in a currency."""

    account: str
    currency: str
    places: Places


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The payments booked from ``first`` to ``last``, the statements of these days, and what does not tie.

    ``pairs`` may be one money each; they tie nevertheless.
    """

    creditor: str
    first: date
    last: date
    accounts: tuple[AccountPlaces, ...]
    statements: tuple[StatementTie, ...]
    discrepancies: tuple[Discrepancy, ...]
    pairs: tuple[MaybeOneMoney, ...] = ()

    @property
    def ties(self) -> bool:
        """Whether every cent is in exactly one place and every statement ties."""
        differences = (each.places.difference for each in self.accounts), (each.difference for each in self.statements)
        return not self.discrepancies and not any(chain(*differences))


def reconcile(store: Store, creditor: str, first: date, last: date) -> Reconciliation:
    """Compare both sides of a period, both days included; raises LookupError for a creditor that is not known."""
    if not query_rows(store, "SELECT name FROM creditor WHERE creditor = ?", (creditor,)):
        raise LookupError(f"there is no creditor {creditor}")
    about = {"creditor": creditor, "first": first.isoformat(), "last": last.isoformat()}
    statements, untied = statement_ties(store, creditor, first, last)
    discrepancies = (*_misplaced(store, about), *_never_received(store, about), *_refunds(store, about), *untied)
    pairs = tuple(pairs_that_may_be_one(store, about))
    return Reconciliation(
        creditor, first, last, tuple(_accounts(store, about)), tuple(statements), discrepancies, pairs
    )


# -- each payment and its places ----------------------------------------------------------------------------------

_EACH: Final = """
    WITH went_back AS (
        SELECT account, payment,
            SUM(CASE WHEN kind = 'reversed' THEN amount ELSE 0 END) AS reversed,
            MAX(CASE WHEN kind = 'reversed' AND amount IS NULL THEN 1 ELSE 0 END) AS all_reversed,
            SUM(CASE WHEN kind = 'refunded' THEN amount ELSE 0 END) AS refunded,
            MAX(CASE WHEN kind = 'refunded' AND amount IS NULL THEN 1 ELSE 0 END) AS all_refunded
        FROM payment_return WHERE creditor = :creditor GROUP BY account, payment),
    reported AS (
        SELECT p.account, p.payment, p.currency, p.booked, p.amount,
            CASE WHEN b.all_reversed = 1 THEN p.amount ELSE COALESCE(b.reversed, 0) END AS reversed,
            COALESCE(b.refunded, 0) AS refunded, COALESCE(b.all_refunded, 0) AS all_refunded
        FROM payment p LEFT JOIN went_back b ON b.account = p.account AND b.payment = p.payment
        WHERE p.creditor = :creditor AND p.booked BETWEEN :first AND :last),
    received AS (
        SELECT account, payment, currency, booked, amount, reversed,
            CASE WHEN all_refunded = 1 OR refunded > amount - reversed THEN amount - reversed ELSE refunded END
            AS refunded
        FROM reported),
    used AS (
        SELECT account, payment, COUNT(*) AS times, SUM(amount) AS amount, SUM(reversed) AS reversed,
            SUM(refunded) AS refunded, SUM(principal) AS principal, SUM(interest) AS interest, SUM(costs) AS costs,
            SUM(credit) AS credit, SUM(given_back) AS given_back, SUM(refused) AS refused
        FROM payment_use_now WHERE creditor = :creditor GROUP BY account, payment),
    unmatched AS (
        SELECT account, payment, 1 AS times, amount
        FROM unmatched_payment WHERE creditor = :creditor AND debtor = ''),
    placed AS (
        SELECT r.account, r.payment, r.currency, r.booked, r.amount AS received,
            COALESCE(u.principal, 0) AS principal, COALESCE(u.interest, 0) AS interest, COALESCE(u.costs, 0) AS costs,
            COALESCE(u.credit, 0) AS unallocated, COALESCE(u.refused, 0) + COALESCE(n.amount, 0) AS unmatched,
            COALESCE(u.given_back, r.refunded) AS refunded, COALESCE(u.reversed, r.reversed) AS returned,
            COALESCE(u.times, 0) + COALESCE(n.times, 0) AS times,
            CASE WHEN u.amount <> r.amount OR u.reversed <> r.reversed OR u.refunded <> r.refunded
                THEN 1 ELSE 0 END AS differs
        FROM received r
        LEFT JOIN used u ON u.account = r.account AND u.payment = r.payment
        LEFT JOIN unmatched n ON n.account = r.account AND n.payment = r.payment)
"""
"""Each payment of the period and where it is. One on no account went back in whole, or is unmatched."""

_SUMS: Final = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in ("received", *PLACES))
_ACCOUNTS: Final = f"{_EACH} SELECT account, currency, {_SUMS} FROM placed GROUP BY account, currency ORDER BY 1, 2"  # noqa: S608

_MISPLACED: Final = f"""{_EACH}
    SELECT account, payment, currency, booked, times, differs,
        CAST(received - ({" + ".join(PLACES)}) AS BIGINT) AS difference
    FROM placed WHERE times > 1 OR differs = 1 OR received <> {" + ".join(PLACES)}
    ORDER BY account, booked, payment
"""  # noqa: S608


def _accounts(store: Store, about: dict[str, str]) -> Iterator[AccountPlaces]:
    for row in query_rows(store, _ACCOUNTS, about):
        places = Places(**{name: number(row, name) for name in ("received", *PLACES)})
        yield AccountPlaces(text(row, "account"), text(row, "currency"), places)


def _misplaced(store: Store, about: dict[str, str]) -> Iterator[Discrepancy]:
    for row in query_rows(store, _MISPLACED, about):
        words = f"booked {text(row, 'booked')}: {_why_misplaced(row)}"
        yield Discrepancy(
            text(row, "account"),
            "payment",
            text(row, "payment"),
            words,
            number(row, "difference"),
            text(row, "currency"),
        )


def _why_misplaced(row: QueryRow) -> str:
    if number(row, "times") > 1:
        return "is in more than one place"
    if number(row, "times") == 0:
        return "is in no place" if number(row, "difference") > 0 else "more went back than came"
    if number(row, "differs"):
        return "the debtor's account does not know it, or what went back of it, as it came"
    return "its places do not come to what was received"


_NEVER_RECEIVED: Final = """
    SELECT s.account, s.payment, s.debtor FROM (
        SELECT creditor, account, payment, debtor FROM payment_use_now WHERE payment <> ''
        UNION ALL SELECT creditor, account, payment, debtor FROM unmatched_payment WHERE debtor = '') s
    LEFT JOIN payment p ON p.creditor = s.creditor AND p.account = s.account AND p.payment = s.payment
    WHERE s.creditor = :creditor AND p.payment IS NULL
    ORDER BY s.account, s.payment, s.debtor
"""


def _never_received(store: Store, about: dict[str, str]) -> Iterator[Discrepancy]:
    """Payments on an account, or among the unmatched, that the bank never reported, of whatever day."""
    for row in query_rows(store, _NEVER_RECEIVED, {"creditor": about["creditor"]}):
        where = f"on the account of {text(row, 'debtor')}" if row["debtor"] else "among the unmatched"
        yield Discrepancy(text(row, "account"), "payment", text(row, "payment"), f"is {where}, but was never received")


_REFUNDS: Final = """
    SELECT debtor, currency, CAST(SUM(refunded) - SUM(given_back) AS BIGINT) AS difference
    FROM payment_use_now WHERE creditor = :creditor
    GROUP BY debtor, currency HAVING SUM(refunded) <> SUM(given_back)
    ORDER BY debtor, currency
"""


def _refunds(store: Store, about: dict[str, str]) -> Iterator[Discrepancy]:
    """Debtors whose refunds differ from what was taken for them out of their money, of whichever payment."""
    for row in query_rows(store, _REFUNDS, {"creditor": about["creditor"]}):
        words = "what was refunded and what was taken for it from the debtor's money differ"
        yield Discrepancy("", "debtor", text(row, "debtor"), words, number(row, "difference"), text(row, "currency"))
