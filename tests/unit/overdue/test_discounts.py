"""Rules.md, M8: what is taken off an invoice whose rest is paid early."""

from typing import Any

import pytest

from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import balances, credit, days, totals
from tests.unit.overdue.story import Story, business_policy, consumer_policy, step

TWO = [{"through": "2026-01-19", "amount": "3.00"}, {"through": "2026-01-26", "amount": "2.00"}]
PAID, OPEN = ("0.00", "0.00", "0.00"), ("2.00", "0.00", "0.00")
NO_WAIVER: dict[str, Any] = {"residual": {"waive_below": "0.00"}, "minimum": "0.00"}


def offered(*discounts: dict[str, str], policy: dict[str, Any] | None = None, **more: Any) -> Story:
    """An invoice of 100.00, due on Friday 6.2., with 2.00 off until Monday 19.1. unless other discounts are given."""
    story = Story(policy or consumer_policy(**NO_WAIVER))
    offers = list(discounts) or [{"through": "2026-01-19", "amount": "2.00"}]
    return story.invoice("2026-02-06", issued="2026-01-05", discounts=offers, **more)


def taken(harness: AccountHarness, invoice: str = "1001") -> int:
    """The discount taken of an invoice, in cents."""
    return harness.books().open[invoice].discount_taken


def test_m8_what_is_open_on_the_last_day_is_discount_taken_when_the_rest_was_paid() -> None:
    story = offered().paid("98.00", "2026-01-19")

    assert balances(story.play("2026-01-20")) == {"1001": PAID}
    assert taken(story.play("2026-03-31")) == 200
    assert days(story.play("2026-03-31")) == []


@pytest.mark.parametrize(("amount", "day"), [("97.99", "2026-01-19"), ("98.00", "2026-01-20")])
def test_m8_a_payment_that_is_too_small_or_too_late_takes_none(amount: str, day: str) -> None:
    harness = offered().paid(amount, day).play("2026-02-13")

    assert taken(harness) == 0
    assert balances(harness)["1001"][0] != "0.00"
    assert totals(harness) == [balances(harness)["1001"][0]]


def test_m8_before_the_last_day_ends_nothing_is_taken_and_later_money_still_pays() -> None:
    story = offered().paid("98.00", "2026-01-12")
    assert balances(story.play("2026-01-18")) == {"1001": OPEN}

    harness = story.paid("2.00", "2026-01-19", payment="P2").play("2026-01-20")
    assert (balances(harness), credit(harness), taken(harness)) == ({"1001": PAID}, "0.00", 0)


def test_m8_money_after_the_last_day_is_credit() -> None:
    harness = offered().paid("98.00", "2026-01-12").paid("2.00", "2026-01-20", payment="P2").play("2026-01-21")

    assert (balances(harness), credit(harness), taken(harness)) == ({"1001": PAID}, "2.00", 200)


def test_m8_several_payments_reach_the_rest_together() -> None:
    harness = offered().paid("50.00", "2026-01-12").paid("48.00", "2026-01-19", payment="P2").play("2026-01-20")

    assert taken(harness) == 200


def test_m8_more_than_the_rest_leaves_less_to_take() -> None:
    assert taken(offered().paid("99.50", "2026-01-19").play("2026-01-20")) == 50


def test_m8_a_last_day_that_is_no_banking_day_is_the_next_one() -> None:
    story = offered({"through": "2026-01-17", "amount": "2.00"})

    assert taken(story.paid("98.00", "2026-01-19").play("2026-01-20")) == 200


@pytest.mark.parametrize(
    ("amount", "day", "discount"),
    [
        ("97.00", "2026-01-19", 300),
        ("98.00", "2026-01-26", 200),
        ("97.00", "2026-01-20", 0),
        ("98.00", "2026-01-12", 200),
    ],
)
def test_m8_of_several_discounts_the_first_that_is_earned_is_taken(amount: str, day: str, discount: int) -> None:
    assert taken(offered(*reversed(TWO)).paid(amount, day).play("2026-01-28")) == discount


def test_m8_a_payment_that_arrives_late_takes_the_discount_by_the_day_on_which_it_was_paid() -> None:
    assert taken(offered().play("2026-01-29")) == 0

    story = offered().paid("98.00", "2026-01-19", booked="2026-01-21", known="2026-01-30")
    assert taken(story.play("2026-01-30")) == 200


def test_m8_a_business_takes_it_by_the_payers_day_though_its_payment_counts_when_booked() -> None:
    policy = business_policy(step("reminder", after_due_days=1), **NO_WAIVER)
    harness = offered(policy=policy).paid("98.00", "2026-01-19", booked="2026-01-21").play("2026-01-22")

    assert (balances(harness), taken(harness)) == ({"1001": PAID}, 200)


