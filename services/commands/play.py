"""Play files through the embedded engine with a virtual clock, and print what happens.

The files hold events, invoices or bank files; they are merged by their events' times. The store is new and in memory,
unless --store names a folder to go on in. Letters count as accepted at once; with --store they also lie in its outbox/.
"""

import argparse
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path

EXAMPLES = """examples:
  erapaiva play events.jsonl --until 2026-05-31
  erapaiva play billing.jsonl bank.jsonl --until 2026-05-31 --json > what-happened.jsonl
  erapaiva play january.jsonl --until 2026-01-31 --store var/trial
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="public events as JSON Lines, or any of `erapaiva formats`"
    )
    parser.add_argument("--until", required=True, type=_day, metavar="DATE", help="the last day to play, YYYY-MM-DD")
    parser.add_argument("--store", type=Path, metavar="DIR", help="go on in this folder's store; made when missing")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as YYYY-MM-DD") from None


def run(arguments: argparse.Namespace) -> int:
    """Play; 1 when a file cannot be read."""
    from services.commands.playback.bootstrap import playing_engine
    from services.commands.playback.play_files import Play, merged_pieces
    from services.commands.playback.play_output import as_json, as_text, line_of
    from services.commands.playback.play_summary import PlayCounts
    from services.intake.creditor_directory import CreditorDirectory

    write = as_json if arguments.json else as_text
    with ExitStack() as stack:
        engine, clock = playing_engine(arguments.store, stack)
        directory = CreditorDirectory()
        directory.follow(engine.store.log, engine.partitions)
        try:
            given = merged_pieces(arguments.files, directory)
        except OSError as fault:
            print(f"erapaiva play: {fault.filename}: {fault.strerror}; nothing was played", file=sys.stderr)
            return 1
        play, counts = Play(engine, clock), PlayCounts(engine)
        for message in play.play(given, arguments.until):
            line = line_of(message)
            if line is not None:
                counts.add(line)
                _out(write(line))
        _out(write(counts.summary(play)))
    return 0


def _out(line: str) -> None:
    """Flush each line before the position moves on: after a crash nothing is left out."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
