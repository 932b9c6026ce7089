"""Rules.md, Ledger and money in (M5–M7): money that goes back, small rests, new due dates, what is given up."""

from datetime import date

import pytest

from schemas.parsing import parse_event
from services.overdue.books.payment_allocation import payment_allocation
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import (
    balances,
    credit,
    days,
    interests,
    moved,
    steps,
    sums,
    tasks,
    totals,
    why,
)
from tests.unit.overdue.story import (
    Story,
    consumer_policy,
    reminded,
)

# -- M5: reversals ---------------------------------------------------------------------------------------------------


def test_m5_a_reversal_undoes_the_payment_as_if_it_had_never_come() -> None:
    story = reminded().paid("60.00", "2026-02-02").money_back("reversed", "2026-02-20")

    # The reminder of 12.2. claimed interest of 0.36 on what seemed open; in truth it was 0.52.
    assert interests(story.play("2026-02-20"))[1] == "0.36"
    assert balances(story.play("2026-02-20")) == {"1001": ("100.00", "0.52", "5.00")}


def test_m5_a_reversal_undoes_waivers_too() -> None:
    story = Story().invoice("2026-01-23").paid("97.00", "2026-01-20")

    assert balances(story.play("2026-02-02")) == {"1001": ("0.00", "0.00", "0.00")}
    assert balances(story.money_back("reversed", "2026-02-02").play("2026-02-02")) == {
        "1001": ("100.00", "0.00", "0.00")
    }


def test_m5_a_reversal_of_a_part_leaves_the_other_part() -> None:
    story = (
        Story().invoice("2026-01-23").paid("60.00", "2026-01-20").money_back("reversed", "2026-02-02", amount="25.00")
    )

    assert balances(story.play("2026-02-02")) == {"1001": ("65.00", "0.00", "0.00")}


@pytest.mark.parametrize("kinds", [("refunded", "reversed"), ("reversed", "refunded")])
def test_m5_what_was_refunded_of_money_that_is_reversed_counts_as_reversed_only(
    kinds: tuple[str, str],
) -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20")
    for kind, day in zip(kinds, ("2026-02-02", "2026-02-03"), strict=True):
        story.money_back(kind, day, amount="30.00" if kind == "refunded" else None)
    harness = story.play("2026-02-04")

    (account,) = harness.accounts.values()
    (use,) = payment_allocation(account, harness.books(), harness.context, date(2026, 2, 4))
    assert (use.reversed, use.refunded, use.given_back) == (100_00, 0, 0)
    assert balances(harness)["1001"][0] == "100.00"


