"""Banking days: which they are, and the one before, after or n days away.

Rules.md C1, C2 and the banking-day counts of C4, G1 and G5; Velkakirjalaki 622/1947 5 § 2 mom (958/1999). The same few
thousand days are asked for over and over, so every answer is cached.

Public holidays come from the package ``holidays``, which knows Finland's to the year 2100; after it only weekends are
free.
"""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache

import holidays

from services.law.statute_book import book_of

_DAY = timedelta(days=1)
_SATURDAY = 5
_REMEMBERED = 1 << 16  # days for each question: 179 years, so in practice all of them, and still a bound


def banking_day(day: date, country: str) -> bool:
    """Whether ``day`` is a banking day: no weekend, public holiday, Midsummer Eve, Christmas Eve or closing day (C1).

    Raises:
        UnknownLawError: there is no pack of the country.
    """
    return day.weekday() < _SATURDAY and day not in _free_days(day.year, country)


@lru_cache(maxsize=_REMEMBERED)
def roll(day: date, country: str) -> date:
    """The day itself if it is a banking day, else the next one (C2, *rolled*; Velkakirjalaki 5 § 2 mom)."""
    _refuse_instants(day)
    while not banking_day(day, country):
        day += _DAY
    return day


@lru_cache(maxsize=_REMEMBERED)
def next_banking_day(day: date, country: str) -> date:
    """The first banking day after ``day`` (C4)."""
    _refuse_instants(day)
    return roll(day + _DAY, country)


@lru_cache(maxsize=_REMEMBERED)
def banking_days_after(day: date, count: int, country: str) -> date:
    """The ``count``-th banking day after ``day``; ``count`` 1 is the next one (C4, G5)."""
    _refuse_counts_below_one(count)
    for _ in range(count):
        day = next_banking_day(day, country)
    return day


@lru_cache(maxsize=_REMEMBERED)
def banking_days_before(day: date, count: int, country: str) -> date:
    """The ``count``-th banking day before ``day``; ``count`` 1 is the last one before it (G1)."""
    _refuse_instants(day)
    _refuse_counts_below_one(count)
    while count:
        day -= _DAY
        count -= banking_day(day, country)
    return day


@cache
def _free_days(year: int, country: str) -> frozenset[date]:
    """The days of a year that are no banking days though they may fall on a weekday."""
    rule = book_of(country).table("banking_days")
    public = holidays.country_holidays(rule["holidays"], years=year)
    return frozenset(public) | frozenset(closed for closed in rule["closed"] if closed.year == year)


def _refuse_instants(day: date) -> None:
    """An instant is a ``date`` to Python but equals none, so it would quietly be on no holiday."""
    if isinstance(day, datetime):
        raise TypeError("a banking day is asked for a date, not for an instant: take the local date first")


def _refuse_counts_below_one(count: int) -> None:
    if count < 1:
        raise ValueError(f"banking days are counted from 1, not {count}")
