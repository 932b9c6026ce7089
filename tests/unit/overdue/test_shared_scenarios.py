"""The shared histories give exactly the letters that were computed by hand from the rules."""

from datetime import date
from pathlib import Path

import pytest

from tests.unit.overdue.harness import Office, read_lines, told

SCENARIOS = [f"90{number:02d}" for number in range(1, 13)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_shared_history_gives_its_letters(shared: Path, name: str) -> None:
    folder = shared / "scenarios"
    events = read_lines((folder / f"{name}.jsonl").read_text())
    until = date.fromisoformat((folder / f"{name}.until").read_text().strip())
    expected = read_lines((folder / f"{name}.expected.jsonl").read_text())

    letters = Office().play(events, until).letters

    assert sorted((told(letter) for letter in letters), key=_by_day) == sorted(expected, key=_by_day)


@pytest.mark.parametrize("name", SCENARIOS)
def test_looking_only_when_the_answer_may_change_misses_no_letter(shared: Path, name: str) -> None:
    folder = shared / "scenarios"
    events = read_lines((folder / f"{name}.jsonl").read_text())
    until = date.fromisoformat((folder / f"{name}.until").read_text().strip())

    always, lazily = Office().play(events, until), Office(lazy=True).play(events, until)

    assert lazily.letters == always.letters
    assert lazily.tasks == always.tasks
    assert lazily.handed_over == always.handed_over
    assert lazily.checks < always.checks / 3


def _by_day(letter: dict[str, object]) -> tuple[str, str]:
    return str(letter["date"]), str(letter["debtor"])
