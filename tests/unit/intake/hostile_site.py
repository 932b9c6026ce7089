"""A process that reads files with little memory and processor time to spend, and prints what came of them.

Run as ``python -m tests.unit.intake.hostile_site MEGABYTES SECONDS FILE…``: so much memory above what the process has
before it reads, so many seconds of processor time; who needs more dies. Prints a JSON line for each file: the pieces
that were events, and the reasons of the faults, each with its first line for a person.
"""

import json
import resource
import sys
from pathlib import Path

from services.intake.formats.registry import registry
from services.intake.pieces import pieces_of
from tests.unit.intake.formats.file_reading import Anybody


def main() -> None:
    """Read the files one after the other."""
    megabytes, seconds = map(int, sys.argv[1:3])
    registry()
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = held + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for name in sys.argv[3:]:
        print(json.dumps(outcome_of(Path(name))), flush=True)


def outcome_of(path: Path) -> dict[str, object]:
    """What came of a file; of many faults the first thousand."""
    events = 0
    faults: list[tuple[str, str]] = []
    for piece in pieces_of(path, Anybody()):
        if piece.fault is None:
            events += 1
        elif len(faults) < 1_000:
            faults.append((piece.fault.reason, piece.fault.lines[0]))
    return {"file": path.name, "events": events, "faults": faults}


if __name__ == "__main__":
    main()
