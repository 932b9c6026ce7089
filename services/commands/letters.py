"""Letters by what became of them, and the lines that settle those whose outcome is unknown.

Without an option: those that are not over. `--settle` settles all that are listed as unknown, one event each.
"""

import argparse

from services.commands.stores import list_arguments, print_entries

EXAMPLES = """examples:
  erapaiva letters
  erapaiva letters --today
  erapaiva letters kuura --failed --json
  erapaiva letters --unknown --settle failed
"""
_STATUSES = ("planned", "unknown", "failed", "accepted", "withdrawn")


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--today", action="store_true", help="those of the last day that the store has seen")
    for status in _STATUSES:
        which.add_argument(f"--{status}", dest="status", action="store_const", const=status, help=f"those {status}")
    parser.add_argument("--settle", choices=("accepted", "failed"), help="say of all unknown ones what became of them")
    list_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the letters, or settle those that are unknown; 1 where the log does not take it."""
    from services.commands.stores import read_store
    from services.commands.tell import publish_event
    from services.reporting.frontier_progress import last_day
    from services.reporting.lists.letter_list import SETTLED_BY_PERSON, letter_line, letters

    with read_store(arguments.store) as store:
        day = last_day(store) if arguments.today else None
        found = letters(store, arguments.creditor, arguments.status, day)
    if arguments.settle is None:
        print_entries(found, letter_line, as_json=arguments.json)
        return 0
    status = 0
    for each in found:
        if each["status"] == SETTLED_BY_PERSON:
            fields = [f"{name}={each[name]}" for name in ("creditor", "debtor", "notice")]
            settled = [*fields, f"outcome={arguments.settle}"]
            status = max(status, publish_event("letters", "notice.settled", settled, arguments.store))
    return status
