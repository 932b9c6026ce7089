"""A process whose inbox is killed with SIGKILL at each of its steps in turn, each time with a folder and store anew.

Run as ``python -m tests.unit.intake.inbox_kill_site FOLDER``. A step is a line of ``services/intake/inbox.py`` or of
``inbox_folder.py``, reached for the first or the last time. What was killed goes on in a next life to its end. Another
process, which lives on, holds the good file open, and writes its last line after the kill unless the file was moved; a
file of that name is done already. Prints how often it was killed; the folders are left for a check.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from services.intake import inbox as inbox_module
from services.intake import inbox_folder
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import SHIPPED
from services.intake.inbox import Inbox
from services.intake.worker import Intake
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from tests.unit.intake.public_events import invoice, raw

LINES = [raw(invoice(number)) for number in range(1, 4)]
LATE = raw(invoice(4))
AT_ONCE = 2
POLLS = 6

Step = tuple[str, int]
"""A file of the program and a line of it."""


def work(folder: Path) -> None:
    """One life: take all that is there."""
    inbox_module.PIECES_AT_ONCE = AT_ONCE  # type: ignore[misc]
    with EmbeddedEngine(SqliteStore(folder / "store.db"), [Intake(SHIPPED)], 2) as engine:
        inbox = Inbox(folder / "inbox", engine, CreditorDirectory())
        for _ in range(POLLS):
            inbox.poll()
        engine.settle()


def traced(at_step: Callable[[int, Step], None]) -> None:
    """Call something at each step of this process, with its number from 1."""
    steps = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        if frame.f_code.co_filename not in (inbox_module.__file__, inbox_folder.__file__):
            return None
        if event == "line":
            steps += 1
            at_step(steps, (frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)


def killed_at(number: int) -> None:
    """Kill this process at a step."""

    def kill(step: int, _: Step) -> None:
        if step == number:
            os.kill(os.getpid(), signal.SIGKILL)

    traced(kill)


def live(folder: Path, before: Callable[[], None]) -> bool:
    """A life in a process of its own, in which something is done ``before``; whether it got through."""
    child = os.fork()
    if child == 0:
        try:
            before()
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


def steps_of_a_life(folder: Path) -> list[int]:
    """Of each line the first time that a life comes there and the last."""
    written = folder / "steps"

    def write(step: int, line: Step) -> None:
        with written.open("a") as stream:
            stream.write(f"{step} {line[0]}:{line[1]}\n")

    prepare(folder).close()
    live(folder, lambda: traced(write))
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for each in written.read_text().splitlines():
        number, line = each.split(" ", 1)
        first.setdefault(line, int(number))
        last[line] = int(number)
    return sorted({*first.values(), *last.values()})


def prepare(folder: Path) -> BinaryIO:
    """The files of a life; the good one is open for its writer."""
    (folder / "inbox" / "done").mkdir(parents=True)
    (folder / "inbox" / "done" / "good.jsonl").write_bytes(b"an older file")
    (folder / "inbox" / "page.xml").write_bytes(b"<html>502</html>")
    writer = (folder / "inbox" / "good.jsonl").open("ab")
    writer.write(b"\n".join(LINES) + b"\n")
    writer.flush()
    return writer


def main() -> None:
    """Kill at each step that is tried, each time in a folder anew."""
    root = Path(sys.argv[1])
    steps = steps_of_a_life(root / "whole")
    for step in steps:
        folder = root / f"{step:04}"
        with prepare(folder) as writer:
            if live(folder, partial(killed_at, step)):
                sys.exit(f"a life came to no step {step}")
            moved = folder / "inbox" / "done" / "good.jsonl.2"
            if not (moved.exists() and moved.stat().st_size):
                writer.write(LATE + b"\n")
        live(folder, lambda: None)
    print(len(steps))


if __name__ == "__main__":
    main()
