"""`make bench-compare OTHER.json`: which figures of the last `make bench` differ from another run's beyond noise."""

import argparse
import sys
from pathlib import Path

from tests.bench.results import changes, line_of, read


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each figure that both runs have; 1 when one is worse beyond noise, 2 when a file is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=__doc__)
    parser.add_argument("then", type=Path, help="results of the other run, such as of the commit before")
    parser.add_argument("now", type=Path, help="results of this checkout's run")
    given = parser.parse_args(arguments)
    try:
        then, now = read(given.then), read(given.now)
    except (OSError, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 2
    if then["scale"] != now["scale"]:
        print(f"scales differ: {then['scale']:g} then, {now['scale']:g} now", file=sys.stderr)
        return 2
    print(f"then: {then['machine']}\nnow:  {now['machine']}\n")
    found = list(changes(then, now))
    for change in found:
        print(line_of(change))
    counted = {verdict: sum(change.verdict == verdict for change in found) for verdict in ("better", "worse", "same")}
    print(f"\n{counted['better']} better, {counted['worse']} worse, {counted['same']} the same within noise")
    return 1 if counted["worse"] else 0


if __name__ == "__main__":
    sys.exit(main())
