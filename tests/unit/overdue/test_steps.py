"""Rules.md, Steps (S1–S7): what is overdue, which step is next, what a letter lists and moves."""

from datetime import date
from typing import Any

import pytest

from schemas.letters import Letter
from tests.unit.overdue.reading import balances, days, fees, handed_over, moved, steps, sums, tasks, totals, why
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

# -- S1, S2: when ----------------------------------------------------------------------------------------------------


def test_s1_a_paid_receivable_is_not_overdue() -> None:
    story = Story().invoice().paid("100.00", "2026-01-27")

    assert steps(story.play(until="2026-03-01")) == []


def test_s1_a_receivable_paid_in_part_is_overdue_with_what_is_open() -> None:
    story = Story().invoice().paid("60.00", "2026-01-20")

    assert totals(story.play(until="2026-01-28")) == ["40.00"]


def test_s1_a_receivable_whose_due_date_has_not_passed_is_not_overdue() -> None:
    # The second is due on 27.1.; 28.1. is not complete on the morning of the first one's nudge.
    harness = Story().invoice("2026-01-23").invoice("2026-01-27", invoice="1002").play(until="2026-01-28")

    assert moved(harness.letters[0]) == {"1001": "nudge"}


@pytest.mark.parametrize(
    ("wait", "goes"), [(13, "2026-02-02"), (14, "2026-02-03"), (15, "2026-02-04"), (16, "2026-02-05")]
)
def test_s2_the_first_step_waits_from_the_effective_due_date(wait: int, goes: str) -> None:
    harness = Story(consumer_policy(step("nudge", after_due_days=wait))).invoice("2026-01-20").play("2026-02-06")

    assert days(harness) == [goes]


@pytest.mark.parametrize(
    ("gap", "goes"), [(13, "2026-02-02"), (14, "2026-02-03"), (15, "2026-02-04"), (16, "2026-02-05")]
)
def test_s2_a_later_step_waits_from_the_day_the_last_one_was_accepted(gap: int, goes: str) -> None:
    policy = business_policy(
        step("first", after_due_days=5, response_days=7), step("second", after_previous_days=gap, response_days=7)
    )
    harness = Story(policy).invoice("2026-01-15").play(until="2026-02-06")

    assert days(harness) == ["2026-01-20", goes]


@pytest.mark.parametrize(
    ("after_due", "after_previous", "goes"),
    [(20, 15, "2026-02-12"), (25, 15, "2026-02-17"), (19, 20, "2026-02-17")],
)
def test_s2_a_step_with_both_waits_needs_both(after_due: int, after_previous: int, goes: str) -> None:
    both = step("reminder", after_due_days=after_due, after_previous_days=after_previous)
    harness = Story(consumer_policy(NUDGE, both)).invoice("2026-01-23").play(until="2026-02-20")

    assert days(harness) == ["2026-01-28", goes]


def test_s2_no_letter_before_the_response_date_of_the_last_one_has_passed() -> None:
    policy = business_policy(
        step("first", after_due_days=5, response_days=14), step("second", after_previous_days=1, response_days=7)
    )
    # First on 20.1., response by Tuesday 3.2.: Wednesday 4.2. is complete on Thursday.
    harness = Story(policy).invoice("2026-01-15").play(until="2026-02-06")

    assert days(harness) == ["2026-01-20", "2026-02-05"]
    assert why(harness, "2026-02-04") == {"response-open": "2026-02-04"}


def test_s2_the_response_date_holds_the_accounts_other_receivables_too() -> None:
    # The second invoice's nudge would be due on 4.2., but the first one's letter asks for an answer by 9.2.
    harness = Story().invoice("2026-01-23").invoice("2026-01-30", invoice="1002").play(until="2026-02-12")

    assert [(letter.date.isoformat(), moved(letter)) for letter in harness.letters] == [
        ("2026-01-28", {"1001": "nudge"}),
        ("2026-02-11", {"1001": None, "1002": "nudge"}),
    ]


def test_s2_steps_go_in_order_and_none_is_skipped_however_late() -> None:
    policy = consumer_policy(NUDGE, step("reminder", after_due_days=15, after_previous_days=15), DEMAND)
    harness = Story(policy).invoice("2025-06-02", known="2026-01-05").play(until="2026-02-20")

    assert steps(harness) == ["2026-01-05 nudge", "2026-01-20 reminder", "2026-02-04 demand"]


