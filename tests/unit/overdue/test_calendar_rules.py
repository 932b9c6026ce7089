"""Rules.md, Calendar (C1–C4): on which days a letter may go, and when a day has passed."""

import pytest

from tests.unit.overdue.reading import days, steps, why
from tests.unit.overdue.story import BANK, NUDGE, SECOND_BANK, Story, consumer_policy, step


def first_step(after_due_days: int) -> dict[str, object]:
    return consumer_policy(step("nudge", after_due_days=after_due_days))


@pytest.mark.parametrize(
    ("due", "wait", "goes"),
    [
        ("2026-02-03", 3, "2026-02-06"),  # a Friday
        ("2026-02-03", 4, "2026-02-09"),  # Saturday
        ("2026-02-03", 5, "2026-02-09"),  # Sunday
        ("2026-01-02", 4, "2026-01-07"),  # Epiphany
        ("2026-03-30", 4, "2026-04-07"),  # Good Friday, then Easter
        ("2026-04-27", 4, "2026-05-04"),  # May Day
        ("2026-05-11", 3, "2026-05-15"),  # Ascension Day
        ("2026-06-15", 4, "2026-06-22"),  # Midsummer Eve
        ("2026-12-21", 3, "2026-12-28"),  # Christmas Eve
        ("2026-12-28", 4, "2027-01-04"),  # New Year's Day
    ],
)
@pytest.mark.parametrize("feed_max_age", [1, None])
def test_c1_c3_a_letter_goes_only_on_a_banking_day(due: str, wait: int, goes: str, feed_max_age: int | None) -> None:
    policy = consumer_policy(step("nudge", after_due_days=wait), feed_max_age=feed_max_age)
    harness = Story(policy, starts=due).invoice(due).play(until=goes)

    assert days(harness) == [goes]


@pytest.mark.parametrize(
    ("due", "effective"),
    [
        ("2026-01-23", "2026-01-23"),
        ("2026-01-24", "2026-01-26"),  # Saturday
        ("2026-01-25", "2026-01-26"),  # Sunday
        ("2026-01-06", "2026-01-07"),  # Epiphany
        ("2026-06-19", "2026-06-22"),  # Midsummer Eve
        ("2026-12-24", "2026-12-28"),  # Christmas Eve, and its two holidays
    ],
)
def test_c2_a_due_date_on_a_free_day_rolls_to_the_next_banking_day(due: str, effective: str) -> None:
    harness = Story(starts=due).invoice(due).play(until="2027-01-08")

    assert harness.letters[0].lines[0].effective_due.isoformat() == effective


def test_c2_waits_count_from_the_effective_due_date() -> None:
    # Saturday 24.1. rolls to Monday 26.1.; five days on is Saturday 31.1.
    harness = Story().invoice(due="2026-01-24").play(until="2026-02-03")

    assert days(harness) == ["2026-02-02"]


@pytest.mark.parametrize(
    ("lifted", "goes"),
    [
        ("08:59", "2026-01-29"),
        ("09:00", "2026-01-29"),
        ("15:58", "2026-01-29"),
        ("15:59:30", "2026-01-30"),  # the next check is at 16:00, when the window has closed
        ("16:00", "2026-01-30"),
        ("22:00", "2026-01-30"),
    ],
)
def test_c3_a_letter_goes_only_inside_the_window(lifted: str, goes: str) -> None:
    story = Story().invoice(due="2026-01-23").says("hold.placed", "2026-01-26", reason="agreed")
    story.says("hold.lifted", "2026-01-29", at=lifted)

    assert days(story.play(until="2026-01-30")) == [goes]


def test_c3_a_letter_not_accepted_on_its_day_is_withdrawn_and_decided_anew() -> None:
    harness = Story().invoice(due="2026-01-23").play(until="2026-01-29", post=["deferred"])

    assert [outcome for _, outcome in harness.ended] == ["deferred", "withdrawn", "accepted"]
    assert [letter.date.isoformat() for letter in harness.planned] == ["2026-01-28", "2026-01-29"]
    assert steps(harness) == ["2026-01-29 nudge"]


def test_c4_a_due_date_has_passed_when_the_feed_reaches_the_first_banking_day_after_it() -> None:
    # Friday 23.1.: a payment made that day is booked on Monday 26.1., and that day is complete on Tuesday.
    harness = Story(first_step(1)).invoice(due="2026-01-23").play(until="2026-01-30")

    assert days(harness) == ["2026-01-27"]


def test_c4_a_missing_feed_delays_until_it_comes() -> None:
    story = Story(first_step(1)).invoice(due="2026-01-23").without_feed("2026-01-27", "2026-01-28")

    assert days(story.play(until="2026-01-30")) == ["2026-01-29"]


def test_c4_every_bank_account_must_be_fed() -> None:
    story = Story(first_step(1), banks=(BANK, SECOND_BANK)).invoice(due="2026-01-23")
    story.without_feed("2026-01-27", "2026-01-28", bank=SECOND_BANK)

    assert days(story.play(until="2026-01-30")) == ["2026-01-29"]


@pytest.mark.parametrize(("feed_max_age", "goes"), [(3, "2026-01-29"), (None, "2026-01-27")])
def test_c4_without_a_feed_the_second_banking_day_after_counts(feed_max_age: int | None, goes: str) -> None:
    policy = consumer_policy(step("nudge", after_due_days=1), feed_max_age=feed_max_age)
    story = Story(policy).invoice(due="2026-01-23").without_feed("2026-01-26", "2026-01-28")

    assert days(story.play(until="2026-01-30")) == [goes]


def test_c4_a_payment_made_on_the_due_date_is_in_before_anybody_is_reminded() -> None:
    story = Story(first_step(1)).invoice(due="2026-01-23").paid("100.00", "2026-01-23", booked="2026-01-26")

    assert days(story.play(until="2026-03-01")) == []


def test_c4_a_response_date_passes_like_a_due_date() -> None:
    policy = consumer_policy(NUDGE, step("reminder", after_previous_days=10, response_days=10))
    # Nudge on Wednesday 28.1., response by Monday 9.2. (7.2. is a Saturday): 10.2. is complete on 11.2.
    harness = Story(policy).invoice(due="2026-01-23").play(until="2026-02-12")

    assert days(harness) == ["2026-01-28", "2026-02-11"]
    assert why(harness, "2026-02-10") == {"response-open": "2026-02-10"}
