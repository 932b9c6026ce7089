"""Reads a country's figures (such as ``fi.toml``), once per process, and picks the period that counts on a day."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from services.law.countries import countries, is_country_code
from services.law.country_pack import CountryPack


class UnknownLawError(LookupError):
    """There is no law of a country. The message says what to install."""


class FaultyLawError(ValueError):
    """A figure of a country is missing or wrong. The message names the country and the figure."""


class StatuteBook:
    """One country's toml file: each figure a list of dated periods, addressed by its dotted name."""

    def __init__(self, country: str, tables: Mapping[str, Any]) -> None:
        """Wrap the parsed ``tables`` of a country's file."""
        self.country = country
        self._tables = tables

    def period(self, name: str, day: date) -> Mapping[str, Any]:
        """The period of figure ``name`` (such as ``consumer.fee_gap``) that counts on ``day``.

        A day before the first period takes the first one: days that old are met only when a history is played.

        Raises:
            FaultyLawError: the figure or its source is not in the file, or it ended before the day without a successor.
        """
        periods = sorted(self.table(name), key=lambda period: self._since(name, period))
        begun = [period for period in periods if self._since(name, period) <= day]
        chosen: Mapping[str, Any] = begun[-1] if begun else periods[0]
        if chosen.get("until", date.max) < day:
            raise FaultyLawError(f"{self.country} law: no figure {name} on {day}; add a period that begins by then")
        if not chosen.get("source"):
            raise FaultyLawError(f"{self.country} law: a period of {name} names no source; every figure needs one")
        return chosen

    def table(self, name: str) -> Any:
        """What the file holds under a dotted name, as parsed.

        Raises:
            FaultyLawError: nothing is there.
        """
        found: Any = self._tables
        for part in name.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise FaultyLawError(f"{self.country} law: {name} is missing from its file")
            found = found[part]
        return found

    def names(self) -> list[str]:
        """The dotted names of the figures that have dated periods, in the order of the file."""
        return list(_names(self._tables, ""))

    def turning_days(self) -> list[date]:
        """The days on which some figure's period begins, in order."""
        return sorted({period["since"] for period in _dated(self._tables)})

    def _since(self, name: str, period: Mapping[str, Any]) -> date:
        since = period.get("since")
        if not isinstance(since, date):
            raise FaultyLawError(
                f"{self.country} law: a period of {name} has no day `since`; say when it came into force"
            )
        return since


@cache
def book_of(country: str) -> StatuteBook:
    """The statute book of a country by its ISO 3166 code, such as ``"FI"``.

    Raises:
        UnknownLawError: there is no pack of the country.
        FaultyLawError: its file is another country's, or no TOML.
    """
    pack = pack_of(country)
    try:
        tables = tomllib.loads(pack.figures.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise FaultyLawError(f"{country} law: {pack.figures.name} is no TOML: {fault}") from fault
    if tables.get("country") != country:
        raise FaultyLawError(f'{country} law: {pack.figures.name} must say country = "{country}"')
    return StatuteBook(country, tables)


def pack_of(country: str) -> CountryPack:
    """The pack of a country by its ISO 3166 code.

    Raises:
        UnknownLawError: there is none.
    """
    if not is_country_code(country):
        raise UnknownLawError(f"{country!r} is no country code: give two capital letters of ISO 3166, such as FI")
    known = countries()
    if country not in known:
        raise UnknownLawError(
            f"no law for country {country}: install a package that registers its figures, each with its source"
            f" (docs/policy.md); known: {', '.join(known)}"
        )
    return known[country]


def _names(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _names(inner, f"{prefix}{key}.")
        elif isinstance(inner, list) and any(isinstance(each, Mapping) and "since" in each for each in inner):
            yield prefix + key


def _dated(table: Any) -> Iterator[Mapping[str, Any]]:
    """Every period with a day ``since``, at any depth."""
    if isinstance(table, Mapping):
        if "since" in table:
            yield table
        for inner in table.values():
            yield from _dated(inner)
    elif isinstance(table, list):
        for inner in table:
            yield from _dated(inner)
