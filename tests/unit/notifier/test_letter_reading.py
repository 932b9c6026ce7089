"""A letter is easy to read: limits for every letter in every language."""

import pytest

from services.notifier.letter import render
from tests.unit.notifier.letters import HOUSE, RECIPIENT, all_letters, shipped_letters
from tests.unit.notifier.readability import read, syllables

LANGUAGES = ("fi", "sv", "en")
NAMES = (RECIPIENT.name, HOUSE.name, "Sähkö, joulukuu 2025", "Kotikatu", "Tampere", "Esimerkkikatu", "Helsinki")
EVERY = [(language, name) for language in LANGUAGES for name in all_letters(language)]
LIX_GOAL = {"fi": 38, "sv": 30, "en": 25}
MEAN_SENTENCE = {"fi": 10, "sv": 12, "en": 14}
LONGEST_SENTENCE = {"fi": 16, "sv": 20, "en": 25}
LONG_WORDS = {"fi": 35, "sv": 25, "en": 18}

BANNED = {
    "fi": (
        "vaadimme",
        "vaadi ",
        "välittömästi",
        "heti",
        "viipymättä",
        "velallinen",
        "velkoja",
        "uhka",
        "ulosotto",
        "maksuhäiriö",
        "oikeustoim",
        "laiminly",
        "viimeinen",
        "pakko",
    ),
    "sv": (
        "kräver att",
        "omedelbart",
        "genast",
        "utan dröjsmål",
        "gäldenär",
        "borgenär",
        "utsökning",
        "betalningsanmärkning",
        "sista chans",
        "försumm",
        "tvingas",
    ),
    "en": (
        "demand that",
        "immediately",
        "at once",
        "without delay",
        "debtor",
        "creditor",
        "enforcement",
        "credit record",
        "final notice",
        "last chance",
        "failure to",
        "forced",
    ),
}
KIND = {
    "fi": ("kiitos", "hei", "aut", "maksathan", "maksattehan", "pahoillamme", "haluamme"),
    "sv": ("tack", "hej", "hjälp", "gärna", "ledsna"),
    "en": ("thank", "hello", "help", "please", "sorry"),
}


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_letter_keeps_the_limits_of_plain_language(language: str, name: str) -> None:
    reading = read(render(all_letters(language)[name]).text, language, NAMES)

    assert reading.lix <= LIX_GOAL[language]
    assert reading.mean_sentence <= MEAN_SENTENCE[language]
    assert reading.longest_sentence <= LONGEST_SENTENCE[language]
    assert reading.long_words <= LONG_WORDS[language]
    if language == "fi":
        assert reading.many_syllables <= 15
    if language == "en":
        assert reading.grade <= 6


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_letter_is_calm_and_kind(language: str, name: str) -> None:
    text = render(all_letters(language)[name]).text
    lower = text.lower()

    assert [word for word in BANNED[language] if word in lower] == []
    assert "!" not in text
    assert sum(lower.count(word) for word in KIND[language]) >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_shouted(language: str) -> None:
    allowed = {"NDEAFIHH"}
    for letter in all_letters(language).values():
        words = render(letter).text.replace(letter.notice, "").split()
        assert {word for word in words if word.isalpha() and word.isupper() and len(word) > 4} <= allowed


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_a_shipped_step_fits_about_a_page(language: str) -> None:
    for letter in shipped_letters(language=language).values():
        assert read(render(letter).text, language, NAMES).words <= 300


def test_the_measure_tells_plain_prose_from_official_prose() -> None:
    plain = "Maksa lasku. Soita meille, jos et voi maksaa nyt. Autamme sinua."
    official = (
        "Maksuvelvollisuuden laiminlyönnistä aiheutuvien viivästysseuraamusten välttämiseksi kehotamme suorittamaan"
        " erääntyneen saatavan viivästyskorkoineen perintäkuluineen maksuvaatimuksessa mainittuun eräpäivään mennessä"
    )

    assert read(plain, "fi").lix < 30 < 60 < read(official, "fi").lix
    assert read(official, "fi").many_syllables > 40


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("viivästyskorko", "fi", 5),
        ("maksathan", "fi", 3),
        ("hyvä", "fi", 2),
        ("lasku", "fi", 2),
        ("tie", "fi", 1),
        ("invoice", "en", 2),
        ("please", "en", 1),
        ("table", "en", 2),
        ("betala", "sv", 3),
    ],
)
def test_syllables_are_counted_by_the_language(word: str, language: str, count: int) -> None:
    assert syllables(word, language) == count


def test_dates_links_and_names_do_not_count_as_our_words() -> None:
    text = "Hei Maximiliana Pitkänimi, maksathan 105,52 € torstaina 26. helmikuuta 2026. https://esimerkki.example"

    assert read(text, "fi", ("Maximiliana Pitkänimi",)).words == 2
