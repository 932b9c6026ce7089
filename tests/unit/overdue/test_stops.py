"""Rules.md, Stops (G0–G10): who is left alone, until when, and what is said about it."""

from typing import Any

import pytest

from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import MoneyCleared, MoneyPointed
from tests.unit.overdue.reading import balances, days, fees, handed_over, interests, moved, steps, tasks, totals, why
from tests.unit.overdue.story import (
    BANK,
    CREDITOR,
    DEBTOR,
    NUDGE,
    REMINDER,
    SECOND_BANK,
    Story,
    consumer_policy,
    step,
)

PARTS = [{"due": "2026-02-16", "amount": "50.00"}, {"due": "2026-03-16", "amount": "50.00"}]
STOPS: dict[str, tuple[str, dict[str, Any]]] = {
    "disputed": ("dispute.raised", {"ground": "broken"}),
    "held": ("hold.placed", {"reason": "investigating"}),
    "suspended": ("suspension.requested", {}),
    "promised": ("promise.made", {"until": "2026-03-02"}),
}


def stopped(code: str, day: str = "2026-01-26", invoice: str | None = "1001", story: Story | None = None) -> Story:
    kind, data = STOPS[code]
    return (story or Story().invoice("2026-01-23")).says(kind, day, invoice=invoice, **data)


# -- G0: what a stop does --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stopped_receivable_gets_no_letter_and_the_reason_is_said(code: str) -> None:
    office = stopped(code).play("2026-02-27")

    assert steps(office) == []
    assert set(why(office, "2026-01-28")) == {code}


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stopped_receivable_is_out_of_the_letters_and_sums_of_others(code: str) -> None:
    office = stopped(code).invoice("2026-01-22", invoice="1002").play("2026-01-28")

    assert moved(office.letters[0]) == {"1002": "nudge"}
    assert totals(office) == ["100.00"]


@pytest.mark.parametrize("code", STOPS)
def test_g0_a_stop_without_an_invoice_stops_the_account(code: str) -> None:
    office = stopped(code, invoice=None).invoice("2026-01-22", invoice="1002").play("2026-02-20")

    assert steps(office) == []


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
    office = story.play("2026-01-29")

    assert why(office, "2026-01-28") == {"stale-feed": None}
    assert days(office) == ["2026-01-29"]


def test_g1_the_day_after_a_holiday_asks_for_the_banking_day_before_it() -> None:
    # Tuesday 6.1. is Epiphany: on 7.1. the last banking day is Monday 5.1.
    office = (
        Story(consumer_policy(step("nudge", after_due_days=5)), starts="2025-12-29")
        .invoice("2026-01-02")
        .play("2026-01-07")
    )

    assert days(office) == ["2026-01-07"]


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

    office = story.credited("30.00", "2026-02-05").play("2026-02-18")

    # The dispute ended on 5.2.: Sunday 15.2. rolls to Monday, which has passed on Wednesday.
    assert days(office) == ["2026-02-18"]
    assert totals(office) == ["70.00"]


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
    office = story.play("2026-02-12")

    assert totals(office) == ["60.00", "65.31"]  # 20 days on 60.00
    assert balances(office) == {"1001": ("100.00", "0.31", "5.00")}
    assert office.letters[0].lines[0].disputed == 4000


def test_g2_a_part_that_covers_all_that_is_open_stops_the_receivable() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("dispute.raised", "2026-01-26", invoice="1001", amount="40.00", ground="late")
    )
    office = story.paid("60.00", "2026-01-26").play("2026-03-31")

    assert steps(office) == []
    assert why(office, "2026-01-28") == {"disputed": None}


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
    office = story.play("2026-02-03")

    assert why(office, "2026-01-28") == {"held": "2026-02-03"}
    assert days(office) == ["2026-02-03"]


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
    office = story.play("2026-04-30")

    assert len(office.letters) == 4
    assert fees(office) == ["0.00"] * 4
    assert all(letter.fee_barred_by_suspension for letter in office.letters)
    assert balances(office)["1001"][2] == "0.00"


def test_g3_a_receivable_that_came_after_a_suspension_of_the_account_bears_its_fees() -> None:
    story = Story().invoice("2026-01-23", invoice="1002").says("suspension.requested", "2026-01-12")
    story.says("suspension.ended", "2026-01-13").says(
        "receivable.written-off", "2026-01-13", invoice="1002", reason="gift"
    )
    office = story.invoice("2026-02-02", issued="2026-01-16").play("2026-03-31")

    assert steps(office)[:2] == ["2026-02-09 nudge", "2026-02-24 reminder"]
    assert fees(office)[1] == "5.00"
    assert not office.letters[1].fee_barred_by_suspension


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


# -- G5: plans -------------------------------------------------------------------------------------------------------


def in_plan() -> Story:
    story = Story().invoice("2026-01-23")
    return story.says("plan.agreed", "2026-01-26", invoices=["1001"], instalments=PARTS)


