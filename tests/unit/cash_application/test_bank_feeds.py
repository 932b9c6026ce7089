"""Watermarks of bank feeds (design.md §3; rules.md C4, G1)."""

from datetime import date, datetime, timedelta

from schemas.journal import FeedReached
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    IBAN,
    Event,
    about_payment,
    completed,
    creditor,
    later,
    payment,
    reference_of,
)


def reached(harness: CashHarness) -> list[date]:
    """The days through which the feed was published as complete, in order, the last one at a frontier now."""
    harness.tick()
    return [message.through for message in harness.journal(FeedReached)]


def test_a_completion_without_count_and_sum_is_believed() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-08", "a"))
    harness.tick()
    assert harness.journal(FeedReached) == [
        FeedReached(lane=harness.journal(FeedReached)[0].lane, creditor="acme", account=IBAN, through=date(2026, 1, 8))
    ]


def test_a_feed_never_goes_back() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-08", "a"), completed("2026-01-07", "b"), completed("2026-01-08", "c"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_a_completion_with_count_and_sum_counts_when_they_tie() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), payment("Q", amount="0.50"), completed("2026-01-08", "a", count=2, sum="100.50"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_it_waits_while_a_payment_is_missing_and_counts_when_it_comes() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(harness) == []
    harness.publish(payment("Q"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_the_right_number_of_the_wrong_payments_does_not_tie() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), payment("Q", amount="99.99"), completed("2026-01-08", "a", count=2, sum="200.00"))
    assert reached(harness) == []


def test_it_counts_since_the_last_one() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), completed("2026-01-08", "a", count=1, sum="100.00"))
    harness.tick()
    harness.publish(payment("Q"), payment("R"), completed("2026-01-09", "b", count=2))
    assert reached(harness) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_that_is_late_by_a_day_completes_both_days() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), completed("2026-01-08", "a", count=2, sum="150.00"))
    harness.publish(payment("Q"), completed("2026-01-09", "b", count=1, sum="100.00"))
    assert reached(harness) == []
    harness.publish(payment("late", amount="50.00"))
    assert reached(harness) == [date(2026, 1, 9)]


def test_a_day_without_payments_ties_with_nothing() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-08", "a", count=0, sum="0.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_a_person_moves_a_feed_that_never_ties_by_a_completion_without_figures() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), completed("2026-01-08", "a", count=5), completed("2026-01-08", "b"))
    harness.tick()
    harness.publish(payment("Q"), completed("2026-01-09", "c", count=1))
    assert reached(harness) == [date(2026, 1, 8), date(2026, 1, 9)]


def test_a_payment_sent_twice_counts_once_and_one_that_is_refused_not_at_all() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P"), payment("P"), payment("P", amount="1.00") | {"id": "x"})
    harness.publish(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_unmatched_money_and_returned_money_count_as_received() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P", reference_of(7)), about_payment("payment.reversed", "P", "r", at=later(1)))
    harness.publish(completed("2026-01-08", "a", count=1, sum="100.00"))
    assert reached(harness) == [date(2026, 1, 8)]


def test_sums_of_currencies_without_or_with_three_decimals_tie_too() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P", currency="JPY", amount="500"), payment("Q", currency="KWD", amount="1.250"))
    harness.publish(completed("2026-01-08", "a", count=2, sum="501.25"))
    assert reached(harness) == [date(2026, 1, 8)]


# -- K2: the day on which a completion is known -----------------------------------------------------------------------


def registered_before(instant: datetime, partitions: int = 2, batch: int = 1_000) -> CashHarness:
    """A creditor that was registered at a frontier an hour before."""
    harness = CashHarness(partitions=partitions, batch=batch, registered=False)
    harness.passed = instant - timedelta(hours=1) - later(1)
    harness.publish(creditor())
    return harness


def days_and_reasons(
    *events: Event, ticks: list[datetime], partitions: int = 2, batch: int = 1_000
) -> tuple[list[str], list[str]]:
    """How far the feed reaches after each tick, and the reasons of dead letters. The events come after the first."""
    harness, found = registered_before(ticks[0], partitions, batch), []
    for number, instant in enumerate(ticks):
        harness.engine.tick(instant)
        harness.engine.settle()
        if number == 0:
            harness.publish(*events)
        else:
            found.append(max((str(message.through) for message in harness.journal(FeedReached)), default=""))
    assert harness.tally.waiting == 0
    return found, harness.reasons()


EVENING = datetime.fromisoformat("2026-01-09T20:00:00+02:00")
MIDNIGHT = datetime.fromisoformat("2026-01-10T00:00:00+02:00")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_k2_no_feed_is_complete_through_a_day_that_is_still_to_come() -> None:
    events = completed("2026-01-10", "a", at=EVENING), completed("2062-01-09", "b", at=EVENING)

    assert days_and_reasons(*events, ticks=[EVENING, MIDNIGHT + MINUTE]) == ([""], ["through-in-future"] * 2)


def test_k2_a_completion_through_its_own_day_counts_from_the_end_of_that_day() -> None:
    event = completed("2026-01-09", "a", at=EVENING)
    ticks = [EVENING - MINUTE, EVENING, MIDNIGHT - SECOND, MIDNIGHT]

    assert days_and_reasons(event, ticks=ticks) == (["", "", "2026-01-09"], [])


def test_k2_a_completion_whose_time_lies_ahead_is_decided_by_the_day_of_the_next_frontier() -> None:
    ahead = MIDNIGHT + timedelta(days=3)
    events = completed("2026-01-09", "a", at=ahead), completed("2026-01-10", "b", at=ahead)

    assert days_and_reasons(*events, ticks=[EVENING, MIDNIGHT - SECOND, MIDNIGHT]) == (
        ["", "2026-01-09"],
        ["through-in-future"],
    )
    assert days_and_reasons(*events, ticks=[EVENING, MIDNIGHT, MIDNIGHT + timedelta(days=1)]) == (
        ["2026-01-09", "2026-01-10"],
        [],
    )


def test_k2_what_follows_a_completion_that_is_not_decided_waits_with_it() -> None:
    ahead = MIDNIGHT + timedelta(hours=1)
    events = [
        payment("P"),
        completed("2026-01-09", "a", at=ahead, count=1, sum="100.00"),
        payment("Q"),
        payment("R"),
        completed("2026-01-08", "b", at=EVENING, count=2, sum="200.00"),
    ]
    for partitions, batch in ((1, 1), (5, 100)):
        ticks = [EVENING, MIDNIGHT + timedelta(days=1)]
        found = days_and_reasons(*events, ticks=ticks, partitions=partitions, batch=batch)
        assert found == (["2026-01-09"], [])


def test_k2_a_completion_that_was_refused_may_be_sent_again_once_its_day_has_ended() -> None:
    harness = registered_before(EVENING)
    harness.engine.tick(EVENING)
    harness.publish(completed("2026-01-10", "a", at=EVENING), completed("2026-01-10", "a", at=MIDNIGHT))
    harness.engine.tick(MIDNIGHT + timedelta(days=1))
    harness.engine.settle()

    assert harness.reasons() == ["through-in-future"]
    assert [message.through for message in harness.journal(FeedReached)] == [date(2026, 1, 10)]
