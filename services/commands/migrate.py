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
    """Bring it up to date. Raises Refusal where the settings name a file that does not exist: it may be mistyped."""
    del arguments
    from services.prepared_store import migrated
    from services.runtime.refusal import Refusal
    from services.runtime.settings import load

    settings = load()
    if settings.postgres.dsn is None and not settings.store.path.exists():
        raise Refusal(
            f"{settings.store.path}: there is no store; mend ERAPAIVA_STORE__PATH (`erapaiva run` makes a new store)"
        )
    for line in migrated(settings):
        print(line)
    return 0
