"""The kinds of files that the inbox and `play` understand; a file is recognised by its content, never by its name."""

import argparse

EXAMPLES = """examples:
  erapaiva formats
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (each command is given its arguments)
    """Print each format and the events it gives."""
    from services.intake.formats.registry import registry

    for known in registry():
        print(f"{known.name:<14} {known.title}")
        print(f"{'':<14} gives {', '.join(kind.removesuffix('.v1') for kind in known.gives)}")
    return 0
