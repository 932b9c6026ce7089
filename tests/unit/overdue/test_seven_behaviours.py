"""Seven things that the strongest open peer was measured to get wrong, and what ours does."""

from schemas.journal import MoneyPointed
from tests.unit.overdue.reading import balances, days, fees, steps, tasks, totals, why
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, NUDGE, Story, consumer_policy, step


def test_a_one_debtor_with_four_overdue_invoices_gets_one_notice_with_one_total() -> None:
    story = Story()
    for number in range(1001, 1005):
        story.invoice("2026-01-23", invoice=str(number))
    harness = story.play("2026-02-10")

    assert steps(harness) == ["2026-01-28 nudge"]
    assert len(harness.letters[0].lines) == 4
    assert totals(harness) == ["400.00"]


def test_b_a_payment_of_one_of_two_invoices_leaves_one_notice_for_the_net() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002")
    harness = story.paid("100.00", "2026-01-26", invoice=None, debtor="C-1").play("2026-02-10")

    assert steps(harness) == ["2026-01-28 nudge"]
    assert totals(harness) == ["100.00"]


def test_b_a_payment_that_nobody_could_match_holds_the_letter() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002")
    harness = story.journal(
        MoneyPointed(creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P1"), "2026-01-27"
    ).play("2026-02-10")

    assert steps(harness) == []
    assert why(harness, "2026-01-28") == {"unmatched-money": None}


def test_c_a_payment_that_comes_between_plan_and_sending_stops_the_letter() -> None:
    # The post defers the letter; before it asks again, the payment has come.
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-27", known="2026-01-28")
    story.events[-1]["time"] = "2026-01-28T10:00:00+02:00"
    harness = story.play("2026-02-10", post=["deferred"])

    assert [outcome for _, outcome in harness.ended] == ["deferred", "withdrawn"]
    assert steps(harness) == []


def test_d_ninety_of_a_hundred_paid_leaves_ten_to_pay() -> None:
    story = Story().invoice("2026-01-23").paid("90.00", "2026-01-26", invoice=None, debtor="C-1")

    assert totals(story.play("2026-01-28")) == ["10.00"]


def test_e_at_go_live_an_old_debt_gets_its_first_step_and_the_next_not_before_the_gap() -> None:
    story = Story().invoice("2025-11-21", known="2026-01-05")  # 45 days overdue
    story.says("debt.acknowledged", "2026-01-05", at="10:00").says("debt.acknowledged", "2026-01-05", at="11:00")

    assert steps(story.play("2026-01-21")) == ["2026-01-05 nudge", "2026-01-20 reminder"]


def test_f_a_consumers_paid_step_waits_for_the_15th_day() -> None:
    story = Story(consumer_policy(step("reminder", after_due_days=15, fee="5.00"))).invoice("2026-01-20")

    assert days(story.play("2026-02-03")) == []  # day 14
    assert (days(story.play("2026-02-04")), fees(story.play("2026-02-04"))) == (["2026-02-04"], ["5.00"])


def test_g_without_an_address_the_step_does_not_count_and_a_person_looks_for_one() -> None:
    story = Story(party={"email": None}).invoice("2026-01-23")
    harness = story.play("2026-03-31")

    assert (steps(harness), balances(harness)) == ([], {"1001": ("100.00", "0.00", "0.00")})
    assert tasks(harness) == ["2026-01-28 find-address"]

    story.says("debtor.updated", "2026-02-10", party={"email": "found@debtor.example"})

    assert steps(story.play("2026-02-10")) == ["2026-02-10 nudge"]


def test_g_where_the_first_channel_fails_the_next_one_is_tried() -> None:
    address = {"street": "Tie 2", "postcode": "00200", "city": "Helsinki", "country": "FI"}
    harness = Story(party={"address": address}).invoice("2026-01-23").play("2026-01-28", post=["failed"])

    assert [(letter.step, letter.channel) for letter in harness.letters] == [("nudge", "print")]


def test_g_every_channel_of_the_policy_is_tried_in_its_order() -> None:
    address = {"street": "Tie 2", "postcode": "00200", "city": "Helsinki", "country": "FI"}
    paper_first = consumer_policy(NUDGE, channels=["print", "email"])
    harness = Story(paper_first, party={"address": address}).invoice("2026-01-23").play("2026-01-28")

    assert [letter.channel for letter in harness.letters] == ["print"]