def test_m5_a_reversal_undoes_the_use_of_its_credit() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-26", invoice="1002").paid("130.00", "2026-01-27")
    harness = story.money_back("reversed", "2026-02-02").play("2026-02-02")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("100.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"


# -- M5: refunds -----------------------------------------------------------------------------------------------------


def test_m5_a_refund_opens_what_the_payment_paid_from_its_day_on() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20").money_back("refunded", "2026-04-20")
    harness = story.play("2026-05-28")

    assert balances(story.play("2026-04-19")) == {"1001": ("0.00", "0.00", "0.00")}
    assert balances(story.play("2026-04-20")) == {"1001": ("100.00", "0.00", "0.00")}
    # Ten days after the refund is 30.4.; it has passed on Tuesday 5.5., as 1.5. is a holiday.
    assert steps(harness)[:2] == ["2026-05-05 nudge", "2026-05-20 reminder"]
    # From 21.4. to 20.5. are 30 days of 9.5 %: the 87 days before, when the invoice was paid, bear none.
    assert interests(harness)[1] == "0.78"


def test_m5_a_refund_counts_from_the_day_on_which_it_was_booked() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20")
    story.money_back("refunded", "2026-02-04", booked="2026-02-02")
    harness = story.play("2026-03-10")

    assert [slice_.first for slice_ in harness.letters[1].lines[0].slices] == [date(2026, 2, 3)]


def test_m5_a_refund_is_never_of_a_day_after_it_is_known() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20")
    story.money_back("refunded", "2026-02-04", booked="2026-12-02")

    assert balances(story.play("2026-02-04")) == {"1001": ("100.00", "0.00", "0.00")}


def test_m5_a_refund_takes_unused_credit_first() -> None:
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20")
    harness = story.money_back("refunded", "2026-02-02", amount="50.00").play("2026-02-02")

    assert credit(harness) == "0.00"
    assert balances(harness) == {"1001": ("20.00", "0.00", "0.00")}


def test_m5_a_refund_opens_the_latest_use_first() -> None:
    # 150.00 pay 1001 on 20.1.; the credit of 50.00 pays half of 1002 on its due date.
    story = Story().invoice("2026-01-23").invoice("2026-01-26", invoice="1002").paid("150.00", "2026-01-20")

    harness = story.money_back("refunded", "2026-02-02", amount="60.00").play("2026-02-02")
    assert balances(harness) == {"1001": ("10.00", "0.00", "0.00"), "1002": ("100.00", "0.00", "0.00")}


def test_m5_a_refund_opens_costs_and_interest_before_principal() -> None:
    story = reminded().paid("105.52", "2026-02-16").money_back("refunded", "2026-02-20", amount="6.00")

    assert balances(story.play("2026-02-20")) == {"1001": ("0.48", "0.52", "5.00")}


def test_m5_what_was_waived_after_a_refunded_payment_is_owed_again() -> None:
    story = Story().invoice("2026-01-23").paid("50.00", "2026-01-19").paid("47.00", "2026-01-20", payment="P2")
    assert balances(story.play("2026-02-01")) == {"1001": ("0.00", "0.00", "0.00")}

    story.money_back("refunded", "2026-02-02", amount="10.00")
    assert balances(story.play("2026-02-02")) == {"1001": ("13.00", "0.00", "0.00")}


def test_m5_a_waiver_before_a_refunded_payment_stays() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", "50.00", invoice="1002")
    story.paid("97.00", "2026-01-19").paid("50.00", "2026-01-20", invoice="1002", payment="P2")
    story.money_back("refunded", "2026-02-02", payment="P2")

    assert balances(story.play("2026-02-02")) == {"1001": ("0.00", "0.00", "0.00"), "1002": ("50.00", "0.00", "0.00")}


def test_m5_two_refunds_of_which_others_money_paid_one_leave_nothing_paid() -> None:
    # The credit of P1 pays the refund of P2; when P1 goes back too, what P2 had paid is open.
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-19", invoice=None, debtor="C-1")
    story.invoice("2026-01-23", "60.00", invoice="1002").paid("60.00", "2026-01-20", invoice="1002", payment="P2")
    story.money_back("refunded", "2026-01-21", payment="P2").money_back("refunded", "2026-02-02")
    harness = story.play("2026-02-02")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("60.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"


def test_m5_a_reversal_after_a_refund_undoes_the_payment_once() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20").money_back("refunded", "2026-02-02")
    harness = story.money_back("reversed", "2026-02-04").play("2026-02-04")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}


def test_m5_credit_of_credit_notes_pays_what_a_refund_opened() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", "50.00", invoice="1002").paid("100.00", "2026-01-20")
    story.credited("80.00", "2026-01-26", invoice="1002").money_back("refunded", "2026-02-02", amount="40.00")
    harness = story.play("2026-02-02")

    assert balances(harness) == {"1001": ("10.00", "0.00", "0.00"), "1002": ("0.00", "0.00", "0.00")}


# -- M6: small rests -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("paid", "left"), [("95.00", ("5.00", "0.00", "0.00")), ("95.01", ("0.00", "0.00", "0.00"))])
def test_m6_a_rest_below_the_limit_is_waived_after_a_payment(paid: str, left: tuple[str, str, str]) -> None:
    harness = Story().invoice("2026-01-23").paid(paid, "2026-01-20").play("2026-01-27")

    assert balances(harness) == {"1001": left}


def test_m6_the_rest_is_principal_interest_and_costs_together() -> None:
    story = reminded()

    assert balances(story.paid("100.52", "2026-02-16").play("2026-02-17")) == {"1001": ("0.00", "0.00", "5.00")}
    assert balances(story.paid("0.01", "2026-02-17", payment="P2").play("2026-02-18")) == {
        "1001": ("0.00", "0.00", "0.00")
    }


def test_m6_a_rest_after_a_credit_note_is_waived_at_the_beginning() -> None:
    # Waived at the beginning, the rest of 3.00 had no letter: fee and interest are taken back.
    harness = reminded().credited("97.00", "2026-02-16").play("2026-02-16")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}


