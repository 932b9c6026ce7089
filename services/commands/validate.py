"""List each fault in files, by file and line, with what to do about it. Nothing is published.

Files of public events may register the creditors that invoices and bank files are about.
"""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva validate billing.jsonl bank.jsonl
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="in any format that is understood")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each fault; 1 when there is one."""
    from services.commands.playback.play_files import read_pieces
    from services.intake.creditor_directory import CreditorDirectory
    from services.intake.reading import Unread, read_labelled

    try:
        given = read_pieces(arguments.files, CreditorDirectory())
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}; name a file that can be read")
        return 1
    faults = 0
    for each in given:
        found = read_labelled(each.piece.label, each.piece.raw)
        if isinstance(found, Unread):
            faults += 1
            for what in found.lines:
                print(f"{each.piece.label.file}:{each.piece.label.line}: {what} ({found.reason})")
    print(f"{len(given)} events, {faults} faulty", file=sys.stderr)
    return 1 if faults else 0
