"""Rules.md, K3: the past stays, whatever policy, version, choice of the creditor or kind of debtor comes later."""

from datetime import date, datetime
from typing import Any

from schemas.journal import MoneyMoved, MoneyPlaced
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import balances, credit, sums, totals
from tests.unit.overdue.story import (
    BANK,
    CREDITOR,
    DEBTOR,
    NUDGE,
    REMINDER,
    ZONE,
    Story,
    business_policy,
    consumer_policy,
    step,
)

NO_WAIVER = {"waive_below": "0.00"}
CLAIMING = (
    step("reminder", after_due_days=1, fee="12.00", interest=True),
    step("second", after_previous_days=14, fee="12.00", interest=True, fixed_compensation="claim"),
    step("third", after_previous_days=14, fee="12.00", interest=True),
)


def rechosen(story: Story, day: str, policy: dict[str, Any]) -> Story:
    """The creditor publishes another policy, in force from that day alone, and chooses it."""
    story.publish({**policy, "policy": "other", "in_force": day}, day)
    chosen = dict(story.events[1]["data"])
    chosen["policies"] = {**chosen["policies"], policy["kind"]: "other"}
    return story._add("creditor.registered", day, "05:00", chosen)


def turned_consumer(story: Story, day: str) -> Story:
    """The debtor turns out to be a consumer."""
    return story.says("debtor.updated", day, at="06:00", party={"kind": "consumer"})


# -- what is placed --------------------------------------------------------------------------------------------------


def test_k3_a_waived_rest_stays_waived_under_another_policy() -> None:
    story = Story().invoice("2026-01-23").paid("96.00", "2026-01-20")

    rechosen(story, "2026-02-10", consumer_policy(residual=NO_WAIVER))
    assert balances(story.play("2026-03-31"))["1001"] == ("0.00", "0.00", "0.00")


def test_k3_a_rest_that_was_owed_stays_owed_under_a_version_that_counts_from_earlier() -> None:
    story = Story(consumer_policy(residual=NO_WAIVER)).invoice("2026-01-23").paid("96.00", "2026-01-20")

    story.publish(consumer_policy(version=2, in_force="2026-01-05"), "2026-02-10")
    assert balances(story.play("2026-02-28"))["1001"] == ("4.00", "0.00", "0.00")


def test_k3_money_that_is_moved_away_and_back_keeps_the_terms_of_its_first_entry() -> None:
    story = Story().invoice("2026-01-23").paid("96.00", "2026-01-20")
    rechosen(story, "2026-02-10", consumer_policy(residual=NO_WAIVER))
    about: dict[str, Any] = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P1"}
    story.journal(MoneyMoved(**about, time=datetime(2026, 2, 12, 8, tzinfo=ZONE), id="//a#1"), "2026-02-12")
    assert balances(story.play("2026-02-12"))["1001"][0] == "100.00"

    time = datetime(2026, 1, 21, 6, tzinfo=ZONE)
    paid: dict[str, Any] = {"paid": date(2026, 1, 20), "booked": date(2026, 1, 20), "amount": 96_00, "currency": "EUR"}
    story.journal(MoneyPlaced(**about, **paid, time=time, id="//story#0004", invoice="1001"), "2026-02-13")
    assert balances(story.play("2026-02-16"))["1001"] == ("0.00", "0.00", "0.00")


def test_k3_a_rest_that_a_credit_note_left_stays_waived() -> None:
    story = Story().invoice("2026-01-23").credited("96.00", "2026-01-20")

    rechosen(story, "2026-02-10", consumer_policy(residual=NO_WAIVER))
    assert balances(story.play("2026-03-31"))["1001"] == ("0.00", "0.00", "0.00")


def test_k3_a_later_credit_note_takes_of_what_an_earlier_one_left_to_be_waived() -> None:
    story = Story().invoice("2026-01-23").credited("96.00", "2026-01-20")
    rechosen(story, "2026-02-10", consumer_policy(residual=NO_WAIVER)).credited("1.00", "2026-02-12")
    harness = story.play("2026-03-31")

    assert balances(harness)["1001"] == ("0.00", "0.00", "0.00")
    assert harness.books().open["1001"].waived == 300


def test_k3_the_order_of_allocation_stays() -> None:
    story = Story().invoice("2026-01-23").paid("50.00", "2026-02-16")
    rechosen(story, "2026-02-20", consumer_policy(allocation="interest-first"))

    assert balances(story.play("2026-02-23"))["1001"] == ("50.00", "0.52", "5.00")

    story.paid("10.00", "2026-02-23", payment="P2")
    assert balances(story.play("2026-02-24"))["1001"] == ("40.52", "0.00", "5.00")


