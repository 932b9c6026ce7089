"""The bank's statements beside the money that was seen (docs/reconciling.md)."""

from datetime import date
from typing import Any

from schemas.decisions import PaymentReturned, PaymentTaken, StatementTaken
from services.reporting.bank_statements import missing_statements
from services.reporting.canonical import canonical_dump
from services.reporting.reconcile.statement_ties import statement_ties
from tests.unit.reporting.harness import CREDITOR, IBAN, Desk

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


def statement(through: str, opening: int, closing: int, **said: Any) -> StatementTaken:
    """Whatever else is told, the rest of the way from the one balance to the other is ``other``."""
    facts = {"number": None, "received": 0, "returned": 0, "currency": "EUR", **said}
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


def words(desk: Desk) -> list[tuple[str, str, int | None]]:
    """What does not tie in January."""
    _, culprits = statement_ties(desk.store, CREDITOR, *JANUARY)
    return [(culprit.what, culprit.name, culprit.amount) for culprit in culprits]


def test_a_statement_covers_the_days_since_the_one_before_it() -> None:
    desk = Desk().told(
        statement("2026-01-09", 0, 100, number=1, received=100, first=date(2026, 1, 9)),
        statement("2026-01-16", 100, 400, number=2, received=300),
        *(taken(f"P{day}", 100, f"2026-01-{day:02d}") for day in (9, 10, 13, 16)),
    )

    assert words(desk) == []
    ((tie,), _) = statement_ties(desk.store, CREDITOR, *JANUARY)
    assert (tie.first, tie.through, tie.received, tie.difference) == (date(2026, 1, 9), date(2026, 1, 16), 400, 0)


def test_several_statements_of_a_day_are_taken_together() -> None:
    desk = Desk().told(
        statement("2026-01-09", 0, 100, number=1, received=100),
        statement("2026-01-09", 100, 150, number=2, received=50),
        taken("P1", 150, "2026-01-09"),
    )

    assert words(desk) == []


def test_a_payment_that_no_statement_tells_of_is_a_difference_of_its_statement() -> None:
    desk = Desk().told(statement("2026-01-09", 0, 0, number=7), taken("P1", 150, "2026-01-09"))

    assert words(desk) == [("statement", "7", 150)]


def test_a_reversal_without_an_amount_took_what_earlier_ones_had_left() -> None:
    desk = Desk().told(
        statement("2026-01-08", 0, 100, number=1, received=100),
        statement("2026-01-09", 100, 0, number=2, returned=100),
        taken("P1", 100, "2026-01-08"),
        reversed_("P1", 30, "2026-01-09"),
        reversed_("P1", None, "2026-01-09").model_copy(update={"id": "the rest"}),
    )

    assert words(desk) == []


def test_money_on_days_in_no_statement_is_told_by_the_days() -> None:
    desk = Desk().told(
        taken("P1", 10, "2026-01-05"),
        taken("P2", 20, "2026-01-07"),
        statement("2026-01-09", 0, 0, number=1, first=date(2026, 1, 9)),
        taken("P3", 30, "2026-01-12"),
        taken("P4", 40, "2026-02-02"),
    )

    assert words(desk) == [("days", "2026-01-05 to 2026-01-07", 30), ("days", "2026-01-12", 30)]


def test_a_gap_ends_a_row_and_is_named_when_it_touches_the_period() -> None:
    desk = Desk().told(
        statement("2026-01-08", 0, 0, number=1),
        statement("2026-01-12", 0, 0, number=3),
        statement("2026-02-02", 0, 0, number=5),
        statement("2026-02-05", 0, 0, number=7),
    )

    ties, culprits = statement_ties(desk.store, CREDITOR, *JANUARY)

    assert [(tie.first, tie.through) for tie in ties] == [
        (date(2026, 1, 8), date(2026, 1, 8)),
        (date(2026, 1, 12), date(2026, 1, 12)),
    ]
    assert [culprit.name for culprit in culprits] == ["2", "4"]
    assert len(list(missing_statements(desk.store, CREDITOR))) == 3


def test_each_currency_ties_for_itself() -> None:
    desk = Desk().told(
        statement("2026-01-09", 0, 100, received=100),
        statement("2026-01-09", 0, 500, received=500, currency="SEK"),
        taken("P1", 100, "2026-01-09"),
        taken("P2", 499, "2026-01-09", currency="SEK"),
    )

    _, (culprit,) = statement_ties(desk.store, CREDITOR, *JANUARY)
    assert (culprit.currency, culprit.name, culprit.amount) == ("SEK", "2026-01-09", -1)


def test_statements_and_payments_stand_in_the_dump_whatever_the_order() -> None:
    told = [statement("2026-01-09", 0, 100, number=1, received=100), taken("P1", 100, "2026-01-09")]

    dump = canonical_dump(Desk().told(*told).store)

    assert dump == canonical_dump(Desk(partitions=1).told(*reversed(told)).store)
    assert [line for line in dump if '"kind":"statement"' in line and '"closing":"1.00"' in line]
    assert [line for line in dump if '"kind":"received"' in line and '"amount":"1.00"' in line]
