"""What a benchmark is, how it is run in processes of its own, and the figures that come back."""

import json
import os
import platform
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from rich.console import Console
from rich.progress import track

_KIB_PER_MB: Final = 1_000_000 / 1_024
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit; ``aim`` is at least or at most so much of the same unit, or None."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    better: Literal["more", "less"] = "more"


@dataclass(frozen=True, slots=True)
class Stage:
    """One process of a benchmark: ``run(folder, scale)`` gives its figures; ``memory_aim`` in MB."""

    name: str
    run: Callable[[Path, float], list[Figure]]
    memory_aim: float | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Stages that follow each other over one folder, and what a reader must know about the numbers."""

    name: str
    title: str
    stages: tuple[Stage, ...]
    notes: tuple[str, ...] = ()


def run_stage(stage: Stage, folder: Path, scale: float) -> list[Figure]:
    """Run a stage in this process; the last figure is the most memory the process ever held."""
    figures = stage.run(folder, scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MB
    return [*figures, Figure(f"peak memory of {stage.name}", peak, "MB", stage.memory_aim, "less")]


def run_in_child(benchmark: str, stage: int, folder: Path, scale: float) -> list[Figure]:
    """Run a stage in a process of its own. Raises CalledProcessError when it fails; its words are on stderr."""
    arguments = ["--stage", f"{benchmark}:{stage}", "--folder", str(folder), "--scale", str(scale)]
    command = [sys.executable, "-m", "tests.bench", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [Figure(**said) for said in json.loads(done.stdout)]


def as_json(figures: list[Figure]) -> str:
    """Figures as a child tells them to its parent."""
    return json.dumps([asdict(figure) for figure in figures])


def followed(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """The items, with a progress bar on a terminal."""
    console = Console(stderr=True)
    return track(items, what, total=total, console=console, transient=True, disable=not console.is_terminal)


def machine() -> str:
    """What the numbers were measured on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    sqlite = f"SQLite {sqlite3.sqlite_version}"
    return f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), {python}, {sqlite}, {platform.system()}"


def line_of(figure: Figure) -> str:
    """One line for a person: number, unit, aim."""
    digits = 0 if figure.value >= 100 else 1
    text = f"  {figure.what:<44} {figure.value:>12,.{digits}f} {figure.unit:<9}"
    if figure.aim is None:
        return text.rstrip()
    sign, reached = ("≥", figure.value >= figure.aim) if figure.better == "more" else ("≤", figure.value <= figure.aim)
    return f"{text} aim {sign} {figure.aim:,.0f}{'' if reached else '   (not reached)'}"
