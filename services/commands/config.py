"""The settings in force, with their variables and meanings; secrets are masked."""

import argparse

EXAMPLES = """examples:
  erapaiva config
  ERAPAIVA_MAIL__MODE=live ERAPAIVA_MAIL__HOST=localhost erapaiva config
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (each command is given its arguments)
    """Print each setting; a wrong one is a refusal that names it."""
    from services.runtime.settings import effective, load

    rows = effective(load())
    width = max(len(variable) for variable, _, _ in rows)
    for variable, value, meaning in rows:
        print(f"{variable:<{width}}  {value or '-':<24}  {meaning}")
    return 0
