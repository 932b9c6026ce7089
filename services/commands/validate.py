"""Name each fault in event files, with file and line, and what to do about it. Nothing is published."""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva validate billing.jsonl bank.jsonl
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON Lines of public events")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each fault; 1 when there is one."""
    from services.intake.files import read_lines
    from services.intake.reading import Unread, read, too_large

    events = faults = 0
    for path in arguments.files:
        try:
            for line in read_lines(path):
                events += 1
                found = too_large(line.length) if line.too_long else read(line.raw)
                if isinstance(found, Unread):
                    faults += 1
                    for what in found.lines:
                        print(f"{path}:{line.number}: {what} ({found.reason})")
        except OSError as fault:
            faults += 1
            print(f"{path}: {fault.strerror}; name a file that can be read")
    print(f"{events} events, {faults} faulty", file=sys.stderr)
    return 1 if faults else 0
