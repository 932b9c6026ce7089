"""Rules.md, Ledger and money in (M1–M4): what a payment pays, and what an entry known late changes."""

from datetime import date, datetime
from typing import Any

import pytest

from schemas.journal import MoneyPlaced
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference
from tests.unit.overdue.reading import (
    balances,
    compensations,
    credit,
    days,
    fees,
    interests,
    moved,
    steps,
    sums,
    totals,
    why,
)
from tests.unit.overdue.story import (
    BANK,
    CREDITOR,
    NUDGE,
    REMINDER,
    Story,
    business_policy,
    consumer_policy,
    reminded,
    step,
)

INTEREST_FIRST = consumer_policy(allocation="interest-first")


# -- M1: the order of entries ----------------------------------------------------------------------------------------


def test_m1_a_payment_that_crossed_a_letter_takes_back_what_it_should_not_have_asked() -> None:
    harness = reminded().paid("100.00", "2026-02-10", booked="2026-02-11", known="2026-02-13").play("2026-04-30")

    assert totals(harness) == ["100.00", "105.52"]
    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"


def test_m1_a_part_that_crossed_a_letter_leaves_the_fee_and_interest_on_what_was_open() -> None:
    harness = reminded().paid("60.00", "2026-02-02", known="2026-02-13").play("2026-02-13")

    # 10 days on 100.00 and 10 days on 40.00
    assert balances(harness) == {"1001": ("40.00", "0.36", "5.00")}


def test_b2_the_days_of_a_payment_that_is_placed_are_those_known_last_until_its_day_is_fixed() -> None:
    story = reminded().paid("60.00", "2026-02-02", known="2026-02-13")
    story.paid("60.00", "2026-01-30", booked="2026-02-03", known="2026-02-13")

    # 7 days on 100.00 and 13 days on 40.00
    assert balances(story.play("2026-02-13")) == {"1001": ("40.00", "0.32", "5.00")}

    story.paid("60.00", "2026-01-26", known="2026-02-16")
    assert balances(story.play("2026-02-16")) == {"1001": ("40.00", "0.32", "5.00")}


def test_k2_a_payment_dated_later_than_it_is_known_counts_from_the_day_on_which_it_is_known() -> None:
    harness = reminded().paid("100.00", "2026-04-15", booked="2026-02-16", known="2026-02-16").play("2026-04-30")

    assert totals(harness) == ["100.00", "105.52"]
    assert balances(harness) == {"1001": ("0.00", "0.52", "5.00")}


def test_m1_a_payment_of_the_letters_own_day_known_after_it_leaves_the_letter_as_it_was() -> None:
    harness = reminded().paid("100.00", "2026-02-12").play("2026-02-13")

    assert balances(harness) == {"1001": ("0.00", "0.52", "5.00")}


def test_m1_a_payment_of_the_letters_own_day_known_before_it_comes_before_it() -> None:
    harness = reminded().paid("60.00", "2026-02-12", known="2026-02-12").play("2026-02-12")

    assert sums(harness.letters[1]) == ("5.00", "0.52", "45.52")


def test_m1_a_businesss_compensation_is_taken_back_too() -> None:
    policy = business_policy(step("first", after_due_days=1, interest=True, fixed_compensation="claim"))
    story = Story(policy).invoice("2026-01-19").paid("100.00", "2026-01-19", booked="2026-01-20", known="2026-01-23")
    harness = story.play("2026-01-23")

    assert compensations(harness) == ["40.00"]
    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}


def test_m1_letters_dates_and_steps_stay() -> None:
    # The payment that takes back the reminder is reversed: the next step is the second reminder all the same.
    story = reminded().paid("100.00", "2026-02-10", known="2026-02-13").money_back("reversed", "2026-02-16")

    assert steps(story.play("2026-03-31"))[:3] == [
        "2026-01-28 nudge",
        "2026-02-12 reminder",
        "2026-03-02 second-reminder",
    ]


def test_m1_a_debtor_who_had_paid_gets_a_short_note_where_the_policy_says_so() -> None:
    kind = reminded(consumer_policy(apology=True)).paid("100.00", "2026-02-10", known="2026-02-13").play("2026-03-31")
    curt = reminded(consumer_policy()).paid("100.00", "2026-02-10", known="2026-02-13").play("2026-03-31")

    assert steps(kind) == ["2026-01-28 nudge", "2026-02-12 reminder", "2026-02-13 apology"]
    assert steps(curt) == ["2026-01-28 nudge", "2026-02-12 reminder"]


