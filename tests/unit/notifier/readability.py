"""How easy a letter is to read, measured.

Words are runs of letters; a sentence ends at ``.``, ``!``, ``?``, ``:`` before a value, or with its line. What is data
and not our words (links, account numbers, the letter's id, numbers, dates with their weekday and month, names) is taken
out first: nobody can write a customer's name or a Thursday more plainly. The same words in the
same order, such as a label that each row of a table repeats, are read once. A guard, not a proof.
"""

import re
from dataclasses import dataclass

_DATA = re.compile(
    r"https?://\S+|\S+@\S+|[0-9a-f]{8}-[0-9a-f-]{27,}|\bFI\d{2}(?: \d{4})+(?: \d+)?|\b[A-Z]{6}[A-Z0-9]{2,5}\b"
)
_DAY_NAMES = re.compile(
    r"\b(?:(?:maanan|tiis|keskiviikko|tors|perjan|lauan|sunnun)(?:tai)?na"
    r"|(?:mån|tis|ons|tors|fre|lör|sön)dagen den|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
    r"\s(?=\d)|(?<=\d)\.?\s[^\W\d_]+(?=\s\d{4})"
)
_NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]\d+)*\.?")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|:(?=\s|$)|\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = {"fi": "aeiouyäöå", "en": "aeiouy"}
_LONG = 6
_MANY_SYLLABLES = 4
_DIPHTHONGS = (
    "ai",
    "ei",
    "oi",
    "ui",
    "yi",
    "äi",
    "öi",
    "au",
    "eu",
    "iu",
    "ou",
    "ey",
    "iy",
    "äy",
    "öy",
    "ie",
    "uo",
    "yö",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured; shares are per cent of all words."""

    words: int
    lix: float
    mean_sentence: float
    longest_sentence: int
    long_words: float
    many_syllables: float
    grade: float


def read(text: str, language: str, names: tuple[str, ...] = ()) -> Reading:
    """Measures ``text``; ``names`` are the customer's and the creditor's own words in it, which are not counted."""
    sentences = _sentences(text, names)
    words = [word for sentence in sentences for word in sentence]
    long_words = sum(len(word) > _LONG for word in words)
    counted = [syllables(word, language) for word in words]
    mean = len(words) / len(sentences)
    return Reading(
        words=len(words),
        lix=mean + 100 * long_words / len(words),
        mean_sentence=mean,
        longest_sentence=max(len(sentence) for sentence in sentences),
        long_words=100 * long_words / len(words),
        many_syllables=100 * sum(count >= _MANY_SYLLABLES for count in counted) / len(words),
        grade=0.39 * mean + 11.8 * sum(counted) / len(words) - 15.59,
    )


def _sentences(text: str, names: tuple[str, ...]) -> list[list[str]]:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = _NUMBER.sub(" ", _DAY_NAMES.sub(" ", _DATA.sub(" ", text)))
    found = (_WORD.findall(piece) for piece in _SENTENCE_END.split(text))
    return [list(sentence) for sentence in dict.fromkeys(map(tuple, found)) if sentence]


def syllables(word: str, language: str) -> int:
    """Syllables of a word: vowel groups, in Finnish split where two vowels are no diphthong and not the same."""
    vowels = _VOWELS.get(language, "aeiouyäöå")
    groups = re.findall(f"[{vowels}]+", word.lower())
    if language != "fi":
        silent_e = language == "en" and len(groups) > 1 and re.search(r"[^aeioul]e$", word.lower()) is not None
        return max(1, len(groups) - silent_e)
    return max(1, sum(_finnish_nuclei(group) for group in groups))


def _finnish_nuclei(group: str) -> int:
    count, at = 0, 0
    while at < len(group):
        pair = group[at : at + 2]
        together = len(pair) == 2 and (pair[0] == pair[1] or pair in _DIPHTHONGS)
        at += 2 if together else 1
        count += 1
    return count
