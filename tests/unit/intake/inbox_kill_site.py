"""A process whose inbox is killed with SIGKILL at each of its steps in turn, each time with a folder and store anew.

Run as ``python -m tests.unit.intake.inbox_kill_site FOLDER``. A step is a line of ``services/intake/inbox.py``. What
was killed goes on in a next life to its end. Prints how often it was killed; the folders are left for a check.
"""

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from services.intake import inbox as inbox_module
from services.intake.creditor_directory import CreditorDirectory
from services.intake.inbox import Inbox
from services.intake.worker import Intake
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from tests.unit.intake.public_events import invoice, raw

LINES = [raw(invoice(number)) for number in range(1, 4)]
AT_ONCE = 2
POLLS = 5


def work(folder: Path) -> None:
    """One life: take all that is there."""
    inbox_module.PIECES_AT_ONCE = AT_ONCE  # type: ignore[misc]
    with EmbeddedEngine(SqliteStore(folder / "store.db"), [Intake()], 2) as engine:
        inbox = Inbox(folder / "inbox", engine, CreditorDirectory())
        for _ in range(POLLS):
            inbox.poll()
        engine.settle()


def killed_at(step: int) -> None:
    """Kill this process at a step of the inbox, counted from 1."""
    steps = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        if frame.f_code.co_filename != inbox_module.__file__:
            return None
        if event == "line":
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def live(folder: Path, step: int | None) -> bool:
    """A life in a process of its own; whether it got through."""
    child = os.fork()
    if child == 0:
        try:
            if step is not None:
                killed_at(step)
            work(folder)
        except BaseException:  # noqa: BLE001 (a child must not run on as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status) != 0:
        sys.exit("a life failed by itself")
    return True


def main() -> None:
    """Kill at the first step, the second, and so on, until a life gets through before its step comes."""
    root, step = Path(sys.argv[1]), 0
    while True:
        folder = root / f"{step:04}"
        (folder / "inbox").mkdir(parents=True)
        (folder / "inbox" / "good.jsonl").write_bytes(b"\n".join(LINES) + b"\n")
        (folder / "inbox" / "page.xml").write_bytes(b"<html>502</html>")
        step += 1
        if live(folder, step):
            break
        live(folder, None)
    print(step - 1)


if __name__ == "__main__":
    main()
