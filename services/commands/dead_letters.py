"""What could not be read or applied: list it, show it, put it back mended, or discard it.

An event that is put back is applied as if it had been right from the start, and what waited for it follows. Without
--event the dead letter is put back as it was, for when what was missing has arrived since.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.dead_letters import DeadLetter
    from services.runtime.log_client import LogClient

EXAMPLES = """examples:
  erapaiva dead-letters list
  erapaiva dead-letters show 3f1c
  erapaiva dead-letters redrive 3f1c --event mended.json
  erapaiva dead-letters discard 3f1c
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("do", choices=["list", "show", "redrive", "discard"], help="what to do")
    parser.add_argument("key", nargs="?", metavar="KEY", help="a dead letter's key, or its beginning")
    parser.add_argument(
        "--event", type=Path, metavar="FILE", help="the mended event, one JSON object; - is standard input"
    )
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """List, show, put back or discard; 1 when there is no such dead letter or the mended event is still wrong."""
    from services.commands.stores import open_log

    with open_log(arguments.store) as log:
        waiting = open_letters(log)
        if arguments.do == "list":
            return _list(waiting)
        letter = _one(waiting, arguments.key)
        if letter is None:
            return 1
        if arguments.do == "show":
            return _show(letter)
        return _close(log, letter, arguments)


def open_letters(log: "LogClient") -> "list[DeadLetter]":
    """The dead letters that nobody has put back or discarded, partition by partition in their order."""
    from schemas.dead_letters import DeadLetter, decode_dead_letters
    from schemas.topics import DEAD_LETTERS

    found: dict[str, DeadLetter] = {}
    for value in log.values(DEAD_LETTERS):
        message = decode_dead_letters(value)
        if isinstance(message, DeadLetter):
            found[message.key] = message
        else:
            found.pop(message.key, None)
    return list(found.values())


def _list(waiting: "list[DeadLetter]") -> int:
    for each in waiting:
        print(f"{each.key}  {where(each)}  {each.reason}: {'; '.join(each.detail)}")
    print(f"{len(waiting)} open", file=sys.stderr)
    return 0


def _close(log: "LogClient", letter: "DeadLetter", arguments: argparse.Namespace) -> int:
    from schemas.dead_letters import OF_OVERDUE
    from services.commands.stores import put_back

    if arguments.do == "redrive" and letter.origin == OF_OVERDUE:
        said = "it can only be discarded; tell it anew with `erapaiva tell`, then discard this one"
        print(f"erapaiva dead-letters: {letter.key}: {said}", file=sys.stderr)
        return 1
    raw = b"" if arguments.do == "discard" else _mended(letter, arguments.event)
    if raw is None:
        return 1
    lost = put_back(log, letter, raw)
    if lost is not None:
        print(f"erapaiva dead-letters: the brokers did not take it ({lost}); run the command again", file=sys.stderr)
        return 1
    print(f"{arguments.do}: {letter.key}")
    return 0


def where(letter: "DeadLetter") -> str:
    """The file and line it came from, else its topic, partition and offset."""
    if letter.file is not None:
        return f"{letter.file}:{letter.line}"
    return f"{letter.origin}/{letter.position}"


def _one(waiting: "list[DeadLetter]", key: str | None) -> "DeadLetter | None":
    matching = [letter for letter in waiting if key and letter.key.startswith(key)]
    exact = [letter for letter in matching if letter.key == key] or matching
    if len(exact) == 1:
        return exact[0]
    what = "name a dead letter's key" if not key else f"{len(exact)} open dead letters begin with {key!r}"
    print(f"erapaiva dead-letters: {what}; `erapaiva dead-letters list` shows them", file=sys.stderr)
    return None


def _show(letter: "DeadLetter") -> int:
    fields = letter.model_dump(mode="json", exclude_none=True, exclude={"content", "type"})
    for name, value in fields.items():
        print(f"{name}: {'; '.join(value) if isinstance(value, list) else value}")
    print(letter.content)
    return 0


def _mended(letter: "DeadLetter", path: Path | None) -> bytes | None:
    """The event to put back, checked; None, with the faults printed, while it is still wrong."""
    from services.intake.reading import Unread, read

    if path is None:
        raw = letter.content.encode()
    else:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    found = read(raw.strip())
    if not isinstance(found, Unread):
        return raw.strip()
    for line in found.lines:
        print(f"erapaiva dead-letters: still wrong: {line} ({found.reason})", file=sys.stderr)
    return None
