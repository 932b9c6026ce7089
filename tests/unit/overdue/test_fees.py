"""Rules.md, Fees (F1–F6): which receivable bears a letter's one fee, when, how much, and the fixed compensation."""

from datetime import date
from typing import Any

import pytest

from services.overdue.letters.fees import months_before
from tests.unit.overdue.reading import balances, compensations, fees, moved, steps, sums, totals
from tests.unit.overdue.story import NUDGE, REMINDER, SECOND_REMINDER, Story, business_policy, consumer_policy, step


def fee_step(after_due_days: int, fee: str = "5.00", **changes: Any) -> dict[str, Any]:
    return step("reminder", after_due_days=after_due_days, fee=fee, **changes)


def fee_bearers(story: Story, until: str) -> dict[str, int]:
    """The receivables on which the last letter books a fee, with the fee in cents."""
    return {line.invoice: line.fee_new for line in story.play(until).letters[-1].lines if line.fee_new}


# -- F1: one fee a letter --------------------------------------------------------------------------------------------


def test_f1_a_letter_bears_one_fee_on_the_furthest_step() -> None:
    policy = consumer_policy(fee_step(15, "5.00"), step("second", after_previous_days=15, fee="4.00"))
    # On 9.2. the first moves to its second step and the other one to its first.
    story = Story(policy, starts="2026-01-02").invoice("2026-01-08", known="2026-01-02")
    story.invoice("2026-01-23", invoice="1002")

    assert moved(story.play("2026-02-09").letters[-1]) == {"1001": "second", "1002": "reminder"}
    assert fee_bearers(story, "2026-02-09") == {"1001": 400}


def test_f1_of_one_step_the_earliest_effective_due_date_bears_the_fee() -> None:
    story = Story(consumer_policy(fee_step(15))).invoice("2026-01-23").invoice("2026-01-22", invoice="1002")
    story.says("hold.placed", "2026-02-02", until="2026-02-08", reason="agreed")

    assert fee_bearers(story, "2026-02-09") == {"1002": 500}


def test_f1_of_one_due_date_the_smallest_id_as_text_bears_the_fee() -> None:
    story = Story(consumer_policy(fee_step(15))).invoice("2026-01-23", invoice="900")
    story.invoice("2026-01-23", invoice="1000")

    assert fee_bearers(story, "2026-02-09") == {"1000": 500}


def test_f1_a_candidate_keeps_its_turn_when_its_cap_leaves_nothing() -> None:
    taken = [{"step": "reminder", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "60.00"}]
    policy = consumer_policy(fee_step(15), step("second", after_previous_days=15, fee="5.00"))
    story = Story(policy).invoice("2025-11-03", known="2026-01-05", taken=taken)
    story.invoice("2025-12-15", known="2026-01-05", invoice="1002")

    letter = story.play("2026-01-05").letters[0]

    assert moved(letter) == {"1001": "second", "1002": "reminder"}
    assert letter.fee == 0


@pytest.mark.parametrize(("kind", "asked", "booked"), [("consumer", "7.00", "5.00"), ("business", "15.00", "12.00")])
def test_f1_a_fee_is_never_above_the_laws_maximum_whatever_the_policy_says(kind: str, asked: str, booked: str) -> None:
    policy = consumer_policy(fee_step(15, asked), kind=kind)

    assert fees(Story(policy).invoice("2026-01-20").play("2026-02-04")) == [booked]


# -- F2: who may bear it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wait", "fee"), [(13, "0.00"), (14, "0.00"), (15, "5.00"), (16, "5.00")])
def test_f2_a_consumers_fee_comes_no_sooner_than_15_days_after_the_effective_due_date(wait: int, fee: str) -> None:
    harness = Story(consumer_policy(fee_step(wait))).invoice("2026-01-20").play("2026-02-05")

    assert fees(harness) == [fee]


def test_f2_the_15_days_count_from_the_effective_due_date() -> None:
    # Saturday 24.1. rolls to Monday 26.1.: 9.2. is 16 days after the one and 14 after the other.
    harness = Story(consumer_policy(fee_step(14))).invoice("2026-01-24").play("2026-02-09")

    assert fees(harness) == ["0.00"]


