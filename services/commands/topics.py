"""Kafka's topics: create those that are missing, or list what differs from what they must be.

Creating is harmless when they exist: nothing that exists is altered.
"""

import argparse
import sys

EXAMPLES = """examples:
  erapaiva topics create
  erapaiva topics check
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("do", choices=["create", "check"], help="what to do")


def run(arguments: argparse.Namespace) -> int:
    """Create or check; 1 when something differs."""
    from services.runtime.kafka.broker.topics import create, differences
    from services.runtime.settings import load

    settings = load()
    if arguments.do == "create":
        made = create(settings)
        print(f"created: {', '.join(made)}" if made else "nothing to create", file=sys.stderr)
    lines = differences(settings)
    for line in lines:
        print(line)
    return 1 if lines else 0
