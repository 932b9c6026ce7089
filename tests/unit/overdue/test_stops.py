"""Rules.md, Stops (G0–G4): who is left alone, until when, and what is said about it."""

import pytest

from tests.unit.overdue.reading import balances, days, fees, interests, moved, steps, totals, why
from tests.unit.overdue.story import (
    BANK,
    NUDGE,
    SECOND_BANK,
    STOPS,
    Story,
    consumer_policy,
    step,
    stopped,
)

# -- G0: what a stop does --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stopped_receivable_gets_no_letter_and_the_reason_is_said(code: str) -> None:
    harness = stopped(code).play("2026-02-27")

    assert steps(harness) == []
    assert set(why(harness, "2026-01-28")) == {code}


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stopped_receivable_is_out_of_the_letters_and_sums_of_others(code: str) -> None:
    harness = stopped(code).invoice("2026-01-22", invoice="1002").play("2026-01-28")

    assert moved(harness.letters[0]) == {"1002": "nudge"}
    assert totals(harness) == ["100.00"]


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stop_without_an_invoice_stops_the_account(code: str) -> None:
    harness = stopped(code, invoice=None).invoice("2026-01-22", invoice="1002").play("2026-02-20")

    assert steps(harness) == []


def test_g0_interest_goes_on_under_a_stop() -> None:
    policy = consumer_policy(step("reminder", after_due_days=20, interest=True))
    story = Story(policy).invoice("2026-01-23", "1000.00")
    story.says("hold.placed", "2026-01-26", invoice="1001", until="2026-02-12", reason="agreed")

    assert interests(story.play("2026-02-13")) == ["5.47"]  # 21 days


def test_all_reasons_are_recorded_each_with_its_date() -> None:
    story = Story().invoice("2026-01-23").says("hold.placed", "2026-01-26", until="2026-02-02", reason="agreed")
    story.says("dispute.raised", "2026-01-26", invoice="1001", ground="broken").without_feed("2026-01-28")

    assert why(story.play("2026-01-28"), "2026-01-28") == {"stale-feed": None, "held": "2026-02-03", "disputed": None}


# -- G1: the feed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "goes"), [(1, "2026-02-02"), (2, "2026-02-02"), (3, "2026-01-28")])
def test_g1_no_letter_on_bank_data_older_than_the_policy_allows(age: int, goes: str) -> None:
    # On Wednesday 28.1. the feed has reached Friday 23.1., the third banking day before; it moves again on 2.2.
    story = Story(consumer_policy(NUDGE, feed_max_age=age)).invoice("2026-01-19")
    story.says("hold.placed", "2026-01-20", until="2026-01-27", reason="agreed")

    assert days(story.without_feed("2026-01-27", "2026-01-30").play("2026-02-03")) == [goes]


def test_g1_every_bank_account_must_be_fresh() -> None:
    story = Story(banks=(BANK, SECOND_BANK)).invoice("2026-01-23").without_feed("2026-01-28", bank=SECOND_BANK)
    harness = story.play("2026-01-29")

    assert why(harness, "2026-01-28") == {"stale-feed": None}
    assert days(harness) == ["2026-01-29"]


def test_g1_the_day_after_a_holiday_asks_for_the_banking_day_before_it() -> None:
    # Tuesday 6.1. is Epiphany: on 7.1. the last banking day is Monday 5.1.
    harness = (
        Story(consumer_policy(step("nudge", after_due_days=5)), starts="2025-12-29")
        .invoice("2026-01-02")
        .play("2026-01-07")
    )

    assert days(harness) == ["2026-01-07"]


# -- G2: disputes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["unfounded", "withdrawn"])
def test_g2_only_a_person_ends_a_dispute(outcome: str) -> None:
    story = stopped("disputed")

    assert steps(story.play("2026-06-30")) == []

    story.says("dispute.settled", "2026-02-02", invoice="1001", outcome=outcome)

    # 2.2. + 10 = Thursday 12.2.; Friday is complete on Monday 16.2.
    assert days(story.play("2026-02-16")) == ["2026-02-16"]


