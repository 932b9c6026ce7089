"""`python -m tests.fuzz --minutes 10 [FORMAT…]`: fuzz the readers for so long, with little memory to spend.

Each format has its turn again and again, with other files each time. Ends with the smallest file that a reader failed
on, or says how many were read. A reader that hangs is shown by the place in which it does.
"""

import argparse
import faulthandler
import resource
import sys
import time
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings

from tests.fuzz.judging import judge
from tests.fuzz.mutating import files_of
from tests.fuzz.seeds import SEEDS

AT_ONCE: Final = 500
"""Files of a format in one turn."""
MEMORY_MB: Final = 400
"""What the process may hold beyond what it holds at the beginning."""
LONGEST_TURN_S: Final = 600


def main(arguments: list[str] | None = None) -> int:
    """Fuzz until the time is over; raises what a reader raised."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="FORMAT", help=f"which ones: {', '.join(SEEDS)}")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    given_ = parser.parse_args(arguments)
    names = given_.names or list(SEEDS)
    _limit_memory()
    end = time.monotonic() + given_.minutes * 60
    files = dict.fromkeys(names, 0)
    while time.monotonic() < end:
        for name in names:
            faulthandler.dump_traceback_later(LONGEST_TURN_S, exit=True)
            files[name] += _turn(name)
    faulthandler.cancel_dump_traceback_later()
    print("; ".join(f"{name}: {count:,} files" for name, count in files.items()))
    return 0


def _turn(name: str) -> int:
    """Try so many files; how many there were."""
    tried = 0

    @settings(
        max_examples=AT_ONCE, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
    )
    @given(files_of(name))
    def each(data: bytes) -> None:
        nonlocal tried
        tried += 1
        judge(name, data)

    each()
    return tried


def _limit_memory() -> None:
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = held + MEMORY_MB * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(main())
