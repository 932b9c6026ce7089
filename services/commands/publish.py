"""Put files into the log, and report what arrived: events, or any format of `erapaiva formats`.

What cannot be read goes along, named by file and line, and intake makes dead letters of it. To publish a file again is
harmless, as nothing that is known already counts twice; so after a failure, publish it again.
"""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva publish creditor.jsonl billing.jsonl
  erapaiva publish statement.xml
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="in any format that is understood")
    parser.add_argument("--store", type=Path, metavar="FILE", help="a store instead of the settings' broker or store")


def run(arguments: argparse.Namespace) -> int:
    """Publish the files, those that may register creditors first; 1 when something did not arrive."""
    from services.commands.playback.play_files import is_foreign_format
    from services.commands.processes.publish_files import PublishReport, publish
    from services.commands.stores import open_log
    from services.intake.creditor_directory import CreditorDirectory
    from services.intake.doors.door_rules import Doors
    from services.runtime.settings import load

    report = PublishReport()
    try:
        files = sorted(arguments.files, key=is_foreign_format)
        with open_log(arguments.store) as log:
            publish(files, log, report, CreditorDirectory(Doors(load().doors)))
    except OSError as fault:
        print(f"erapaiva publish: {fault.filename}: {fault.strerror}; name a file that can be read", file=sys.stderr)
        return 1
    finally:
        for line in report.lines():
            print(line)
    return 1 if report.lost else 0
