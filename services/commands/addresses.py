"""The addresses of debtors at which letters failed, and the lines that clear each."""

import argparse

from services.commands.stores import list_arguments, print_entries

EXAMPLES = """examples:
  erapaiva addresses
  erapaiva addresses kuura --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    list_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the flagged addresses."""
    from services.commands.stores import read_store
    from services.reporting.lists.address_list import address_words, flagged_addresses

    with read_store(arguments.store) as store:
        print_entries(flagged_addresses(store, arguments.creditor), address_words, as_json=arguments.json)
    return 0
