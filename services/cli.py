"""`erapaiva`: the command line (design.md §9).

Each command is a module of ``services.commands``; only the one that was asked for is imported, so help is quick.
"""

import argparse
import os
import select
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final, TextIO, cast

COMMANDS: dict[str, str] = {
    "run": "run all workers in one process with a live clock, and take files from inbox/",
    "worker": "run one worker on Kafka until SIGTERM",
    "play": "play event files with a virtual clock and print what happens",
    "tell": "record what a person knows: a hold, a dispute, an approval, a task done, ...",
    "unmatched": "money that is not placed: whose it may be, whom it holds; place it, refund it, say whose it is not",
    "tasks": "what people are asked to do, and the lines that settle each",
    "letters": "letters by what became of them: planned, unknown, failed, of today; settle the unknown ones",
    "addresses": "addresses of debtors at which letters failed, and the lines that clear each",
    "alerts": "what an operator should know",
    "find": "whose a name, number, e-mail address, reference or IBAN is",
    "account": "the whole story of a debtor",
    "explain": "why a letter went or did not: the story of an invoice or a notice, in words",
    "report": "what is owed, by age",
    "reconcile": "whether every booked cent is in one place and ties to the statements",
    "law": "every figure of the law in force, with its source and end",
    "feeds": "how far each bank account's payments are in, and what is missing; take back how far",
    "waiting": "what waits, since when and for what",
    "dump": "the whole state, as JSON Lines",
    "dead-letters": "what could not be read or applied: list, show, put back mended, discard",
    "publish": "put files of events, invoices or payments into the log, and report what arrived",
    "status": "how far the workers are, and whether anything is left to do",
    "topics": "Kafka's topics: create them, or list what differs",
    "migrate": "bring the store up to date after the program was changed",
    "rebuild": "make a new database for Kafka's workers from the topics alone",
    "formats": "the kinds of files that are understood",
    "validate": "list each fault in files",
    "config": "the settings in force, secrets masked",
}
READER_GONE: Final = 141
"""The exit status when nobody reads the output on: that of programs which SIGPIPE ends."""
_UNPRINTABLE: Final = dict.fromkeys(
    code
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if code not in (9, 10)
)
"""Control characters, and those that turn the direction of text (by code), without tab and line end."""
EXAMPLES = """examples:
  erapaiva run --example
  erapaiva play events.jsonl --until 2026-05-31
  erapaiva explain 1001
  erapaiva tell hold.placed creditor=kuura debtor=C-1 reason=agreed until=2026-03-31
"""


class _Printable:
    """A stream of text without control characters: what a bank, a debtor or a file wrote moves no terminal.

    Line ends and tabs stay. What turns the direction of text goes as well, as it lets one line look like another.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(text.translate(_UNPRINTABLE))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main(argv: list[str] | None = None) -> int:
    """Run one command and print what it says without control characters; its exit status (see `_main`)."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = cast("TextIO", _Printable(out)), cast("TextIO", _Printable(err))
    try:
        return _main(argv)
    finally:
        sys.stdout, sys.stderr = out, err


def _main(argv: list[str] | None) -> int:
    """Run one command; its exit status.

    0: done; 1: something is wrong with what was given; 2: wrong use; ``READER_GONE``: nobody reads on.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if arguments == ["--version"]:
        print(f"erapaiva {version('erapaiva')}")
        return 0
    if not arguments or arguments[0] in ("-h", "--help") or arguments[0] not in COMMANDS:
        return _overview(arguments)
    parser, run = _command(arguments[0])
    given = parser.parse_args(arguments[1:])
    from schemas.extensions import ExtensionError
    from services.runtime.refusal import Refusal

    try:
        status = run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        if not _is_unread():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what the interpreter writes at its end
        return READER_GONE
    except (Refusal, ExtensionError) as refusal:
        for line in str(refusal).splitlines():
            print(f"erapaiva {arguments[0]}: {line}", file=sys.stderr)
        return 1
    return status


def _is_unread() -> bool:
    """Whether whoever reads the output (``head``, a pager) has closed it: no other pipe or connection broke."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in output.poll(0))


def _command(name: str) -> tuple[argparse.ArgumentParser, Callable[[argparse.Namespace], int]]:
    module = import_module(f"services.commands.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        prog=f"erapaiva {name}",
        description=(module.__doc__ or "").strip(),
        epilog=module.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.register(parser)
    run: Callable[[argparse.Namespace], int] = module.run
    return parser, run


def _overview(arguments: list[str]) -> int:
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    usage = "usage: erapaiva COMMAND ...\n       erapaiva --version"
    text = f"{usage}\n\ncommands:\n{lines}\n\n{EXAMPLES}\n`erapaiva COMMAND --help` says more."
    if not arguments or arguments[0] in ("-h", "--help"):
        print(text)
        return 0
    print(f"erapaiva: there is no command {arguments[0]!r}; try: {', '.join(COMMANDS)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