def test_m1_no_note_is_due_when_nothing_is_taken_back() -> None:
    harness = reminded(consumer_policy(apology=True)).paid("105.52", "2026-02-13").play("2026-03-31")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder"]


def test_m1_a_note_counts_neither_as_a_letter_before_a_fee_nor_in_the_budget() -> None:
    story = reminded(consumer_policy(apology=True, contacts={"max": 3, "days": 40}))
    harness = story.paid("60.00", "2026-02-02", known="2026-02-25").play("2026-03-02")

    assert steps(harness)[2:] == ["2026-02-25 apology", "2026-03-02 second-reminder"]
    assert fees(harness)[-1] == "5.00"


# -- M2: which class first -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ("50.00", ("50.00", "0.52", "5.00")),
        ("100.00", ("0.00", "0.52", "5.00")),
        ("100.30", ("0.00", "0.22", "5.00")),
    ],
)
def test_m2_principal_first_then_interest_then_costs(paid: str, left: tuple[str, str, str]) -> None:
    assert balances(reminded().paid(paid, "2026-02-16").play("2026-02-17")) == {"1001": left}


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ("0.30", ("100.00", "0.22", "5.00")),
        ("50.00", ("50.52", "0.00", "5.00")),
        ("100.52", ("0.00", "0.00", "5.00")),
    ],
)
def test_m2_interest_first_then_principal_and_costs_last(paid: str, left: tuple[str, str, str]) -> None:
    assert balances(reminded(INTEREST_FIRST).paid(paid, "2026-02-16").play("2026-02-17")) == {"1001": left}


def test_m2_money_for_several_pays_class_by_class_the_earliest_due_first() -> None:
    # The letter of 11.2. lists both; 150.00 pay the first's principal, then half of the second's, no interest yet.
    policy = consumer_policy(NUDGE, {**REMINDER, "after_previous_days": 14}, residual={"waive_below": "0.00"})
    story = Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002")
    story.paid("150.00", "2026-02-16", invoice=None, reference=letter_reference(1, 2, FINNISH))
    harness = story.play("2026-02-17")

    assert moved(harness.letters[1]) == {"1001": "reminder", "1002": "nudge"}
    assert balances(harness) == {"1001": ("0.00", "0.49", "0.00"), "1002": ("50.00", "0.00", "0.00")}


