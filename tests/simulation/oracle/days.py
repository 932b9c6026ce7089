"""C1-C3: the Finnish banking calendar, and adding months and years."""

import calendar
import functools
from datetime import date, timedelta

import holidays

DAY = timedelta(days=1)


@functools.cache
def _finnish_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FI", years=year))


def _is_midsummer_eve(day: date) -> bool:
    return day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4


def _is_christmas_eve(day: date) -> bool:
    return (day.month, day.day) == (12, 24)


@functools.cache
def is_banking_day(day: date) -> bool:
    if day.weekday() >= 5 or day in _finnish_holidays(day.year):
        return False
    return not (_is_midsummer_eve(day) or _is_christmas_eve(day))


def rolled(day: date) -> date:
    """The day, or the next banking day when it is not one."""
    while not is_banking_day(day):
        day += DAY
    return day


def banking_day_after(day: date, count: int = 1) -> date:
    """The count-th banking day strictly after the day."""
    for _ in range(count):
        day = rolled(day + DAY)
    return day


def banking_day_before(day: date, count: int = 1) -> date:
    """The count-th banking day strictly before the day."""
    for _ in range(count):
        day -= DAY
        while not is_banking_day(day):
            day -= DAY
    return day


def months_before(day: date, months: int) -> date:
    """The same day of the month, or its last day."""
    index = day.year * 12 + (day.month - 1) - months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def years_after(day: date, years: int) -> date:
    return months_before(day, -12 * years)
