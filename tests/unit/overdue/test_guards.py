"""Rules.md, Stops (G5–G10): plans, small sums, too many letters, old debts, and doubt."""

from typing import Any

import pytest

from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import MoneyCleared, MoneyPointed
from tests.unit.overdue.reading import balances, days, handed_over, moved, steps, tasks, totals, why
from tests.unit.overdue.story import (
    BANK,
    CREDITOR,
    DEBTOR,
    NUDGE,
    REMINDER,
    STOPS,
    Story,
    consumer_policy,
    step,
    stopped,
)

PARTS = [{"due": "2026-02-16", "amount": "50.00"}, {"due": "2026-03-16", "amount": "50.00"}]


# -- G5: plans -------------------------------------------------------------------------------------------------------


def in_plan() -> Story:
    story = Story().invoice("2026-01-23")
    return story.says("plan.agreed", "2026-01-26", invoices=["1001"], instalments=PARTS)


def test_g5_a_plan_that_is_kept_brings_no_letter() -> None:
    story = in_plan().paid("50.00", "2026-02-16").paid("50.00", "2026-03-16", payment="P2")

    assert (steps(story.play("2026-05-29")), tasks(story.play("2026-05-29"))) == ([], [])


def test_g5_a_missed_instalment_brings_one_kind_letter_then_a_task_and_the_plan_goes_on() -> None:
    story = in_plan()
    harness = story.play("2026-03-13")

    # The fifth banking day after 16.2. is 23.2.; response by 5.3., passed when Friday is complete on 9.3.
    assert steps(harness) == ["2026-02-23 instalment"]
    assert harness.letters[0].tone == "friendly"
    assert totals(harness) == ["50.00"]
    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}
    assert tasks(harness) == ["2026-03-09 missed-instalment 1001"]


@pytest.mark.parametrize("invoice", [None, "1001"])
@pytest.mark.parametrize("stop", ["disputed", "held", "suspended"])
def test_g0_a_missed_instalment_of_what_another_stop_holds_brings_no_letter(stop: str, invoice: str | None) -> None:
    kind, more = STOPS[stop]
    harness = in_plan().says(kind, "2026-02-18", **({} if invoice is None else {"invoice": invoice}), **more)

    assert steps(harness.play("2026-03-31")) == []


def test_g0_a_letter_about_an_instalment_asks_nothing_that_is_disputed() -> None:
    story = in_plan().says("dispute.raised", "2026-02-18", invoice="1001", amount="70.00", currency="EUR")

    assert totals(story.play("2026-02-27")) == ["30.00"]


@pytest.mark.parametrize(("given", "letters", "asked"), [("50.00", [], []), ("20.00", ["2026-02-23"], ["30.00"])])
def test_g5_credit_pays_an_instalment_that_a_letter_does_not_ask(
    given: str, letters: list[str], asked: list[str]
) -> None:
    credit = {"credit": "H-1", "amount": given, "currency": "EUR", "reason": "goodwill"}
    harness = in_plan().says("credit.granted", "2026-02-10", **credit).play("2026-02-27")

    assert (days(harness), totals(harness)) == (letters, asked)
    assert tasks(harness) == []


def test_g5_an_instalment_paid_after_the_letter_needs_no_task() -> None:
    harness = in_plan().paid("50.00", "2026-02-26").play("2026-03-13")

    assert steps(harness) == ["2026-02-23 instalment"]
    assert tasks(harness) == []


def test_g5_each_instalment_that_is_missed_brings_its_own_letter() -> None:
    harness = in_plan().paid("50.00", "2026-02-26").play("2026-03-31")

    assert steps(harness) == ["2026-02-23 instalment", "2026-03-23 instalment"]
    assert totals(harness) == ["50.00", "50.00"]


def test_g5_a_credit_note_during_a_plan_leaves_nothing_to_remind_of() -> None:
    assert steps(in_plan().credited("100.00", "2026-02-10").play("2026-03-31")) == []


def test_g5_after_the_plan_has_ended_the_steps_go_on() -> None:
    story = in_plan().says("plan.ended", "2026-02-10", reason="not kept")

    assert steps(story.play("2026-02-10")) == ["2026-02-10 nudge"]


# -- G6: the minimum -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "sent"), [("9.99", []), ("10.00", ["2026-01-28"])])
def test_g6_less_open_principal_than_the_minimum_is_not_worth_a_letter(amount: str, sent: list[str]) -> None:
    harness = Story().invoice("2026-01-23", amount).play("2026-02-28" if not sent else "2026-01-28")

    assert days(harness) == sent
    assert sent or why(harness, "2026-01-28") == {"below-minimum": None}


def test_g6_the_sum_of_what_is_listed_counts() -> None:
    story = Story().invoice("2026-01-23", "6.00").invoice("2026-01-30", "6.00", invoice="1002")

    # Together they reach it when the second is overdue, on 3.2.; the first one's step is due then.
    assert moved(story.play("2026-02-03").letters[0]) == {"1001": "nudge", "1002": None}


