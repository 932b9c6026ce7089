from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fields import Kind
from services.law.percent import percent_text, rate_of
from services.law.rates import ReferenceRates, Segment, accrued, shipped_rates

SHIPPED = shipped_rates("FI")
LAST_KNOWN = date(2026, 6, 30)


def spoken(segments: tuple[Segment, ...]) -> list[tuple[str, str, str]]:
    return [(str(it.first), str(it.last), percent_text(it.rate)) for it in segments]


@pytest.mark.parametrize(
    ("day", "consumer", "trader"),
    [
        (date(2011, 7, 1), "8.5", "9.5"),
        (date(2013, 6, 30), "8.0", "9.0"),
        (date(2015, 1, 1), "7.5", "8.5"),
        (date(2016, 6, 30), "7.5", "8.5"),
        (date(2016, 7, 1), "7.0", "8.0"),
        (date(2022, 12, 31), "7.0", "8.0"),
        (date(2023, 1, 1), "9.5", "10.5"),
        (date(2023, 7, 1), "11.0", "12.0"),
        (date(2024, 12, 31), "11.5", "12.5"),
        (date(2025, 1, 1), "10.5", "11.5"),
        (date(2025, 7, 1), "9.5", "10.5"),
        (date(2026, 6, 30), "9.5", "10.5"),
    ],
)
def test_i2_the_rate_of_a_day_is_the_reference_rate_and_7_or_8(day: date, consumer: str, trader: str) -> None:
    assert spoken(SHIPPED.segments(day, day, "consumer", True)) == [(str(day), str(day), consumer)]
    assert spoken(SHIPPED.segments(day, day, "business", False)) == [(str(day), str(day), consumer)]
    assert spoken(SHIPPED.segments(day, day, "business", True)) == [(str(day), str(day), trader)]


def test_i2_a_half_year_turn_splits_the_days() -> None:
    assert spoken(SHIPPED.segments(date(2025, 6, 20), date(2025, 7, 10), "consumer", False)) == [
        ("2025-06-20", "2025-06-30", "10.5"),
        ("2025-07-01", "2025-07-10", "9.5"),
    ]


def test_i2_half_years_of_one_rate_are_one_segment() -> None:
    assert spoken(SHIPPED.segments(date(2025, 12, 1), date(2026, 1, 31), "consumer", False)) == [
        ("2025-12-01", "2026-01-31", "9.5")
    ]


def test_i2_an_agreed_rate_replaces_a_businesss_higher_or_lower() -> None:
    for agreed in ("16", "2"):
        segments = SHIPPED.segments(date(2025, 6, 20), date(2025, 7, 10), "business", True, rate_of(agreed))

        assert [(it.rate, it.days) for it in segments] == [(rate_of(agreed), 21)]


def test_i2_an_agreed_rate_counts_for_a_consumer_only_on_the_days_it_is_lower() -> None:
    segments = SHIPPED.segments(date(2025, 6, 20), date(2025, 7, 10), "consumer", False, rate_of("10"))

    assert spoken(segments) == [("2025-06-20", "2025-06-30", "10.0"), ("2025-07-01", "2025-07-10", "9.5")]


def test_i3_counting_stops_before_the_first_day_whose_rate_is_not_known() -> None:
    segments = SHIPPED.segments(date(2026, 6, 1), date(2026, 8, 1), "consumer", False)

    assert spoken(segments) == [("2026-06-01", "2026-06-30", "9.5")]
    assert SHIPPED.segments(date(2026, 7, 1), date(2026, 8, 1), "business", True) == ()


def test_i3_a_consumers_agreed_rate_needs_the_reference_rate_that_limits_it() -> None:
    segments = SHIPPED.segments(date(2026, 6, 1), date(2026, 8, 1), "consumer", False, rate_of("4"))

    assert spoken(segments) == [("2026-06-01", "2026-06-30", "4.0")]


def test_i3_a_businesss_agreed_rate_needs_no_reference_rate() -> None:
    segments = SHIPPED.segments(date(2026, 6, 1), date(2027, 8, 1), "business", True, rate_of("12"))

    assert spoken(segments) == [("2026-06-01", "2027-08-01", "12.0")]


def known_through(rates: ReferenceRates, day: date) -> date | None:
    """The last day up to which every rate from a day on is known, None where that of the day is not."""
    found = rates.segments(day, date(2040, 1, 1), "consumer", False)
    return found[-1].last if found else None


def test_i3_the_shipped_rates_have_no_gap_and_end_with_the_first_half_of_2026() -> None:
    assert known_through(SHIPPED, date(2011, 7, 1)) == LAST_KNOWN
    assert known_through(SHIPPED, LAST_KNOWN) == LAST_KNOWN
    assert known_through(SHIPPED, date(2026, 7, 1)) is None
    assert known_through(SHIPPED, date(2011, 6, 30)) is None


def test_i3_a_published_rate_carries_counting_on() -> None:
    rates = SHIPPED.with_published(date(2026, 7, 1), date(2026, 12, 31), rate_of("3.0"))

    assert known_through(rates, date(2026, 1, 1)) == date(2026, 12, 31)
    assert spoken(rates.segments(date(2026, 6, 30), date(2026, 7, 2), "consumer", False)) == [
        ("2026-06-30", "2026-06-30", "9.5"),
        ("2026-07-01", "2026-07-02", "10.0"),
    ]
    assert known_through(SHIPPED, LAST_KNOWN) == LAST_KNOWN


