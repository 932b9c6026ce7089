"""How amounts, dates and numbers are written in a language, by Babel's locale data.

Amounts are minor units of a currency; rates are yearly per cent as decimal text (``"9.5"``).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from schemas.money import currency_decimals

_EURO = "EUR"
_WITH_CODE = "#,##0.00\u00a0¤¤"


@dataclass(frozen=True, slots=True)
class Formats:
    """The ways of one language; ``long_date`` and ``short_date`` are Babel patterns."""

    locale: str
    long_date: str
    short_date: str
    percent: str

    def money(self, minor: int, currency: str) -> str:
        """``123450`` of ``EUR`` as ``1 234,50 €``; other currencies by their code, which nobody can mistake."""
        return _money(minor, currency, self.locale)

    def day(self, day: date) -> str:
        """A date in figures: ``26.2.2026``."""
        return _date(day, self.short_date, self.locale)

    def full_day(self, day: date) -> str:
        """A date with its weekday, as it stands in a sentence: ``torstaina 26. helmikuuta 2026``."""
        return _date(day, self.long_date, self.locale)

    def rate(self, percent: str) -> str:
        """A yearly rate: ``9,5 %``. Raises ``decimal.InvalidOperation`` when it is no number."""
        return self.percent.format(number=format_decimal(Decimal(percent), format="#,##0.######", locale=self.locale))


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, locale: str) -> str:
    amount = Decimal(minor).scaleb(-currency_decimals(currency))
    if currency == _EURO:
        return format_currency(amount, currency, locale=locale)
    return format_currency(amount, currency, format=_WITH_CODE, locale=locale)


@lru_cache(maxsize=4096)
def _date(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def grouped_iban(iban: str) -> str:
    """An IBAN in groups of four: ``FI21 1234 5600 0007 85``."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
