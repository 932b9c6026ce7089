"""Watermarks of bank feeds (design.md §3; rules.md C4, G1)."""

from datetime import date

from schemas.journal import FeedReached
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import IBAN, about_payment, completed, later, payment, reference_of


def reached(harness: CashHarness) -> list[date]:
    """The days through which the feed was published as complete, in order."""
    return [message.through for message in harness.journal(FeedReached)]


def test_a_completion_without_count_and_sum_is_believed() -> None:
    harness = CashHarness()
    harness.publish(completed("2026-01-08", "a"))
    assert harness.journal(FeedReached) == [
        FeedReached(lane=harness.journal(FeedReached)[0].lane, creditor="acme", account=IBAN, through=date(2026, 1, 8))
    ]


def test_a_feed_never_goes_back() -> None:
    harness = CashHarness()
    harness.publish(completed("2026-01-08", "a"), completed("2026-01-07", "b"), completed("2026-01-08", "c"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_a_completion_with_count_and_sum_counts_when_they_tie() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), payment("Q", amount="0.50"), completed("2026-01-08", "a", count=2, sum="100.50"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_it_waits_while_a_payment_is_missing_and_counts_when_it_comes() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(harness) == []
    harness.publish(payment("Q"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_the_right_number_of_the_wrong_payments_does_not_tie() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), payment("Q", amount="99.99"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(harness) == []


def test_it_counts_since_the_last_one() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), completed("2026-01-08", "a", count=1, sum="100.00"))
    harness.publish(payment("Q"), payment("R"), completed("2026-01-09", "b", count=2))
    assert reached(harness) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_that_is_late_by_a_day_completes_both_days() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), completed("2026-01-08", "a", count=2, sum="150.00"))
    harness.publish(payment("Q"), completed("2026-01-09", "b", count=1, sum="100.00"))
    assert reached(harness) == []
    harness.publish(payment("late", amount="50.00"))
    assert reached(harness) == [date(2026, 1, 9)]


def test_a_day_without_payments_ties_with_nothing() -> None:
    harness = CashHarness()
    harness.publish(completed("2026-01-08", "a", count=0, sum="0.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_a_person_moves_a_feed_that_never_ties_by_a_completion_without_figures() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), completed("2026-01-08", "a", count=5), completed("2026-01-08", "b"))
    harness.publish(payment("Q"), completed("2026-01-09", "c", count=1))
    assert reached(harness) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_sent_twice_counts_once_and_one_that_is_refused_not_at_all() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), payment("P"), payment("P", amount="1.00") | {"id": "x"})
    harness.publish(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_unmatched_money_and_returned_money_count_as_received() -> None:
    harness = CashHarness()
    harness.publish(payment("P", reference_of(7)), about_payment("payment.reversed", "P", "r", at=later(1)))
    harness.publish(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_sums_of_currencies_without_or_with_three_decimals_tie_too() -> None:
    harness = CashHarness()
    harness.publish(payment("P", currency="JPY", amount="500"), payment("Q", currency="KWD", amount="1.250"))
    harness.publish(completed("2026-01-08", "a", count=2, sum="501.25"))
    assert reached(harness) == [date(2026, 1, 8)]
