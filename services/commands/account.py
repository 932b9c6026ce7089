"""The whole story of a debtor: what is open, what holds it, what is planned, and all that happened, day by day."""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva account C-7
  erapaiva account C-7 --creditor kuitu
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("debtor", metavar="DEBTOR", help="the debtor's id")
    parser.add_argument("--creditor", metavar="ID", help="only what is owed to this creditor")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Print the story of each account of the debtor; 1 when there is none."""
    from services.commands.stores import read_store
    from services.reporting.lists.account_story import account_stories

    with read_store(arguments.store) as store:
        try:
            print("\n\n".join(account_stories(store, arguments.debtor, arguments.creditor)))
        except LookupError as unknown:
            print(f"erapaiva account: {unknown.args[0]}", file=sys.stderr)
            return 1
    return 0
