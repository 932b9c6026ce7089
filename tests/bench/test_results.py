"""Two runs beside each other: what has changed, and what is noise."""

import json
from pathlib import Path

import pytest

from tests.bench.compare import main
from tests.bench.measuring import Figure, Stopwatch, run_stage
from tests.bench.measuring import Stage as BenchStage
from tests.bench.results import as_results, changes


def results(*rounds: float, better: str = "more", loops: float | None = None) -> dict[str, object]:
    """The results of one figure, a value a round."""
    figures = [Figure("events", value, "events/s", better="more" if better == "more" else "less") for value in rounds]
    if loops is not None:
        figures = [Figure("events", value, "µs/event", None, "less", "processor", loops) for value in rounds]
    return as_results("a machine", 1.0, [("flowing", [figure]) for figure in figures])


def verdict(then: dict[str, object], now: dict[str, object]) -> str:
    [change] = changes(then, now)
    return change.verdict


def test_what_differs_less_than_its_rounds_do_is_noise() -> None:
    assert verdict(results(100, 112, 95), results(108, 120, 104)) == "same"


def test_what_differs_more_than_its_rounds_do_has_changed() -> None:
    assert verdict(results(100, 102, 99), results(120, 121, 123)) == "better"
    assert verdict(results(120, 121, 123), results(100, 102, 99)) == "worse"


def test_less_is_better_where_the_figure_says_so() -> None:
    assert verdict(results(10, 10.1, better="less"), results(8, 8.1, better="less")) == "better"


def test_one_round_counts_as_a_tenth_of_noise() -> None:
    assert verdict(results(100), results(115)) == "same"
    assert verdict(results(100), results(125)) == "better"


def test_time_of_the_processor_is_compared_in_loops_as_machines_differ() -> None:
    slow, fast = results(200, 201, loops=0.01), results(100, 101, loops=0.01)

    assert verdict(slow, fast) == "same"


def test_a_stage_gives_processor_time_in_loops_too(tmp_path: Path) -> None:
    def work(_folder: Path, _scale: float) -> list[Figure]:
        with Stopwatch() as watch:
            for _ in range(1_000_000):
                pass
        return [watch.each("a loop", 1, "loop"), Figure("by the clock", watch.seconds, "s")]

    loop, clock, _ = run_stage(BenchStage("looping", work), tmp_path, 1.0)

    assert loop.loops == pytest.approx(1, rel=0.9)
    assert clock.loops is None


def test_the_command_says_what_is_worse_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    then, now = tmp_path / "then.json", tmp_path / "now.json"
    then.write_text(json.dumps(results(100, 101)), encoding="utf-8")
    now.write_text(json.dumps(results(50, 51)), encoding="utf-8")

    assert main([str(then), str(now)]) == 1
    assert "WORSE" in capsys.readouterr().out
    assert main([str(then), str(then)]) == 0


def test_a_file_that_holds_no_results_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")

    assert main([str(other), str(other)]) == 2
    assert "make bench" in capsys.readouterr().err
