"""Compare `play` with the oracle: python -m tests.simulation.compare --seeds 0-200 [--profile rich] [--keep DIR].

For each seed the first letter that differs is shown, with the events about the account before it. Exit code 1 when
anything differs.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.histories import history
from tests.simulation.history_writer import CREDITOR
from tests.simulation.invariants import violations
from tests.simulation.oracle import letters_of
from tests.simulation.oracle.facts import World
from tests.simulation.playing import Event, PrintedObject, is_unnamed, letters_among, suggestions_among, with_real_names
from tests.simulation.profiles import PROFILES

CONTEXT_EVENTS = 40


@dataclass(frozen=True)
class Difference:
    """The first letter on which the two disagree; one of the two may have none."""

    expected: PrintedObject | None
    played: PrintedObject | None

    @property
    def letter(self) -> PrintedObject:
        return self.expected or self.played or {}


def first_difference(expected: list[PrintedObject], played: list[PrintedObject]) -> Difference | None:
    """The first letter, by date and debtor, on which the two disagree."""
    theirs = {(x["date"], x["debtor"]): x for x in played}
    ours = {(x["date"], x["debtor"]): x for x in expected}
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            return Difference(ours.get(key), theirs.get(key))
    if len(expected) != len(played):
        return Difference(None, {"date": "?", "debtor": "?", "two letters of one day": True})
    return None


def disagreement(events: list[Event], until: str) -> str | None:
    """What differs between `play` and the oracle over a history, or holds of none, as text, or None."""
    named, result = with_real_names(events, until)
    read, suggestions = as_the_oracle_reads(events, named), suggestions_among(result.lines)
    letters = letters_among(result.lines)
    difference = first_difference(letters_of(read, until, suggestions), letters)
    if difference is not None:
        return described(difference, events)
    with_steps = [letter for letter in letters if letter["step"] is not None]
    broken = violations(World(read, suggestions), CREDITOR, with_steps, result.books, until)
    return "\n".join(f"  {each}" for each in broken) or None


def as_the_oracle_reads(events: list[Event], named: list[Event]) -> list[Event]:
    """The history with its placeholders, but with an invoice's reference where a letter simply used that one."""
    issued = [e["data"] for e in events if e["type"] == "invoice.issued.v1"]
    invoices = {each.get("reference") for data in issued for each in (data, *data.get("parts", ()))} - {None}
    real = {e["id"]: e for e in named}
    return [real[e["id"]] if is_unnamed(e) and _reference(real.get(e["id"])) in invoices else e for e in events]


def _reference(event: Event | None) -> str | None:
    return event["data"].get("reference") if event else None


def described(difference: Difference, events: list[Event]) -> str:
    """The difference field by field, then the account's events until then."""
    letter, lines = difference.letter, []
    lines.append(f"  {letter['date']} {letter['debtor']}:")
    lines += [f"    {line}" for line in _fields(difference)]
    lines.append("  events before:")
    before = [e for e in events if e["time"][:10] <= letter["date"] and _concerns(e, letter["debtor"], events)]
    if len(before) > CONTEXT_EVENTS:
        lines.append(f"    … {len(before) - CONTEXT_EVENTS} earlier")
    lines += [f"    {_short(e)}" for e in before[-CONTEXT_EVENTS:]]
    return "\n".join(lines)


def _fields(difference: Difference) -> Iterator[str]:
    if difference.expected is None or difference.played is None:
        yield f"oracle: {json.dumps(difference.expected)}"
        yield f"play:   {json.dumps(difference.played)}"
        return
    for field, expected in difference.expected.items():
        played = difference.played[field]
        if expected != played and field != "receivables":
            yield f"{field}: oracle {expected}, play {played}"
    ours = {r["invoice"]: r for r in difference.expected["receivables"]}
    theirs = {r["invoice"]: r for r in difference.played["receivables"]}
    for invoice in sorted({*ours, *theirs}):
        if ours.get(invoice) != theirs.get(invoice):
            yield f"{invoice}: oracle {json.dumps(ours.get(invoice))}"
            yield f"{invoice}: play   {json.dumps(theirs.get(invoice))}"


def _concerns(event: Event, debtor: str, events: list[Event]) -> bool:
    """Whether the event may have changed the account: its own, its money, and settings; no feeds."""
    data: dict[str, Any] = event["data"]
    if data.get("debtor") is not None:
        return str(data["debtor"]) == debtor
    if event["type"].startswith("payment."):
        return data["payment"] in _money_of(debtor, events)
    return event["type"] in ("policy.published.v1", "reference-rate.published.v1")


def _money_of(debtor: str, events: list[Event]) -> set[str]:
    references = {
        e["data"]["reference"] for e in events if e["type"] == "invoice.issued.v1" and e["data"]["debtor"] == debtor
    }
    return {
        e["data"]["payment"]
        for e in events
        if e["type"] in ("payment.received.v1", "payment.assigned.v1")
        and (
            e["data"].get("reference") in references
            or e["data"].get("debtor") == debtor
            or str(e["data"].get("reference")).startswith(f"@letter:{debtor}:")
        )
    }


def _short(event: Event) -> str:
    left_out = ("creditor", "debtor", "account", "subject", "window", "calendar", "country", "tone")
    data = {k: v for k, v in event["data"].items() if k not in left_out}
    if "party" in data:
        data["party"] = {k: v for k, v in data["party"].items() if k in ("kind", "trader")}
    return f"{event['time'][:16]} {event['type'].removesuffix('.v1')} {json.dumps(data, ensure_ascii=False)}"


# -- the command --------------------------------------------------------------------------------------------------


def _one(case: tuple[str, int]) -> tuple[str, int, str | None]:
    profile, seed = case
    events, until = history(seed, profile)
    return profile, seed, disagreement(events, until)


def seeds(text: str) -> range:
    """`7` or `0-200`, both ends included."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main(arguments: list[str] | None = None) -> int:
    """Compare, print the differences, return 1 when there are any."""
    parser = argparse.ArgumentParser(description="compare play with the oracle")
    parser.add_argument("--seeds", type=seeds, default=range(20))
    parser.add_argument("--profile", choices=[*PROFILES, "all"], default="simple")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=5, help="how many differences to show in full")
    parser.add_argument("--keep", type=Path, help="a folder for the histories that differ")
    chosen = parser.parse_args(arguments)
    profiles = list(PROFILES) if chosen.profile == "all" else [chosen.profile]
    cases = [(profile, seed) for profile in profiles for seed in chosen.seeds]
    differing = []
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for profile, seed, difference in pool.map(_one, cases):
            if difference is not None:
                differing.append(f"{profile}:{seed}")
                print(f"{profile} {seed} differs" + (f"\n{difference}" if len(differing) <= chosen.show else ""))
                if chosen.keep:
                    keep(profile, seed, chosen.keep)
    print(f"{len(cases)} histories, {len(differing)} differ: {' '.join(differing)}")
    return 1 if differing else 0


def keep(profile: str, seed: int, folder: Path) -> None:
    """Write a history and its letters as a scenario is written, with the real names where there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    events, until = history(seed, profile)
    named, result = with_real_names(events, until)
    stem = folder / f"{profile}-{seed}"
    stem.with_suffix(".jsonl").write_text("".join(f"{json.dumps(e)}\n" for e in named), encoding="utf-8")
    stem.with_suffix(".until").write_text(f"{until}\n", encoding="utf-8")
    letters = letters_of(events, until, suggestions_among(result.lines))
    stem.with_suffix(".expected.jsonl").write_text("".join(f"{json.dumps(x)}\n" for x in letters), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