def test_m6_a_small_invoice_is_not_waived_without_a_payment_or_credit() -> None:
    harness = Story(consumer_policy(minimum="0.00")).invoice("2026-01-23", "4.00").play("2026-01-28")

    assert totals(harness) == ["4.00"]


def test_m6_the_waiver_is_tested_at_the_payments_place_in_the_order() -> None:
    # On its day, before the reminder, the payment left 4.00; known after it, it still does.
    harness = reminded().paid("96.00", "2026-02-10", known="2026-02-16").play("2026-02-16")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}


def test_m6_a_small_open_principal_after_a_payment_neither_moves_nor_bears_a_fee() -> None:
    story = reminded(consumer_policy(minimum="0.00", allocation="interest-first")).paid("96.00", "2026-02-16")
    harness = story.play("2026-04-30")

    # 4.52 principal and 5.00 costs are too much to be waived, and too little to move.
    assert balances(harness) == {"1001": ("4.52", "0.00", "5.00")}
    assert len(harness.letters) == 2
    assert why(harness, "2026-04-30") == {"residual": None}


def test_m6_a_small_invoice_moves_again_once_all_that_was_paid_of_it_is_refunded() -> None:
    story = Story(consumer_policy(minimum="0.00")).invoice("2026-01-23", "4.00").paid("1.00", "2026-01-20")
    story.money_back("refunded", "2026-01-26")

    assert totals(story.play("2026-02-10")) == ["4.00"]
    assert totals(story.paid("1.00", "2026-01-21", payment="P2").play("2026-02-10")) == []


def test_m6_a_small_open_principal_is_still_listed_with_the_others() -> None:
    story = reminded(consumer_policy(allocation="interest-first")).paid("96.00", "2026-02-16")
    harness = story.invoice("2026-02-27", invoice="1002").play("2026-03-04")

    assert moved(harness.letters[2]) == {"1001": None, "1002": "nudge"}
    assert totals(harness)[2] == "109.52"


def test_m6_where_only_costs_are_left_they_are_listed_but_no_reason_for_a_letter() -> None:
    story = reminded().paid("100.52", "2026-02-16")

    assert len(story.play("2026-04-30").letters) == 2

    harness = story.invoice("2026-02-27", invoice="1002").play("2026-03-04")
    assert moved(harness.letters[2]) == {"1001": None, "1002": "nudge"}
    assert totals(harness)[2] == "105.00"


def test_m6_when_only_a_rest_is_open_a_person_is_asked_about_it_once() -> None:
    story = reminded().paid("100.52", "2026-02-16")

    assert tasks(story.play("2026-04-30")) == ["2026-02-17 rest 1001"]
    assert tasks(story.invoice("2026-06-26", invoice="1002", known="2026-02-16").play("2026-04-30")) == []


def test_m6_a_waiver_is_said_in_the_next_letter() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002").paid("97.00", "2026-01-20")

    assert balances(story.play("2026-01-27"))["1001"] == ("0.00", "0.00", "0.00")
    assert story.play("2026-01-27").books().open["1001"].waived == 300


