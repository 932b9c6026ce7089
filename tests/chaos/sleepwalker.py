"""`erapaiva worker`, but it falls asleep at the worst moment: sure of its seat, with records in hand, not yet begun.

``python -m tests.chaos.sleepwalker worker NAME`` stops itself, once, when it holds a record with the words that lie in
its file in the folder of SLEEPWALKER_BEDS. Where SLEEPWALKER_FENCE is ``broken``, nothing compares the seat's turn:
this is the canary.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from unittest.mock import patch

from services.cli import main as erapaiva
from services.runtime.kafka.seat import Done, Seat

BEDS: Final = "SLEEPWALKER_BEDS"
FENCE: Final = "SLEEPWALKER_FENCE"
WHOLE, BROKEN = "whole", "broken"


def falling_asleep(work: Callable[[Seat], Done | None], bed: Path) -> Callable[[Seat], Done | None]:
    """The same, but it stops the process first when a bed is made for a record that waits."""

    def worked(seat: Seat) -> Done | None:
        if bed.exists():
            words = bed.read_bytes()
            if any(words in record.value for record in seat._arrivals.batch()):
                bed.unlink()
                os.kill(os.getpid(), signal.SIGSTOP)
        return work(seat)

    return worked


def main() -> int:
    """The command, patched."""
    bed = Path(os.environ[BEDS]) / f"{sys.argv[2]}-{os.environ['ERAPAIVA_KAFKA__INSTANCE']}"
    with ExitStack() as stack:
        stack.enter_context(patch.object(Seat, "work", falling_asleep(Seat.work, bed)))
        if os.environ[FENCE] == BROKEN:
            stack.enter_context(patch.object(Seat, "_compare", lambda _: None))
        return erapaiva()


if __name__ == "__main__":
    sys.exit(main())
