"""Rules.md, Interest (I1–I5): from when, at which rate, on what, and how it is rounded."""

from datetime import date
from typing import Any

import pytest

from tests.unit.overdue.reading import balances, interests, steps, sums
from tests.unit.overdue.story import NUDGE, REMINDER, Story, business_policy, consumer_policy, step


def claim_after(days: int, kind: str = "consumer") -> dict[str, Any]:
    """A policy of one letter that claims interest some days after the due date."""
    return consumer_policy(step("reminder", after_due_days=days, interest=True), kind=kind)


# -- I1: the start ---------------------------------------------------------------------------------------------------


def test_i1_interest_runs_from_the_day_after_an_agreed_due_date_to_the_letters_day() -> None:
    # 24.1. to 12.2. are 20 days: 100.00 × 9.5 % × 20/365
    assert interests(Story(claim_after(20)).invoice("2026-01-23").play("2026-02-12")) == ["0.52"]


def test_i1_interest_runs_from_the_effective_due_date() -> None:
    # Saturday 24.1. rolls to 26.1.: 27.1. to 16.2. are 21 days
    assert interests(Story(claim_after(20)).invoice("2026-01-24", "1000.00").play("2026-02-16")) == ["5.47"]


@pytest.mark.parametrize(
    ("kind", "agreed", "days"),
    [("consumer", None, 4), ("consumer", True, 20), ("business", None, 20), ("business", False, 4)],
)
def test_i1_where_the_due_date_was_not_agreed_interest_starts_30_days_after_sending(
    kind: str, agreed: bool | None, days: int
) -> None:
    # Sent 9.1.: the 30th day is Sunday 8.2., the letter goes on 12.2. at 9.5 % or 10.5 %.
    story = Story(claim_after(20, kind)).invoice("2026-01-23", "1000.00", due_agreed=agreed, interest_stated=True)
    a_day_in_cents = {"consumer": 1000 * 95 / 3650, "business": 1000 * 105 / 3650}[kind]

    assert interests(story.play("2026-02-12")) == [f"{round(a_day_in_cents * days * 10) / 1000:.2f}"]


def test_i1_the_day_of_sending_counts_not_that_of_issue() -> None:
    story = Story(claim_after(20)).invoice(
        "2026-01-23", "1000.00", due_agreed=False, interest_stated=True, sent="2026-01-12"
    )

    # 11.2. is the 30th day: one day, 12.2.
    assert interests(story.play("2026-02-12")) == ["0.26"]


def test_i1_a_late_due_date_that_was_not_agreed_is_still_the_start() -> None:
    story = Story(claim_after(20)).invoice(
        "2026-02-23", "1000.00", issued="2026-01-09", due_agreed=False, interest_stated=True
    )

    assert interests(story.play("2026-03-16")) == ["5.47"]  # 21 days, as 15.3. is a Sunday


def test_i1_without_a_stated_rate_a_consumers_interest_starts_with_the_first_letter_that_claims_it() -> None:
    harness = Story().invoice("2026-01-23", due_agreed=False).play("2026-03-02")

    # The nudge claims none; the reminder of 12.2. is the start: 18 days to 2.3.
    assert steps(harness)[1:] == ["2026-02-12 reminder", "2026-03-02 second-reminder"]
    assert interests(harness) == ["0.00", "0.00", "0.47"]


def test_i1_a_stated_rate_is_asked_of_consumers_only() -> None:
    story = Story(claim_after(20, "business")).invoice("2026-01-23", "1000.00", due_agreed=False, interest_stated=False)

    assert interests(story.play("2026-02-12")) == ["1.15"]  # 4 days × 10.5 %


def test_i1_the_letter_that_starts_interest_must_have_been_accepted() -> None:
    story = Story().invoice("2026-01-23", due_agreed=False)
    story.says("debtor.updated", "2026-02-16", party={"email": "new@debtor.example"})
    harness = story.play("2026-03-04", post=["accepted", "failed"])

    # Refused on 12.2., accepted on 16.2.: 16 days to 4.3.
    assert steps(harness)[1:] == ["2026-02-16 reminder", "2026-03-04 second-reminder"]
    assert interests(harness) == ["0.00", "0.00", "0.42"]


def test_i1_a_year_has_365_days_in_a_leap_year_too() -> None:
    story = Story(claim_after(60), starts="2024-01-17").invoice("2024-02-01", "10000.00", known="2024-01-18")

    # 61 days to 2.4. (1.4. is Easter Monday) at 11.5 %
    assert interests(story.play("2024-04-02")) == ["192.19"]


# -- I2: the rate ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "agreed", "interest"),
    [
        ({"kind": "consumer"}, None, "8.19"),  # 14 days at 10.5 %, 16 days at 9.5 %
        ({"kind": "business"}, None, "9.01"),  # 11.5 % and 10.5 %
        ({"kind": "business", "trader": False}, None, "8.19"),
        ({"kind": "business"}, "12.0", "9.86"),
        ({"kind": "business"}, "6.0", "4.93"),
        ({"kind": "business", "trader": False}, "12.0", "9.86"),
        ({"kind": "consumer"}, "15.0", "8.19"),
        ({"kind": "consumer"}, "9.75", "7.90"),  # lower in the first half-year only
        ({"kind": "consumer"}, "6.0", "4.93"),
    ],
)
def test_i2_the_rate_changes_with_the_half_year(party: dict[str, Any], agreed: str | None, interest: str) -> None:
    story = Story(claim_after(30, party["kind"]), starts="2025-05-26", party=party)
    story.invoice("2025-06-16", "1000.00", late_interest=agreed)

    assert interests(story.play("2025-07-16")) == [interest]


