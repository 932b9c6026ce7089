"""How far each worker is on each partition, and whether anything is left to do.

Position and end count records; lag is what is still to be taken, age how long the oldest of it has waited (on Kafka).
Pending are records that a worker has decided on and the brokers have not confirmed; busy is work that no record holds.
"""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  erapaiva status
  erapaiva status --json
  until erapaiva status --drained; do sleep 1; done
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--drained", action="store_true", help="print nothing; exit status 1 while work is left")
    parser.add_argument("--json", action="store_true", help="a JSON object a line; the last says whether it is drained")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """Show it; with --drained 1 while something is left to do."""
    from services.clock.worker import WallClock
    from services.commands.processes.worker_progress import as_lines, as_table, offsets_of, progress
    from services.commands.stores import read_store
    from services.commands.terminal import console
    from services.runtime.settings import load
    from services.runtime.store.log_identity import identity_of

    with read_store(arguments.store) as store, offsets_of(load(), store, arguments.store) as log:
        where = f"{store.name}: {identity_of(store) or 'never started'}"
        found = progress(store, log, WallClock().now(), ages=not arguments.drained)
    if arguments.drained:
        return 0 if found.drained else 1
    if arguments.json:
        print("\n".join(as_lines(found)))
    else:
        print(where)
        console().print(as_table(found))
    return 0
