"""A bank's day of our own: the statement has lump sums, as the Finnish banks' have, the notification their payments."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.intake.formats import camt053, camt054
from services.intake.formats.format import Event
from tests.unit.intake.formats.camt_messages import KNOWN
from tests.unit.intake.formats.file_reading import Registered, events, faults, pieces

OWN = Path(__file__).parents[3] / "samples"
STATEMENT = (OWN / "camt053" / "a-day.xml").read_text("utf-8")
NOTIFICATION = (OWN / "camt054" / "a-days-reference-payments.xml").read_text("utf-8")


def told_by_the_statement(text: str = STATEMENT) -> list[Event]:
    return events(pieces(camt053.FORMAT, text.encode(), KNOWN))


def told_by_the_notification() -> list[Event]:
    return events(pieces(camt054.FORMAT, NOTIFICATION.encode(), KNOWN))


def payments(found: list[Event]) -> list[Event]:
    return [each["data"] for each in found if each["type"] == "payment.received.v1"]


def total(found: list[Event]) -> Decimal:
    return sum((Decimal(each["amount"]) for each in payments(found)), Decimal(0))


def test_the_feed_closes_when_the_payments_of_lump_sums_have_come_by_the_notification() -> None:
    statement, notification = told_by_the_statement(), told_by_the_notification()

    assert (total(statement), total(notification)) == (Decimal("130.00"), Decimal("100.00"))
    assert statement[-1]["type"] == "bank-feed.completed.v1"
    assert Decimal(statement[-1]["data"]["sum"]) == Decimal("230.00")
    ids = [each["payment"] for each in payments(statement + notification)]
    assert len(ids) == len(set(ids)) == 5


def test_a_changed_amount_is_noticed_by_the_closing_balance() -> None:
    changed = STATEMENT.replace(">1225.50<", ">1225.49<")
    found = pieces(camt053.FORMAT, changed.encode(), KNOWN)

    assert [fault.reason for fault in faults(found)] == ["balance-does-not-tie"]
    assert "bank-feed.completed.v1" not in [event["type"] for event in events(found)]


def test_the_statement_goes_along_with_its_number_its_days_and_its_balances() -> None:
    assert told_by_the_statement()[-1]["data"]["statement"] == {
        "currency": "EUR",
        "number": 97,
        "from": "2026-01-09",
        "opening": "1000.00",
        "received": "230.00",
        "returned": "0.00",
        "other": "-4.50",
        "closing": "1225.50",
    }


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("<LglSeqNb>0</LglSeqNb>", None),
        ("<LglSeqNb> 0098 </LglSeqNb>", 98),
        ("<LglSeqNb>A97</LglSeqNb>", None),
        ("", 120),
    ],
)
def test_the_legal_number_counts_else_the_electronic_one(written: str, number: int | None) -> None:
    text = STATEMENT.replace("<LglSeqNb>97</LglSeqNb>", written)

    assert told_by_the_statement(text)[-1]["data"]["statement"].get("number") == number


def test_a_payment_keeps_reference_days_and_archive_id() -> None:
    first = told_by_the_notification()[0]

    assert first["data"]["payment"] == "20260109R1"
    assert first["id"].startswith("20260109R1:2026-01-09:")
    assert first["data"]["reference"] == "10016"
    assert (first["data"]["booked"], first["data"]["amount"]) == ("2026-01-09", "40.00")


def test_an_account_that_nobody_registered_is_a_fault_that_says_what_to_do() -> None:
    (fault,) = faults(pieces(camt054.FORMAT, NOTIFICATION.encode(), Registered()))

    assert fault.reason == "unknown-creditor"
    assert "creditor.registered" in fault.lines[0]
