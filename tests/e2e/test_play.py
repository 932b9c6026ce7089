"""`erapaiva play` from outside: the same bytes every time, whole or in pieces, through kill -9 (design.md §9)."""

import json
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT
from tests.simulation.histories import history
from tests.simulation.playing import is_unnamed

pytestmark = pytest.mark.e2e

COMMAND = [sys.executable, "-m", "services.cli"]
PIECES = 5
Event = dict[str, Any]
Argument = str | Path | date


def erapaiva(*arguments: Argument) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(path: Path, events: list[Event]) -> Path:
    """A file of events."""
    path.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), encoding="utf-8")
    return path


def letters(lines: str) -> list[Event]:
    """The notices among what `play --json` printed, each once: after a kill some are printed again."""
    said = [json.loads(line) for line in lines.splitlines()]
    notices = {each["notice"]: each for each in said if each["kind"] == "notice"}
    return sorted(notices.values(), key=lambda each: (each["date"], each["debtor"], each["notice"]))


@pytest.fixture(scope="module")
def told() -> tuple[list[Event], date]:
    """A rich random history and its last day."""
    events, until = history(4, "rich")
    return [event for event in events if not is_unnamed(event)], date.fromisoformat(until)


def test_two_runs_of_one_file_give_the_same_bytes(told: tuple[list[Event], date], tmp_path: Path) -> None:
    events, until = told
    file = write(tmp_path / "history.jsonl", events)
    first, second = (erapaiva("play", file, "--until", until, "--json") for _ in range(2))
    assert first == second
    assert json.loads(first.splitlines()[-1])["kind"] == "summary"


@pytest.mark.slow
def test_five_pieces_with_kill_9_in_each_give_the_same_state_and_letters(
    told: tuple[list[Event], date], tmp_path: Path
) -> None:
    events, until = told
    whole = erapaiva(
        "play", write(tmp_path / "whole.jsonl", events), "--until", until, "--json", "--store", tmp_path / "a"
    )

    printed = ""
    for number, (piece, day) in enumerate(in_pieces(events, until)):
        file = write(tmp_path / f"piece-{number}.jsonl", piece)
        command: list[Argument] = ["play", file, "--until", day, "--json", "--store", tmp_path / "b"]
        printed += killed_after(0.8 + random.Random(number).random(), *command)
        printed += erapaiva(*command)

    dumps = [erapaiva("dump", "--canonical", "--store", tmp_path / name / "erapaiva.db") for name in "ab"]
    assert dumps[0] == dumps[1]
    assert letters(printed) == letters(whole)
    assert sorted(path.name for path in (tmp_path / "a" / "outbox").iterdir()) == sorted(
        path.name for path in (tmp_path / "b" / "outbox").iterdir()
    )


def in_pieces(events: list[Event], until: date) -> list[tuple[list[Event], date]]:
    """The history cut at midnights into five, each with its last day."""
    days = [date.fromisoformat(event["time"][:10]) for event in events]
    first = min(days)
    ends = [first + (until - first) * number // PIECES for number in range(1, PIECES)] + [until]
    begins = [date.min, *(end + timedelta(days=1) for end in ends[:-1])]
    return [
        (
            [
                event
                for event, day in zip(events, days, strict=True)
                if begin <= day <= (end if end < until else date.max)
            ],
            end,
        )
        for begin, end in zip(begins, ends, strict=True)
    ]


def killed_after(seconds: float, *arguments: Argument) -> str:
    """Start a command and kill it with SIGKILL; the whole lines that it had printed."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(seconds)
        process.kill()
        out, _ = process.communicate()
    return out[: out.rfind("\n") + 1]


def test_events_of_one_instant_in_another_order_give_the_same_letters(
    told: tuple[list[Event], date], tmp_path: Path
) -> None:
    events, until = told
    shuffled = events[:]
    random.Random(7).shuffle(shuffled)
    shuffled.sort(key=lambda event: event["time"])
    one, other = (
        letters(erapaiva("play", write(tmp_path / f"{name}.jsonl", each), "--until", until, "--json"))
        for name, each in (("as-told", events), ("shuffled", shuffled))
    )
    assert without_references(one) == without_references(other)


def without_references(found: list[Event]) -> list[Event]:
    """A letter's own reference holds its account's number, which goes by order of arrival."""
    return [{name: value for name, value in each.items() if name != "reference"} for each in found]


def test_whatever_is_sent_twice_changes_nothing(told: tuple[list[Event], date], tmp_path: Path) -> None:
    events, until = told
    twice = [each for event in events for each in (event, event)]
    one, other = (
        erapaiva("play", write(tmp_path / f"{name}.jsonl", each), "--until", until, "--json")
        for name, each in (("once", events), ("twice", twice))
    )
    assert letters(one) == letters(other)
    summary = json.loads(other.splitlines()[-1])
    assert summary["duplicates"] >= len(events) - json.loads(one.splitlines()[-1])["after_until"] - summary["waiting"]
    assert summary["read"] == sum(summary[name] for name in ("applied", "duplicates", "dead_letters", "waiting"))
