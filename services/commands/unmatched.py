"""Money that is not placed: list it with what it may be and whom it holds, and say whose it is.

Without one of place, refund, not-of and same-as: the list. Each payment comes with the lines to type that settle it.
PAYMENT is its name, as the list shows it; where several accounts have a payment of that name, --account says which.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.reporting.unmatched import UnplacedMoney

EXAMPLES = """examples:
  erapaiva unmatched
  erapaiva unmatched kuura --json
  erapaiva unmatched place 20260122X001 --debtor C-7 --invoice 1001
  erapaiva unmatched refund 20260122X001 --reason "paid to us by mistake"
  erapaiva unmatched not-of 20260122X001 --debtor C-7
  erapaiva unmatched same-as 20260122X002 20260122X001
"""
_TYPES = {
    "place": "payment.assigned",
    "refund": "payment.refunded",
    "not-of": "payment.not-of",
    "same-as": "payment.same-as",
}


def register(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help=f"a creditor's id, to list its money only; or one of {', '.join(_TYPES)}, and PAYMENT",
    )
    parser.add_argument("--debtor", metavar="ID", help="whose it is, or is not")
    parser.add_argument("--invoice", metavar="NUMBER", help="the invoice that it pays; the whole account unless given")
    parser.add_argument("--reason", default="given back to the payer", metavar="TEXT", help="why it went back")
    parser.add_argument("--creditor", metavar="ID", help="the payment's creditor, where several have its name")
    parser.add_argument("--account", metavar="IBAN", help="the payment's bank account, where several have its name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; ERAPAIVA_STORE__PATH unless given")


def run(arguments: argparse.Namespace) -> int:
    """List, or publish what a person says of a payment; 1 when there is no such payment or a word is missing."""
    from services.commands.stores import read_store
    from services.reporting.unmatched import unplaced_money

    do, *names = arguments.words or ("",)
    is_list = do not in _TYPES
    if is_list and names:
        return _refuse(f"{do} is nothing that can be done; {', '.join(_TYPES)} are")
    with read_store(arguments.store) as store:
        found = unplaced_money(store, do if is_list else arguments.creditor)
    if is_list:
        _print_json(found) if arguments.json else _print_words(found)
        return 0
    return _settle(do, names, arguments, found)


def _settle(do: str, names: list[str], arguments: argparse.Namespace, found: "list[UnplacedMoney]") -> int:
    from services.commands import tell

    wanted = "two names of payments" if do == "same-as" else "the name of a payment"
    if len(names) != (2 if do == "same-as" else 1):
        return _refuse(f"{do} takes {wanted}")
    if do in ("place", "not-of") and arguments.debtor is None:
        return _refuse(f"{do} needs --debtor")
    named = {(each.creditor, each.account): each for each in found if each.payment == names[0]}
    fitting = [each for each in named.values() if arguments.account in (None, each.account)]
    if len(fitting) != 1:
        what = "no unplaced payment has" if not fitting else "several bank accounts have a payment of"
        return _refuse(f"{what} this name; `erapaiva unmatched` lists them, --creditor and --account say which")
    fields = [f"{name}={value}" for name, value in _fields(do, names, arguments, fitting[0]).items()]
    return tell.publish_event("unmatched", _TYPES[do], fields, arguments.store)


def _fields(do: str, names: list[str], arguments: argparse.Namespace, money: "UnplacedMoney") -> dict[str, str]:
    fields = {"creditor": money.creditor, "account": money.account, "payment": money.payment}
    match do:
        case "place":
            fields["debtor"] = arguments.debtor
            if arguments.invoice is not None:
                fields["invoice"] = arguments.invoice
        case "not-of":
            fields["debtor"] = arguments.debtor
        case "refund":
            fields |= {"amount": money.amount, "currency": money.currency, "reason": arguments.reason}
        case "same-as":
            fields["as"] = names[1]
    return fields


def _refuse(line: str) -> int:
    print(f"erapaiva unmatched: {line}", file=sys.stderr)
    return 1


def _print_json(found: "list[UnplacedMoney]") -> None:
    for money in found:
        entry: dict[str, Any] = {"kind": "unmatched", **asdict(money), "settle": _lines(money)}
        print(json.dumps(entry, ensure_ascii=False, default=str))


def _print_words(found: "list[UnplacedMoney]") -> None:
    for money in found:
        booked = f", booked {money.booked}" if money.booked is not None else ""
        print(f"{money.payment}  {money.amount} {money.currency}{booked}: {money.reason}")
        print(f"  of {money.creditor}, on {money.account}, unplaced since {money.since}")
        if money.debtor is not None:
            print(f"  the account of {money.debtor} does not take it")
        for each in money.suggestions:
            invoices = f", {', '.join(each.invoices)}" if each.invoices else ""
            print(f"  may be of {each.debtor}{invoices} ({each.why}, {each.confidence} %)")
        for held in money.holds:
            until = "until a person decides" if held.until is None else f"until {held.until}"
            print(f"  holds {held.debtor} {until} ({', '.join(held.why)})")
        for line in _lines(money):
            print(f"  $ {line}")
    print(f"{len(found)} unplaced", file=sys.stderr)


def _lines(money: "UnplacedMoney") -> list[str]:
    """What to type: to place it as the best suggestion says, to free whom it holds, to give it back."""
    from shlex import join

    account = ["--creditor", money.creditor, "--account", money.account]
    debtor, one = "ID", list[str]()
    if money.suggestions and money.reason != "other-currency":  # those owe nothing that it could pay
        best = money.suggestions[0]
        debtor, one = best.debtor, ["--invoice", best.invoices[0]] if len(best.invoices) == 1 else []
    lines = [["place", money.payment, "--debtor", debtor, *one]]
    if money.reason in ("maybe-twice", "not-in-statement"):
        lines.append(["same-as", money.payment, "PAYMENT"])
    lines += [["not-of", money.payment, "--debtor", held.debtor] for held in money.holds]
    lines.append(["refund", money.payment])
    return [join(["erapaiva", "unmatched", *line, *account]) for line in lines]
