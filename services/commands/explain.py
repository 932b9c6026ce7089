"""The story of an invoice or a notice in plain words: what happened, what was sent, what was not, and why."""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva explain 1001
  erapaiva explain fd6d8e34-2d4a-5177-86ad-3de6ac076528
  erapaiva explain 1001 --store var/trial/erapaiva.db
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("what", metavar="INVOICE|NOTICE", help="an invoice's id or a notice's")
    parser.add_argument("--creditor", metavar="ID", help="whose invoice, where several creditors have the number")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Print the story; 1 when the id is not known."""
    from services.commands.stores import read_store
    from services.reporting.explain.explanation import explain

    with read_store(arguments.store) as store:
        try:
            print(explain(store, arguments.what, arguments.creditor))
        except LookupError as unknown:
            print(f"erapaiva explain: {unknown.args[0]}", file=sys.stderr)
            return 1
    return 0
