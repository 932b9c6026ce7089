"""The figures of one country's law in force on a day: fees, waits, caps, deadlines.

``law_of("FI")`` gives the law as last known, ``law_of("FI", day)`` that of a day. Amounts are integer minor
units of the country's currency, waits whole calendar days, rates millionths of one per cent a year. Each figure's
statute is at hand by its name in the country's file: ``law.source("consumer.fee_gap")``.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from schemas.fields import Kind
from schemas.money import DECIMALS, minor_units
from schemas.reference_schemes import ReferenceScheme, reference_schemes, scheme_named
from services.law.country_pack import IdScheme
from services.law.percent import rate_of
from services.law.statute_book import FaultyLawError, StatuteBook, book_of, pack_of

_DECIMALS_OF_FEES: Final = 2


@dataclass(frozen=True, slots=True)
class CapTier:
    """The most that all fees of a receivable may be, for an original principal up to and with ``up_to`` (None: any)."""

    up_to: int | None
    cap: int


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What the law says of one kind of debtor.

    Attributes:
        reminder_fee_max: the most one reminder may cost, in minor units (rules.md F1; LSP 10 a §, 10 e §).
        first_fee_wait_days: days from the effective due date to the first letter with a fee (F2; LSP 10 b §).
        fee_gap_days: days from any letter to the next one with a fee (F2; LSP 10 b §, 10 f §).
        invoice_lead_days: days by which the invoice must precede its due date for any fee (F2; LSP 10 b §).
        total_caps: tiers of all fees together, by original principal, rising (F3; LSP 10 d §, 10 h §).
        response_days_min: least days to answer a letter, delivery not counted (S5; KKV 2024).
    """

    reminder_fee_max: int
    first_fee_wait_days: int
    fee_gap_days: int
    invoice_lead_days: int
    total_caps: tuple[CapTier, ...]
    response_days_min: int

    def total_cap(self, original_principal: int) -> int:
        """The most that all fees of a receivable may be, by its original principal, in minor units (F3)."""
        for tier in self.total_caps:
            if tier.up_to is None or original_principal <= tier.up_to:
                return tier.cap
        raise AssertionError("the last tier has no upper limit, which loading makes sure of")


@dataclass(frozen=True, slots=True)
class Law:
    """One country's law as it stands from ``since`` until the next change.

    Attributes:
        country: ISO 3166 code.
        currency: ISO 4217 code of every amount here, and of the fees, compensation and minimum of its policies (F6).
        currency_sign: the sign that is written after an amount, such as ``€``.
        timezone: the country's time zone, for days that belong to no registered creditor.
        ids: how the country writes business ids and personal identity codes.
        references: how its payment references are made, checked and printed.
        since: the day from which exactly these figures count.
        consumer: what counts for consumers.
        business: what counts for everybody else.
        fixed_compensation: compensation for a trader's late payment, per receivable, in minor units (F4; LSP 10 i §).
        general_margin: added to the reference rate for consumers and non-traders, as a rate (I2; Korkolaki 4 §).
        commercial_margin: added to it for traders, as a rate (I2; Korkolaki 4 a §).
        interest_start_days: days from sending the invoice, where its due date was not agreed (I1; Korkolaki 6 §).
        limitation_years: calendar years until a debt lapses (G8; 728/2003 4 §).
        limitation_warning_days: days before that on which a person is warned (G8).
        resume_gap_days: days the next step waits after a dispute, a suspension or a reversal (G9).
        sources: the statute of each figure, by its name in the country's file.
    """

    country: str
    currency: str
    currency_sign: str
    timezone: str
    ids: IdScheme
    references: ReferenceScheme
    since: date
    consumer: KindFigures
    business: KindFigures
    fixed_compensation: int
    general_margin: int
    commercial_margin: int
    interest_start_days: int
    limitation_years: int
    limitation_warning_days: int
    resume_gap_days: int
    sources: Mapping[str, str]

    def of(self, kind: Kind) -> KindFigures:
        """The figures for one kind of debtor."""
        return self.consumer if kind == "consumer" else self.business

    def reminder_fee_max(self, kind: Kind) -> int:
        """The most one reminder may cost, in minor units (F1; LSP 10 a § 1 mom 1, 10 e § 1 mom 1)."""
        return self.of(kind).reminder_fee_max

    def fee_wait_days(self, kind: Kind) -> int:
        """Days from the effective due date to the first letter with a fee: consumers 15, else 0 (F2; LSP 10 b §)."""
        return self.of(kind).first_fee_wait_days

    def fee_gap_days(self, kind: Kind) -> int:
        """Days from any letter to the next one with a fee: consumers 15, else 11 (F2; LSP 10 b §, 10 f §)."""
        return self.of(kind).fee_gap_days

    def invoice_lead_days(self, kind: Kind) -> int:
        """Days by which the invoice must precede its due date for any fee: consumers 14, else 0 (F2; LSP 10 b §)."""
        return self.of(kind).invoice_lead_days

    def total_cap(self, kind: Kind, original_principal: int) -> int:
        """The most that all fees of a receivable may be, by its original principal, both minor units (F3)."""
        return self.of(kind).total_cap(original_principal)

    def response_days_min(self, kind: Kind) -> int:
        """Least days to answer a letter, delivery not counted (S5; KKV 2024)."""
        return self.of(kind).response_days_min

    def limitation_end(self, day: date) -> date:
        """The first day on which a debt that began to run on ``day`` has lapsed; the day before is the last to send.

        G8: the same day of the month years later; 29 February ends on the 28th, the earlier and so the careful side.
        """
        year = day.year + self.limitation_years
        return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)

    def source(self, name: str) -> str:
        """The statute of a figure, by its name in the country's file, such as ``consumer.fee_gap``."""
        return self.sources[name]


