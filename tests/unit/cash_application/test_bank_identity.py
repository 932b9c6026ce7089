"""Which payment a bank means: ids, booking days and what two tellings share (rules.md B1)."""

from schemas.journal import MoneyPlaced
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import about_payment, invoice, later, payment, reference_of


def test_an_id_that_comes_again_on_another_day_is_another_payment() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2), payment("A", reference_of(1)))
    harness.publish(payment("A", reference_of(2), booked="2026-02-20", paid="2026-02-20"))
    harness.publish(payment("A", reference_of(2), booked="2026-02-21", paid="2026-02-20"))
    names = ["A", "A 2026-02-20", "A 2026-02-21"]
    assert [name for name, *_ in harness.placed()] == names
    assert harness.reasons() == []


def test_an_event_about_an_id_of_several_payments_says_which_by_its_day() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A", reference_of(1)), payment("A", booked="2026-02-20"))
    harness.publish(about_payment("payment.assigned", "A", "which", debtor="D1"))
    assert harness.reasons() == ["which-payment"]
    assert "2026-01-20, 2026-02-20" in harness.dead_letters()[0].detail[0]
    harness.publish(about_payment("payment.assigned", "A", "this", debtor="D1", booked="2026-02-20"))
    assert harness.placed()[-1][0] == "A 2026-02-20"
    harness.publish(about_payment("payment.refunded", "A 2026-02-20", "by-name"))
    assert harness.reasons() == ["which-payment"]


def test_an_event_about_a_day_on_which_the_id_is_not_known_waits_for_it() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A"))
    harness.publish(about_payment("payment.assigned", "A", "later", debtor="D1", booked="2026-02-20"))
    assert harness.tally.waiting == 1
    harness.publish(payment("A", booked="2026-02-20"))
    assert harness.tally.waiting == 0
    assert harness.placed()[-1][0] == "A 2026-02-20"


def test_the_entry_s_id_and_the_transaction_s_id_name_one_payment() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1),
        payment("T1", reference_of(1), channel="notification", ids={"entry": "E1"}),
        payment("E1", reference_of(1), channel="statement", ids={"entry": "E1"}),
    )
    assert len(harness.placed()) == 1
    assert harness.tally.duplicates == 1
    harness.publish(about_payment("payment.assigned", "E1", "by-entry", debtor="D1"))
    assert harness.tally.waiting == 0


def test_a_telling_that_knows_more_places_the_payment() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A", channel="statement"))
    harness.publish(payment("A", reference_of(1), channel="notification", payer={"name": "Aino"}, message="lasku 1"))
    assert harness.placed() == [("A", "D1", "1", None)]
    assert harness.reasons() == []


def test_the_same_id_and_day_with_another_sum_or_reference_is_a_conflict() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2), payment("A", reference_of(1)))
    harness.publish(payment("A", reference_of(1), amount="90.00"), payment("A", reference_of(2)))
    assert harness.reasons() == ["conflict", "conflict"]


def test_a_notification_and_a_statement_of_near_days_tell_one_payment() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1),
        payment("A", reference_of(1), channel="notification", booked="2026-01-16"),
        payment("A", reference_of(1), channel="statement", booked="2026-01-23", at=later(1)),
    )
    assert [(money.payment, str(money.booked)) for money in harness.journal(MoneyPlaced)] == [
        ("A", "2026-01-16"),
        ("A", "2026-01-23"),
    ]


def test_more_than_five_banking_days_apart_they_are_two() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1),
        payment("A", reference_of(1), channel="notification", booked="2026-01-16"),
        payment("A", reference_of(1), channel="statement", booked="2026-01-26"),
    )
    assert [name for name, *_ in harness.placed()] == ["A", "A 2026-01-26"]


def test_a_statement_and_ktl_never_tell_one_payment_on_two_days() -> None:
    harness = CashHarness()
    harness.publish(payment("A", channel="statement", booked="2026-01-16"))
    harness.publish(payment("A", channel="ktl", booked="2026-01-19"))
    assert harness.tally.duplicates == 0


def test_two_statements_never_tell_one_payment_on_two_days() -> None:
    harness = CashHarness()
    harness.publish(
        payment("A", channel="statement", booked="2026-01-16"),
        payment("A", channel="statement", booked="2026-01-19"),
    )
    assert harness.tally.duplicates == 0