@pytest.mark.parametrize(("gap", "fee"), [(13, "0.00"), (14, "0.00"), (15, "5.00"), (16, "5.00")])
def test_f2_a_consumers_fee_comes_no_sooner_than_15_days_after_the_last_letter(gap: int, fee: str) -> None:
    policy = consumer_policy({**NUDGE, "response_days": 7}, {**REMINDER, "after_previous_days": gap})
    harness = Story(policy, starts="2026-01-02").invoice("2026-01-15", known="2026-01-02").play("2026-02-05")

    assert fees(harness) == ["0.00", fee]


@pytest.mark.parametrize(("gap", "goes", "fee"), [(9, 28, "0.00"), (10, 29, "0.00"), (11, 30, "12.00")])
def test_f2_a_businesss_fee_comes_no_sooner_than_11_days_after_the_last_letter(gap: int, goes: int, fee: str) -> None:
    policy = business_policy(
        step("first", after_due_days=5, response_days=5), step("second", after_previous_days=gap, fee="12.00")
    )
    harness = Story(policy, starts="2026-01-02").invoice("2026-01-14", known="2026-01-02").play("2026-01-30")

    assert steps(harness) == ["2026-01-19 first", f"2026-01-{goes} second"]
    assert fees(harness) == ["0.00", fee]


@pytest.mark.parametrize(("sent", "fee"), [("2026-01-13", "5.00"), ("2026-01-14", "0.00")])
def test_f2_an_invoice_sent_less_than_14_days_before_its_due_date_bears_no_fee(sent: str, fee: str) -> None:
    story = Story(consumer_policy(fee_step(15))).invoice("2026-01-27", issued="2026-01-07", sent=sent)

    assert fees(story.play("2026-02-11")) == [fee]


def test_f2_an_invoice_without_a_day_of_sending_was_sent_when_issued() -> None:
    story = Story(consumer_policy(fee_step(15))).invoice("2026-01-27", issued="2026-01-14")

    assert fees(story.play("2026-02-11")) == ["0.00"]


@pytest.mark.parametrize(("due", "goes", "fee"), [("2026-01-27", 16, "0.00"), ("2026-01-28", 17, "5.00")])
def test_f2_a_letter_that_only_listed_the_receivable_counts(due: str, goes: int, fee: str) -> None:
    # The first invoice was sent too late to bear any fee; its letter of 2.2. lists the second, which moves later.
    story = Story(consumer_policy(fee_step(20))).invoice("2026-01-12", issued="2025-12-31")
    harness = story.invoice(due, invoice="1002").play(f"2026-02-{goes}")

    assert moved(harness.letters[0]) == {"1001": "reminder", "1002": None}
    assert moved(harness.letters[1]) == {"1001": None, "1002": "reminder"}
    assert fees(harness) == ["0.00", fee]


@pytest.mark.parametrize(("due", "goes", "fee"), [("2026-01-27", 16, "0.00"), ("2026-01-28", 17, "5.00")])
def test_f2_the_accounts_last_fee_counts_though_it_was_for_another_receivable(due: str, goes: int, fee: str) -> None:
    story = Story(consumer_policy(fee_step(20)), starts="2025-12-29").invoice("2026-01-12")
    story.invoice(due, invoice="1002").says(
        "hold.placed", "2026-01-29", invoice="1002", until="2026-02-03", reason="agreed"
    )
    harness = story.play(f"2026-02-{goes}")

    assert moved(harness.letters[0]) == {"1001": "reminder"}
    assert fees(harness) == ["5.00", fee]


# -- F3: caps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "before", "fee"),
    [
        ("100.00", "54.00", "5.00"),
        ("100.00", "57.00", "3.00"),
        ("100.00", "60.00", "0.00"),
        ("100.01", "57.00", "5.00"),
        ("1000.00", "118.00", "2.00"),
        ("1000.01", "118.00", "5.00"),
        ("1000.01", "208.00", "2.00"),
    ],
)
def test_f3_all_fees_of_a_consumers_receivable_stay_under_their_cap(amount: str, before: str, fee: str) -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": before}]
    harness = Story().invoice("2025-12-01", amount, known="2026-01-05", taken=taken).play("2026-01-05")

    assert fees(harness) == [fee]


