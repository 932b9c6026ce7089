"""Rules.md G5: money pays plans, instalments count as paid, and what the one letter of a missed one says."""

from datetime import date
from typing import Any

import pytest

from schemas.letters import LetterInstalment
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import balances, credit, days, steps, tasks, totals
from tests.unit.overdue.story import Story, consumer_policy, step

PARTS: list[dict[str, str]] = [{"due": f"2026-{month:02}-16", "amount": "40.00"} for month in (2, 3, 4)]
"""Missed on 23.2., 23.3. and 23.4. (each the fifth banking day, with Easter between)."""


def plan(invoices: tuple[str, ...] = ("1001", "1002"), parts: Any = PARTS, at: str = "2026-01-26") -> Story:
    """Invoices of 100.00 and 60.00, due on 23.1., in a plan."""
    story = Story().invoice("2026-01-23").invoice("2026-01-23", "60.00", invoice="1002")
    return story.says("plan.agreed", at, invoices=list(invoices), instalments=parts)


def by_letter(story: Story, number: int, amount: str, day: str, payment: str = "P1") -> Story:
    """Money by a letter's own reference."""
    reference = letter_reference(1, number, FINNISH)
    return story.paid(amount, day, invoice=None, payment=payment, reference=reference)


def open_of(harness: AccountHarness) -> dict[str, str]:
    """Open principal by invoice."""
    return {invoice: amounts[0] for invoice, amounts in balances(harness).items()}


# -- what money pays -------------------------------------------------------------------------------------------------


def test_a_plan_that_is_paid_as_its_letter_says_brings_no_other_letter() -> None:
    story = by_letter(plan(), 1, "40.00", "2026-02-26")
    harness = by_letter(story, 1, "40.00", "2026-03-16", "P2").play("2026-03-31")

    assert steps(harness) == ["2026-02-23 instalment"]
    assert open_of(harness) == {"1001": "20.00", "1002": "60.00"}


def test_a_plan_letters_money_pays_what_is_due_and_the_next_then_what_is_overdue_then_the_rest() -> None:
    parts = [{"due": "2026-02-02", "amount": "20.00"}, *PARTS[:1], {"due": "2026-06-15", "amount": "40.00"}]
    story = plan(("1001",), parts).paid("125.00", "2026-02-03", invoice=None, debtor="C-1")

    # 20.00 + 40.00 of the plan, 60.00 of the overdue 1002, 5.00 of the rest of the plan
    assert open_of(story.play("2026-02-04")) == {"1001": "35.00", "1002": "0.00"}
    assert open_of(plan(("1001",), parts).paid("70.00", "2026-02-03", None, debtor="C-1").play("2026-02-04")) == {
        "1001": "40.00",
        "1002": "50.00",
    }