def test_s2_a_gap_counts_from_the_letter_that_was_late_itself() -> None:
    story = Story().invoice("2026-01-23").says("hold.placed", "2026-01-26", until="2026-02-05", reason="agreed")

    assert steps(story.play(until="2026-02-24")) == ["2026-02-06 nudge", "2026-02-23 reminder"]


# -- S3: old debt ----------------------------------------------------------------------------------------------------

TAKEN = [
    {"step": "nudge", "sent": "2025-11-10", "response_by": "2025-11-20", "fee": "0.00"},
    {"step": "reminder", "sent": "2025-12-01", "response_by": "2025-12-15", "fee": "5.00"},
]


def test_s3_old_debt_at_go_live_starts_at_the_first_step() -> None:
    harness = Story().invoice("2025-06-02", known="2026-01-05").play(until="2026-01-05")

    assert steps(harness) == ["2026-01-05 nudge"]


def test_s3_steps_taken_before_count_as_accepted_letters_and_book_their_fee_only() -> None:
    harness = Story().invoice("2025-11-03", known="2026-01-05", taken=TAKEN).play(until="2026-01-05")

    # The claim counts from the start: 63 days × 9.5 % = 1.64; open costs 5.00 + 5.00.
    assert steps(harness) == ["2026-01-05 second-reminder"]
    assert sums(harness.letters[0]) == ("5.00", "1.64", "111.64")


def test_s3_a_taken_letters_gap_and_response_date_count() -> None:
    late = [{"step": "nudge", "sent": "2025-12-22", "response_by": "2026-01-08", "fee": "0.00"}]
    # 22.12. + 15 = 6.1. (Epiphany); 8.1. has passed when 9.1. is complete, on Monday 12.1.
    harness = Story().invoice("2025-12-01", known="2026-01-05", taken=late).play(until="2026-01-13")

    assert steps(harness) == ["2026-01-12 reminder"]


def test_s3_a_taken_step_that_claims_interest_is_the_first_such_letter() -> None:
    # Not agreed, rate not stated: interest would start on 31.12. (1.12. + 30), but not before the reminder of 2.1.
    story = Story(starts="2026-02-02")
    taken = [{"step": "reminder", "sent": "2026-01-02", "response_by": "2026-01-16", "fee": "0.00"}]
    story.invoice("2025-12-15", known="2026-02-02", issued="2025-12-01", due_agreed=False, taken=taken)
    harness = story.play(until="2026-02-02")

    # 31 days (3.1. to 2.2.) × 9.5 % of 100.00 = 0.81
    assert sums(harness.letters[0]) == ("5.00", "0.81", "105.81")


# -- S4: what a letter lists -----------------------------------------------------------------------------------------

SOON = consumer_policy(NUDGE, {**REMINDER, "after_previous_days": 14, "fee": "0.00"})
"""The reminder may go with the nudge of a receivable due two weeks later."""


def test_s4_one_letter_lists_everything_overdue_and_moves_what_is_due() -> None:
    story = Story(SOON).invoice("2026-01-23").invoice("2026-02-06", invoice="1002", amount="50.00")
    harness = story.invoice("2026-02-20", invoice="1003").play(until="2026-02-11")

    # On 11.2. the first moves to the reminder and the second (6.2. + 5) to the nudge; the third is not due yet.
    assert moved(harness.letters[1]) == {"1001": "reminder", "1002": "nudge"}
    assert harness.letters[1].step == "reminder"


def test_s4_an_overdue_receivable_whose_step_is_not_due_is_listed_without_moving() -> None:
    # The second is due on Friday 6.2., which has passed on 10.2.; its own nudge would be due on 12.2.
    policy = consumer_policy(step("nudge", after_due_days=6), {**REMINDER, "after_previous_days": 13, "fee": "0.00"})
    harness = Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002").play(until="2026-02-11")

    assert moved(harness.letters[1]) == {"1001": "reminder", "1002": None}
    assert totals(harness)[1] == "200.49"


def test_s4_a_letters_tone_is_that_of_the_furthest_step() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-02-20", invoice="1002")
    harness = story.play(until="2026-03-03")

    assert moved(harness.letters[2]) == {"1001": "second-reminder", "1002": "nudge"}
    assert (harness.letters[2].step, harness.letters[2].tone) == ("second-reminder", "firm")


