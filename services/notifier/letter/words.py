"""The phrases of each language: data files in ``words/``, one per language, all with the same keys."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources

from services.notifier.letter.formats import Formats

_TO_ORGANISATIONS = "business"


class LetterWords:
    """What one language says to one kind of reader.

    Phrases are ours, facts are data: a fact is put into a phrase as it is and never read as a phrase itself.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = phrases
        self.formats = Formats(
            locale=phrases["format.locale"],
            long_date=phrases["format.long_date"],
            short_date=phrases["format.short_date"],
            percent=phrases["format.percent"],
        )

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def say(self, key: str, /, **facts: str) -> str:
        """The phrase ``key`` with its facts. Raises KeyError when the phrase or one of its facts is missing."""
        return self._phrases[key].format_map(facts)

    def say_of(self, key: str, count: int, /, **facts: str) -> str:
        """The phrase for one or for many: ``key.one`` when ``count`` is 1, else ``key.many``."""
        return self.say(f"{key}.one" if count == 1 else f"{key}.many", count=str(count), **facts)

    def listed(self, items: list[str]) -> str:
        """``a``, ``a and b`` or ``a, b and c``. Raises IndexError when there is nothing to list."""
        if len(items) == 1:
            return items[0]
        return f"{', '.join(items[:-1])} {self.say('format.and')} {items[-1]}"


@lru_cache
def words_for(language: str, kind: str) -> LetterWords:
    """The words for readers of ``kind`` ("consumer", "business"); FileNotFoundError for an unknown language."""
    phrases = phrases_of(language)
    prefix = f"{_TO_ORGANISATIONS}."
    common = {key: text for key, text in phrases.items() if not key.startswith(prefix)}
    special = {key.removeprefix(prefix): text for key, text in phrases.items() if key.startswith(prefix)}
    return LetterWords(common | special if kind == _TO_ORGANISATIONS else common)


def phrases_of(language: str) -> dict[str, str]:
    """All phrases of a language's file by their dotted key, those to organisations under ``business.``."""
    file = resources.files("services.notifier.letter") / "words" / f"{language}.toml"
    return dict(_flat("", tomllib.loads(file.read_text(encoding="utf-8"))))


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, entry in table.items():
        if isinstance(entry, Mapping):
            yield from _flat(f"{prefix}{name}.", entry)
        else:
            yield prefix + name, str(entry)
