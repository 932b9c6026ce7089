"""`play` and the oracle are two readings of rules.md; on every history they write the same letters."""

import os

import pytest

from tests.scenarios import Scenario
from tests.simulation.compare import disagreement, first_difference
from tests.simulation.histories import history
from tests.simulation.oracle import letters_of
from tests.simulation.playing import played_letters
from tests.simulation.profiles import PROFILES

COUNT = int(os.environ.get("ERAPAIVA_ORACLE_HISTORIES", "90"))
COMPARED = [name for name in PROFILES if name != "open-questions"]
"""All profiles but that of what rules.md leaves open."""
HISTORIES = [(COMPARED[n % len(COMPARED)], n // len(COMPARED)) for n in range(COUNT)]
"""Profile and seed of each, one of each profile after the other."""


def test_the_oracle_writes_the_letters_of_the_scenario(scenario: Scenario) -> None:
    letters = [letter for letter in letters_of(scenario.events, scenario.until) if letter["step"] is not None]
    assert first_difference(scenario.letters, letters) is None


def test_play_writes_the_letters_of_the_scenario(scenario: Scenario) -> None:
    assert first_difference(scenario.letters, played_letters(scenario.events, scenario.until)) is None


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "seed"), HISTORIES)
def test_play_writes_the_letters_the_oracle_writes(profile: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: each partition costs time; tests/kafka holds that letters are the same for any number of them
    monkeypatch.setenv("ERAPAIVA_STORE__PARTITIONS", str(1 + seed % 2))
    events, until = history(seed, profile)
    assert disagreement(events, until) is None


@pytest.mark.parametrize("profile", PROFILES)
def test_a_history_is_the_same_every_time_it_is_told(profile: str) -> None:
    assert history(7, profile) == history(7, profile)