def after_the_demand(policy: dict[str, Any] | None = None) -> Letter:
    """The nudge of invoice 1002 on 7.4. that lists 1001 too, to which the demand of 18.3. went."""
    story = Story(policy or consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, DEMAND)).invoice("2026-01-23")
    letters = story.invoice("2026-03-20", invoice="1002").play("2026-04-09").letters
    assert moved(letters[4]) == {"1001": None, "1002": "nudge"}
    return letters[4]


def test_s4_the_firmest_step_behind_which_a_listed_receivable_stands_gives_the_tone() -> None:
    letter = after_the_demand()

    assert (letter.step, letter.tone, letter.title_step) == ("nudge", "final", "demand")
    assert [(line.stands, line.tone) for line in letter.lines] == [("demand", "final"), ("nudge", "friendly")]


def test_s4_each_receivable_has_its_own_next_step() -> None:
    first, second = [line.next for line in after_the_demand().lines]

    assert first is not None
    assert second is not None
    assert (first.action, second.step, str(second.not_before)) == ("none", "reminder", "2026-04-22")


def test_s4_a_receivable_whose_principal_is_paid_gives_no_tone_and_has_nothing_next() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, DEMAND)).invoice("2026-01-23")
    story.paid("100.00", "2026-03-19").invoice("2026-03-20", invoice="1002")
    letter = story.play("2026-04-09").letters[4]

    assert moved(letter) == {"1001": None, "1002": "nudge"}
    assert (letter.tone, letter.title_step) == ("friendly", "nudge")
    assert letter.lines[0].next is None


def test_s4_a_receivable_that_has_taken_no_step_threatens_nobody() -> None:
    # The second is due on 6.2., overdue on 10.2.; its own nudge would be due on 12.2.
    policy = consumer_policy(step("nudge", after_due_days=6), {**REMINDER, "after_previous_days": 13}, DEMAND)
    letter = (
        Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002").play(until="2026-02-11").letters[1]
    )

    assert [(line.stands, line.tone) for line in letter.lines] == [("reminder", "friendly"), (None, None)]
    assert [line.next.step if line.next else None for line in letter.lines] == ["demand", "nudge"]


def test_s4_receivables_are_listed_by_effective_due_date_then_id_as_text() -> None:
    story = Story().invoice("2026-01-24", invoice="700").invoice("2026-01-25", invoice="1000")
    story.invoice("2026-01-26", invoice="900").invoice("2026-01-23", invoice="990")

    # Saturday 24.1. and Sunday 25.1. roll to Monday 26.1.; as text "1000" comes before "700".
    story.says("hold.placed", "2026-01-26", invoice="990", until="2026-02-01", reason="agreed")
    assert list(moved(story.play(until="2026-02-02").letters[0])) == ["990", "1000", "700", "900"]


def test_s4_a_receivable_under_a_stop_is_not_listed() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002")
    story.says("dispute.raised", "2026-01-26", invoice="1002", ground="broken")

    assert moved(story.play(until="2026-01-28").letters[0]) == {"1001": "nudge"}


def test_s4_a_letter_speaks_of_one_currency_first_the_earliest_due() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002", currency="SEK", amount="900.00")
    harness = story.play(until="2026-02-13")

    assert [(letter.date.isoformat(), letter.currency, moved(letter)) for letter in harness.letters] == [
        ("2026-01-27", "SEK", {"1002": "nudge"}),
        ("2026-02-10", "EUR", {"1001": "nudge"}),
    ]


def test_s4_the_currency_is_chosen_among_what_would_move() -> None:
    # The krona debt is the older one, but its next step waits for its gap; the euro debt moves.
    # 20.1. + 5: nudge on Monday 26.1., response by 5.2., passed on Monday 9.2.; the next step waits until 10.2.
    story = Story().invoice("2026-01-20", invoice="1002", currency="SEK", amount="900.00")
    harness = story.invoice("2026-01-30").play(until="2026-02-09")

    assert [(letter.currency, moved(letter)) for letter in harness.letters] == [
        ("SEK", {"1002": "nudge"}),
        ("EUR", {"1001": "nudge"}),
    ]


