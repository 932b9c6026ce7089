"""`make bench`: each benchmark in processes of its own; numbers with units beside their aims, not asserted.

Time is given by the clock and, where it is one process's, of the processor too: in microseconds and in loops (see
`measuring`). ``--json FILE`` keeps all figures of all rounds, for `make bench-compare`.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.bench import deciding, flowing, histories, keeping, mailing, matching, one_day, parsing
from tests.bench.kafka import passing, whole_flow
from tests.bench.measuring import Benchmark, Figure, Stage, as_json, line_of, machine, run_in_child, run_stage
from tests.bench.results import as_results

BENCHMARKS: Final = (
    Benchmark("deciding", "Fold and decide alone, in memory", (Stage("deciding", deciding.measure),)),
    Benchmark(
        "parsing",
        "Files of banks and billing systems, read into events: camt.054 and Finvoice",
        (
            Stage("writing", parsing.write),
            Stage("reading 10,000", parsing.read_few),
            Stage("reading 100,000", parsing.read_many),
            Stage("reading invoices", parsing.read_invoices),
        ),
        ("memory that does not grow with the file: compare the peaks of reading 10,000 and 100,000",),
    ),
    Benchmark(
        "matching",
        "Cash application alone: facts on the log, money placed on the journal, durable",
        (Stage("matching", matching.measure),),
    ),
    Benchmark("flowing", "End to end on the embedded engine, durable", (Stage("flowing", flowing.measure),)),
    Benchmark(
        "histories",
        "What an event costs when its account is old: accounts of 2, 24 and 60 receivables",
        tuple(histories.stages()),
        ("end to end: 120 accounts; the last two months of each history are measured, those before made it old",),
    ),
    Benchmark(
        "keeping",
        "A worker's transactions of 500 records on SQLite and on PostgreSQL, durable",
        (Stage("keeping", keeping.measure),),
    ),
    Benchmark(
        "kafka",
        "On Kafka and PostgreSQL, durable: the intake worker beside others that keep nothing, and the whole flow",
        (Stage("passing on", passing.measure), Stage("the whole flow", whole_flow.measure)),
        (
            "intake and others: 8,000 invoices come at once; at a steady pace 4 every 20 ms",
            "with little else on the machine; where there is, compare what each needs of the processor",
            "the whole flow: 4,000 at once; at a steady pace 8 and a tick every 0.2 s",
        ),
    ),
    Benchmark(
        "one-day",
        "A day's run over 1,000,000 open receivables, 33,000 of them due",
        (Stage("seeding", one_day.seed), Stage("the day", one_day.run, 600)),
    ),
    Benchmark(
        "mailing",
        "A reminder run: 10,000 receivables of 2,500 debtors, 20 days overdue, to a local SMTP server process",
        (Stage("loading", mailing.load), Stage("mailing", mailing.send, 190)),
        ("the best open peer was measured at 515 s and 938 MB, and sends 10,000 mails",),
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names)}")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the size, such as 0.1, for a quick look")
    parser.add_argument("--rounds", type=int, default=1, help="how often each benchmark is run: 3 or more show noise")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures of all rounds in a file")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.stage:
        name, number = given.stage.split(":")
        stage = _named(name).stages[int(number)]
        print(as_json(run_stage(stage, given.folder, given.scale)))
        return 0
    print(f"{machine()}{'' if given.scale == 1 else f'; scale {given.scale:g}'}")
    rounds: list[tuple[str, list[Figure]]] = []
    for _ in range(given.rounds):
        rounds += [(name, _run(_named(name), given.scale)) for name in given.names or names]
    if given.json is not None:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(as_results(machine(), given.scale, rounds), indent=1), encoding="utf-8")
        print(f"\n{given.json}: the figures of {given.rounds} round{'' if given.rounds == 1 else 's'}")
    return 0


def _named(name: str) -> Benchmark:
    return next(benchmark for benchmark in BENCHMARKS if benchmark.name == name)


def _run(benchmark: Benchmark, scale: float) -> list[Figure]:
    print(f"\n{benchmark.title}")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="erapaiva-bench-") as folder:
        for number in range(len(benchmark.stages)):
            for figure in run_in_child(benchmark.name, number, Path(folder), scale):
                print(line_of(figure), flush=True)
                figures.append(figure)
    for note in benchmark.notes:
        print(f"  {note}")
    return figures


if __name__ == "__main__":
    sys.exit(main())
