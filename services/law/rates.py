"""Late interest: the reference rates, the rate of each day, and what accrues, exactly.

Rules.md I2, I3, I4; Korkolaki 633/1982 4, 4 a, 12 §. Rates are integers in millionths of one per cent a year and
amounts integer minor units, so every sum is exact until the one rounding at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from schemas.fields import Kind
from services.law.figures import law_of
from services.law.percent import ONE_PERCENT, rate_of
from services.law.statute_book import book_of

_DAY = timedelta(days=1)
_YEAR_DAYS = 365  # leap years too (I1)
_WHOLE = 100 * ONE_PERCENT * _YEAR_DAYS


@dataclass(frozen=True, slots=True)
class Segment:
    """Days in a row, both ends included, that share one yearly rate."""

    first: date
    last: date
    rate: int

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class ReferenceRates:
    """A country's known reference rates and what the law adds to them; an immutable value.

    Attributes:
        known: the reference rate of each known day, in order, without overlap, neighbours of one rate joined.
        general_margin: added for consumers and businesses that are no traders (Korkolaki 4 §).
        commercial_margin: added for traders (Korkolaki 4 a §).
    """

    known: tuple[Segment, ...]
    general_margin: int
    commercial_margin: int

    def with_published(self, first: date, last: date, rate: int) -> "ReferenceRates":
        """These rates with ``rate`` on the days ``first`` to ``last``, in place of what was known of them (I3).

        Raises:
            ValueError: the period ends before it begins.
        """
        if last < first:
            raise ValueError(f"a reference rate's period ends {last}, before it begins {first}")
        before = [_until(span, first - _DAY) for span in self.known if span.first < first]
        after = [_from(span, last + _DAY) for span in self.known if span.last > last]
        return replace(self, known=_joined([*before, Segment(first, last, rate), *after]))

    def segments(
        self, first: date, last: date, kind: Kind, trader: bool, agreed: int | None = None
    ) -> tuple[Segment, ...]:
        """The days ``first`` to ``last`` by their yearly rate of late interest (I2).

        Reference rate + 7 (consumers, and businesses that are no traders) or + 8. An ``agreed`` whole rate replaces it
        for a business and needs no reference; for a consumer it counts only on the days on which it is lower (Korkolaki
        2 § 2 mom). Counting stops before the first day whose rate is not known (I3): the last segment's ``last`` says
        where.
        """
        if last < first:
            return ()
        if kind == "business" and agreed is not None:
            return (Segment(first, last, agreed),)
        margin = self.commercial_margin if kind == "business" and trader else self.general_margin
        charged = []
        expected = first
        for span in self.known:
            if span.last < expected:
                continue
            if span.first > expected or expected > last:
                break
            rate = max(span.rate + margin, 0)  # a reference rate may be negative, late interest is not
            charged.append(Segment(expected, min(span.last, last), rate if agreed is None else min(rate, agreed)))
            if span.last >= last:
                break
            expected = span.last + _DAY
        return _joined(charged)


@cache
def shipped_rates(country: str) -> ReferenceRates:
    """The reference rates that come with the country's figures; later ones are published as events (I3).

    A rate that ``needs_confirmation`` is shipped for a person to compare with its source, and does not count by itself.

    Raises:
        UnknownLawError: there is no pack of the country.
    """
    law = law_of(country)
    rates = ReferenceRates((), law.general_margin, law.commercial_margin)
    confirmed = (row for row in book_of(country).table("reference_rate") if not row.get("needs_confirmation", False))
    for row in confirmed:
        rates = rates.with_published(row["from"], row["to"], rate_of(row["percent"]))
    return rates


def accrued(pieces: Iterable[tuple[int, int, int]]) -> int:
    """Simple interest on pieces of (principal in minor units, days, yearly rate), in minor units (I1, I4).

    Summed exactly over all pieces, actual/365, and rounded once, half up.

    Raises:
        ValueError: a piece is negative; interest runs only on what is open.
    """
    total = 0
    for principal, days, rate in pieces:
        if principal < 0 or days < 0 or rate < 0:
            raise ValueError("interest runs on open principal, on days and at rates of 0 or more")
        total += principal * days * rate
    return (2 * total + _WHOLE) // (2 * _WHOLE)


def _until(span: Segment, last: date) -> Segment:
    return span if span.last <= last else replace(span, last=last)


def _from(span: Segment, first: date) -> Segment:
    return span if span.first >= first else replace(span, first=first)


def _joined(spans: Iterable[Segment]) -> tuple[Segment, ...]:
    """Spans in order, with neighbours of one rate made one, so that equal rates are an equal value."""
    joined: list[Segment] = []
    for span in spans:
        if joined and joined[-1].rate == span.rate and joined[-1].last + _DAY == span.first:
            joined[-1] = replace(joined[-1], last=span.last)
        else:
            joined.append(span)
    return tuple(joined)
