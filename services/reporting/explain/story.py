"""A story: entries by day, in the order in which one thing led to the next, laid out as lines of text."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

_WIDTH: Final = 100
_MARGIN: Final = " " * 12


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One thing that happened on a day; `instant` (UTC) where it is known, `letter` when a letter went out.

    `words` is one sentence, or a first sentence and the details that belong to it.
    """

    day: date
    words: tuple[str, ...]
    instant: datetime | None = None
    letter: bool = False


def in_order(entries: Iterable[StoryEntry]) -> list[StoryEntry]:
    """By day; within a day what was known before the first letter, then decisions, then that letter and the rest.

    Decisions have a day and no instant. They rest on what was known before, and precede the letter they released.
    """
    found = list(entries)
    first_letters: dict[date, datetime] = {}
    for entry in found:
        if entry.letter and entry.instant is not None:
            first_letters[entry.day] = min(entry.instant, first_letters.get(entry.day, entry.instant))
    return sorted(found, key=lambda entry: _sort_key(entry, first_letters.get(entry.day)))


def _sort_key(entry: StoryEntry, first_letter: datetime | None) -> tuple[date, int, str]:
    if entry.instant is None:
        return entry.day, 1, ""
    part = 0 if first_letter is None or entry.instant < first_letter else 2
    return entry.day, part, entry.instant.isoformat(timespec="microseconds")


def lines_of(entries: Iterable[StoryEntry]) -> Iterable[str]:
    """The story as lines of text: the day in the margin, details indented below."""
    for entry in in_order(entries):
        first, *details = entry.words
        yield from paragraph(first, details, entry.day.isoformat())


def paragraph(first: str, details: Iterable[str], margin: str = "") -> Iterable[str]:
    """A sentence beside the text in the margin, and its details as a list below it."""
    blank = _MARGIN if margin else ""
    yield from _wrapped(first, margin.ljust(len(blank)), blank)
    for detail in details:
        yield from _wrapped(detail, f"{blank}- ", f"{blank}  ")


def _wrapped(sentence: str, first: str, following: str) -> list[str]:
    return textwrap.wrap(
        sentence,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
