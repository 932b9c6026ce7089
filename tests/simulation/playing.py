"""The product's own answer to a history: the letters that `erapaiva play FILE --until DATE --json` prints."""

import contextlib
import io
import json
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from services.cli import main as erapaiva
from services.commands.playback.bootstrap import playing_engine_over
from services.commands.playback.play_files import Play, TimedPiece, read_pieces
from services.commands.playback.play_output import as_json, line_of
from services.intake.creditor_directory import CreditorDirectory
from services.notifier.posts.simulated import SimulatedPost
from services.reporting.reconcile.reconciliation import Reconciliation, reconcile
from services.runtime.sqlite.store import SqliteStore
from tests.simulation.history_writer import CREDITOR
from tests.simulation.oracle.facts import Suggestion

Event = dict[str, Any]
PrintedObject = dict[str, Any]

# The fields that rules.md determines, as in a scenario's expected letters.
LETTER_FIELDS = (
    "date", "debtor", "step", "fee", "interest", "fixed_compensation", "total", "response_by", "receivables",
)  # fmt: skip
ALL_DAYS = (date(2000, 1, 1), date(2100, 1, 1))
ROUNDS = 8  # how often names of letters and tasks are replaced anew before the rest stays without


def printed(events: list[Event], until: str) -> list[PrintedObject]:
    """All that `play --json` prints about the events, one object a line.

    Raises:
        RuntimeError: the command failed; the end of its messages is quoted.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = _written(events, Path(folder))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = erapaiva(["play", str(file), "--until", until, "--json"])
    if status != 0:
        raise RuntimeError(f"play ended with {status}: {err.getvalue()[-2000:]}")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert_nobody_is_silent(lines)
    return lines


def assert_nobody_is_silent(lines: list[PrintedObject]) -> None:
    """No step that was due stayed behind without a reason (docs/invariants.md I25)."""
    silent = [line for line in lines if line["kind"] == "task" and line["task"] == "silent-account"]
    assert silent == [], "a step is due, nothing holds it, and it does not leave"


class Played(NamedTuple):
    """What the product makes of a history: what `play --json` prints about it, and where all money is in the end."""

    lines: list[PrintedObject]
    books: Reconciliation


def played(events: list[Event], until: str) -> Played:
    """Play the events, each as it arrives: some come before or after the time that they bear (rules.md K1)."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        store = SqliteStore()
        engine, clock = playing_engine_over(store, SimulatedPost(), stack)
        arrivals = [datetime.fromisoformat(str(event.get("arrives", event["time"]))) for event in events]
        pieces = read_pieces([_written(events, Path(folder))], CreditorDirectory())
        given = [TimedPiece(at, each.piece) for at, each in zip(arrivals, pieces, strict=True)]
        given.sort(key=lambda each: each.time)
        messages = Play(engine, clock).play(given, date.fromisoformat(until))
        lines = [json.loads(as_json(line)) for line in map(line_of, messages) if line is not None]
        assert_nobody_is_silent(lines)
        return Played(lines, reconcile(store, CREDITOR, *ALL_DAYS))


def _written(events: list[Event], folder: Path) -> Path:
    """The events as a file of one event a line."""
    file = folder / "history.jsonl"
    told = [{name: value for name, value in event.items() if name != "arrives"} for event in events]
    file.write_text("".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in told), encoding="utf-8")
    return file


def played_letters(events: list[Event], until: str) -> list[PrintedObject]:
    """The accepted letters of `play`, with the fields of a scenario's expected letters, by date and debtor.

    Notes without a step (an instalment missed, an apology) are no letters in the scenarios' sense and are left out.
    """
    return [letter for letter in letters_among(printed(events, until)) if letter["step"] is not None]


def letters_among(lines: list[PrintedObject]) -> list[PrintedObject]:
    """The accepted letters among what `play` printed, those about missed instalments too; notes ask for no answer."""
    letters = [
        {field: line[field] for field in LETTER_FIELDS}
        for line in lines
        if line["kind"] == "notice" and line["status"] == "accepted"
        if line["step"] is not None or line["response_by"] > line["date"]
    ]
    return sorted(letters, key=lambda letter: (letter["date"], letter["debtor"]))


def suggestions_among(lines: list[PrintedObject]) -> list[Suggestion]:
    """Whose an unmatched payment may be, as `play` printed it: words are the program's own to read (rules.md G10)."""
    return [
        Suggestion(date.fromisoformat(line["date"]), line["payment"], each["debtor"], each["confidence"], each["why"])
        for line in lines
        if line["kind"] == "unmatched"
        for each in line["suggestions"]
    ]


# -- names that only the product can give -------------------------------------------------------------------------


def is_unnamed(event: Event) -> bool:
    """Whether the event names a letter's own reference or of a task, which a history cannot foretell."""
    data = event["data"]
    return str(data.get("reference", "")).startswith("@letter:") or str(data.get("task", "")).startswith("@call:")


def with_real_names(events: list[Event], until: str) -> tuple[list[Event], Played]:
    """The history as the product can read it, and what the product made of it.

    A letter made before an event does not depend on it, so each round finds at least the next name.
    """
    names: dict[str, str] = {}
    for _ in range(ROUNDS):
        named = [n for e in events if (n := _named(e, names)) is not None]
        result = played(named, until)
        found = _names_in(result.lines)
        wanted = {_placeholder(e) for e in events if is_unnamed(e)}
        news = {k: v for k, v in found.items() if k in wanted}
        if news == names:
            break
        names = news
    return named, result


def _placeholder(event: Event) -> str:
    data = event["data"]
    return str(data["task"] if "task" in data else data["reference"])


def _named(event: Event, names: dict[str, str]) -> Event | None:
    """The event with its real name. While there is none, money comes without a reference and a task is not done."""
    if not is_unnamed(event):
        return event
    field = "task" if "task" in event["data"] else "reference"
    name = names.get(_placeholder(event))
    if name is not None:
        return {**event, "data": {**event["data"], field: name}}
    if field == "task":
        return None
    return {**event, "data": {k: v for k, v in event["data"].items() if k != "reference"}}


def _names_in(lines: list[PrintedObject]) -> dict[str, str]:
    names = {}
    for line in lines:
        if line["kind"] == "notice" and line["status"] == "accepted" and line.get("reference"):
            names[f"@letter:{line['debtor']}:{line['date']}"] = line["reference"]
        if line["kind"] == "task" and line.get("invoice") and "call" in f"{line['reason']} {line['task']}":
            names[f"@call:{line['invoice']}:call"] = line["task"]
    return names