# -- S5: the response date -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response_days", "by"), [(10, "2026-02-09"), (12, "2026-02-09"), (13, "2026-02-10"), (14, "2026-02-11")]
)
def test_s5_the_response_date_is_rolled(response_days: int, by: str) -> None:
    policy = consumer_policy(step("nudge", after_due_days=5, response_days=response_days))
    harness = Story(policy).invoice("2026-01-23").play(until="2026-01-28")

    assert harness.letters[0].response_by == date.fromisoformat(by)


def test_s5_a_printed_letter_gives_a_week_more() -> None:
    address = {"street": "Tie 2", "postcode": "00200", "city": "Helsinki", "country": "FI"}
    harness = Story(party={"email": None, "address": address}).invoice("2026-01-23").play(until="2026-01-28")

    assert harness.letters[0].channel == "print"
    assert harness.letters[0].response_by == date(2026, 2, 16)  # 28.1. + 10 + 7 is Saturday 14.2.


def test_s5_the_longest_time_of_the_steps_moved_to_counts() -> None:
    policy = consumer_policy({**NUDGE, "response_days": 20}, {**REMINDER, "response_days": 10})
    harness = Story(policy).invoice("2026-01-23").invoice("2026-02-13", invoice="1002").play(until="2026-02-19")

    # On 19.2. the reminder gives 10 days, the nudge 20.
    assert moved(harness.letters[1]) == {"1001": "reminder", "1002": "nudge"}
    assert harness.letters[1].response_by == date(2026, 3, 11)


# -- S6: only what is accepted counts --------------------------------------------------------------------------------


def test_s6_an_accepted_letter_moves_its_steps_and_books() -> None:
    harness = Story().invoice("2026-01-23").play(until="2026-02-12")

    assert balances(harness) == {"1001": ("100.00", "0.52", "5.00")}


def test_s6_a_letter_that_is_not_accepted_moves_and_books_nothing() -> None:
    story = Story().invoice("2026-01-23")
    story.says("debtor.updated", "2026-02-16", party={"email": "new@debtor.example"})
    harness = story.play(until="2026-02-16", post=["accepted", "failed"])

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-16 reminder"]
    assert fees(harness) == ["0.00", "5.00"]
    assert balances(harness) == {"1001": ("100.00", "0.62", "5.00")}


def test_s6_nothing_else_books() -> None:
    harness = Story().invoice("2026-01-23").play(until="2026-02-11")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}


# -- S7: calls, hand-overs, approvals --------------------------------------------------------------------------------


def test_s7_a_call_is_a_task_and_moves_when_it_is_done() -> None:
    story = Story(consumer_policy(NUDGE, CALL, REMINDER)).invoice("2026-01-23")
    harness = story.play(until="2026-03-31")

    assert steps(harness) == ["2026-01-28 nudge"]
    assert tasks(harness) == ["2026-02-12 call 1001"]

    story.says("task.done", "2026-02-16", invoice="1001", task="call", outcome="no answer")

    # A call has no response date; the next step waits 15 days from the day it was done.
    assert steps(story.play(until="2026-03-31")) == ["2026-01-28 nudge", "2026-03-03 reminder"]


def test_s7_a_call_counts_in_the_gap_only_not_as_a_letter_before_a_fee() -> None:
    soon = {**REMINDER, "after_previous_days": 4}
    story = Story(consumer_policy(NUDGE, CALL, soon, contacts={"max": 2, "days": 30})).invoice("2026-01-23")
    story.says("task.done", "2026-02-13", invoice="1001", task="call", outcome="will pay")
    harness = story.play(until="2026-02-17")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-17 reminder"]
    assert fees(harness) == ["0.00", "5.00"]


def test_s7_a_hand_over_takes_the_receivable_out_of_letters() -> None:
    story = Story(consumer_policy(NUDGE, {**COLLECTION, "after_previous_days": 14, "approval": False}))
    harness = story.invoice("2026-01-23").invoice("2026-02-06", invoice="1002").play(until="2026-02-11")

    # On 11.2. the first leaves before the letter of that day, which is then about the second only.
    assert handed_over(harness) == ["2026-02-11 1001"]
    assert [(letter.date.isoformat(), moved(letter)) for letter in harness.letters] == [
        ("2026-01-28", {"1001": "nudge"}),
        ("2026-02-11", {"1002": "nudge"}),
    ]


