"""The tasks that are open, and the lines that settle each; one leaves when it is settled, by whatever way."""

import argparse

from services.commands.stores import list_arguments, print_entries

EXAMPLES = """examples:
  erapaiva tasks
  erapaiva tasks kuura --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    list_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the open tasks."""
    from services.commands.stores import read_store
    from services.reporting.lists.task_list import open_tasks, task_words

    with read_store(arguments.store) as store:
        print_entries(open_tasks(store, arguments.creditor), task_words, as_json=arguments.json)
    return 0
