"""Where commands print tables."""

from typing import Final

from rich.console import Console

_WIDE: Final = 200


def console() -> Console:
    """As wide as the terminal, or wide enough for every column where there is none; without colours.

    Escape sequences would not pass: the command line prints no control characters.
    """
    found = Console()
    return Console(width=found.width if found.is_terminal else _WIDE, force_terminal=False)