def test_m8_credit_notes_lessen_it_in_proportion_half_up() -> None:
    # 2.00 of 100.00 are 1.50 of 75.00, and 1.51 of 75.25 (1.505).
    assert taken(offered().credited("25.00", "2026-01-12").paid("73.50", "2026-01-19").play("2026-01-20")) == 150
    assert taken(offered().credited("24.75", "2026-01-12").paid("73.74", "2026-01-19").play("2026-01-20")) == 151
    assert taken(offered().credited("24.75", "2026-01-12").paid("73.73", "2026-01-19").play("2026-01-20")) == 0


def test_m8_a_small_rest_is_discount_taken_and_not_waived() -> None:
    harness = offered(policy=consumer_policy()).paid("98.00", "2026-01-12").play("2026-01-20")

    assert (taken(harness), harness.books().open["1001"].waived) == (200, 0)


def test_m8_a_small_rest_above_the_discount_is_waived() -> None:
    harness = offered(policy=consumer_policy()).paid("97.00", "2026-01-12").play("2026-01-20")

    assert (taken(harness), harness.books().open["1001"].waived) == (0, 300)


@pytest.mark.parametrize("kind", ["reversed", "refunded"])
def test_m8_money_that_goes_back_takes_the_discount_with_it(kind: str) -> None:
    harness = offered().paid("98.00", "2026-01-19").money_back(kind, "2026-01-27").play("2026-01-27")

    assert (balances(harness), taken(harness)) == ({"1001": ("100.00", "0.00", "0.00")}, 0)


def test_m8_the_account_is_checked_on_the_last_day() -> None:
    story = offered().paid("98.00", "2026-01-12")

    assert taken(story.play("2026-01-20", lazy=True)) == 200
    harness = story.play("2026-01-16", lazy=True)
    assert harness.wakes["C-1"] is not None
    assert harness.wakes["C-1"].date().isoformat() == "2026-01-19"


def test_m8_after_a_refund_of_a_part_letters_ask_the_discount_again() -> None:
    story = offered().paid("98.00", "2026-01-19").invoice("2026-01-23", invoice="1002")
    story.money_back("refunded", "2026-01-27", amount="0.50").paid("0.10", "2026-01-28", payment="P3")
    harness = story.play("2026-02-28")

    line = next(line for letter in harness.letters for line in letter.lines if line.invoice == "1001")
    assert (line.received, line.discount_taken, line.principal) == (9760, 0, 240)


@pytest.mark.parametrize(
    ("amount", "left", "discounts"),
    [
        ("196.00", ("0.00", "0.00"), (200, 200)),
        ("197.00", ("0.00", "0.00"), (100, 200)),
        ("200.00", ("0.00", "0.00"), (0, 0)),
        ("195.99", ("0.00", "4.01"), (0, 0)),
    ],
)
def test_m8_money_for_several_that_reaches_all_their_rests_pays_each_less_its_discount(
    amount: str, left: tuple[str, str], discounts: tuple[int, int]
) -> None:
    offer = [{"through": "2026-01-19", "amount": "2.00"}]
    story = offered().invoice("2026-02-09", invoice="1002", issued="2026-01-05", discounts=offer)
    harness = story.paid(amount, "2026-01-16", invoice=None, debtor="C-1").play("2026-01-20")

    assert tuple(balances(harness)[invoice][0] for invoice in ("1001", "1002")) == left
    assert (taken(harness), taken(harness, "1002")) == discounts


def test_m8_money_for_several_that_came_too_late_for_discounts_pays_the_first_whole() -> None:
    offer = [{"through": "2026-01-19", "amount": "2.00"}]
    story = offered().invoice("2026-02-09", invoice="1002", issued="2026-01-05", discounts=offer)
    harness = story.paid("196.00", "2026-01-20", invoice=None, debtor="C-1").play("2026-01-22")

    assert balances(harness) == {"1001": PAID, "1002": ("4.00", "0.00", "0.00")}


def test_m8_credit_of_an_earlier_payment_that_is_used_after_the_last_day_earns_no_discount() -> None:
    story = offered().invoice("2026-01-12", "50.00", invoice="1002", issued="2026-01-05")
    story.paid("55.00", "2026-01-07", invoice="1002").paid("94.00", "2026-01-19", payment="P2")
    harness = story.play("2026-02-07")

    assert (balances(harness)["1001"], taken(harness)) == (("1.00", "0.00", "0.00"), 0)


# -- what changes the invoice after its discount was earned -----------------------------------------------------------


