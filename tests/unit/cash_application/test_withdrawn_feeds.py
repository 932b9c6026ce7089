"""Taking back how far a bank feed is complete (rules.md K2)."""

from datetime import timedelta

import pytest

from schemas.journal import FeedReached
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import ACME, IBAN, MORNING, Event, completed, event, payment

LATER = MORNING + timedelta(days=10)


def withdrawn(through: str, id: str = "w", days: int = 10) -> Event:  # noqa: A002
    """``bank-feed.withdrawn``, that many days after the morning."""
    data = {"creditor": ACME, "account": IBAN, "through": through}
    return event("bank-feed.withdrawn", data, id=id, at=MORNING + timedelta(days=days), source="//people")


def reached(harness: CashHarness) -> str:
    """How far the feed reaches at the next frontier."""
    harness.tick()
    return str(harness.journal(FeedReached)[-1].through)


def statement(day: int, number: int, received: str = "0.00") -> Event:
    """A statement of a day in January; each opens with 100.00 and what came is gone by the evening."""
    sums = {"currency": "EUR", "number": number, "opening": "100.00", "closing": "100.00", "received": received}
    return completed(f"2026-01-{day:02d}", f"s{number}", statement=sums | {"other": f"-{received}"})


def test_k2_a_feed_goes_back_to_the_day_to_which_it_is_taken_back() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-12", "a"), completed("2026-01-13", "b"))
    assert reached(harness) == "2026-01-13"
    harness.publish(withdrawn("2026-01-09"))
    assert (reached(harness), harness.reasons()) == ("2026-01-09", [])


def test_k2_it_never_goes_further_by_a_withdrawal() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-12", "a"), withdrawn("2026-01-15"))
    assert reached(harness) == "2026-01-12"


def test_k2_only_what_was_known_earlier_is_cut_whichever_comes_first() -> None:
    events = completed("2026-01-12", "a"), completed("2026-01-14", "b", at=LATER), withdrawn("2026-01-09", days=9)
    for order in (events, events[::-1], (events[1], events[2], events[0])):
        harness = CashHarness(started=True)
        harness.publish(*order)
        assert reached(harness) == "2026-01-14"
        harness.publish(withdrawn("2026-01-10", "w2", days=11))
        assert reached(harness) == "2026-01-10"


def test_k2_what_was_cut_counts_anew_when_it_is_sent_again() -> None:
    harness = CashHarness(started=True)
    harness.publish(completed("2026-01-12", "a"), withdrawn("2026-01-09"))
    assert reached(harness) == "2026-01-09"
    harness.publish(completed("2026-01-12", "a"))
    assert (reached(harness), harness.reasons(), harness.tally.duplicates) == ("2026-01-12", [], 0)
    harness.publish(withdrawn("2026-01-08", "w2", days=11))
    assert reached(harness) == "2026-01-08"


def test_k2_figures_of_what_was_cut_tie_again_when_the_same_file_comes_again() -> None:
    harness = CashHarness(started=True)
    day = [payment("P"), payment("Q"), completed("2026-01-12", "a", count=2, sum="200.00")]
    harness.publish(completed("2026-01-09", "first", count=0), *day, withdrawn("2026-01-09"))
    assert reached(harness) == "2026-01-09"
    harness.publish(*day)
    assert (reached(harness), harness.reasons(), harness.tally.duplicates) == ("2026-01-12", [], 2)


def test_k2_statements_are_cut_too_and_follow_each_other_again_when_they_are_sent_again() -> None:
    harness = CashHarness(started=True)
    first, second, third = statement(12, 1), statement(13, 2), statement(14, 3)
    harness.publish(first, second, third, withdrawn("2026-01-12"))
    assert reached(harness) == "2026-01-12"
    harness.publish(third)
    assert reached(harness) == "2026-01-12"
    harness.publish(second)
    assert (reached(harness), harness.reasons()) == ("2026-01-14", [])


@pytest.mark.parametrize(("partitions", "batch"), [(1, 1), (5, 3), (2, 1_000)])
def test_k2_the_answer_is_the_same_for_every_cut(partitions: int, batch: int) -> None:
    harness = CashHarness(started=True, partitions=partitions, batch=batch)
    day = [payment("P"), completed("2026-01-12", "a", count=1), statement(13, 1), withdrawn("2026-01-09"), payment("Q")]
    harness.publish_at_once(*day, completed("2026-01-12", "a", count=1), statement(13, 1))
    harness.publish_at_once(completed("2026-01-20", "b", at=LATER + timedelta(days=2), count=1))
    assert (reached(harness), harness.reasons()) == ("2026-01-09", [])
    harness.publish_at_once(completed("2026-01-16", "c", at=LATER + timedelta(days=2)))
    assert reached(harness) == "2026-01-16"
