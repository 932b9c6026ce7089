from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.law.calendar import banking_day, banking_days_after, banking_days_before, next_banking_day, roll
from services.law.statute_book import UnknownLawError

FRIDAY, SATURDAY = 4, 5


def easter_sunday(year: int) -> date:
    """Western Easter by the anonymous Gregorian computus: not what the package under test uses to find it."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    fours, ones = divmod(of_century, 4)
    week = (32 + 2 * rest + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def weekday_from(first: date, weekday: int) -> date:
    """The first such weekday on or after a day."""
    return first + timedelta(days=(weekday - first.weekday()) % 7)


def statutory_free_days(year: int) -> set[date]:
    """The days of Velkakirjalaki 5 § 2 mom that may fall on a weekday, as the statutes on holidays define them."""
    easter = easter_sunday(year)
    midsummer_eve = weekday_from(date(year, 6, 19), FRIDAY)
    return {
        date(year, 1, 1),
        date(year, 1, 6),
        easter - timedelta(days=2),
        easter,
        easter + timedelta(days=1),
        date(year, 5, 1),
        easter + timedelta(days=39),
        midsummer_eve,
        midsummer_eve + timedelta(days=1),
        weekday_from(date(year, 10, 31), SATURDAY),
        date(year, 12, 6),
        date(year, 12, 24),
        date(year, 12, 25),
        date(year, 12, 26),
    }


@pytest.mark.parametrize("year", range(2024, 2037))
def test_c1_every_day_of_the_year_is_a_banking_day_unless_the_promissory_notes_act_names_it(year: int) -> None:
    free = statutory_free_days(year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]

    answers = {day: banking_day(day, "FI") for day in days if day.year == year}

    assert answers == {day: day.weekday() < SATURDAY and day not in free for day in answers}


@pytest.mark.parametrize(
    "eve",
    [
        date(2025, 6, 20),
        date(2026, 6, 19),
        date(2027, 6, 25),
        date(2024, 12, 24),
        date(2025, 12, 24),
        date(2026, 12, 24),
    ],
)
def test_c1_midsummer_eve_and_christmas_eve_are_no_banking_days(eve: date) -> None:
    assert not banking_day(eve, "FI")


@pytest.mark.parametrize("day", [date(2026, 4, 2), date(2026, 6, 18), date(2026, 12, 23), date(2026, 12, 31)])
def test_c1_the_day_before_a_holiday_is_a_banking_day_when_the_law_does_not_name_it(day: date) -> None:
    assert banking_day(day, "FI")


def test_c2_a_banking_day_rolls_to_itself() -> None:
    assert roll(date(2026, 1, 23), "FI") == date(2026, 1, 23)


@pytest.mark.parametrize(
    ("due", "effective"),
    [
        (date(2026, 2, 7), date(2026, 2, 9)),  # the worked example of rules.md: Saturday
        (date(2026, 1, 6), date(2026, 1, 7)),  # Epiphany on a Tuesday
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday to the Tuesday after Easter
        (date(2026, 6, 19), date(2026, 6, 22)),  # Midsummer Eve
        (date(2026, 12, 24), date(2026, 12, 28)),  # Christmas Eve, the holidays and the weekend behind them
        (date(2027, 12, 31), date(2027, 12, 31)),
        (date(2028, 1, 1), date(2028, 1, 3)),  # over the turn of the year
    ],
)
def test_c2_a_day_that_is_no_banking_day_rolls_to_the_next_one(due: date, effective: date) -> None:
    assert roll(due, "FI") == effective


def test_c4_the_first_banking_day_after_a_day_is_never_the_day_itself() -> None:
    assert next_banking_day(date(2026, 2, 9), "FI") == date(2026, 2, 10)
    assert next_banking_day(date(2026, 2, 6), "FI") == date(2026, 2, 9)
    assert next_banking_day(date(2026, 2, 7), "FI") == date(2026, 2, 9)


def test_c4_the_second_banking_day_after_a_friday_is_the_tuesday() -> None:
    assert banking_days_after(date(2026, 2, 6), 1, "FI") == date(2026, 2, 9)
    assert banking_days_after(date(2026, 2, 6), 2, "FI") == date(2026, 2, 10)


def test_g1_the_first_banking_day_before_the_tuesday_after_easter_is_maundy_thursday() -> None:
    assert banking_days_before(date(2026, 4, 7), 1, "FI") == date(2026, 4, 2)
    assert banking_days_before(date(2026, 4, 7), 2, "FI") == date(2026, 4, 1)


def test_g1_a_banking_day_does_not_count_as_one_before_itself() -> None:
    assert banking_days_before(date(2026, 2, 10), 1, "FI") == date(2026, 2, 9)


def test_counting_forth_and_back_ends_where_it_began() -> None:
    banking = [day for n in range(366) if banking_day(day := date(2026, 1, 1) + timedelta(days=n), "FI")]

    for day in banking:
        for count in (1, 2, 5):
            assert banking_days_before(banking_days_after(day, count, "FI"), count, "FI") == day


@pytest.mark.parametrize("ask", [banking_days_after, banking_days_before])
def test_banking_days_are_counted_from_one(ask: Callable[[date, int, str], date]) -> None:
    with pytest.raises(ValueError, match="counted from 1, not 0"):
        ask(date(2026, 2, 9), 0, "FI")


def test_an_instant_is_refused_because_it_would_be_on_no_holiday() -> None:
    with pytest.raises(TypeError, match="take the local date first"):
        roll(datetime(2026, 12, 24, 9, tzinfo=UTC), "FI")


def test_the_banking_days_of_a_country_without_figures_are_not_guessed() -> None:
    with pytest.raises(UnknownLawError, match="no law for country SE"):
        banking_day(date(2026, 2, 9), "SE")
