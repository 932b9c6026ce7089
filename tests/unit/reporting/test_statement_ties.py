"""The bank's statements beside the money that was seen (docs/reconciling.md)."""

from datetime import date
from typing import Any

import pytest

from schemas.decisions import PaymentReturned, PaymentTaken, StatementTaken
from services.reporting.bank_statements import missing_statements
from services.reporting.canonical import canonical_dump
from services.reporting.reconcile.reconciliation import reconcile
from services.reporting.reconcile.statement_ties import statement_ties
from tests.unit.reporting.harness import CREDITOR, IBAN, ReportingHarness, registered

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


def taken(payment: str, amount: int, day: str, currency: str = "EUR") -> PaymentTaken:
    return PaymentTaken(
        creditor=CREDITOR,
        account=IBAN,
        payment=payment,
        amount=amount,
        currency=currency,
        booked=date.fromisoformat(day),
    )


def reversed_(payment: str, amount: int | None, day: str) -> PaymentReturned:
    return PaymentReturned(
        creditor=CREDITOR,
        account=IBAN,
        payment=payment,
        id=f"{payment} {day}",
        kind="reversed",
        amount=amount,
        booked=date.fromisoformat(day),
    )


def statement(through: str, opening: int, closing: int, **changes: Any) -> StatementTaken:
    """A statement; the difference of its balances that its amounts leave open is ``other``."""
    facts = {"number": None, "received": 0, "returned": 0, "currency": "EUR", **changes}
    other = closing - opening - facts["received"] + facts["returned"]
    return StatementTaken(
        creditor=CREDITOR,
        account=IBAN,
        through=date.fromisoformat(through),
        opening=opening,
        closing=closing,
        other=other,
        **facts,
    )


def words(reporting: ReportingHarness) -> list[tuple[str, str, int | None]]:
    """What does not tie in January."""
    _, discrepancies = statement_ties(reporting.store, CREDITOR, *JANUARY)
    return [(discrepancy.what, discrepancy.name, discrepancy.amount) for discrepancy in discrepancies]


def test_a_statement_covers_the_days_since_the_one_before_it() -> None:
    reporting = ReportingHarness().publish(
        statement("2026-01-09", 0, 100, number=1, received=100, first=date(2026, 1, 9)),
        statement("2026-01-16", 100, 400, number=2, received=300),
        *(taken(f"P{day}", 100, f"2026-01-{day:02d}") for day in (9, 10, 13, 16)),
    )

    assert words(reporting) == []
    ((tie,), _) = statement_ties(reporting.store, CREDITOR, *JANUARY)
    assert (tie.first, tie.through, tie.received, tie.difference) == (date(2026, 1, 9), date(2026, 1, 16), 400, 0)


def test_several_statements_of_a_day_are_taken_together() -> None:
    reporting = ReportingHarness().publish(
        statement("2026-01-09", 0, 100, number=1, received=100),
        statement("2026-01-09", 100, 150, number=2, received=50),
        taken("P1", 150, "2026-01-09"),
    )

    assert words(reporting) == []


def test_a_payment_that_no_statement_tells_of_is_a_difference_of_its_statement() -> None:
    reporting = ReportingHarness().publish(statement("2026-01-09", 0, 0, number=7), taken("P1", 150, "2026-01-09"))

    assert words(reporting) == [("statement", "7", 150)]


@pytest.mark.parametrize("amount", [100_00, None])
def test_money_that_was_refunded_in_part_and_reversed_in_whole_is_returned_and_in_no_other_place(
    amount: int | None,
) -> None:
    refund = reversed_("P1", 30_00, "2026-01-08").model_copy(update={"kind": "refunded"})
    reporting = ReportingHarness().publish(registered(), taken("P1", 100_00, "2026-01-07"), refund)
    reporting.publish(reversed_("P1", amount, "2026-01-09"))

    (account,) = reconcile(reporting.store, CREDITOR, *JANUARY).accounts
    assert (account.places.returned, account.places.refunded, account.places.difference) == (100_00, 0, 0)


def test_a_reversal_without_an_amount_took_what_earlier_ones_had_left() -> None:
    reporting = ReportingHarness().publish(
        statement("2026-01-08", 0, 100, number=1, received=100),
        statement("2026-01-09", 100, 0, number=2, returned=100),
        taken("P1", 100, "2026-01-08"),
        reversed_("P1", 30, "2026-01-09"),
        reversed_("P1", None, "2026-01-09").model_copy(update={"id": "the rest"}),
    )

    assert words(reporting) == []


def test_money_on_days_in_no_statement_is_told_by_the_days() -> None:
    reporting = ReportingHarness().publish(
        taken("P1", 10, "2026-01-05"),
        taken("P2", 20, "2026-01-07"),
        statement("2026-01-09", 0, 0, number=1, first=date(2026, 1, 9)),
        taken("P3", 30, "2026-01-12"),
        taken("P4", 40, "2026-02-02"),
    )

    assert words(reporting) == [("days", "2026-01-05 to 2026-01-07", 30), ("days", "2026-01-12", 30)]


def test_a_gap_ends_a_row_and_is_named_when_it_touches_the_period() -> None:
    reporting = ReportingHarness().publish(
        statement("2026-01-08", 0, 0, number=1),
        statement("2026-01-12", 0, 0, number=3),
        statement("2026-02-02", 0, 0, number=5),
        statement("2026-02-05", 0, 0, number=7),
    )

    ties, discrepancies = statement_ties(reporting.store, CREDITOR, *JANUARY)

    assert [(tie.first, tie.through) for tie in ties] == [
        (date(2026, 1, 8), date(2026, 1, 8)),
        (date(2026, 1, 12), date(2026, 1, 12)),
    ]
    assert [discrepancy.name for discrepancy in discrepancies] == ["2", "4"]
    assert len(list(missing_statements(reporting.store, CREDITOR))) == 3


def test_each_currency_ties_for_itself() -> None:
    reporting = ReportingHarness().publish(
        statement("2026-01-09", 0, 100, received=100),
        statement("2026-01-09", 0, 500, received=500, currency="SEK"),
        taken("P1", 100, "2026-01-09"),
        taken("P2", 499, "2026-01-09", currency="SEK"),
    )

    _, (discrepancy,) = statement_ties(reporting.store, CREDITOR, *JANUARY)
    assert (discrepancy.currency, discrepancy.name, discrepancy.amount) == ("SEK", "2026-01-09", -1)


def test_statements_and_payments_stand_in_the_dump_whatever_the_order() -> None:
    messages = [statement("2026-01-09", 0, 100, number=1, received=100), taken("P1", 100, "2026-01-09")]

    dump = canonical_dump(ReportingHarness().publish(*messages).store)

    assert dump == canonical_dump(ReportingHarness(partitions=1).publish(*reversed(messages)).store)
    assert [line for line in dump if '"kind":"statement"' in line and '"closing":"1.00"' in line]
    assert [line for line in dump if '"kind":"received"' in line and '"amount":"1.00"' in line]
