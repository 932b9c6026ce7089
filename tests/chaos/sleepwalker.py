"""`erapaiva worker notifier`, but it falls asleep at the worst moment: sure of its task, a granted letter in hand.

``python -m tests.chaos.sleepwalker worker NAME`` stops itself, once, when its instance has a bed: a file of its name
in the folder of SLEEPWALKER_BEDS. It does so before it handles the grant of a letter that it had claimed itself, so
that what it remembers of it is what others change meanwhile. Where SLEEPWALKER_FENCE is ``broken``, nothing compares
the task's turn: this is the canary.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from unittest.mock import patch

from schemas.commands import NoticeGranted, NoticePlanned, decode_commands
from services.cli import main as erapaiva
from services.runtime.kafka.engine.partition_task import PartitionTask, TransactionResult

BEDS: Final = "SLEEPWALKER_BEDS"
FENCE: Final = "SLEEPWALKER_FENCE"
WHOLE, BROKEN = "whole", "broken"


def falling_asleep(
    work: Callable[[PartitionTask], TransactionResult | None], bed: Path
) -> Callable[[PartitionTask], TransactionResult | None]:
    """The same, but where there is a bed the process first stops when a mail is granted that its task had claimed."""
    claimed = set[tuple[int, str]]()

    def worked(task: PartitionTask) -> TransactionResult | None:
        for record in task._inbound.batch() if bed.exists() else ():
            match decode_commands(record.value):
                case NoticePlanned(notice=notice):
                    claimed.add((id(task), notice))
                case NoticeGranted(notice=notice, letter=letter):
                    if letter.channel == "email" and (id(task), notice) in claimed:
                        bed.unlink()
                        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # not a moment later, as by its pid
                        break
        return work(task)

    return worked


def main() -> int:
    """The command, patched."""
    bed = Path(os.environ[BEDS]) / f"{sys.argv[2]}-{os.environ['ERAPAIVA_KAFKA__INSTANCE']}"
    with ExitStack() as stack:
        stack.enter_context(patch.object(PartitionTask, "work", falling_asleep(PartitionTask.work, bed)))
        if os.environ[FENCE] == BROKEN:
            stack.enter_context(patch.object(PartitionTask, "_compare", lambda _: None))
        return erapaiva()


if __name__ == "__main__":
    sys.exit(main())