def test_m2_of_one_due_date_the_smaller_id_is_paid_first() -> None:
    story = Story().invoice("2026-01-23", invoice="900").invoice("2026-01-23", invoice="1000")
    harness = story.paid("150.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert balances(harness) == {"1000": ("0.00", "0.00", "0.00"), "900": ("50.00", "0.00", "0.00")}


# -- M3: where money goes --------------------------------------------------------------------------------------------


def test_m3_a_letters_own_reference_pays_what_the_letter_listed_and_nothing_else() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002").invoice("2026-06-01", invoice="1003")
    story.paid("205.00", "2026-02-03", invoice=None, reference=letter_reference(1, 1, FINNISH))
    harness = story.play("2026-02-04")

    assert balances(harness)["1003"] == ("100.00", "0.00", "0.00")
    assert credit(harness) == "5.00"


def test_m3_money_in_another_currency_than_its_letters_is_for_a_person_even_where_both_are_owed() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-06-01", invoice="1002", currency="SEK")
    story.paid("100.00", "2026-02-03", invoice=None, reference=letter_reference(1, 1, FINNISH), currency="SEK")
    harness = story.play("2026-02-20")

    assert list(harness.books().refused.values()) == ["other-currency"]
    assert why(harness, "2026-02-12") == {"unmatched-money": None}
    assert days(harness) == ["2026-01-28"]


def test_m3_money_by_debtor_pays_what_is_overdue_in_all_classes_before_what_is_not_yet_due() -> None:
    story = reminded().invoice("2026-03-20", invoice="1002", known="2026-02-13")
    harness = story.paid("110.52", "2026-02-18", invoice=None, debtor="C-1").play("2026-02-19")

    # 100.00 + 0.52 + 5.00 of the overdue one, then 5.00 of the other.
    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00"), "1002": ("95.00", "0.00", "0.00")}


@pytest.mark.parametrize(
    "kind", ["dispute.raised", "hold.placed", "suspension.requested", "promise.made", "plan.agreed"]
)
def test_m3_money_with_a_receivables_own_reference_goes_to_it_under_any_stop(kind: str) -> None:
    harness = under(kind).paid("40.00", "2026-02-03").play("2026-02-04")

    assert balances(harness)["1001"] == ("60.00", "0.00", "0.00")


@pytest.mark.parametrize("kind", ["dispute.raised", "hold.placed", "suspension.requested"])
def test_m3_all_other_money_passes_by_a_receivable_under_a_stop(kind: str) -> None:
    story = under(kind).invoice("2026-01-26", invoice="1002")
    harness = story.paid("130.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "30.00"


@pytest.mark.parametrize("kind", ["investigating", "promise.made", "plan.agreed"])
def test_g0_money_pays_what_only_keeps_out_of_letters_as_if_it_were_free(kind: str) -> None:
    story = under(kind).invoice("2026-01-26", invoice="1002")
    harness = story.paid("130.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00"), "1002": ("70.00", "0.00", "0.00")}


def under(kind: str) -> Story:
    """Invoice 1001 under a stop from 26.1. on."""
    data: dict[str, dict[str, Any]] = {
        "dispute.raised": {"invoice": "1001", "ground": "broken"},
        "hold.placed": {"invoice": "1001", "reason": "agreed"},
        "investigating": {"invoice": "1001", "reason": "Investigating the delivery"},
        "suspension.requested": {"invoice": "1001"},
        "promise.made": {"invoice": "1001", "until": "2026-03-02"},
        "plan.agreed": {"invoices": ["1001"], "instalments": [{"due": "2026-06-01", "amount": "100.00"}]},
    }
    told = "hold.placed" if kind == "investigating" else kind
    return Story().invoice("2026-01-23").says(told, "2026-01-26", **data[kind])


def test_m3_other_money_passes_by_the_disputed_part() -> None:
    story = (
        Story()
        .invoice("2026-01-23")
        .says("dispute.raised", "2026-01-26", invoice="1001", amount="70.00", ground="late")
    )
    harness = story.paid("50.00", "2026-02-03", invoice=None, debtor="C-1").play("2026-02-04")

    assert balances(harness) == {"1001": ("70.00", "0.00", "0.00")}
    assert credit(harness) == "20.00"


def test_m3_other_money_passes_by_what_was_handed_over() -> None:
    policy = consumer_policy(NUDGE, {"name": "collection", "action": "hand-over", "after_previous_days": 15})
    story = Story(policy).invoice("2026-01-23").paid("130.00", "2026-02-16", invoice=None, debtor="C-1")

    assert credit(story.play("2026-02-17")) == "130.00"


def test_m3_more_than_is_open_becomes_credit_and_stays_visible() -> None:
    harness = Story().invoice("2026-01-23").paid("130.00", "2026-01-20").play("2026-03-31")

    assert credit(harness) == "30.00"


def test_m3_credit_is_used_for_another_receivable_on_its_effective_due_date() -> None:
    # Saturday 14.2. rolls to Monday 16.2.
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20").invoice("2026-02-14", invoice="1002")

    assert credit(story.play("2026-02-15")) == "30.00"
    assert credit(story.play("2026-02-16")) == "0.00"
    assert balances(story.play("2026-02-16"))["1002"] == ("70.00", "0.00", "0.00")


def test_m3_credit_that_arises_after_the_due_date_is_used_on_the_day_it_arises() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-26", "1000.00", invoice="1002")
    harness = story.paid("130.00", "2026-02-02").play("2026-03-03")

    assert balances(harness)["1002"][0] == "970.00"
    # Reminded on 26.2.: 7 days on 1,000.00 to 2.2., then 24 days on 970.00
    assert steps(harness)[-1] == "2026-02-26 reminder"
    assert interests(harness)[-1] == "7.88"


def test_m3_credit_passes_by_a_stop_until_the_stop_ends() -> None:
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20").invoice("2026-02-13", invoice="1002")
    story.says("hold.placed", "2026-02-02", invoice="1002", until="2026-02-20", reason="agreed")

    assert credit(story.play("2026-02-20")) == "30.00"
    assert credit(story.play("2026-02-21")) == "0.00"


def test_g0_credit_pays_what_is_promised_on_its_due_date() -> None:
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20").invoice("2026-02-13", invoice="1002")
    story.says("promise.made", "2026-02-02", invoice="1002", until="2026-02-21")

    assert credit(story.play("2026-02-12")) == "30.00"
    assert credit(story.play("2026-02-13")) == "0.00"


def test_g5_credit_pays_a_plans_next_instalment_before_the_receivables_due_date() -> None:
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20").invoice("2026-02-13", invoice="1002")
    parts = [{"due": "2026-06-01", "amount": "25.00"}, {"due": "2026-07-01", "amount": "75.00"}]
    story.says("plan.agreed", "2026-02-02", invoices=["1002"], instalments=parts)

    assert credit(story.play("2026-02-01")) == "30.00"
    assert credit(story.play("2026-02-02")) == "5.00"
    assert credit(story.play("2026-02-13")) == "0.00"


def test_m3_a_refund_takes_the_credit_away() -> None:
    story = (
        Story().invoice("2026-01-23").paid("130.00", "2026-01-20").money_back("refunded", "2026-02-02", amount="30.00")
    )

    assert credit(story.play("2026-02-02")) == "0.00"
    assert balances(story.play("2026-02-02"))["1001"] == ("0.00", "0.00", "0.00")


def test_m3_refunds_of_money_that_was_used_add_up() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20")
    story.money_back("refunded", "2026-02-02", amount="60.00").money_back("refunded", "2026-02-03", amount="30.00")
    assert balances(story.play("2026-02-03"))["1001"] == ("90.00", "0.00", "0.00")

    story.money_back("refunded", "2026-02-04")
    assert balances(story.play("2026-02-04"))["1001"] == ("100.00", "0.00", "0.00")


def test_m3_refunds_of_money_that_was_used_in_part_add_up() -> None:
    story = Story().invoice("2026-01-23").paid("130.00", "2026-01-20")
    story.money_back("refunded", "2026-02-02", amount="60.00").money_back("refunded", "2026-02-03", amount="40.00")

    assert balances(story.play("2026-02-03"))["1001"] == ("70.00", "0.00", "0.00")


def test_m3_a_refund_of_all_after_a_refund_of_a_part_gives_back_the_rest() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20").paid("150.00", "2026-01-20", payment="P2")
    story.money_back("refunded", "2026-02-02", amount="40.00").money_back("refunded", "2026-02-03")

    harness = story.play("2026-02-03")

    assert credit(harness) == "50.00"
    assert sorted(use.given_back for use in harness.books().uses.values()) == [0, 10000]


def test_m3_a_payment_of_a_lapsed_debt_is_not_taken() -> None:
    harness = Story().invoice("2023-01-05", known="2026-01-07").paid("100.00", "2026-01-08").play("2026-01-09")

    assert balances(harness)["1001"] == ("100.00", "0.00", "0.00")
    assert list(harness.books().refused.values()) == ["lapsed"]


def test_m3_money_by_debtor_that_finds_only_lapsed_debts_is_for_a_person() -> None:
    lapsed = Story(starts="2026-01-05").invoice("2023-01-05", known="2026-01-07")
    paid: dict[str, Any] = {"invoice": None, "debtor": "C-1"}

    harness = lapsed.paid("100.00", "2026-01-08", **paid).play("2026-01-12")
    assert list(harness.books().refused.values()) == ["lapsed"]
    assert credit(harness) == "0.00"
    # A receivable that is not lapsed takes it, and what is more is credit.
    lapsed.invoice("2026-01-05", "60.00", "1002", known="2026-01-07", issued="2026-01-02")
    assert (lapsed.play("2026-01-12").books().refused, credit(lapsed.play("2026-01-12"))) == ({}, "40.00")


def assigned(amount: int, day: str, since: str, **named: Any) -> MoneyPlaced:
    """A payment of ``day`` that a person assigned later."""
    return MoneyPlaced(
        time=datetime.fromisoformat(f"{day}T06:00:00+02:00"),
        id="//story#paid",
        creditor=CREDITOR,
        debtor="C-1",
        account=BANK,
        payment="P1",
        amount=amount,
        currency="EUR",
        paid=date.fromisoformat(day),
        booked=date.fromisoformat(day),
        assigned=datetime.fromisoformat(f"{since}T08:00:00+02:00"),
        **named,
    )


@pytest.mark.parametrize("named", [{"invoice": "1002"}, {}])
def test_m3_money_assigned_late_passes_by_what_is_held_by_then(named: dict[str, str]) -> None:
    story = Story().invoice("2026-01-12").says("hold.placed", "2026-01-20", invoice="1001", reason="agreed")
    story.invoice("2026-01-09", "50.00", "1002").journal(
        assigned(80_00, "2026-01-14", "2026-01-26", **named), "2026-01-26"
    )

    harness = story.play("2026-01-27")
    assert [balances(harness)[invoice][0] for invoice in ("1001", "1002")] == ["100.00", "0.00"]
    assert credit(harness) == "30.00"
    assert balances(story.says("hold.lifted", "2026-01-28", invoice="1001").play("2026-01-29"))["1001"][0] == "70.00"


def test_m3_credit_of_a_note_passes_by_what_is_held_when_the_note_is_known() -> None:
    story = Story().invoice("2026-01-12").says("hold.placed", "2026-01-20", invoice="1001", reason="agreed")
    story.invoice("2026-01-09", "50.00", "1002").credited("80.00", "2026-01-26", invoice="1002", issued="2026-01-10")

    assert balances(story.play("2026-01-27"))["1001"][0] == "100.00"


def test_m3_money_in_another_currency_is_no_payment_of_a_debt_in_euros() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-26", invoice=None, debtor="C-1", currency="SEK")

    assert totals(story.play("2026-01-28")) == ["100.00"]
    assert credit(story.play("2026-01-28"), "SEK") == "100.00"


def test_m3_money_with_a_letters_own_reference_pays_what_it_listed_and_not_what_came_to_light_since() -> None:
    # The letter of 28.1. listed 1001 alone; 0999, due earlier, becomes known only after it.
    story = Story().invoice("2026-01-23").invoice("2026-01-16", invoice="0999", known="2026-02-02")
    harness = story.paid("60.00", "2026-02-03", invoice=None, reference=letter_reference(1, 1, FINNISH)).play(
        "2026-02-04"
    )

    assert balances(harness) == {"1001": ("40.00", "0.00", "0.00"), "0999": ("100.00", "0.00", "0.00")}


# -- M4: credit notes and cancellations ------------------------------------------------------------------------------


def test_m4_a_credit_note_counts_from_the_invoices_beginning() -> None:
    harness = reminded().credited("50.00", "2026-02-16").play("2026-02-16")

    assert balances(harness) == {"1001": ("50.00", "0.26", "5.00")}


def test_m4_credit_to_zero_takes_back_fees_and_interest() -> None:
    harness = reminded().credited("100.00", "2026-02-16").play("2026-04-30")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}
    assert len(harness.letters) == 2


