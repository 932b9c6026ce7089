"""The phrase files: complete in every language, and their facts never read as phrases."""

import re
from datetime import date
from typing import get_args

import pytest

from schemas.fields import Language
from services.notifier.letter.formats import grouped_iban
from services.notifier.letter.words import phrases_of, words_for

LANGUAGES: tuple[str, ...] = get_args(Language)
_OF_THE_LANGUAGE = ("format.", "business.")


def common_keys(language: str) -> set[str]:
    return {key for key in phrases_of(language) if not key.startswith("business.")}


def fields(phrase: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", phrase))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_contract_has_all_phrases(language: str) -> None:
    assert common_keys(language) == common_keys("fi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_puts_the_same_facts_into_a_phrase(language: str) -> None:
    finnish = phrases_of("fi")
    for key, phrase in phrases_of(language).items():
        if not key.startswith(_OF_THE_LANGUAGE):
            assert fields(phrase) == fields(finnish[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_organisations_are_told_differently_holds_the_same_facts(language: str) -> None:
    phrases = phrases_of(language)
    for key, phrase in phrases.items():
        if key.startswith("business."):
            common = key.removeprefix("business.")
            assert common in phrases, key
            assert fields(phrase) == fields(phrases[common]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_reaches_into_a_fact(language: str) -> None:
    for key, phrase in phrases_of(language).items():
        assert re.sub(r"\{[a-z_]+\}", "", phrase).isprintable() or "\u00a0" in phrase, key
        assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", phrase)), key


def test_a_fact_with_braces_stays_as_it_is() -> None:
    assert words_for("en", "consumer").say("greeting.text", name="{0.__class__} {{x}}") == "Hello {0.__class__} {{x}},"


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        words_for("xx", "consumer")


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        words_for("fi", "consumer").say("greeting.text")


@pytest.mark.parametrize(
    ("language", "items", "said"),
    [("fi", ["a"], "a"), ("sv", ["a", "b"], "a och b"), ("en", ["a", "b", "c"], "a, b and c")],
)
def test_items_are_listed_as_the_language_does(language: str, items: list[str], said: str) -> None:
    assert words_for(language, "consumer").listed(items) == said


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        ("fi", 123450, "EUR", "1 234,50 €"),
        ("sv", 123450, "EUR", "1 234,50 €"),
        ("en", 123450, "EUR", "€1,234.50"),
        ("fi", 0, "EUR", "0,00 €"),
        ("fi", 5, "EUR", "0,05 €"),
        ("fi", 99999999999999, "EUR", "999 999 999 999,99 €"),
        ("fi", 123450, "SEK", "1 234,50 SEK"),
        ("en", 1000, "NOK", "10.00 NOK"),
        ("sv", 1000, "JPY", "1 000 JPY"),
        ("fi", 1234567, "KWD", "1 234,567 KWD"),
    ],
)
def test_amounts_are_written_as_the_language_writes_them(
    language: str, minor: int, currency: str, written: str
) -> None:
    assert words_for(language, "consumer").formats.money(minor, currency).replace("\u00a0", " ") == written


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("fi", "torstaina 26. helmikuuta 2026", "26.2.2026"),
        ("sv", "torsdagen den 26 februari 2026", "26.2.2026"),
        ("en", "Thursday 26 February 2026", "26 Feb 2026"),
    ],
)
def test_days_are_written_as_the_language_writes_them(language: str, long: str, short: str) -> None:
    formats = words_for(language, "consumer").formats

    assert formats.full_day(date(2026, 2, 26)).replace("\u00a0", " ") == long
    assert formats.day(date(2026, 2, 26)).replace("\u00a0", " ") == short


@pytest.mark.parametrize(("rate", "written"), [("9.5", "9,5 %"), ("10.0", "10 %"), ("0.125", "0,125 %"), ("8", "8 %")])
def test_rates_are_written_with_the_decimals_they_have(rate: str, written: str) -> None:
    assert words_for("fi", "consumer").formats.rate(rate).replace("\u00a0", " ") == written


def test_an_iban_is_read_in_groups_of_four() -> None:
    assert grouped_iban("FI2112345600000785") == "FI21 1234 5600 0007 85"
