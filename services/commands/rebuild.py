"""Make a new database from Kafka's topics alone, where the old one is lost or older than the topics.

All workers are stopped before, and the settings name an empty database. Afterwards the workers are started again: they
go over the topics once more and end where they were. Nothing is published twice, and no letter is sent twice. It needs
the version and the settings that the topics were written with: a worker that decides differently stops with a message.
"""

import argparse

EXAMPLES = """examples:
  createdb erapaiva_2
  ERAPAIVA_POSTGRES__DSN="host=db dbname=erapaiva_2 user=erapaiva" erapaiva rebuild
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments: all it needs is in the settings."""


def run(arguments: argparse.Namespace) -> int:
    """Prepare the database."""
    del arguments
    from services.commands.processes.rebuild_store import rebuild
    from services.runtime.settings import load

    for line in rebuild(load()):
        print(line)
    return 0
