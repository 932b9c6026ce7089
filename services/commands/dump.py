"""The whole state as JSON Lines by business keys, without offsets and instants of arrival: equal facts, equal dumps."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  erapaiva dump --canonical > state.jsonl
  erapaiva dump --canonical --store var/trial/erapaiva.db | sha256sum
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--canonical", action="store_true", required=True, help="by business keys (the one form there is)"
    )
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Print the dump."""
    from services.commands.stores import read_store
    from services.overdue.canonical import account_entries
    from services.reporting.canonical import canonical_dump

    with read_store(arguments.store) as store:
        for line in canonical_dump(store, account_entries(store)):
            print(line)
    return 0