def test_i2_a_letter_shows_a_slice_for_each_rate_and_principal() -> None:
    story = Story(claim_after(30), starts="2025-05-26").invoice("2025-06-16", "1000.00").paid("400.00", "2025-07-04")
    line = story.play("2025-07-16").letters[0].lines[0]

    assert [(slice_.days, slice_.principal, slice_.rate) for slice_ in line.slices] == [
        (14, 100000, "10.5"),
        (4, 100000, "9.5"),
        (12, 60000, "9.5"),
    ]


# -- I3: unknown rates -----------------------------------------------------------------------------------------------

TWO_CLAIMS = consumer_policy(
    step("first", after_due_days=30, interest=True), step("second", after_previous_days=15, interest=True)
)


def test_i3_counting_stops_before_the_first_day_whose_rate_is_not_known_and_the_letter_says_so() -> None:
    harness = Story(TWO_CLAIMS, starts="2026-05-25").invoice("2026-06-15", "1000.00").play("2026-07-30")

    # 16.6. to 30.6. are 15 days; no rate is shipped for the second half of 2026.
    assert interests(harness) == ["3.90", "0.00"]
    assert [letter.interest_through for letter in harness.letters] == [date(2026, 6, 30)] * 2
    assert [(alert.code, alert.date) for alert in harness.alerts] == [
        ("rate-unknown", letter.date) for letter in harness.letters
    ]


def test_i3_later_claims_go_on_from_there_once_the_rate_is_published() -> None:
    story = Story(TWO_CLAIMS, starts="2026-05-25").invoice("2026-06-15", "1000.00")
    harness = story.rate("2026-07-01", "2026-12-31", "2.5", day="2026-07-20").play("2026-07-30")

    assert interests(harness) == ["3.90", "7.81"]  # 1.7. to 30.7.
    assert [letter.interest_through for letter in harness.letters] == [date(2026, 6, 30), None]


def test_i3_a_letter_that_can_count_no_day_at_all_says_so_too() -> None:
    harness = Story(TWO_CLAIMS, starts="2026-06-22").invoice("2026-07-06", "1000.00").play("2026-08-05")

    assert interests(harness) == ["0.00"]
    assert harness.letters[0].interest_through == date(2026, 7, 6)


def test_i3_a_businesss_agreed_rate_needs_no_reference_rate() -> None:
    story = Story(claim_after(30, "business"), starts="2026-05-25").invoice("2026-06-15", "1000.00", late_interest="10")
    harness = story.play("2026-07-15")

    assert interests(harness) == ["8.22"]
    assert harness.letters[0].interest_through is None


def test_i3_a_consumers_agreed_rate_needs_the_reference_rate() -> None:
    story = Story(claim_after(30), starts="2026-05-25").invoice("2026-06-15", "1000.00", late_interest="6")

    assert interests(story.play("2026-07-15")) == ["2.47"]  # 15 days × 6 %


# -- I4: claims ------------------------------------------------------------------------------------------------------


def test_i4_only_a_step_with_interest_claims_and_it_claims_from_the_start() -> None:
    harness = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").play("2026-02-12")

    assert interests(harness) == ["0.00", "0.52"]


def test_i4_a_claim_counts_from_the_last_one() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-02")

    assert interests(harness) == ["0.00", "0.52", "0.47"]


def test_i4_half_a_cent_is_rounded_up() -> None:
    # 18.25 × 9.5 % × 20/365 is 0.095 exactly
    assert interests(Story(claim_after(20)).invoice("2026-01-23", "18.25").play("2026-02-12")) == ["0.10"]


def test_i4_slices_are_summed_exactly_and_rounded_once() -> None:
    # 0.6041… at 10.5 % and 0.6246… at 9.5 %: rounded each, they would make 1.22
    story = Story(claim_after(30), starts="2025-05-26").invoice("2025-06-16", "150.00")

    assert interests(story.play("2025-07-16")) == ["1.23"]


def test_i4_interest_that_was_never_claimed_is_not_owed() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-02-10")

    assert balances(story.play("2026-03-31")) == {"1001": ("0.00", "0.00", "0.00")}


# -- I5: a payment's day ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "interest"),
    [
        ("consumer", "3.85"),  # paid 30.1.: 7 days on 1,000, 13 days on 600, 9.5 %
        ("business", "4.60"),  # booked 2.2.: 10 days on 1,000, 10 days on 600, 10.5 %
    ],
)
def test_i5_the_part_paid_bears_interest_to_its_day_that_day_included(kind: str, interest: str) -> None:
    story = Story(claim_after(20, kind)).invoice("2026-01-23", "1000.00")
    story.paid("400.00", "2026-01-30", booked="2026-02-02")

    assert interests(story.play("2026-02-12")) == [interest]


def test_i5_a_part_paid_before_the_due_date_bears_none() -> None:
    story = Story(claim_after(20)).invoice("2026-01-23", "1000.00").paid("400.00", "2026-01-23")

    assert sums(story.play("2026-02-12").letters[0]) == ("0.00", "3.12", "603.12")


def test_i1_a_business_policy_may_claim_from_its_first_letter() -> None:
    harness = Story(business_policy()).invoice("2026-01-19").play("2026-01-21")

    assert interests(harness) == ["0.06"]  # 2 days × 10.5 % of 100.00