@pytest.mark.parametrize(
    ("amount", "before", "fee"),
    [
        ("500.00", "240.00", "10.00"),
        ("500.01", "240.00", "12.00"),
        ("2500.00", "465.00", "5.00"),
        ("2500.01", "465.00", "12.00"),
        ("10000.00", "540.00", "10.00"),
        ("10000.01", "540.00", "12.00"),
        ("10000.01", "610.00", "10.00"),
    ],
)
def test_f3_all_fees_of_a_businesss_receivable_stay_under_their_cap(amount: str, before: str, fee: str) -> None:
    taken = [{"step": "reminder", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": before}]
    story = Story(business_policy()).invoice("2025-12-01", amount, known="2026-01-05", taken=taken)

    assert fees(story.play("2026-01-05")) == [fee]


def test_f3_the_cap_goes_by_the_original_principal() -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "57.00"}]
    story = Story(starts="2026-01-02").invoice("2025-12-01", "100.01", known="2026-01-02", taken=taken)
    story.paid("60.00", "2026-01-02").says("hold.placed", "2026-01-02", until="2026-01-06", reason="agreed")

    assert fees(story.play("2026-01-07")) == ["5.00"]


# -- F4: the fixed compensation --------------------------------------------------------------------------------------

CLAIM = step("demand", after_previous_days=14, fixed_compensation="claim")


@pytest.mark.parametrize(
    ("fees_before", "claimed"),
    [("0.00", "40.00"), ("12.00", "28.00"), ("24.00", "16.00"), ("36.00", "4.00"), ("48.00", "0.00")],
)
def test_f4_the_compensation_is_40_less_the_fees_before(fees_before: str, claimed: str) -> None:
    taken = [{"step": "first", "sent": "2025-12-15", "response_by": "2025-12-22", "fee": fees_before}]
    story = Story(business_policy(step("first", after_due_days=1), CLAIM))
    harness = story.invoice("2025-12-01", known="2026-01-05", taken=taken).play("2026-01-05")

    assert compensations(harness) == [claimed]


def test_f4_a_fee_after_the_compensation_books_only_what_passes_40() -> None:
    names = ("12", "24", "36", "48", "60")
    policy = business_policy(
        step("claim", after_due_days=1, fixed_compensation="claim"),
        *(step(name, after_previous_days=14, fee="12.00") for name in names),
    )
    harness = Story(policy).invoice("2026-01-19").play("2026-04-30")

    assert compensations(harness) == ["40.00", *["0.00"] * 5]
    assert fees(harness) == ["0.00", "0.00", "0.00", "0.00", "8.00", "12.00"]
    assert totals(harness) == ["140.00", "140.00", "140.00", "140.00", "148.00", "160.00"]


@pytest.mark.parametrize(
    ("fees_before", "claimed", "fee"),
    [("0.00", "40.00", "0.00"), ("24.00", "16.00", "0.00"), ("36.00", "4.00", "8.00"), ("48.00", "0.00", "12.00")],
)
def test_f4_the_compensation_comes_before_the_fee_of_its_own_letter(fees_before: str, claimed: str, fee: str) -> None:
    taken = [{"step": "first", "sent": "2025-12-15", "response_by": "2025-12-22", "fee": fees_before}]
    story = Story(business_policy(step("first", after_due_days=1), {**CLAIM, "fee": "12.00"}))
    harness = story.invoice("2025-12-01", known="2026-01-05", taken=taken).play("2026-01-05")

    assert (compensations(harness), fees(harness)) == ([claimed], [fee])


def test_f4_the_compensation_is_claimed_once_for_each_receivable() -> None:
    policy = business_policy(
        step("first", after_due_days=1, fixed_compensation="claim"),
        step("second", after_previous_days=14, fixed_compensation="claim"),
    )
    story = Story(policy).invoice("2026-01-19").invoice("2026-01-19", invoice="1002")

    assert compensations(story.play("2026-02-28")) == ["80.00", "0.00"]


@pytest.mark.parametrize("party", [{"kind": "consumer"}, {"kind": "business", "trader": False}])
def test_f4_only_traders_owe_the_compensation(party: dict[str, Any]) -> None:
    policy = consumer_policy(step("first", after_due_days=1, fixed_compensation="claim"), kind=party["kind"])

    assert compensations(Story(policy, party=party).invoice("2026-01-19").play("2026-01-21")) == ["0.00"]