@pytest.mark.parametrize("known", ["2026-01-15", "2026-01-22", "2026-03-02"])
@pytest.mark.parametrize("moneys", [[("98.00", "2026-01-12")], [("50.00", "2026-01-09"), ("48.00", "2026-01-12")]])
def test_m8_a_later_credit_note_lessens_the_discount_that_was_earned_and_the_surplus_is_credit(
    known: str, moneys: list[tuple[str, str]]
) -> None:
    story = offered().credited("50.00", known)
    for number, (amount, day) in enumerate(moneys):
        story.paid(amount, day, payment=f"P{number}")
    harness = story.play("2026-03-04")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 100, "49.00")


def test_m8_a_later_credit_note_lessens_it_half_up() -> None:
    harness = offered().paid("98.00", "2026-01-12").credited("24.75", "2026-01-22").play("2026-01-26")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 151, "24.26")


def test_m8_each_of_two_later_credit_notes_lessens_what_the_one_before_left() -> None:
    story = offered().paid("98.00", "2026-01-12").credited("50.00", "2026-01-22").credited("25.00", "2026-01-26")
    harness = story.play("2026-01-28")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 50, "73.50")


def test_m8_a_later_credit_note_of_the_whole_makes_all_that_was_paid_credit() -> None:
    harness = offered().paid("98.00", "2026-01-12").credited("100.00", "2026-01-22").play("2026-01-26")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 0, "98.00")


def test_m8_a_payment_that_is_known_after_the_credit_note_finds_the_smaller_rest() -> None:
    harness = offered().credited("50.00", "2026-01-12").paid("49.00", "2026-01-19").play("2026-01-22")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 100, "0.00")


@pytest.mark.parametrize("kind", ["reversed", "refunded"])
def test_m8_a_discount_that_a_later_credit_note_lessened_falls_with_its_payment(kind: str) -> None:
    story = offered().paid("98.00", "2026-01-12").credited("50.00", "2026-01-22").money_back(kind, "2026-01-27")
    harness = story.play("2026-01-28")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": ("50.00", "0.00", "0.00")}, 0, "0.00")


def test_m8_a_refund_of_what_is_too_much_leaves_the_lessened_discount() -> None:
    story = offered().paid("98.00", "2026-01-12").credited("50.00", "2026-01-22")
    harness = story.money_back("refunded", "2026-01-27", amount="49.00").play("2026-01-28")

    assert (balances(harness), taken(harness), credit(harness)) == ({"1001": PAID}, 100, "0.00")


def corrected(amount: str, *discounts: dict[str, str], known: str = "2026-01-22") -> Story:
    """The story of a discount that was earned, and an invoice of another amount that replaces it afterwards."""
    story = offered().paid("98.00", "2026-01-12")
    return story.invoice(
        "2026-02-06", amount, "1002", known, issued="2026-01-05", corrects="1001", discounts=list(discounts)
    )


@pytest.mark.parametrize("offers", [[], [{"through": "2026-01-19", "amount": "3.00"}]])
def test_m8_a_higher_correction_asks_what_it_adds_and_not_the_discount(offers: list[dict[str, str]]) -> None:
    harness = corrected("150.00", *offers).play("2026-01-26")

    assert (balances(harness)["1001"][0], taken(harness)) == ("50.00", 200)


def test_m8_a_higher_correction_offers_its_own_discount_on_all_of_it() -> None:
    story = corrected("150.00", {"through": "2026-02-02", "amount": "3.00"})
    harness = story.paid("49.00", "2026-02-02", payment="P2").play("2026-02-03")

    assert (balances(harness)["1001"], taken(harness)) == (PAID, 300)


def test_m8_a_lower_correction_lessens_the_discount_in_proportion() -> None:
    harness = corrected("50.00").play("2026-01-26")

    assert (balances(harness)["1001"], taken(harness), credit(harness)) == (PAID, 100, "49.00")


def test_m8_what_was_written_off_by_the_last_day_counts_towards_the_rest() -> None:
    written_off = {"invoice": "1001", "amount": "30.00", "currency": "EUR", "reason": "small"}
    story = offered().says("receivable.written-off", "2026-01-12", **written_off).paid("68.00", "2026-01-14")
    late = offered().paid("68.00", "2026-01-14").says("receivable.written-off", "2026-01-21", **written_off)

    assert (balances(story.play("2026-01-20"))["1001"], taken(story.play("2026-01-20"))) == (PAID, 200)
    assert balances(late.paid("0.50", "2026-01-22", payment="P2").play("2026-01-26"))["1001"][0] == "1.50"


def test_m8_a_write_off_alone_earns_no_discount() -> None:
    written_off = {"invoice": "1001", "amount": "98.00", "currency": "EUR", "reason": "small"}
    harness = offered().says("receivable.written-off", "2026-01-12", **written_off).play("2026-01-20")

    assert (balances(harness)["1001"], taken(harness)) == (OPEN, 0)
