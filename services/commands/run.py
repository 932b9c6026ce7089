"""Run all workers in one process over one store, with a live clock, taking event files from the inbox.

Letters are written to the outbox (trial mode) until ERAPAIVA_MAIL__MODE=live. Ctrl-C or SIGTERM stops it; it goes on
where it was when it is started again.
"""

import argparse

EXAMPLES = """examples:
  erapaiva run
  erapaiva run --example
  ERAPAIVA_MAIL__MODE=live ERAPAIVA_MAIL__HOST=smtp.kuura.example erapaiva run
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--example",
        action="store_true",
        help="play the shipped example into a store of its own, then go on live from its last day",
    )


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    from services.commands.playback.run_example import run_example
    from services.commands.processes.run_loop import live
    from services.runtime.settings import load

    return run_example(load()) if arguments.example else live(load())