@pytest.mark.parametrize(("sent", "claimed"), [("2026-01-09", "40.00"), ("2026-01-10", "0.00")])
def test_f4_the_compensation_is_claimed_only_later_than_the_interest_start(sent: str, claimed: str) -> None:
    # Not agreed: interest starts 30 days after sending, on Sunday 8.2. or on Monday 9.2., the day of the letter.
    policy = business_policy(step("first", after_due_days=17, fixed_compensation="claim"))
    story = Story(policy).invoice("2026-01-23", issued="2026-01-09", sent=sent, due_agreed=False)

    assert compensations(story.play("2026-02-09")) == [claimed]


@pytest.mark.parametrize(("until", "goes", "fee"), [("2026-01-28", 29, "0.00"), ("2026-01-29", 30, "12.00")])
def test_f4_a_fee_that_the_compensation_swallows_counts_whole_in_the_gap(until: str, goes: int, fee: str) -> None:
    policy = business_policy(step("demand", after_due_days=5, response_days=5, fee="12.00", fixed_compensation="claim"))
    story = Story(policy, starts="2026-01-02").invoice("2026-01-14", known="2026-01-02")
    # The other one's interest has not started, so it owes a fee but no compensation.
    story.invoice("2026-01-19", invoice="1002", due_agreed=False)
    story.says("hold.placed", "2026-01-19", invoice="1002", until=until, reason="agreed")
    harness = story.play(f"2026-01-{goes}")

    assert (compensations(harness), fees(harness)) == (["40.00", "0.00"], ["0.00", fee])


# -- F5: mercy -------------------------------------------------------------------------------------------------------

MERCY = consumer_policy(fee_step(15), step("second", after_previous_days=15, fee="5.00"), mercy_months=1, contacts=None)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-01-31", 1, "2025-12-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-03-30", 1, "2026-02-28"),
        ("2026-05-31", 1, "2026-04-30"),
        ("2026-01-15", 12, "2025-01-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-12-31", 13, "2025-11-30"),
    ],
)
def test_f5_months_are_counted_to_the_same_day_or_the_months_last(day: str, months: int, before: str) -> None:
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(before)


@pytest.mark.parametrize(("issued", "fee"), [("2026-02-28", "0.00"), ("2026-03-01", "5.00")])
def test_f5_a_fee_is_forgiven_when_the_earliest_invoice_is_old_enough(issued: str, fee: str) -> None:
    # Monday 16.3. + 15 = 31.3., a month before which is 28.2.
    harness = Story(MERCY, starts="2026-02-27").invoice("2026-03-16", issued=issued).play("2026-03-31")

    assert fees(harness) == [fee]
    assert harness.letters[0].fee_forgiven == (fee == "0.00")


def test_f5_the_accounts_earliest_invoice_counts_paid_or_not() -> None:
    story = Story(MERCY, starts="2026-02-27").invoice("2026-03-16", issued="2026-03-01")
    story.invoice("2026-03-13", issued="2026-02-27", invoice="1002", known="2026-02-27").paid(
        "100.00", "2026-03-10", "1002"
    )

    assert story.play("2026-03-31").letters[0].fee_forgiven


@pytest.mark.parametrize(("sent", "forgiven"), [("2025-12-05", True), ("2025-12-08", False)])
def test_f5_a_fee_after_that_day_leaves_no_mercy(sent: str, forgiven: bool) -> None:
    # Decided on 5.1.: a fee of 5.12. is not after the day a month before.
    taken = [{"step": "reminder", "sent": sent, "response_by": "2025-12-22", "fee": "5.00"}]
    harness = Story(MERCY).invoice("2025-11-03", known="2026-01-05", taken=taken).play("2026-01-05")

    assert harness.letters[0].fee_forgiven is forgiven
    assert fees(harness) == ["0.00" if forgiven else "5.00"]


def test_f5_mercy_comes_once_a_period_because_a_forgiven_fee_counts_too() -> None:
    harness = Story(MERCY, starts="2026-02-27").invoice("2026-03-16", issued="2026-02-28").play("2026-04-15")

    assert steps(harness) == ["2026-03-31 reminder", "2026-04-15 second"]
    assert fees(harness) == ["0.00", "5.00"]