def law_of(country: str, day: date | None = None) -> Law:
    """The law of a country (ISO 3166 code) as last known, or as it stood on ``day``.

    Raises:
        UnknownLawError: there is no pack of the country; the message says what to install.
        FaultyLawError: its file lacks a figure or a source.
    """
    versions = versions_of(country)
    if day is None:
        return versions[-1]
    begun = bisect_right(versions, day, key=lambda law: law.since)
    return versions[max(begun - 1, 0)]


@cache
def versions_of(country: str) -> tuple[Law, ...]:
    """A country's law from each day on which one of its figures changed, in order."""
    book = book_of(country)
    return tuple(_law_from(book, day) for day in book.turning_days())


def _law_from(book: StatuteBook, day: date) -> Law:
    reading = _FiguresOfDay(book, day)
    return Law(
        country=book.country,
        currency=reading.currency,
        currency_sign=_text(book, "currency_sign"),
        timezone=_text(book, "timezone"),
        ids=pack_of(book.country).ids,
        references=_references(book),
        since=day,
        consumer=reading.kind("consumer"),
        business=reading.kind("business"),
        fixed_compensation=reading.amount("fixed_compensation"),
        general_margin=reading.percent("interest_margin.general"),
        commercial_margin=reading.percent("interest_margin.commercial"),
        interest_start_days=reading.whole("interest_start", "days"),
        limitation_years=reading.whole("limitation", "years"),
        limitation_warning_days=reading.whole("limitation_warning", "days"),
        resume_gap_days=reading.whole("resume_gap", "days"),
        sources=MappingProxyType(reading.sources),
    )


def _currency(book: StatuteBook) -> str:
    """The currency of the country's amounts.

    Fees in events and policies name no currency and are read as hundredths (`schemas.fields.DomesticAmount`).
    """
    currency: str = book.table("currency")
    if DECIMALS.get(currency) != _DECIMALS_OF_FEES:
        raise FaultyLawError(f"{book.country} law: currency must be an ISO 4217 code with two decimals, as fees have")
    return currency


def _text(book: StatuteBook, name: str) -> str:
    text: str = book.table(name)
    return text


def _references(book: StatuteBook) -> ReferenceScheme:
    scheme = scheme_named(book.table("payment_reference"))
    if scheme is None:
        known = ", ".join(scheme.name for scheme in reference_schemes())
        raise FaultyLawError(f"{book.country} law: payment_reference must name a registered scheme; known: {known}")
    return scheme


class _FiguresOfDay:
    """Reads the figures of one day from a statute book and notes each one's source."""

    def __init__(self, book: StatuteBook, day: date) -> None:
        self.sources: dict[str, str] = {}
        self.currency = _currency(book)
        self._book = book
        self._day = day

    def kind(self, kind: Kind) -> KindFigures:
        return KindFigures(
            reminder_fee_max=self.amount(f"{kind}.reminder_fee_max"),
            first_fee_wait_days=self.whole(f"{kind}.first_fee_wait", "days"),
            fee_gap_days=self.whole(f"{kind}.fee_gap", "days"),
            invoice_lead_days=self.whole(f"{kind}.invoice_lead", "days"),
            total_caps=self.tiers(f"{kind}.total_caps"),
            response_days_min=self.whole(f"{kind}.response_min", "days"),
        )

    def amount(self, name: str) -> int:
        return minor_units(self._value(name, "amount", str), self.currency)

    def percent(self, name: str) -> int:
        return rate_of(self._value(name, "percent", str))

    def whole(self, name: str, unit: str) -> int:
        number: int = self._value(name, unit, int)
        return number

    def tiers(self, name: str) -> tuple[CapTier, ...]:
        tiers = tuple(
            CapTier(
                minor_units(row["up_to"], self.currency) if "up_to" in row else None,
                minor_units(row["cap"], self.currency),
            )
            for row in self._value(name, "tiers", list)
        )
        limits = [tier.up_to for tier in tiers]
        bounded = [limit for limit in limits if limit is not None]
        if limits != [*sorted(set(bounded)), None]:
            raise FaultyLawError(f"{self._book.country} law: tiers of {name} must rise, and only the last has no up_to")
        return tiers

    def _value(self, name: str, unit: str, wanted: type) -> Any:
        period = self._book.period(name, self._day)
        if not isinstance(period.get(unit), wanted):
            raise FaultyLawError(f"{self._book.country} law: {name} needs `{unit}` as {wanted.__name__}")
        self.sources[name] = period["source"]
        return period[unit]
