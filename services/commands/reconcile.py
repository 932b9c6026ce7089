"""Prove that every booked cent of a creditor's is in exactly one place and ties to the bank's statements.

Exit status 0 when it ties; 1 when it does not, with the list of what to look at: payments, statements, days.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

EXAMPLES = """examples:
  erapaiva reconcile kuura --from 2026-01-01 --to 2026-01-31
  erapaiva reconcile kuura --from 2026-01-01 --to 2026-01-31 --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("creditor", metavar="CREDITOR", help="the creditor's id")
    for option, name, words in (("--from", "first", "the first day, as the bank booked"), ("--to", "last", "the last")):
        parser.add_argument(option, dest=name, type=date.fromisoformat, metavar="DATE", required=True, help=words)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 when it does not tie, or the creditor is not known."""
    from services.commands.stores import read_store
    from services.commands.terminal import console
    from services.reporting.reconcile.reconciliation import reconcile
    from services.reporting.reconcile.reconciliation_words import as_json, as_tables, verdict

    with read_store(arguments.store) as store:
        try:
            found = reconcile(store, arguments.creditor, arguments.first, arguments.last)
        except LookupError as unknown:
            print(f"erapaiva reconcile: {unknown.args[0]}", file=sys.stderr)
            return 1
    if arguments.json:
        print("\n".join(as_json(found)))
    else:
        for table in as_tables(found):
            console().print(table)
        print("\n".join(verdict(found)))
    return 0 if found.ties else 1
