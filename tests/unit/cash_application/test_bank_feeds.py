"""Watermarks of bank feeds (design.md §3; rules.md C4, G1)."""

from datetime import date

from schemas.journal import FeedReached
from tests.unit.cash_application.harness import House
from tests.unit.intake.public_events import IBAN, about_payment, completed, later, payment, reference_of


def reached(house: House) -> list[date]:
    """The days through which the feed was told to be complete, in order."""
    return [told.through for told in house.journal(FeedReached)]


def test_a_completion_without_count_and_sum_is_believed() -> None:
    house = House()
    house.say(completed("2026-01-08", "a"))
    assert house.journal(FeedReached) == [
        FeedReached(lane=house.journal(FeedReached)[0].lane, creditor="acme", account=IBAN, through=date(2026, 1, 8))
    ]


def test_a_feed_never_goes_back() -> None:
    house = House()
    house.say(completed("2026-01-08", "a"), completed("2026-01-07", "b"), completed("2026-01-08", "c"))
    assert reached(house) == [date(2026, 1, 8)]


def test_a_completion_with_count_and_sum_opens_when_they_tie() -> None:
    house = House()
    house.say(payment("P"), payment("Q", amount="0.50"), completed("2026-01-08", "a", count=2, sum="100.50"))
    assert reached(house) == [date(2026, 1, 8)]


def test_it_stays_shut_while_a_payment_is_missing_and_opens_when_it_comes() -> None:
    house = House()
    house.say(payment("P"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(house) == []
    house.say(payment("Q"))
    assert reached(house) == [date(2026, 1, 8)]


def test_the_right_number_of_the_wrong_payments_does_not_open_it() -> None:
    house = House()
    house.say(payment("P"), payment("Q", amount="99.99"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(house) == []


def test_it_counts_since_the_last_one() -> None:
    house = House()
    house.say(payment("P"), completed("2026-01-08", "a", count=1, sum="100.00"))
    house.say(payment("Q"), payment("R"), completed("2026-01-09", "b", count=2))
    assert reached(house) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_that_is_late_by_a_day_opens_both_days() -> None:
    house = House()
    house.say(payment("P"), completed("2026-01-08", "a", count=2, sum="150.00"))
    house.say(payment("Q"), completed("2026-01-09", "b", count=1, sum="100.00"))
    assert reached(house) == []
    house.say(payment("late", amount="50.00"))
    assert reached(house) == [date(2026, 1, 9)]


def test_a_day_without_payments_ties_with_nothing() -> None:
    house = House()
    house.say(completed("2026-01-08", "a", count=0, sum="0.00"))
    assert reached(house) == [date(2026, 1, 8)]


def test_a_person_opens_a_feed_that_can_never_tie_with_a_completion_without_figures() -> None:
    house = House()
    house.say(payment("P"), completed("2026-01-08", "a", count=5), completed("2026-01-08", "b"))
    house.say(payment("Q"), completed("2026-01-09", "c", count=1))
    assert reached(house) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_sent_twice_counts_once_and_one_that_is_refused_not_at_all() -> None:
    house = House()
    house.say(payment("P"), payment("P"), payment("P", amount="1.00") | {"id": "x"})
    house.say(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(house) == [date(2026, 1, 8)]


def test_money_that_is_nobodys_and_money_that_went_back_count_as_received() -> None:
    house = House()
    house.say(payment("P", reference_of(7)), about_payment("payment.reversed", "P", "r", at=later(1)))
    house.say(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(house) == [date(2026, 1, 8)]


def test_sums_of_currencies_without_or_with_three_decimals_tie_too() -> None:
    house = House()
    house.say(payment("P", currency="JPY", amount="500"), payment("Q", currency="KWD", amount="1.250"))
    house.say(completed("2026-01-08", "a", count=2, sum="501.25"))
    assert reached(house) == [date(2026, 1, 8)]
