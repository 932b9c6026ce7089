"""What is owed: the ageing of all open receivables, by days past their due dates."""

import argparse
from datetime import date
from pathlib import Path

EXAMPLES = """examples:
  erapaiva report ageing
  erapaiva report ageing --creditor kuura --accounts
  erapaiva report ageing --csv > ageing.csv
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("report", choices=["ageing"], help="which report")
    parser.add_argument("--csv", action="store_true", help="comma-separated, one line an account")
    parser.add_argument("--accounts", action="store_true", help="one line an account, not only totals")
    parser.add_argument("--creditor", metavar="ID", help="only this creditor's")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DATE", help="the day; the store's last one unless given"
    )
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Print the report."""
    from services.commands.stores import read_store
    from services.commands.terminal import console
    from services.reporting.ageing import ageing, as_csv, as_table
    from services.reporting.frontier_progress import last_day

    with read_store(arguments.store) as store:
        found = ageing(store, arguments.as_of or last_day(store), arguments.creditor)
        if arguments.csv:
            print(as_csv(found), end="")
        else:
            console().print(as_table(found, per_account=arguments.accounts))
    return 0
