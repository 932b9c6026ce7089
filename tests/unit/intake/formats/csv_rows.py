"""Tables for tests: rows of invoices and payments, and what is read of them."""

from typing import Any

from services.intake.formats.csv.tables import FORMAT
from services.intake.formats.format import Fault
from tests.unit.intake.formats.file_reading import Registered, data_of, pieces

IBAN = "FI2112345600000785"
KNOWN = Registered(accounts={IBAN: "acme"}, businesses={"2345678-0": "acme"})

INVOICE: dict[str, str] = {
    "seller": "2345678-0",
    "invoice": "1001",
    "issued": "2026-01-09",
    "due": "2026-01-23",
    "amount": "1234.50",
    "name": "Aino Mallila",
    "debtor": "C-7",
}
PAYMENT: dict[str, str] = {
    "account": "FI21 1234 5600 0007 85",
    "payment": "20260119X001",
    "booked": "2026-01-19",
    "amount": "30,00",
}


def table(*rows: dict[str, str], delimiter: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """A table with the columns of its first row."""
    lines = [delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]
    return "".join(line + end for line in lines).encode(encoding)


def invoice(**changes: str) -> dict[str, str]:
    return INVOICE | changes


def payment(**changes: str) -> dict[str, str]:
    return PAYMENT | changes


def only(data: bytes) -> dict[str, Any]:
    (said,) = data_of(pieces(FORMAT, data, KNOWN))
    return said


def fault_of(data: bytes) -> Fault:
    (fault,) = pieces(FORMAT, data, KNOWN)
    assert isinstance(fault, Fault)
    return fault