def test_k3_the_order_of_receivables_stays_when_one_gets_another_due_date() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-26", invoice="1002")
    story.paid("100.00", "2026-01-28", invoice=None, debtor="C-1")
    story.says("invoice.rescheduled", "2026-02-02", invoice="1001", due="2026-03-02")

    assert balances(story.play("2026-02-03")) == {"1001": ("0.00", "0.00", "0.00"), "1002": ("100.00", "0.00", "0.00")}


def test_k3_terms_are_those_of_the_policy_in_force_on_the_payments_day_else_on_the_frontiers() -> None:
    story = Story(consumer_policy(in_force="2026-02-02")).invoice("2026-01-23")

    harness = story.paid("96.00", "2026-01-30", known="2026-02-03").play("2026-02-03")
    assert balances(harness)["1001"] == ("0.00", "0.00", "0.00")


def test_k3_without_a_policy_terms_wait_for_one() -> None:
    story = Story(consumer_policy(in_force="2026-02-10")).invoice("2026-01-23").paid("96.00", "2026-01-20")

    assert balances(story.play("2026-02-09"))["1001"] == ("4.00", "0.00", "0.00")
    rechosen(story, "2026-02-20", consumer_policy(residual=NO_WAIVER))
    assert balances(story.play("2026-02-28"))["1001"] == ("0.00", "0.00", "0.00")


def test_k3_credit_is_used_under_the_terms_of_its_day_of_use_and_stays() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-02-27", invoice="1002").paid("196.00", "2026-01-20")
    rechosen(story, "2026-02-10", consumer_policy(residual=NO_WAIVER))

    assert balances(story.play("2026-03-02"))["1002"] == ("4.00", "0.00", "0.00")

    story.publish({**consumer_policy(version=2), "policy": "other", "in_force": "2026-02-10"}, "2026-03-10")
    assert balances(story.play("2026-03-20"))["1002"] == ("4.00", "0.00", "0.00")


# -- a debtor of another kind ----------------------------------------------------------------------------------------


def test_k3_a_payment_keeps_its_day_when_the_debtor_turns_out_to_be_a_consumer() -> None:
    def story() -> Story:
        free = business_policy(step("reminder", after_due_days=30, interest=True))
        return Story(free).invoice("2026-01-23").paid("60.00", "2026-02-02", booked="2026-02-06")

    def first_principal(harness: AccountHarness) -> str:
        return str(harness.letters[0].lines[0].slices[0].last)

    consumer = consumer_policy(step("reminder", after_due_days=30, interest=True), policy="fi-consumer", version=9)
    turned = turned_consumer(story().publish(consumer, "2026-02-10"), "2026-02-12").play("2026-03-31")
    assert first_principal(turned) == first_principal(story().play("2026-03-31")) == "2026-02-06"


def test_k3_a_suspension_of_one_who_turns_out_to_be_a_consumer_moves_no_money_that_was_placed() -> None:
    story = Story(business_policy()).invoice("2026-01-23").says("suspension.requested", "2026-01-26", invoice="1001")
    story.paid("100.00", "2026-01-28", invoice=None, debtor="C-1")

    harness = turned_consumer(story, "2026-02-02").play("2026-02-03")
    assert (balances(harness)["1001"], credit(harness)) == (("0.00", "0.00", "0.00"), "0.00")


def test_k3_a_debtor_who_turns_out_to_be_a_consumer_owes_cut_fees_and_no_compensation() -> None:
    # As a business: 12.00, then 28.00 more to the 40.00, which swallow the fees of the second and third letter.
    story = Story(business_policy(*CLAIMING)).invoice("2026-01-23")
    before = story.play("2026-03-02")
    assert balances(before)["1001"][2] == "40.00"

    after = turned_consumer(story, "2026-03-02").play("2026-03-02")
    assert balances(after)["1001"][2] == "15.00"


def test_k3_what_was_paid_of_what_falls_is_credit() -> None:
    story = Story(business_policy(*CLAIMING)).invoice("2026-01-23")
    open_ = story.play("2026-02-12").books().open["1001"].balance
    story.paid(f"{open_ // 100}.{open_ % 100:02d}", "2026-02-13")

    assert credit(story.play("2026-02-16")) == "0.00"
    assert credit(turned_consumer(story, "2026-02-16").play("2026-02-16")) == "30.00"


def test_k3_a_consumer_who_turns_out_to_be_a_business_owes_no_more_for_letters_sent_before() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23")
    before = story.play("2026-02-27")

    after = story.says("debtor.updated", "2026-02-26", at="06:00", party={"kind": "business"}).play("2026-02-27")
    assert balances(after) == balances(before)
    assert sums(after.letters[1]) == ("5.00", "0.52", "105.52")
    assert totals(after)[:2] == totals(before)[:2]
