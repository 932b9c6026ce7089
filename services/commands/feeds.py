"""How far each bank account's payments are in, and what is missing; take back how far they are.

A feed reaches a day once the bank's completions through it tie with the payments that came and no statement is missing.
"""

import argparse
import json
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva feeds
  erapaiva feeds kuura --json
  erapaiva feeds take-back kuura FI2112345600000785 2026-01-09
"""

TAKE_BACK = "take-back"


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "words", nargs="*", metavar="CREDITOR", help=f"only this creditor's; or {TAKE_BACK} CREDITOR ACCOUNT THROUGH"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """List the feeds, or publish the withdrawal; 1 where it is wrong or the log does not take it, 2 for wrong use."""
    from services.cash_application.reports.feed_report import feed_words, feeds
    from services.commands.stores import read_store
    from services.commands.tell import publish_event

    words: list[str] = arguments.words
    if words[:1] == [TAKE_BACK]:
        if len(words) != len((TAKE_BACK, "CREDITOR", "ACCOUNT", "THROUGH")):
            print(f"erapaiva feeds: {TAKE_BACK} needs CREDITOR ACCOUNT THROUGH", file=sys.stderr)
            return 2
        names = ("creditor", "account", "through")
        fields = [f"{name}={word}" for name, word in zip(names, words[1:], strict=True)]
        return publish_event("feeds", "bank-feed.withdrawn", fields, arguments.store)
    if len(words) > 1:
        print("erapaiva feeds: give one creditor, or none", file=sys.stderr)
        return 2
    with read_store(arguments.store) as store:
        for each in feeds(store, words[0] if words else None):
            print(json.dumps(each, ensure_ascii=False) if arguments.json else feed_words(each))
    return 0
