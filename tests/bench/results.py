"""Results of runs as JSON, and what two of them say when they are held beside each other.

A file of results holds every round of every figure. A figure has changed when its medians differ by more than both
runs' own rounds differ among themselves, and by more than a part that no machine here keeps still.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.bench.measuring import Figure

FORM: Final = 1
_STILL: Final = 0.05
"""No change is smaller than this part of a figure."""
_ONE_ROUND: Final = 0.10
"""How far the rounds of a run are taken to lie apart when it had only one."""

Key = tuple[str, str]
"""Benchmark, figure."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of one run: its unit, which way is better, and its value in each round, in loops where it has them."""

    unit: str
    better: str
    values: list[float]

    @property
    def middle(self) -> float:
        """The median of its rounds."""
        return median(self.values)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a part of their median."""
        if len(self.values) < 2 or not self.middle:
            return _ONE_ROUND
        return (max(self.values) - min(self.values)) / self.middle


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of two runs: ``ratio`` is now ÷ then, ``noise`` the part by which it may differ without meaning."""

    key: Key
    unit: str
    then: float
    now: float
    noise: float
    better: str

    @property
    def ratio(self) -> float:
        """Now ÷ then."""
        return self.now / self.then

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `same` when the difference is noise."""
        if max(self.ratio, 1 / self.ratio) - 1 <= self.noise:
            return "same"
        return "better" if (self.ratio > 1) == (self.better == "more") else "worse"


def as_results(machine: str, scale: float, rounds: Iterable[tuple[str, list[Figure]]]) -> dict[str, Any]:
    """The form of a file of results, from each benchmark's figures, round after round."""
    figures: dict[Key, dict[str, Any]] = {}
    for benchmark, measured in rounds:
        for figure in measured:
            row = figures.setdefault(
                (benchmark, figure.what),
                {
                    "benchmark": benchmark,
                    "what": figure.what,
                    "unit": figure.unit,
                    "by": figure.by,
                    "better": figure.better,
                    "values": [],
                    "loops": [],
                },
            )
            row["values"].append(figure.value)
            if figure.loops is not None:
                row["loops"].append(figure.loops)
    return {"form": FORM, "machine": machine, "scale": scale, "figures": list(figures.values())}


def read(path: Path) -> dict[str, Any]:
    """Results from a file. Raises ValueError when it is none, or of another form."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise ValueError(f"{path}: is no JSON ({fault})") from fault
    if not isinstance(found, dict) or found.get("form") != FORM:
        raise ValueError(f"{path}: is no file of results of form {FORM}; run `make bench` with that checkout")
    return found


def changes(then: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    """Each figure that both runs have, in the order of the newer one. Processor time is compared in loops."""
    before = _measured(then)
    for key, fresh in _measured(now).items():
        old = before.get(key)
        if old is not None and old.unit == fresh.unit and old.middle > 0 and fresh.middle > 0:
            noise = max(_STILL, old.spread + fresh.spread)
            yield Change(key, fresh.unit, old.middle, fresh.middle, noise, fresh.better)


def line_of(change: Change) -> str:
    """One line for a person."""
    benchmark, what = change.key
    told = {"same": "", "better": "better", "worse": "WORSE"}[change.verdict]
    numbers = f"{change.then:>12.4g} {change.now:>12.4g} {change.unit:<12}"
    return f"{benchmark:<10} {what:<52} {numbers} × {change.ratio:<6.2f} ± {change.noise:<5.0%} {told}".rstrip()


def _measured(results: dict[str, Any]) -> dict[Key, Measured]:
    return {
        (row["benchmark"], row["what"].strip()): Measured(
            "loops" if row["loops"] else row["unit"], row["better"], row["loops"] or row["values"]
        )
        for row in results["figures"]
    }
