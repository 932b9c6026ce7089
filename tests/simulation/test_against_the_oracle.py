"""`play` and the oracle are two readings of rules.md; on every history they write the same letters."""

import json
import os
from pathlib import Path

import pytest

from tests.simulation.compare import disagreement, first_difference
from tests.simulation.histories import history
from tests.simulation.oracle import letters_of
from tests.simulation.playing import Event, Told, played_letters
from tests.simulation.profiles import PROFILES

SCENARIOS = range(9001, 9013)
SEEDS = range(int(os.environ.get("ERAPAIVA_ORACLE_SEEDS", "8")))
COMPARED = [name for name in PROFILES if name != "open-questions"]


def scenario(shared: Path, number: int) -> tuple[list[Event], str, list[Told]]:
    folder = shared / "scenarios"
    events = [json.loads(line) for line in (folder / f"{number}.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = (folder / f"{number}.expected.jsonl").read_text(encoding="utf-8").splitlines()
    until = (folder / f"{number}.until").read_text(encoding="utf-8").strip()
    return events, until, [json.loads(line) for line in expected]


@pytest.mark.parametrize("number", SCENARIOS)
def test_the_oracle_writes_the_letters_of_the_scenario(shared: Path, number: int) -> None:
    events, until, expected = scenario(shared, number)
    assert first_difference(expected, letters_of(events, until)) is None


@pytest.mark.parametrize("number", SCENARIOS)
def test_play_writes_the_letters_of_the_scenario(shared: Path, number: int) -> None:
    events, until, expected = scenario(shared, number)
    assert first_difference(expected, played_letters(events, until)) is None


@pytest.mark.slow
@pytest.mark.parametrize("profile", COMPARED)
@pytest.mark.parametrize("seed", SEEDS)
def test_play_writes_the_letters_the_oracle_writes(profile: str, seed: int) -> None:
    events, until = history(seed, profile)
    assert disagreement(events, until) is None


@pytest.mark.parametrize("profile", PROFILES)
def test_a_history_is_the_same_every_time_it_is_told(profile: str) -> None:
    assert history(7, profile) == history(7, profile)
