"""Every figure of a country's law in force on a day, with its source and its end (`erapaiva law`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.law.statute_book import StatuteBook, book_of

SOON: Final = timedelta(days=60)
"""So long before it ends a figure without a successor is warned of."""
_REFERENCE_RATE: Final = "reference_rate"
_HOLIDAYS_KNOWN_TO: Final = date(2100, 12, 31)  # of the package `holidays`, for Finland
_OF_PERIOD: Final = ("since", "until", "from", "to", "source", "needs_confirmation")


@dataclass(frozen=True, slots=True)
class FigureInForce:
    """A figure by its dotted name; ``value`` in words, ``last`` the last day, None until further notice.

    ``needs_confirmation``: it is shipped for a person to compare with its source, and counts only once it is published.
    ``ends_soon``: it ends within `SOON`, and nothing follows.
    """

    country: str
    name: str
    value: str
    first: date
    last: date | None
    source: str
    needs_confirmation: bool = False
    ends_soon: bool = False


def figures_in_force(country: str, day: date) -> list[FigureInForce]:
    """The figures of a country on a day, in the order of their file, and the reference rates from then on.

    Raises UnknownLawError where there is no pack of the country.
    """
    book = book_of(country)
    dated = [_on(book, name, day) for name in book.names()]
    return [*dated, *_rates(book, day), _banking_days(book, day)]


def _on(book: StatuteBook, name: str, day: date) -> FigureInForce:
    period = book.period(name, day)
    last: date | None = period.get("until")
    follows = any(each["since"] > period["since"] for each in book.table(name))
    soon = last is not None and not follows and last - day <= SOON
    return FigureInForce(book.country, name, _value(period), period["since"], last, period["source"], ends_soon=soon)


def _rates(book: StatuteBook, day: date) -> Iterator[FigureInForce]:
    rows = [row for row in book.table(_REFERENCE_RATE) if row["to"] >= day]
    for row in rows:
        confirmed = not row.get("needs_confirmation", False)
        follows = any(each["from"] > row["to"] and not each.get("needs_confirmation", False) for each in rows)
        soon = confirmed and not follows and row["to"] - day <= SOON
        value = _value(row)
        yield FigureInForce(
            book.country, _REFERENCE_RATE, value, row["from"], row["to"], row["source"], not confirmed, soon
        )


def _banking_days(book: StatuteBook, day: date) -> FigureInForce:
    table = book.table("banking_days")
    soon = _HOLIDAYS_KNOWN_TO - day <= SOON
    value = f"holidays {table['holidays']}"
    return FigureInForce(
        book.country, "banking_days", value, date.min, _HOLIDAYS_KNOWN_TO, table["source"], ends_soon=soon
    )


def _value(period: Mapping[str, Any]) -> str:
    return ", ".join(f"{value} {name}" for name, value in period.items() if name not in _OF_PERIOD)
