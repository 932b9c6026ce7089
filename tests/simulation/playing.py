"""The product's own answer to a history: the letters that `erapaiva play FILE --until DATE --json` prints."""

import contextlib
import io
import json
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.cli import main as erapaiva
from services.commands.playback.bootstrap import playing_engine
from services.commands.playback.play_files import Play, TimedPiece, read_pieces
from services.commands.playback.play_output import as_json, line_of
from services.intake.creditor_directory import CreditorDirectory
from tests.simulation.oracle.facts import Suggestion

Event = dict[str, Any]
PrintedObject = dict[str, Any]

# The fields that rules.md determines, as in a scenario's expected letters.
LETTER_FIELDS = (
    "date", "debtor", "step", "fee", "interest", "fixed_compensation", "total", "response_by", "receivables",
)  # fmt: skip
ROUNDS = 8  # how often names of letters and tasks are replaced anew before the rest stays without


def printed(events: list[Event], until: str) -> list[PrintedObject]:
    """All that `play --json` prints about the events, one object a line.

    Raises:
        RuntimeError: the command failed; the end of its messages is quoted.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.jsonl"
        told = [{name: value for name, value in e.items() if name != "arrives"} for e in events]
        file.write_text("".join(f"{json.dumps(e, ensure_ascii=False)}\n" for e in told), encoding="utf-8")
        if any("arrives" in e for e in events):
            return _printed_as_it_arrives(file, [datetime.fromisoformat(_arrival(e)) for e in events], until)
        return _printed_by_the_command(file, until)


def _arrival(event: Event) -> str:
    return str(event.get("arrives", event["time"]))


def _printed_by_the_command(file: Path, until: str) -> list[PrintedObject]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = erapaiva(["play", str(file), "--until", until, "--json"])
    if status != 0:
        raise RuntimeError(f"play ended with {status}: {err.getvalue()[-2000:]}")
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _printed_as_it_arrives(file: Path, arrivals: list[datetime], until: str) -> list[PrintedObject]:
    """The same of a history in which some events come before the time that they bear (rules.md K1)."""
    with contextlib.ExitStack() as stack:
        engine, clock = playing_engine(None, stack)
        pieces = read_pieces([file], CreditorDirectory())
        given = [TimedPiece(at, each.piece) for at, each in zip(arrivals, pieces, strict=True)]
        given.sort(key=lambda each: each.time)
        messages = Play(engine, clock).play(given, date.fromisoformat(until))
        return [json.loads(as_json(line)) for line in map(line_of, messages) if line is not None]


def played_letters(events: list[Event], until: str) -> list[PrintedObject]:
    """The accepted letters of `play`, with the fields of a scenario's expected letters, by date and debtor.

    Notes without a step (an instalment missed, an apology) are no letters in the scenarios' sense and are left out.
    """
    return letters_among(printed(events, until))


def letters_among(lines: list[PrintedObject]) -> list[PrintedObject]:
    """The accepted letters among what `play` printed."""
    letters = [
        {field: line[field] for field in LETTER_FIELDS}
        for line in lines
        if line["kind"] == "notice" and line["status"] == "accepted" and line["step"] is not None
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


def with_real_names(events: list[Event], until: str) -> tuple[list[Event], list[PrintedObject]]:
    """The history as `play` can read it, and what `play` printed about it.

    A letter made before an event does not depend on it, so each round finds at least the next name.
    """
    names: dict[str, str] = {}
    for _ in range(ROUNDS):
        named = [n for e in events if (n := _named(e, names)) is not None]
        lines = printed(named, until)
        found = _names_in(lines)
        wanted = {_placeholder(e) for e in events if is_unnamed(e)}
        news = {k: v for k, v in found.items() if k in wanted}
        if news == names:
            break
        names = news
    return named, lines


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
