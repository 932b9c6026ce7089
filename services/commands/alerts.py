"""The alerts to the operator, the latest last."""

import argparse
from datetime import date

from services.commands.stores import list_arguments, print_entries

EXAMPLES = """examples:
  erapaiva alerts
  erapaiva alerts kuura --since 2026-03-01
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="only those from this day on")
    list_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the alerts."""
    from services.commands.stores import read_store
    from services.reporting.lists.alert_list import alert_words, alerts

    since = None if arguments.since is None else arguments.since.isoformat()
    with read_store(arguments.store) as store:
        print_entries(alerts(store, arguments.creditor, since), alert_words, as_json=arguments.json)
    return 0
