"""`make chaos`: everything that may happen to the workers, and whether anybody could tell afterwards."""

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.chaos.run import FULL, SHORT, run


def main(arguments: list[str] | None = None) -> int:
    """Run it, print the table; 0 when all is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer events and faults, each kind at least once")
    parser.add_argument(
        "--seed", type=int, default=Random().randrange(10_000), help="of events, faults and mail server"
    )
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="erapaiva-chaos-") as folder:
        lines = run(SHORT if given.short else FULL, given.seed, Path(folder))
    print("\n".join(map(str, lines)), flush=True)
    return int(any(line.is_right is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
