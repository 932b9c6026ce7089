"""Bring the settings' store up to date after the program was changed; an empty PostgreSQL database becomes a store.

All workers, and `erapaiva run`, are stopped before. All steps are in one transaction: a store that cannot be brought up
to date stays as it is, and why is said.
"""

import argparse

EXAMPLES = """examples:
  erapaiva migrate
  ERAPAIVA_POSTGRES__DSN="host=db dbname=erapaiva user=erapaiva" erapaiva migrate
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command has no arguments: the settings name the store."""


def run(arguments: argparse.Namespace) -> int:
    """Bring it up to date."""
    del arguments
    from services.prepared_store import migrated
    from services.runtime.settings import load

    for line in migrated(load()):
        print(line)
    return 0