def test_g2_an_upheld_dispute_lasts_until_the_credit_note_comes() -> None:
    story = stopped("disputed").says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")

    assert steps(story.play("2026-03-31")) == []

    harness = story.credited("30.00", "2026-02-05").play("2026-02-18")

    # The dispute ended on 5.2.: Sunday 15.2. rolls to Monday, which has passed on Wednesday.
    assert days(harness) == ["2026-02-18"]
    assert totals(harness) == ["70.00"]


def test_g2_an_upheld_dispute_ends_at_once_when_the_credit_note_has_come_since_it_was_raised() -> None:
    story = stopped("disputed").credited("30.00", "2026-01-28")
    story.says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")

    assert days(story.play("2026-02-16")) == ["2026-02-16"]


def test_g2_a_credit_note_from_before_the_dispute_does_not_end_it() -> None:
    story = Story().invoice("2026-01-23").credited("30.00", "2026-01-20")
    stopped("disputed", story=story).says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")

    assert days(story.play("2026-03-31")) == []


def test_g2_the_end_is_the_day_the_credit_note_became_known_not_the_day_on_it() -> None:
    story = stopped("disputed").says("dispute.settled", "2026-01-28", invoice="1001", outcome="upheld")

    assert days(story.credited("30.00", "2026-02-05", issued="2026-01-27").play("2026-02-18")) == ["2026-02-18"]


def test_g2_a_write_off_in_part_ends_an_upheld_dispute_too() -> None:
    story = stopped("disputed").says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")
    story.says("receivable.written-off", "2026-02-05", invoice="1001", amount="30.00", reason="upheld")

    assert totals(story.play("2026-02-18")) == ["70.00"]


@pytest.mark.parametrize("known", ["2026-02-05", "2026-02-01"])
@pytest.mark.parametrize("does", ["replace", "add"])
def test_g2_a_correction_since_it_was_raised_ends_an_upheld_dispute_too(does: str, known: str) -> None:
    story = stopped("disputed").says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")
    corrects = {"corrects": "1001"} if does == "replace" else {}
    story.invoice("2026-06-01", "70.00", "1002", known, issued="2026-01-09", **corrects)
    if does == "replace":
        story.says("invoice.rescheduled", known, invoice="1001", due="2026-01-23")

    harness = story.play("2026-03-02", adds_to={"1002": "1001"} if does == "add" else {})
    assert totals(harness)[:1] == ["70.00" if does == "replace" else "100.00"]


def test_g2_a_correction_from_before_the_dispute_does_not_end_it() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", "70.00", "1002", "2026-01-20", corrects="1001")
    stopped("disputed", story=story).says("dispute.settled", "2026-02-02", invoice="1001", outcome="upheld")

    assert days(story.play("2026-03-31")) == []


def test_g2_a_person_may_still_find_an_upheld_dispute_unfounded() -> None:
    story = stopped("disputed").says("dispute.settled", "2026-01-28", invoice="1001", outcome="upheld")
    story.says("dispute.settled", "2026-02-02", invoice="1001", outcome="withdrawn")

    assert days(story.play("2026-02-16")) == ["2026-02-16"]


def test_g2_a_disputed_part_is_left_out_and_the_rest_goes_on() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("dispute.raised", "2026-01-26", invoice="1001", amount="40.00", ground="late")
    )
    harness = story.play("2026-02-12")

    assert totals(harness) == ["60.00", "65.31"]  # 20 days on 60.00
    assert balances(harness) == {"1001": ("100.00", "0.31", "5.00")}
    assert harness.letters[0].lines[0].disputed == 4000


def test_g2_a_part_that_covers_all_that_is_open_stops_the_receivable() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("dispute.raised", "2026-01-26", invoice="1001", amount="40.00", ground="late")
    )
    harness = story.paid("60.00", "2026-01-26").play("2026-03-31")

    assert steps(harness) == []
    assert why(harness, "2026-01-28") == {"disputed": None}