@pytest.mark.parametrize(
    ("due", "goes", "fee"), [("2026-02-10", "2026-03-02", "0.00"), ("2026-02-11", "2026-03-03", "5.00")]
)
def test_f5_a_forgiven_fee_counts_in_the_gap_of_the_account(due: str, goes: str, fee: str) -> None:
    # Forgiven on 16.2.; the other receivable, which that letter did not list, moves 14 or 15 days later.
    policy = consumer_policy(fee_step(20), mercy_months=1)
    story = Story(policy).invoice("2026-01-27", issued="2026-01-09").invoice(due, invoice="1002")
    story.says("hold.placed", "2026-02-12", invoice="1002", until="2026-02-17", reason="agreed")
    harness = story.play(goes)

    assert harness.letters[0].fee_forgiven
    assert fees(harness) == ["0.00", fee]


def test_f5_a_forgiven_fee_does_not_count_in_the_cap() -> None:
    taken = [{"step": "nudge", "sent": "2025-11-17", "response_by": "2025-11-27", "fee": "57.00"}]
    policy = consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, mercy_months=1)
    harness = Story(policy).invoice("2025-11-03", known="2026-01-05", taken=taken).play("2026-01-31")

    assert [letter.fee_forgiven for letter in harness.letters] == [True, False]
    assert fees(harness) == ["0.00", "3.00"]


def test_f5_where_the_cap_leaves_no_fee_there_is_none_to_forgive() -> None:
    taken = [{"step": "nudge", "sent": "2025-11-17", "response_by": "2025-11-27", "fee": "60.00"}]
    policy = consumer_policy(NUDGE, REMINDER, SECOND_REMINDER, mercy_months=1)
    harness = Story(policy).invoice("2025-11-03", known="2026-01-05", taken=taken).play("2026-01-05")

    assert not harness.letters[0].fee_forgiven


def test_f5_a_forgiven_fee_that_is_taken_back_counts_nowhere() -> None:
    # The payment of 26.3. becomes known after the letter of 31.3., so that letter should have asked nothing of 1001.
    story = Story(MERCY, starts="2026-02-27").invoice("2026-03-16", issued="2026-02-28")
    story.paid("100.00", "2026-03-26", known="2026-04-01").invoice("2026-04-01", invoice="1002", known="2026-03-18")
    harness = story.play("2026-04-30")

    assert [letter.fee_forgiven for letter in harness.letters] == [True, True]


def test_f5_a_business_gets_no_mercy() -> None:
    policy = business_policy(step("first", after_due_days=15, fee="12.00"), mercy_months=1)
    harness = Story(policy, starts="2025-12-01").invoice("2026-01-19", issued="2025-12-01").play("2026-02-03")

    assert fees(harness) == ["12.00"]


# -- F6: euros only, no interest on fees -----------------------------------------------------------------------------


def test_f6_fees_bear_no_interest() -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "60.00"}]
    harness = Story().invoice("2025-12-16", known="2026-01-05", taken=taken).play("2026-01-05")

    assert sums(harness.letters[0]) == ("0.00", "0.52", "160.52")


def test_f6_a_debt_in_another_currency_bears_neither_fee_nor_compensation() -> None:
    policy = business_policy(step("first", after_due_days=15, fee="12.00", fixed_compensation="claim"))
    harness = Story(policy).invoice("2026-01-20", currency="SEK").play("2026-02-04")

    assert (fees(harness), compensations(harness)) == (["0.00"], ["0.00"])


def test_f6_a_taken_steps_fee_is_in_euros_and_not_owed_in_another_currency() -> None:
    taken = [{"step": "nudge", "sent": "2025-12-15", "response_by": "2025-12-29", "fee": "5.00"}]
    harness = Story().invoice("2025-12-01", known="2026-01-05", currency="SEK", taken=taken).play("2026-01-02")

    assert (
        balances(Story().invoice("2025-12-01", known="2026-01-05", currency="SEK", taken=taken).play("2026-01-05"))[
            "1001"
        ][2]
        == "0.00"
    )
    assert fees(harness) == []


def test_f6_minimum_and_waiver_are_in_euros() -> None:
    story = Story().invoice("2026-01-23", "9.00", currency="SEK").paid("5.00", "2026-01-26", currency="SEK")

    assert totals(story.play("2026-01-28")) == ["4.00"]
