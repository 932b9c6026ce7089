"""What a benchmark is, how it is run in processes of its own, and the figures that come back.

Each figure counts either by the clock or by the processor. Machines and days differ; ratios hold: so a figure of the
processor's is also given in *loops*, one run of a million empty iterations in the same interpreter, same process.
"""

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
from statistics import median
from time import perf_counter, process_time
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

from rich.console import Console
from rich.progress import track

_KIB_PER_MB: Final = 1_000_000 / 1_024
_LOOP: Final = 1_000_000
_LOOPS_TIMED: Final = 7
_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit; ``aim`` is at least or at most so much of the same unit, or None.

    ``by``: what it counts, the clock's time or the processor's. ``loops``: the same in loops, where it is time of the
    processor. A unit may end in what one of them is for, as in "µs/event".
    """

    what: str
    value: float
    unit: str
    aim: float | None = None
    better: Literal["more", "less"] = "more"
    by: Literal["clock", "processor"] = "clock"
    loops: float | None = None

    @property
    def seconds(self) -> float | None:
        """Its value in seconds, None where it is no time."""
        factor = _SECONDS.get(self.unit.partition("/")[0])
        return None if factor is None else self.value * factor


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


class Stopwatch:
    """How long a block took: by the clock, and of this process's processor time (its threads, not its children)."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.processor_s = 0.0

    def __enter__(self) -> Self:
        self.seconds -= perf_counter()
        self.processor_s -= process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += perf_counter()
        self.processor_s += process_time()

    def each(self, what: str, number: int, one: str) -> Figure:
        """Processor time of one of ``number`` things."""
        unit = f"µs/{one}"
        return Figure(what, self.processor_s / number / _SECONDS["µs"], unit, better="less", by="processor")


def run_stage(stage: Stage, folder: Path, scale: float) -> list[Figure]:
    """Run a stage in this process; the last figure is the most memory the process ever held."""
    loops_s = _loops_s()
    figures = stage.run(folder, scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MB
    loop_s = median(loops_s + _loops_s())
    figures.append(Figure(f"peak memory of {stage.name}", peak, "MB", stage.memory_aim, "less"))
    return [_with_loops(figure, loop_s) for figure in figures]


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
    """One line for a person: number, unit, loops, aim."""
    digits = 0 if figure.value >= 100 else 1
    text = f"  {figure.what:<52} {figure.value:>12,.{digits}f} {figure.unit:<12}"
    if figure.loops is not None:
        text += f" {figure.loops:>10.3g} loops"
    if figure.aim is None:
        return text.rstrip()
    sign, reached = ("≥", figure.value >= figure.aim) if figure.better == "more" else ("≤", figure.value <= figure.aim)
    return f"{text} aim {sign} {figure.aim:,.0f}{'' if reached else '   (not reached)'}"


def _loops_s() -> list[float]:
    """Processor time of the loop, in seconds, several times."""
    return [_loop_s() for _ in range(_LOOPS_TIMED)]


def _loop_s() -> float:
    before = process_time()
    for _ in range(_LOOP):
        pass
    return process_time() - before


def _with_loops(figure: Figure, loop_s: float) -> Figure:
    seconds = figure.seconds if figure.by == "processor" else None
    return figure if seconds is None else Figure(**{**asdict(figure), "loops": seconds / loop_s})