def test_g5_a_plan_that_is_kept_brings_no_letter() -> None:
    story = in_plan().paid("50.00", "2026-02-16").paid("50.00", "2026-03-16", payment="P2")

    assert (steps(story.play("2026-05-29")), tasks(story.play("2026-05-29"))) == ([], [])


def test_g5_a_missed_instalment_brings_one_kind_letter_then_a_task_and_the_plan_goes_on() -> None:
    story = in_plan()
    office = story.play("2026-03-13")

    # The fifth banking day after 16.2. is 23.2.; response by 5.3., passed when Friday is complete on 9.3.
    assert steps(office) == ["2026-02-23 instalment"]
    assert office.letters[0].tone == "friendly"
    assert totals(office) == ["50.00"]
    assert balances(office) == {"1001": ("100.00", "0.00", "0.00")}
    assert tasks(office) == ["2026-03-09 missed-instalment 1001"]


def test_g5_an_instalment_paid_after_the_letter_needs_no_task() -> None:
    office = in_plan().paid("50.00", "2026-02-26").play("2026-03-13")

    assert steps(office) == ["2026-02-23 instalment"]
    assert tasks(office) == []


def test_g5_each_instalment_that_is_missed_brings_its_own_letter() -> None:
    office = in_plan().paid("50.00", "2026-02-26").play("2026-03-31")

    assert steps(office) == ["2026-02-23 instalment", "2026-03-23 instalment"]
    assert totals(office) == ["50.00", "50.00"]


def test_g5_a_credit_note_during_a_plan_leaves_nothing_to_remind_of() -> None:
    assert steps(in_plan().credited("100.00", "2026-02-10").play("2026-03-31")) == []


def test_g5_after_the_plan_has_ended_the_steps_go_on() -> None:
    story = in_plan().says("plan.ended", "2026-02-10", reason="not kept")

    assert steps(story.play("2026-02-10")) == ["2026-02-10 nudge"]


# -- G6: the minimum -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "sent"), [("9.99", []), ("10.00", ["2026-01-28"])])
def test_g6_less_open_principal_than_the_minimum_is_not_worth_a_letter(amount: str, sent: list[str]) -> None:
    office = Story().invoice("2026-01-23", amount).play("2026-02-28" if not sent else "2026-01-28")

    assert days(office) == sent
    assert sent or why(office, "2026-01-28") == {"below-minimum": None}


def test_g6_the_sum_of_what_is_listed_counts() -> None:
    story = Story().invoice("2026-01-23", "6.00").invoice("2026-01-30", "6.00", invoice="1002")

    # Together they reach it when the second is overdue, on 3.2.; the first one's step is due then.
    assert moved(story.play("2026-02-03").letters[0]) == {"1001": "nudge", "1002": None}


def test_g6_fees_and_interest_do_not_count() -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "5.00"}]

    assert days(Story().invoice("2025-12-01", "9.00", told="2026-01-05", taken=taken).play("2026-01-12")) == []


# -- G7: the contact budget ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "goes"), [((1, 15), "2026-02-12"), ((1, 20), "2026-02-17"), ((1, 22), "2026-02-19")]
)
def test_g7_so_many_letters_in_so_many_days(budget: tuple[int, int], goes: str) -> None:
    policy = consumer_policy(NUDGE, REMINDER, contacts={"max": budget[0], "days": budget[1]})
    office = Story(policy).invoice("2026-01-23").play("2026-02-20")

    assert days(office) == ["2026-01-28", goes]
    assert budget[1] == 15 or why(office, "2026-02-12") == {"contact-budget": goes}


def test_g7_the_budget_is_of_all_the_accounts_letters() -> None:
    policy = consumer_policy(NUDGE, REMINDER, contacts={"max": 2, "days": 30})
    story = Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002")

    # Nudges on 28.1. and 11.2.; the reminder waits until 28.1. is 30 days ago.
    assert days(story.play("2026-03-02")) == ["2026-01-28", "2026-02-11", "2026-02-27"]


# -- G8: limitation --------------------------------------------------------------------------------------------------


def old_debt(day: str, **more: Any) -> Story:
    """An old debt told of on a day, with the nudge due at once."""
    return Story(consumer_policy(NUDGE), starts=day).invoice(told=day, **more)


@pytest.mark.parametrize(("due", "sent"), [("2023-01-13", ["2026-01-12"]), ("2023-01-12", [])])
def test_g8_the_day_before_three_years_have_gone_is_the_last_to_send(due: str, sent: list[str]) -> None:
    assert days(old_debt("2026-01-12", due=due).play("2026-01-12")) == sent


def test_g8_where_the_due_date_was_not_agreed_the_three_years_count_from_the_day_of_issue() -> None:
    story = old_debt("2026-01-12", due="2023-01-31", issued="2023-01-12", due_agreed=False)

    assert why(story.play("2026-01-12"), "2026-01-12") == {"lapsed": None}


@pytest.mark.parametrize(("day", "sent"), [("2027-02-26", ["2027-02-26"]), ("2027-03-01", [])])
def test_g8_a_debt_of_the_29th_of_february_lapses_on_the_28th(day: str, sent: list[str]) -> None:
    assert days(old_debt(day, due="2024-02-29").play(day)) == sent


