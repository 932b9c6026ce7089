"""`erapaiva worker notifier` that pauses itself at the worst moment: certain of its assignment, with a granted letter.

``python -m tests.chaos.paused_notifier worker NAME`` stops itself with SIGSTOP, once, if the folder
PAUSED_NOTIFIER_FILES has a file of its instance's name. It does so before it handles the grant of a letter that it had
claimed itself, so that its state in memory is what another process changes meanwhile. Where PAUSED_NOTIFIER_FENCE is
``broken``, no transaction compares the fencing token: this is the canary.
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

PAUSE_FILES: Final = "PAUSED_NOTIFIER_FILES"
FENCE: Final = "PAUSED_NOTIFIER_FENCE"
INTACT, BROKEN = "intact", "broken"


def pausing(
    work: Callable[[PartitionTask], TransactionResult | None], pause_file: Path
) -> Callable[[PartitionTask], TransactionResult | None]:
    """The same, but with the file the process first stops itself when a mail is granted that its task had claimed."""
    claimed = set[tuple[int, str]]()

    def worked(task: PartitionTask) -> TransactionResult | None:
        for record in task._inbound.batch() if pause_file.exists() else ():
            match decode_commands(record.value):
                case NoticePlanned(notice=notice):
                    claimed.add((id(task), notice))
                case NoticeGranted(notice=notice, letter=letter):
                    if letter.channel == "email" and (id(task), notice) in claimed:
                        pause_file.unlink()
                        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # not a moment later, as by its pid
                        break
        return work(task)

    return worked


def main() -> int:
    """The command, patched."""
    pause_file = Path(os.environ[PAUSE_FILES]) / f"{sys.argv[2]}-{os.environ['ERAPAIVA_KAFKA__INSTANCE']}"
    with ExitStack() as stack:
        stack.enter_context(patch.object(PartitionTask, "work", pausing(PartitionTask.work, pause_file)))
        if os.environ[FENCE] == BROKEN:
            stack.enter_context(patch.object(PartitionTask, "_compare", lambda _: None))
        return erapaiva()


if __name__ == "__main__":
    sys.exit(main())
