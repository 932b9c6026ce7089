"""Where commands print tables."""

from typing import Final

from rich.console import Console

_WIDE: Final = 200


def console() -> Console:
    """As wide as the terminal, or wide enough for every column where there is none."""
    found = Console()
    return found if found.is_terminal else Console(width=_WIDE)
