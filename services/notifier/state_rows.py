"""The kinds of the notifier's state rows, by partition, and the keys of those that are one alone (design.md §8)."""

from datetime import datetime
from typing import Final

WORKER: Final = "notifier"
"""The worker's name, under which its rows and positions are stored."""
NOTICE: Final = "notice"
"""By notice: where it is (``protocol.Notice``), with a wake while it waits to be claimed. A closed notice has none."""
GRANTED: Final = "granted"
"""By notice, while its letter is being delivered: the grant with the whole letter, as it was received."""
WAITING: Final = "waiting"
"""By channel, instant and notice (`waiting_key`), while its post has no room for the letter: the grant, as received."""
RATE: Final = "pace"
"""One row: how much of the limits is used (``rate_limit.ClaimRate``)."""
RATE_KEY: Final = "pace"
TRIAL: Final = "trial"
"""One row, once a letter of trial mode has had an outcome (``trial``)."""
TRIAL_KEY: Final = ""


def waiting_prefix(channel: str) -> str:
    """What the keys of a channel's waiting letters begin with."""
    return f"{channel}\x1f"


def waiting_key(channel: str, at: datetime, notice: str) -> str:
    """The key of a letter that waits for room since ``at`` (aware): within a channel keys sort by that instant."""
    return f"{waiting_prefix(channel)}{int(at.timestamp()):012d}\x1f{notice}"