def test_g8_an_accepted_letter_that_lists_the_debt_interrupts() -> None:
    story = Story(consumer_policy(NUDGE, step("last", after_previous_days=60)), starts="2026-01-12")
    story.invoice("2023-01-27", told="2026-01-12")

    assert steps(story.play("2026-03-31")) == ["2026-01-12 nudge", "2026-03-13 last"]


@pytest.mark.parametrize("said", [None, "payment", "acknowledgement"])
def test_g8_a_payment_and_an_acknowledgement_interrupt(said: str | None) -> None:
    story = old_debt("2026-01-12", due="2023-01-20").says(
        "hold.placed", "2026-01-12", until="2026-02-01", reason="agreed"
    )
    if said == "payment":
        story.paid("20.00", "2026-01-15")
    elif said:
        story.says("debt.acknowledged", "2026-01-15", invoice="1001")

    assert days(story.play("2026-02-02")) == ([] if said is None else ["2026-02-02"])


def test_g8_a_payment_after_the_debt_has_lapsed_revives_nothing() -> None:
    story = old_debt("2026-01-12", due="2023-01-20").says(
        "hold.placed", "2026-01-12", until="2026-02-01", reason="agreed"
    )

    assert days(story.says("debt.acknowledged", "2026-01-20", invoice="1001").play("2026-02-02")) == []


def test_g8_a_person_is_warned_90_days_before() -> None:
    story = Story(consumer_policy(NUDGE), starts="2026-01-12").invoice("2023-05-15", told="2026-01-12")
    story.says("dispute.raised", "2026-01-12", invoice="1001", ground="broken")

    # 15.5.2026 less 90 days
    assert tasks(story.play("2026-03-31")) == ["2026-02-14 lapse-warning 1001"]


# -- G9: a while after a stop ----------------------------------------------------------------------------------------


def test_g9_after_a_dispute_the_receivable_is_listed_but_does_not_move_for_ten_days() -> None:
    story = stopped("disputed").invoice("2026-01-30", invoice="1002")
    story.says("dispute.settled", "2026-01-30", invoice="1001", outcome="unfounded")
    office = story.play("2026-02-04")

    assert moved(office.letters[0]) == {"1001": None, "1002": "nudge"}


def test_g9_after_a_reversal_the_next_step_waits_ten_days() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20").money_back("reversed", "2026-02-02")
    office = story.play("2026-02-16")

    assert days(office) == ["2026-02-16"]
    assert why(office, "2026-02-02") == {"wait": "2026-02-13"}


def test_g9_after_a_reversal_what_its_credit_had_paid_waits_too() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002").paid("200.00", "2026-01-23")

    assert days(story.money_back("reversed", "2026-02-02").play("2026-02-16")) == ["2026-02-16"]


def test_g9_the_end_of_a_hold_needs_no_wait() -> None:
    assert days(stopped("held").says("hold.lifted", "2026-02-03", invoice="1001").play("2026-02-03")) == ["2026-02-03"]


# -- G10: doubt ------------------------------------------------------------------------------------------------------

POINTED = MoneyPointed(creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P9")
CLEARED = MoneyCleared(creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P9")


def test_g10_money_that_points_to_the_account_holds_its_letters_until_it_is_cleared() -> None:
    office = Story().invoice("2026-01-23").hears(POINTED, "2026-01-27").hears(CLEARED, "2026-02-03").play("2026-02-03")

    assert why(office, "2026-01-28") == {"unmatched-money": None}
    assert days(office) == ["2026-02-03"]


def test_g10_unmatched_money_does_not_hold_a_hand_over() -> None:
    policy = consumer_policy(NUDGE, {"name": "collection", "action": "hand-over", "after_previous_days": 15})
    office = Story(policy).invoice("2026-01-23").hears(POINTED, "2026-02-10").play("2026-02-13")

    assert handed_over(office) == ["2026-02-12 1001"]


def test_g10_an_event_that_could_not_be_read_holds_the_account_until_it_is_released() -> None:
    doubt = UnreadEvent(key="line 7", creditor=CREDITOR, debtor=DEBTOR, reason="wrong-field")
    released = UnreadReleased(key="line 7", creditor=CREDITOR, debtor=DEBTOR)
    office = Story().invoice("2026-01-23").hears(doubt, "2026-01-27").hears(released, "2026-02-03").play("2026-02-03")

    assert why(office, "2026-01-28") == {"unread-event": None}
    assert days(office) == ["2026-02-03"]


def test_g10_an_event_that_could_not_be_read_holds_hand_overs_too() -> None:
    policy = consumer_policy(NUDGE, {"name": "collection", "action": "hand-over", "after_previous_days": 15})
    doubt = UnreadEvent(key="line 7", creditor=CREDITOR, debtor=DEBTOR, reason="wrong-field")

    assert handed_over(Story(policy).invoice("2026-01-23").hears(doubt, "2026-02-10").play("2026-02-27")) == []
