"""Histories with the letters that they must give: ours, and those computed by hand from the rules."""

from typing import Final

import pytest

from tests.scenarios import NAMES, Scenario
from tests.unit.overdue.harness import AccountHarness, as_in_scenarios

MATCHED_ELSEWHERE: Final = {"money", "rich"}
"""Histories with money that only cash application can place: the harness of this room goes by references alone.

tests/simulation plays them whole.
"""


@pytest.mark.parametrize("scenario", [name for name in NAMES if name not in MATCHED_ELSEWHERE], indirect=True)
def test_a_history_gives_its_letters(scenario: Scenario) -> None:
    letters = AccountHarness().play(scenario.events, scenario.last_day).letters

    assert sorted((as_in_scenarios(letter) for letter in letters), key=_by_day) == sorted(scenario.letters, key=_by_day)


def test_checking_only_when_the_answer_may_change_misses_no_letter(scenario: Scenario) -> None:
    events, until = scenario.events, scenario.last_day

    always, lazily = AccountHarness().play(events, until), AccountHarness(lazy=True).play(events, until)

    assert lazily.letters == always.letters
    assert lazily.tasks == always.tasks
    assert lazily.handed_over == always.handed_over
    assert lazily.checks < always.checks / 3


def _by_day(letter: dict[str, object]) -> tuple[str, str]:
    return str(letter["date"]), str(letter["debtor"])
