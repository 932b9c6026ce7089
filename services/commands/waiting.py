"""What waits, since when and for what: events for what they name, payments for an invoice, feeds, doubts."""

import argparse
import json
from pathlib import Path

EXAMPLES = """examples:
  erapaiva waiting
  erapaiva waiting kuura --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("creditor", nargs="?", metavar="CREDITOR", help="only this creditor's")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """List what waits."""
    from services.cash_application.reports.waiting_report import waiting, waiting_words
    from services.commands.stores import read_store

    with read_store(arguments.store) as store:
        for each in waiting(store, arguments.creditor):
            print(json.dumps(each, ensure_ascii=False) if arguments.json else waiting_words(each))
    return 0
