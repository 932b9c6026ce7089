"""The names under which intake keeps its state.

In each partition a tally, the last tick of each public topic and the misdirected events; and a bookmark for each file
of the inbox.
"""

from typing import Final

WORKER: Final = "intake"
TALLY_KIND: Final = "tally"
TALLY_KEY: Final = "tally"
LAST_TICK: Final = "last-tick"
"""By public topic: the instant of the last tick of this partition, in ISO form."""
MISDIRECTED: Final = "misdirected"
"""By the digest of an event's bytes: its dead letters, as it came from a file by a door that may not bring it."""


def inbox_bookmark(file: str) -> str:
    """The bookmark of a file: how far it was published. ``file`` is its name as labels hold it."""
    return f"inbox:{file}"
