"""Rules.md, A policy: the version in force counts, and progress is kept by the names of the steps."""

from datetime import date
from typing import Any

import pytest

from tests.simulation.playing import played_letters
from tests.unit.overdue.reading import fees, handed_over, steps, sums, why
from tests.unit.overdue.story import (
    CALL,
    COLLECTION,
    DEMAND,
    NUDGE,
    REMINDER,
    SECOND_REMINDER,
    Story,
    business_policy,
    consumer_policy,
    step,
)


def changed(*steps_: dict[str, Any], in_force: str, version: int = 2) -> Story:
    """An invoice nudged on 28.1. under version 1, and a second version, published on 20.1., in force later."""
    newer = consumer_policy(*steps_, version=version, in_force=in_force)
    return (
        Story(consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, DEMAND))
        .invoice("2026-01-23")
        .publish(newer, "2026-01-20")
    )


@pytest.mark.parametrize(("in_force", "fee"), [("2026-02-13", "5.00"), ("2026-02-12", "2.00")])
def test_the_version_in_force_on_the_letters_day_counts(in_force: str, fee: str) -> None:
    story = changed(NUDGE, {**REMINDER, "fee": "2.00"}, in_force=in_force)

    assert fees(story.play("2026-02-12")) == ["0.00", fee]


def test_a_version_that_is_not_in_force_yet_changes_nothing() -> None:
    assert steps(changed(step("other", after_due_days=90), in_force="2026-12-01").play("2026-02-12")) == [
        "2026-01-28 nudge",
        "2026-02-12 reminder",
    ]


def test_a_new_wait_counts_from_the_day_the_version_comes_into_force() -> None:
    # 28.1. + 16 would be 13.2.: version 2 makes it 25 days, Sunday 22.2.
    harness = changed(NUDGE, {**REMINDER, "after_previous_days": 25}, in_force="2026-02-02").play("2026-02-27")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-23 reminder"]


def test_of_two_versions_in_force_on_one_day_the_higher_counts() -> None:
    story = changed(NUDGE, {**REMINDER, "fee": "2.00"}, in_force="2026-02-02")
    third = consumer_policy(NUDGE, {**REMINDER, "fee": "3.00"}, version=3, in_force="2026-02-02")

    assert fees(story.publish(third, "2026-01-21").play("2026-02-12")) == ["0.00", "3.00"]


def test_progress_is_kept_by_the_name_of_the_step_wherever_it_stands() -> None:
    # Version 2 puts a greeting before the nudge: who was nudged goes on after the nudge.
    harness = changed(
        step("greeting", after_due_days=1), {**NUDGE, "after_previous_days": 3}, DEMAND, in_force="2026-02-02"
    )

    assert steps(harness.play("2026-02-12")) == ["2026-01-28 nudge", "2026-02-12 demand"]


def test_s1_letters_to_steps_that_the_version_does_not_have_count_behind_the_last_shared_name() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, DEMAND)).invoice("2026-01-23")
    newer = consumer_policy(NUDGE, step("note", after_previous_days=15), DEMAND, version=2, in_force="2026-02-20")
    harness = story.publish(newer, "2026-01-20").play("2026-03-31")

    # The reminder of 12.2. has no name here: one letter behind the nudge, as if at the note.
    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder", "2026-03-02 demand"]


def test_s1_without_a_shared_name_as_many_letter_steps_count_as_letters_were_accepted() -> None:
    newer = consumer_policy(
        step("first", after_due_days=1),
        CALL,
        *(step(name, after_previous_days=15) for name in ("second", "third", "last")),
        version=2, in_force="2026-02-20",
    )  # fmt: skip
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").publish(newer, "2026-01-20")

    # Two letters: behind the second letter step, the call before it left out.
    assert steps(story.play("2026-03-31"))[2:] == ["2026-03-02 third", "2026-03-17 last"]


@pytest.mark.parametrize("end", [(), (COLLECTION,)])
def test_s1_counting_leaves_the_last_letter_to_go(end: tuple[dict[str, Any], ...]) -> None:
    newer = consumer_policy(
        step("first", after_due_days=1), step("last", after_previous_days=15), *end, version=2, in_force="2026-02-20"
    )
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").publish(newer, "2026-01-20")
    harness = story.play("2026-04-30")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder", "2026-03-02 last"]
    assert not handed_over(harness)


def test_s1_a_step_that_another_version_puts_behind_later_ones_is_not_taken_once_more() -> None:
    # Version 2 puts the nudge behind the reminder: who had both goes on behind the nudge, and skips nothing.
    newer = consumer_policy(
        step("greeting", after_due_days=1), REMINDER, step("nudge", after_previous_days=15),
        step("note", after_previous_days=15), DEMAND, version=2, in_force="2026-02-20",
    )  # fmt: skip
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").publish(newer, "2026-01-20")
    harness = story.play("2026-03-31")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder", "2026-03-02 note", "2026-03-17 demand"]