def test_g2_parts_of_several_disputes_add_up() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("dispute.raised", "2026-01-26", invoice="1001", amount="40.00", ground="late")
    )
    story.says("dispute.raised", "2026-01-27", invoice="1001", amount="30.00", ground="broken")

    assert totals(story.play("2026-01-28")) == ["30.00"]


def test_g2_an_ending_speaks_of_the_same_invoice_only() -> None:
    story = stopped("disputed").says("dispute.settled", "2026-01-27", outcome="unfounded")

    assert steps(story.play("2026-03-31")) == []


# -- G3: holds and suspensions ---------------------------------------------------------------------------------------


def test_g3_a_hold_lasts_through_its_last_day() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("hold.placed", "2026-01-26", invoice="1001", until="2026-02-02", reason="agreed")
    )
    harness = story.play("2026-02-03")

    assert why(harness, "2026-01-28") == {"held": "2026-02-03"}
    assert days(harness) == ["2026-02-03"]


def test_g3_a_hold_that_is_lifted_ends_at_once() -> None:
    story = stopped("held").says("hold.lifted", "2026-02-03", invoice="1001")

    assert days(story.play("2026-02-03")) == ["2026-02-03"]


def test_g3_a_hold_placed_again_holds_again() -> None:
    story = stopped("held").says("hold.lifted", "2026-01-27", invoice="1001")

    assert days(stopped("held", "2026-01-28", story=story).play("2026-03-31")) == []


def test_g3_a_suspension_ends_when_it_is_said_to_and_the_next_step_waits() -> None:
    story = stopped("suspended").says("suspension.ended", "2026-02-02", invoice="1001")

    assert days(story.play("2026-02-16")) == ["2026-02-16"]


def test_g3_a_receivable_once_suspended_never_again_bears_a_fee_and_its_letters_say_so() -> None:
    story = stopped("suspended").says("suspension.ended", "2026-01-27", invoice="1001")
    harness = story.play("2026-04-30")

    assert len(harness.letters) == 4
    assert fees(harness) == ["0.00"] * 4
    assert all(letter.fee_barred_by_suspension for letter in harness.letters)
    assert balances(harness)["1001"][2] == "0.00"


def test_g3_a_receivable_that_came_after_a_suspension_of_the_account_bears_its_fees() -> None:
    story = Story().invoice("2026-01-23", invoice="1002").says("suspension.requested", "2026-01-12")
    story.says("suspension.ended", "2026-01-13").says(
        "receivable.written-off", "2026-01-13", invoice="1002", reason="gift"
    )
    harness = story.invoice("2026-02-02", issued="2026-01-16").play("2026-03-31")

    assert steps(harness)[:2] == ["2026-02-09 nudge", "2026-02-24 reminder"]
    assert fees(harness)[1] == "5.00"
    assert not harness.letters[1].fee_barred_by_suspension


def test_g3_only_consumers_may_suspend() -> None:
    policy = consumer_policy(NUDGE, kind="business")
    story = Story(policy).invoice("2026-01-23").says("suspension.requested", "2026-01-26", invoice="1001")

    assert days(story.play("2026-01-28")) == ["2026-01-28"]


# -- G4: promises ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "goes"),
    [
        ("2026-02-05", "2026-02-09"),  # Friday 6.2. is complete on Monday
        ("2026-02-07", "2026-02-11"),  # Saturday rolls to Monday, Tuesday is complete on Wednesday
    ],
)
def test_g4_a_promise_is_trusted_until_its_rolled_day_has_passed(until: str, goes: str) -> None:
    story = Story().invoice("2026-01-23").says("promise.made", "2026-01-26", invoice="1001", until=until)

    assert days(story.play("2026-02-12")) == [goes]


def test_g4_a_promise_kept_brings_no_letter() -> None:
    story = Story().invoice("2026-01-23").says("promise.made", "2026-01-26", invoice="1001", until="2026-02-05")

    assert days(story.paid("100.00", "2026-02-05", booked="2026-02-06").play("2026-03-31")) == []