def test_s7_a_hand_over_tells_principal_interest_and_costs_apart() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER, {**COLLECTION, "approval": False})).invoice("2026-01-23")
    harness = story.play(until="2026-03-02")

    assert handed_over(harness) == ["2026-03-02 1001"]
    assert [(it.principal, it.interest, it.costs) for it in harness.handed_over] == [(10000, 52, 500)]


def test_s7_a_step_that_needs_approval_waits_listed_until_a_person_approves_it() -> None:
    policy = consumer_policy(NUDGE, {**REMINDER, "approval": True})
    story = Story(policy).invoice("2026-01-23").invoice("2026-02-13", invoice="1002")
    harness = story.play(until="2026-03-31")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-18 nudge"]
    assert moved(harness.letters[1]) == {"1001": None, "1002": "nudge"}
    assert tasks(harness) == ["2026-02-12 approve 1001", "2026-03-05 approve 1002"]
    assert why(harness, "2026-02-12") == {"awaiting-approval": None}

    story.says("step.approved", "2026-03-09", invoice="1001", step="reminder")

    assert moved(story.play(until="2026-03-31").letters[2]) == {"1001": "reminder", "1002": None}


def test_s7_an_approval_is_of_one_step() -> None:
    steps_ = (NUDGE, {**REMINDER, "approval": True}, {**SECOND_REMINDER, "approval": True})
    story = Story(consumer_policy(*steps_)).invoice("2026-01-23")
    story.says("step.approved", "2026-01-29", invoice="1001", step="reminder")

    assert steps(story.play(until="2026-04-30")) == ["2026-01-28 nudge", "2026-02-12 reminder"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("dispute.raised", {"ground": "broken"}),
        ("hold.placed", {"reason": "agreed"}),
        ("suspension.requested", {}),
        ("promise.made", {"until": "2026-06-01"}),
        ("plan.agreed", {"invoices": ["1001"], "instalments": [{"due": "2026-06-01", "amount": "100.00"}]}),
    ],
)
def test_s7_a_hand_over_stands_under_the_stops(kind: str, data: dict[str, Any]) -> None:
    story = Story(consumer_policy(NUDGE, {**COLLECTION, "approval": False})).invoice("2026-01-23")
    named = {} if kind == "plan.agreed" else {"invoice": "1001"}

    assert handed_over(story.play(until="2026-02-20")) == ["2026-02-12 1001"]
    assert handed_over(story.says(kind, "2026-02-02", **named, **data).play(until="2026-02-20")) == []


def test_s7_a_hand_over_waits_for_the_feed() -> None:
    story = Story(consumer_policy(NUDGE, {**COLLECTION, "approval": False})).invoice("2026-01-23")

    assert handed_over(story.without_feed("2026-02-12").play(until="2026-02-20")) == ["2026-02-13 1001"]


def test_s7_a_hand_over_stands_under_the_minimum() -> None:
    policy = consumer_policy(NUDGE, {**COLLECTION, "approval": False})
    story = Story(policy).invoice("2026-01-23", amount="30.00").paid("22.00", "2026-02-02")

    assert handed_over(story.play(until="2026-02-20")) == []


def test_s7_a_hand_over_waits_after_a_dispute_has_ended() -> None:
    story = Story(consumer_policy(NUDGE, {**COLLECTION, "approval": False})).invoice("2026-01-23")
    story.says("dispute.raised", "2026-02-02", invoice="1001", ground="broken")
    story.says("dispute.settled", "2026-02-09", invoice="1001", outcome="unfounded")

    # 9.2. + 10 = Thursday 19.2.: Friday is complete on Monday 23.2.
    assert handed_over(story.play(until="2026-02-28")) == ["2026-02-23 1001"]


def test_s7_a_hand_over_needs_neither_contact_budget_nor_address() -> None:
    policy = consumer_policy(NUDGE, {**COLLECTION, "approval": False}, contacts={"max": 1, "days": 90})
    story = Story(policy).invoice("2026-01-23")
    story.says("debtor.updated", "2026-02-02", party={"email": "gone@debtor.example"})

    assert handed_over(story.play(until="2026-02-20")) == ["2026-02-12 1001"]
