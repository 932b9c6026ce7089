"""A made-up file format, as another package registers it: payments, ``TILL|account|id|day|reference|amount``."""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final

from services.intake.formats.format import Directory, Fault, Format, Piece, event, known_at, unknown_account
from services.intake.formats.refusals import checked


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """A payment, or a fault, for each line."""
    for number, line in enumerate(stream, 1):
        where = f"line {number}"
        try:
            _, account, payment, day, reference, amount = line.decode("ascii").strip().split("|")
            booked = date.fromisoformat(day)
        except ValueError:
            yield Fault("wrong-row", ("the line is no payment of the till; print it again",), where)
            continue
        creditor = directory.creditor_of_account(account)
        if creditor is None:
            yield unknown_account(account, where)
            continue
        data = {
            "creditor": creditor,
            "account": account,
            "payment": payment,
            "reference": reference,
            "amount": amount,
            "currency": "EUR",
            "paid": day,
            "booked": day,
        }
        known = known_at(None, booked, directory.zone_of(creditor))
        yield checked(event("payment.received.v1", f"//till/{account}", payment, known, data), {}, where)


TILL: Final = Format(
    name="till",
    title="Payments of a made-up till",
    gives=("payment.received.v1",),
    recognises=lambda head: head.startswith(b"TILL|"),
    read=read,
)
ENTRIES: Final = {"erapaiva.formats": {"till": "tests.strangers.till:TILL"}}
"""What the package's metadata says."""
