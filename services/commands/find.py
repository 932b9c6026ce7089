"""Whose something is: a name or a part of it, a debtor, invoice, payment or letter, an e-mail address, a reference.

An IBAN finds the debtors who have paid from it, and the unplaced payments on a bank account of the creditor.
"""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  erapaiva find Mallila
  erapaiva find 10016
  erapaiva find aino@asukas.example
  erapaiva find "FI21 1234 5600 0007 85" --json
"""


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("what", nargs="+", metavar="WORDS", help="what to look for")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """List what was found; 1 when nothing was."""
    from services.cash_application.reports.payer_report import debtors_who_pay_from
    from services.commands.stores import print_entries, read_store
    from services.reporting.lists.finding import finding_words, found

    words = " ".join(arguments.what)
    with read_store(arguments.store) as store:
        entries = [*found(store, words), *debtors_who_pay_from(store, words)]
    print_entries(entries, finding_words, as_json=arguments.json)
    if not entries:
        print(f"erapaiva find: nothing is named {words}", file=sys.stderr)
    return 0 if entries else 1