def test_what_is_not_due_is_paid_last() -> None:
    story = plan(("1001",)).invoice("2026-03-20", "30.00", invoice="1003", known="2026-02-02")
    harness = story.paid("170.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert open_of(harness) == {"1001": "0.00", "1002": "0.00", "1003": "20.00"}


def test_an_ordinary_letters_money_pays_what_that_letter_listed_in_a_plan_or_not() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", "60.00", invoice="1002")
    story.says("plan.agreed", "2026-01-30", invoices=["1002"], instalments=PARTS[:1])
    harness = by_letter(story, 1, "150.00", "2026-02-03").play("2026-02-04")

    assert days(harness) == ["2026-01-28"]
    assert open_of(harness) == {"1001": "0.00", "1002": "10.00"}


def test_another_stop_lets_a_plans_money_pass_by_its_receivable() -> None:
    story = plan().says("dispute.raised", "2026-02-02", invoice="1001", ground="broken")
    harness = story.paid("80.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert open_of(harness) == {"1001": "100.00", "1002": "0.00"}
    assert credit(harness) == "20.00"


def test_of_several_plans_the_one_with_the_earliest_unpaid_instalment_is_paid_first() -> None:
    story = plan(("1001",), [{"due": "2026-03-16", "amount": "100.00"}])
    story.says("plan.agreed", "2026-01-27", invoices=["1002"], instalments=[{"due": "2026-02-16", "amount": "60.00"}])
    harness = story.paid("70.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert open_of(harness) == {"1001": "90.00", "1002": "0.00"}


def test_a_receivable_is_in_the_latest_plan_alone() -> None:
    later = [{"due": "2026-06-15", "amount": "160.00"}]
    harness = plan().says("plan.agreed", "2026-02-10", invoices=["1001", "1002"], instalments=later).play("2026-03-31")

    assert (steps(harness), tasks(harness)) == ([], [])


def test_when_the_latest_plan_has_ended_no_earlier_one_holds() -> None:
    story = plan(at="2026-01-24").invoice("2026-02-13", "30.00", invoice="1003", known="2026-01-24")
    story.says("plan.agreed", "2026-01-25", invoices=["1001", "1003"], instalments=PARTS)
    harness = story.says("plan.ended", "2026-01-26", invoices=["1003"], reason="off").play("2026-01-28")

    assert [line.invoice for line in harness.letters[0].lines] == ["1001"]


# -- what counts as paid ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pay",
    [
        lambda story: story.paid("40.00", "2026-02-16"),
        lambda story: story.paid("40.00", "2026-02-16", invoice=None, debtor="C-1"),
        lambda story: story.credited("40.00", "2026-02-10"),
        lambda story: story.says(
            "credit.granted", "2026-02-10", credit="H-1", amount="40.00", currency="EUR", reason="goodwill"
        ),
        lambda story: story.credited("40.00", "2026-02-10", issued="2026-01-20"),
        lambda story: story.paid("37.00", "2026-02-16", invoice="1002").credited("20.00", "2026-02-10", "1002"),
    ],
)
def test_an_instalment_that_was_paid_in_any_way_brings_no_letter(pay: Any) -> None:
    assert steps(pay(plan()).play("2026-02-27")) == []


@pytest.mark.parametrize(
    "pay",
    [
        lambda story: story.paid("40.00", "2026-02-16").money_back("reversed", "2026-02-18"),
        lambda story: story.paid("40.00", "2026-02-16").money_back("refunded", "2026-02-18"),
    ],
)
def test_money_that_went_back_pays_no_instalment(pay: Any) -> None:
    assert steps(pay(plan()).play("2026-02-27")) == ["2026-02-23 instalment"]


def test_what_was_paid_before_the_agreement_pays_no_instalment() -> None:
    story = Story().invoice("2026-01-23", "200.00").paid("40.00", "2026-01-20")
    story.says("plan.agreed", "2026-01-26", invoices=["1001"], instalments=PARTS)

    assert totals(story.play("2026-02-27")) == ["40.00"]


@pytest.mark.parametrize(("noted", "asked"), [("2026-02-10", []), ("2026-01-25", ["60.00"])])
def test_a_rest_that_a_credit_note_left_so_small_that_it_is_waived_pays_the_plan_as_the_note_does(
    noted: str, asked: list[str]
) -> None:
    parts = [{"due": "2026-02-16", "amount": "60.00"}, {"due": "2026-03-16", "amount": "100.00"}]
    story = plan(parts=parts).credited("57.00", noted, "1002")

    assert totals(story.play("2026-02-27")) == asked


# -- the letter ------------------------------------------------------------------------------------------------------


def test_the_letter_says_each_missed_instalment_what_is_left_and_the_next_one() -> None:
    story = plan().paid("10.00", "2026-02-05").says("hold.placed", "2026-02-20", until="2026-03-20", reason="agreed")
    letter = story.play("2026-03-23").letters[0]

    assert letter.plan is not None
    assert letter.plan.missed == (
        LetterInstalment(due=date(2026, 2, 16), amount=4000, unpaid=3000),
        LetterInstalment(due=date(2026, 3, 16), amount=4000, unpaid=4000),
    )
    assert letter.plan.following == LetterInstalment(due=date(2026, 4, 16), amount=4000, unpaid=4000)
    assert (letter.total, letter.plan.left) == (7000, 11000)


def test_the_letter_answers_ten_days_on_rolled() -> None:
    # 23.2. and ten days is Thursday 5.3.
    assert plan().play("2026-02-23").letters[0].response_by == date(2026, 3, 5)


def test_a_plan_over_one_invoice_keeps_its_reference() -> None:
    story = Story().invoice("2026-01-23").says("plan.agreed", "2026-01-26", invoices=["1001"], instalments=PARTS)

    assert story.play("2026-02-23").letters[0].reference == FINNISH.of_base("1001")


def test_a_reminder_that_may_go_the_same_day_goes_first_and_its_answer_is_awaited() -> None:
    story = plan().invoice("2026-02-18", "50.00", invoice="1003")
    harness = story.play("2026-03-31")

    # Nudge 1003 on 23.2., response by 5.3., which has passed on 9.3.
    assert steps(harness)[:2] == ["2026-02-23 nudge", "2026-03-09 instalment"]


def test_the_next_instalments_letter_has_an_id_of_its_own() -> None:
    harness = plan().play("2026-03-31")

    assert steps(harness) == ["2026-02-23 instalment", "2026-03-23 instalment"]
    assert len({letter.notice for letter in harness.letters}) == 2


def test_a_plan_letter_that_came_back_goes_again_under_another_id() -> None:
    harness = plan().play("2026-02-27", post=["failed"])
    planned = [letter.notice for letter in harness.planned]

    assert len(planned) == len(set(planned))


def test_an_extension_that_has_gone_by_keeps_the_letter_back_no_longer() -> None:
    harness = plan().says("extension.granted", "2026-02-18", until="2026-02-25").play("2026-03-06", lazy=True)

    assert steps(harness) == ["2026-02-26 instalment"]


# -- the task --------------------------------------------------------------------------------------------------------


def test_where_only_a_person_ends_the_stop_the_task_comes_at_once() -> None:
    harness = plan().says("hold.placed", "2026-02-18", reason="deceased").play("2026-03-13")

    assert (steps(harness), tasks(harness)) == ([], ["2026-02-23 missed-instalment 1001"])


def test_where_the_stop_has_an_end_the_task_comes_when_the_letter_would_have_been_answered() -> None:
    harness = plan().says("hold.placed", "2026-02-18", until="2026-04-30", reason="agreed").play("2026-03-13")

    assert (steps(harness), tasks(harness)) == ([], ["2026-03-06 missed-instalment 1001"])


def test_another_stop_on_one_of_the_plans_receivables_makes_the_whole_letter_wait() -> None:
    story = plan().says("dispute.raised", "2026-02-18", invoice="1002", ground="broken")

    assert steps(story.play("2026-02-27")) == []
    story.says("dispute.settled", "2026-02-26", invoice="1002", outcome="unfounded")
    assert steps(story.play("2026-02-27")) == ["2026-02-26 instalment"]


def test_a_second_plans_letter_need_not_wait_for_the_firsts_stop() -> None:
    parts = [{"due": "2026-02-16", "amount": "60.00"}]
    story = plan(("1001",), PARTS).says("plan.agreed", "2026-01-27", invoices=["1002"], instalments=parts)
    harness = story.says("hold.placed", "2026-02-18", invoice="1001", reason="agreed").play("2026-02-27")

    assert [(letter.plan.left if letter.plan else None) for letter in harness.letters] == [6000]


def test_a_policy_without_other_steps_keeps_no_plan_letter_back() -> None:
    story = Story(consumer_policy(step("nudge", after_due_days=5))).invoice("2026-01-23")
    story.says("plan.agreed", "2026-01-30", invoices=["1001"], instalments=PARTS)

    assert steps(story.play("2026-02-27")) == ["2026-01-28 nudge", "2026-02-23 instalment"]