# -- M7: a new due date ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due", "goes"), [("2026-02-16", "2026-02-23"), ("2026-01-19", "2026-01-26")])
def test_m7_a_reschedule_moves_the_due_date_later_or_earlier(due: str, goes: str) -> None:
    story = Story().invoice("2026-01-23").says("invoice.rescheduled", "2026-01-20", invoice="1001", due=due)

    assert days(story.play("2026-02-28"))[0] == goes


def test_m7_an_extension_moves_the_due_date_later() -> None:
    story = Story().invoice("2026-01-23").says("extension.granted", "2026-01-20", invoice="1001", until="2026-02-16")
    harness = story.play("2026-02-28")

    assert days(harness) == ["2026-02-23"]
    assert harness.letters[0].lines[0].effective_due == date(2026, 2, 16)


def test_m7_an_extension_never_moves_the_due_date_earlier() -> None:
    story = Story().invoice("2026-01-23").says("extension.granted", "2026-01-20", invoice="1001", until="2026-01-16")

    assert days(story.play("2026-01-30")) == ["2026-01-28"]


def test_m7_steps_taken_and_interest_claimed_stay_and_interest_goes_on_from_the_new_date() -> None:
    story = reminded().says("invoice.rescheduled", "2026-02-16", invoice="1001", due="2026-02-23")
    harness = story.play("2026-03-31")

    # Claimed to 12.2.; the wait counts from 23.2.: 10.3., with 15 days of interest from 23.2.
    assert steps(harness)[2] == "2026-03-10 second-reminder"
    assert sums(harness.letters[2]) == ("5.00", "0.39", "110.91")


def test_m7_a_wait_counts_from_the_letter_when_that_is_later_than_the_new_date() -> None:
    story = reminded().says("invoice.rescheduled", "2026-02-13", invoice="1001", due="2026-02-02")

    assert steps(story.play("2026-03-31"))[2] == "2026-03-02 second-reminder"


def test_m7_the_last_word_about_the_due_date_counts() -> None:
    story = Story().invoice("2026-01-23").says("extension.granted", "2026-01-20", invoice="1001", until="2026-03-02")
    story.says("invoice.rescheduled", "2026-01-21", invoice="1001", due="2026-01-30")

    assert days(story.play("2026-03-31"))[0] == "2026-02-04"


def test_m7_an_extension_of_the_account_moves_all_its_receivables() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002")
    story.says("extension.granted", "2026-01-20", until="2026-02-16")

    assert moved(story.play("2026-02-23").letters[0]) == {"1001": "nudge", "1002": "nudge"}


def test_m7_an_extension_of_the_account_reaches_an_invoice_that_was_known_before_and_arrives_later() -> None:
    story = Story().invoice("2026-01-22", invoice="1002").invoice("2026-01-23", known="2026-01-19")
    story.says("extension.granted", "2026-01-20", until="2026-02-16")
    story.invoice("2026-01-23", invoice="1003", known="2026-01-21")
    harness = AccountHarness()
    for index in (0, 1, 2, 4, 3, 5):  # 1001 arrives after the extension
        harness.take(parse_event(story.events[index]))

    dues = {name: receivable.due_now for name, receivable in harness.accounts["C-1"].receivables.items()}
    assert dues == {"1002": date(2026, 2, 16), "1001": date(2026, 2, 16), "1003": date(2026, 1, 23)}


# -- what people give up ---------------------------------------------------------------------------------------------


def test_waived_fees_are_costs_let_go() -> None:
    story = reminded().says("fee.waived", "2026-02-16", invoice="1001", amount="2.00", reason="kindness")

    assert balances(story.play("2026-02-16")) == {"1001": ("100.00", "0.52", "3.00")}


def test_a_write_off_gives_up_the_receivable() -> None:
    story = reminded().says("receivable.written-off", "2026-02-16", invoice="1001", reason="bankrupt")

    assert balances(story.play("2026-02-16")) == {"1001": ("0.00", "0.00", "0.00")}
