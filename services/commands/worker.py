"""One worker on Kafka, until SIGTERM: as many processes of it as its topics have partitions may run at once.

The clock is a worker too, and one process of it is enough. An unexpected error ends the process with status 1;
whoever supervises it starts it again, and it goes on from its last transaction.
"""

import argparse

EXAMPLES = """examples:
  erapaiva worker intake
  ERAPAIVA_KAFKA__INSTANCE=1 erapaiva worker overdue
  erapaiva worker clock
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from services.pipeline import PROCESSES

    parser.add_argument("name", choices=PROCESSES, metavar="NAME", help=", ".join(PROCESSES))
    parser.add_argument(
        "--now",
        choices=["wall", "tick"],
        default="wall",
        help="the notifier's clock: the machine's, or the last published tick (for playing)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    from services.commands.processes.worker_process import run_clock, run_worker
    from services.runtime.settings import load

    settings = load()
    if arguments.name == "clock":
        return run_clock(settings)
    return run_worker(arguments.name, settings, follows_ticks=arguments.now == "tick")