def test_s1_a_debtor_that_turns_out_to_be_a_business_goes_on_where_it_stood() -> None:
    story = Story().invoice("2026-01-23").says("debtor.updated", "2026-02-20", party={"kind": "business"})
    harness = story.play("2026-06-30")

    assert steps(harness)[:2] == ["2026-01-28 nudge", "2026-02-12 reminder"]
    assert [text.split()[1] for text in steps(harness)[2:]] == ["second-reminder", "demand"]


def test_progress_is_kept_by_name_when_the_creditor_chooses_another_policy() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, DEMAND)).invoice("2026-01-23")
    story.publish(consumer_policy(NUDGE, REMINDER, policy="gentle"), "2026-01-20").chooses("gentle", "2026-03-20")

    assert steps(story.play("2026-06-30")) == [
        "2026-01-28 nudge",
        "2026-02-12 reminder",
        "2026-03-02 second-reminder",
        "2026-03-18 demand",
    ], "the demand counts as the reminder, the last step of the policy that is chosen now"


def test_the_workers_keep_progress_when_the_creditor_chooses_another_policy() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23")
    story.publish(consumer_policy(NUDGE, DEMAND, policy="gentle"), "2026-01-20").chooses("gentle", "2026-02-16")
    letters = played_letters([*story.events, *story._mornings(date(2026, 4, 30))], "2026-04-30")

    assert [(letter["date"], letter["step"]) for letter in letters] == [
        ("2026-01-28", "nudge"),
        ("2026-02-12", "reminder"),
        ("2026-03-02", "demand"),
    ]


def test_a_policy_for_the_other_kind_of_debtor_is_none() -> None:
    # Seven days to answer are lawful for a business; a consumer has ten (S5).
    story = Story(business_policy(step("reminder", after_due_days=1, response_days=7, interest=True)))
    story.party["kind"] = "consumer"
    harness = story.chooses("ours", "2026-01-06").invoice("2026-01-23").play("2026-06-30")

    assert steps(harness) == []
    assert why(harness, "2026-01-26") == {"no-policy": None}


def test_a_version_for_the_other_kind_of_debtor_leaves_the_earlier_one_in_force() -> None:
    newer = business_policy(step("reminder", after_due_days=1, response_days=7), version=2)
    story = Story(consumer_policy(NUDGE)).invoice("2026-01-23").publish(newer, "2026-01-20")

    assert steps(story.play("2026-02-27")) == ["2026-01-28 nudge"]


def test_after_the_last_step_nothing_more_is_sent() -> None:
    harness = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").play("2026-06-30")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder"]


def test_s1_a_taken_step_of_a_name_that_no_version_has_counts_as_one_letter() -> None:
    taken = [{"step": "postcard", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "0.00"}]

    assert steps(Story().invoice("2025-12-01", known="2026-01-05", taken=taken).play("2026-01-05")) == [
        "2026-01-05 reminder"
    ]


def test_without_a_policy_in_force_nothing_is_sent_and_that_is_said() -> None:
    story = Story(consumer_policy(in_force="2026-02-10")).invoice("2026-01-23")
    harness = story.play("2026-02-10")

    assert why(harness, "2026-01-26") == {"no-policy": None}
    assert steps(harness) == ["2026-02-10 nudge"]


def test_the_order_of_allocation_is_that_of_the_version_in_force_on_the_payments_day() -> None:
    newer = consumer_policy(version=2, in_force="2026-02-17", allocation="interest-first")
    story = Story().invoice("2026-01-23").publish(newer, "2026-01-20")
    before = story.paid("50.00", "2026-02-16").play("2026-02-18")

    assert (before.books().open["1001"].principal, before.books().open["1001"].interest) == (5000, 52)

    after = story.paid("20.00", "2026-02-17", payment="P2").play("2026-02-18")

    assert (after.books().open["1001"].principal, after.books().open["1001"].interest) == (3052, 0)


def test_a_letter_says_what_the_policy_in_force_does_next() -> None:
    harness = Story().invoice("2026-01-23").play("2026-02-12")
    following = harness.letters[1].next

    # 12.2. + 15 is Friday 27.2., on which the response date of 26.2. may have passed.
    assert (following.action, following.step, following.fee, following.interest) == (
        "letter",
        "second-reminder",
        500,
        True,
    )
    assert following.not_before is not None
    assert following.not_before.isoformat() == "2026-02-27"
    assert sums(harness.letters[1])[2] == "105.52"