def test_i3_a_gap_between_known_rates_stops_counting() -> None:
    rates = SHIPPED.with_published(date(2027, 1, 1), date(2027, 6, 30), rate_of("3.0"))

    assert known_through(rates, date(2026, 1, 1)) == LAST_KNOWN
    assert rates.segments(date(2026, 6, 1), date(2027, 2, 1), "consumer", False)[-1].last == LAST_KNOWN


def test_a_published_rate_replaces_only_its_own_days() -> None:
    rates = SHIPPED.with_published(date(2025, 9, 1), date(2025, 9, 30), rate_of("5"))

    assert spoken(rates.segments(date(2025, 8, 31), date(2025, 10, 1), "consumer", False)) == [
        ("2025-08-31", "2025-08-31", "9.5"),
        ("2025-09-01", "2025-09-30", "12.0"),
        ("2025-10-01", "2025-10-01", "9.5"),
    ]


def test_publishing_what_is_known_changes_nothing() -> None:
    assert SHIPPED.with_published(date(2025, 7, 1), date(2025, 12, 31), rate_of("2.5")) == SHIPPED


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        SHIPPED.with_published(date(2026, 12, 31), date(2026, 7, 1), 0)


def test_late_interest_is_never_below_zero() -> None:
    rates = SHIPPED.with_published(date(2026, 7, 1), date(2026, 12, 31), rate_of("-9"))

    assert spoken(rates.segments(date(2026, 7, 1), date(2026, 7, 1), "consumer", False))[0][2] == "0.0"


def test_no_days_have_no_segments() -> None:
    assert SHIPPED.segments(date(2026, 2, 2), date(2026, 2, 1), "business", True, rate_of("8")) == ()


@given(
    periods=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 3).map(lambda percent: percent * 1_000_000)),
        max_size=6,
    ),
    first=st.integers(-3, 80),
    length=st.integers(0, 60),
    kind=st.sampled_from(["consumer", "business"]),
    trader=st.booleans(),
    agreed=st.none() | st.integers(0, 12_000_000),
)
def test_i2_i3_segments_say_of_each_day_what_a_table_of_days_says(
    periods: list[tuple[int, int, int]], first: int, length: int, kind: Kind, trader: bool, agreed: int | None
) -> None:
    begin = date(2026, 1, 1)
    rates = ReferenceRates((), rate_of("7"), rate_of("8"))
    table: dict[int, int] = {}
    for start, more, rate in periods:
        rates = rates.with_published(begin + timedelta(days=start), begin + timedelta(days=start + more), rate)
        table |= dict.fromkeys(range(start, start + more + 1), rate)

    segments = rates.segments(
        begin + timedelta(days=first), begin + timedelta(days=first + length), kind, trader, agreed
    )

    expected: list[int] = []
    for day in range(first, first + length + 1):
        if kind == "business" and agreed is not None:
            expected.append(agreed)
        elif day in table:
            legal = table[day] + rate_of("8" if kind == "business" and trader else "7")
            expected.append(legal if agreed is None else min(legal, agreed))
        else:
            break
    assert [segment.rate for segment in segments for _ in range(segment.days)] == expected
    assert [it.first for it in segments[1:]] == [it.last + timedelta(days=1) for it in segments[:-1]]
    assert sum(it.days for it in rates.known) == len(table)
    assert all(it.first <= it.last for it in rates.known)


@pytest.mark.parametrize(("days", "cents"), [(20, 52), (18, 47), (16, 42)])
def test_i4_the_worked_example_of_the_rules_comes_out_to_the_cent(days: int, cents: int) -> None:
    assert accrued([(100_00, days, rate_of("9.5"))]) == cents


def test_i4_slices_are_summed_exactly_and_rounded_once() -> None:
    third_of_a_cent = (365_00, 1, rate_of("1") // 3)

    assert accrued([third_of_a_cent]) == 0
    assert accrued([third_of_a_cent] * 2) == 1


def test_i4_half_a_cent_rounds_up() -> None:
    assert accrued([(36_50, 1, rate_of("5"))]) == 1
    assert accrued([(36_50, 1, rate_of("5") - 1)]) == 0
    assert accrued([(36_50, 3, rate_of("5"))]) == 2


def test_i1_a_leap_year_is_counted_by_365_days_too() -> None:
    assert accrued([(1_000_00, 366, rate_of("10"))]) == 100_27


def test_interest_on_nothing_is_nothing() -> None:
    assert accrued([]) == accrued([(0, 100, rate_of("8"))]) == 0


def test_interest_on_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="open principal"):
        accrued([(-1, 1, 1)])


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 2000), st.integers(0, 30_000_000)), max_size=8))
def test_i4_the_integer_sum_equals_the_fraction_rounded_half_up(pieces: list[tuple[int, int, int]]) -> None:
    exact = sum((Fraction(principal * days * rate, 365 * 100 * 10**6) for principal, days, rate in pieces), Fraction(0))

    assert accrued(pieces) == (exact + Fraction(1, 2)) // 1