def test_g6_fees_and_interest_do_not_count() -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "5.00"}]

    assert days(Story().invoice("2025-12-01", "9.00", known="2026-01-05", taken=taken).play("2026-01-12")) == []


# -- G7: the contact budget ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "goes"), [((1, 15), "2026-02-12"), ((1, 20), "2026-02-17"), ((1, 22), "2026-02-19")]
)
def test_g7_so_many_letters_in_so_many_days(budget: tuple[int, int], goes: str) -> None:
    policy = consumer_policy(NUDGE, REMINDER, contacts={"max": budget[0], "days": budget[1]})
    harness = Story(policy).invoice("2026-01-23").play("2026-02-20")

    assert days(harness) == ["2026-01-28", goes]
    assert budget[1] == 15 or why(harness, "2026-02-12") == {"contact-budget": goes}


def test_g7_the_budget_is_of_all_the_accounts_letters() -> None:
    policy = consumer_policy(NUDGE, REMINDER, contacts={"max": 2, "days": 30})
    story = Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002")

    # Nudges on 28.1. and 11.2.; the reminder waits until 28.1. is 30 days ago.
    assert days(story.play("2026-03-02")) == ["2026-01-28", "2026-02-11", "2026-02-27"]


# -- G8: limitation --------------------------------------------------------------------------------------------------


def old_debt(day: str, **more: Any) -> Story:
    """An old debt that becomes known on a day, with the nudge due at once."""
    return Story(consumer_policy(NUDGE), starts=day).invoice(known=day, **more)


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
    story.invoice("2023-01-27", known="2026-01-12")

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
    story = Story(consumer_policy(NUDGE), starts="2026-01-12").invoice("2023-05-15", known="2026-01-12")
    story.says("dispute.raised", "2026-01-12", invoice="1001", ground="broken")

    # 15.5.2026 less 90 days
    assert tasks(story.play("2026-03-31")) == ["2026-02-14 lapse-warning 1001"]


# -- G9: a while after a stop ----------------------------------------------------------------------------------------


def test_g9_after_a_dispute_the_receivable_is_listed_but_does_not_move_for_ten_days() -> None:
    story = stopped("disputed").invoice("2026-01-30", invoice="1002")
    story.says("dispute.settled", "2026-01-30", invoice="1001", outcome="unfounded")
    harness = story.play("2026-02-04")

    assert moved(harness.letters[0]) == {"1001": None, "1002": "nudge"}


def test_g9_after_a_reversal_the_next_step_waits_ten_days() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20").money_back("reversed", "2026-02-02")
    harness = story.play("2026-02-16")

    assert days(harness) == ["2026-02-16"]
    assert why(harness, "2026-02-02") == {"wait": "2026-02-13"}


def test_g9_after_a_reversal_what_its_credit_had_paid_waits_too() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002").paid("200.00", "2026-01-23")

    assert days(story.money_back("reversed", "2026-02-02").play("2026-02-16")) == ["2026-02-16"]


def test_g9_the_end_of_a_hold_needs_no_wait() -> None:
    assert days(stopped("held").says("hold.lifted", "2026-02-03", invoice="1001").play("2026-02-03")) == ["2026-02-03"]


# -- G10: doubt ------------------------------------------------------------------------------------------------------

POINTED = MoneyPointed(creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P9")
CLEARED = MoneyCleared(creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P9")


def test_g10_money_that_points_to_the_account_holds_its_letters_until_it_is_cleared() -> None:
    harness = (
        Story().invoice("2026-01-23").journal(POINTED, "2026-01-27").journal(CLEARED, "2026-02-03").play("2026-02-03")
    )

    assert why(harness, "2026-01-28") == {"unmatched-money": None}
    assert days(harness) == ["2026-02-03"]


def test_g10_an_event_that_could_not_be_read_holds_the_account_until_it_is_released() -> None:
    add_unread_event = UnreadEvent(key="line 7", creditor=CREDITOR, debtor=DEBTOR, reason="wrong-field")
    released = UnreadReleased(key="line 7", creditor=CREDITOR, debtor=DEBTOR)
    harness = (
        Story()
        .invoice("2026-01-23")
        .journal(add_unread_event, "2026-01-27")
        .journal(released, "2026-02-03")
        .play("2026-02-03")
    )

    assert why(harness, "2026-01-28") == {"unread-event": None}
    assert days(harness) == ["2026-02-03"]


def test_g10_an_event_that_could_not_be_read_holds_hand_overs_too() -> None:
    policy = consumer_policy(NUDGE, {"name": "collection", "action": "hand-over", "after_previous_days": 15})
    add_unread_event = UnreadEvent(key="line 7", creditor=CREDITOR, debtor=DEBTOR, reason="wrong-field")

    assert (
        handed_over(Story(policy).invoice("2026-01-23").journal(add_unread_event, "2026-02-10").play("2026-02-27"))
        == []
    )
