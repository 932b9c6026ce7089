"""The names under which intake keeps its state: a tally in each partition, a bookmark for each file of the inbox."""

from typing import Final

WORKER: Final = "intake"
TALLY_KIND: Final = "tally"
TALLY_KEY: Final = "tally"


def inbox_bookmark(file: str) -> str:
    """The bookmark of a file: how far it was published. ``file`` is its name as labels hold it."""
    return f"inbox:{file}"