def test_m4_a_cancellation_closes_the_receivable_and_takes_back_compensation_too() -> None:
    policy = business_policy(step("first", after_due_days=1, interest=True, fixed_compensation="claim"))
    story = Story(policy).invoice("2026-01-19").says("invoice.cancelled", "2026-01-26", invoice="1001", reason="wrong")

    assert balances(story.play("2026-01-26")) == {"1001": ("0.00", "0.00", "0.00")}


def test_m4_what_was_paid_on_a_cancelled_invoice_becomes_credit() -> None:
    story = Story().invoice("2026-01-23").paid("60.00", "2026-01-20")
    story.says("invoice.cancelled", "2026-02-02", invoice="1001", reason="wrong")

    assert credit(story.play("2026-02-02")) == "60.00"


def test_m4_a_credit_note_over_what_is_open_becomes_credit() -> None:
    story = Story().invoice("2026-01-23").paid("80.00", "2026-01-20").credited("50.00", "2026-02-02")

    assert credit(story.play("2026-02-02")) == "30.00"


def test_m4_credit_notes_for_more_than_the_invoice_become_credit() -> None:
    assert credit(Story().invoice("2026-01-23").credited("130.00", "2026-02-02").play("2026-02-02")) == "30.00"


def test_m3_money_that_names_no_receivable_of_the_account_pays_none_and_stops_nothing() -> None:
    story = reminded()
    story.journal(assigned(5_000, "2026-02-13", "2026-02-13", invoice="9999"), "2026-02-13")

    harness = story.play("2026-02-20")

    assert balances(harness) == {"1001": ("100.00", "0.52", "5.00")}
    assert credit(harness) == "0.00"
