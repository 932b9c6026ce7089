"""The shipped example: readable by the real contracts, what its writer writes, and telling every story."""

import json
from collections import Counter
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from stdnum import iban
from stdnum.fi import ytunnus

from schemas.events import EVENT_TYPES
from schemas.money import minor_units
from schemas.parsing import parse_event
from schemas.references import canonical_reference, is_valid_reference, parse_letter_reference
from services.commands.playback.play_files import read_pieces
from services.example import EVENTS, FIRST_DAY, LAST_DAY, event_files
from services.example.write import written
from services.intake.creditor_directory import CreditorDirectory
from services.intake.pieces import PublishedPiece
from services.law.calendar import banking_day

# Events that other events answer, or that speak of things before Eräpäivä and outside the example.
NOT_IN_IT = {"policy.published.v1", "reference-rate.published.v1", "task.done.v1", "notice.settled.v1",
            "suspension.ended.v1", "plan.ended.v1", "credit.granted.v1", "payment.same-as.v1", "bank-feed.withdrawn.v1",
            "correction.settled.v1", "payment.not-of.v1", "notice.came-back.v1", "address.cleared.v1",
            "account.confirmed.v1"}  # fmt: skip


@cache
def pieces() -> tuple[PublishedPiece, ...]:
    """What is read of the shipped files, whatever their formats."""
    return tuple(given.piece for given in read_pieces(event_files(), CreditorDirectory()))


@cache
def events() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(piece.raw) for piece in pieces())


def at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["time"])


def of_type(name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in events() if event["type"] == f"{name}.v1"]


def payments_of(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    """The payments with the invoice's reference that stayed, each once."""
    back = {returned["payment"] for returned in of_type("payment.reversed") + of_type("payment.refunded")}
    paid = {paid["payment"]: paid for paid in of_type("payment.received") if paid["payment"] not in back}
    return [payment for payment in paid.values() if reference_of(payment) == invoice["reference"]]


def reference_of(payment: dict[str, Any]) -> str | None:
    """A payment's reference without the zeros that banks fill it up with."""
    return canonical_reference(payment["reference"]) if "reference" in payment else None


def cents(data: dict[str, Any]) -> int:
    return minor_units(data["amount"], data["currency"])


def test_the_shipped_files_are_what_the_writer_writes() -> None:
    shipped = {file.name: file.read_bytes() for file in event_files()}

    assert shipped == written()


def test_all_that_is_read_is_valid_by_the_contracts_it_is_an_example_of() -> None:
    for piece in pieces():
        assert piece.fault is None
        assert parse_event(piece.raw).unknown == ()


def test_files_of_billing_systems_and_banks_are_among_the_shipped_ones_and_are_read() -> None:
    """The story needs them: without one, money or invoices would be missing."""
    found = Counter((piece.label.file, json.loads(piece.raw)["type"]) for piece in pieces())

    assert found["billing.finvoice.xml", "invoice.issued.v1"] == 17
    assert found["bank.ktl", "payment.received.v1"] == 12
    assert found["bank.camt.054.xml", "payment.received.v1"] == 24
    assert found["bank.camt.053.xml", "bank-feed.completed.v1"] == 20


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("billing.finvoice.xml", "Finvoice3.0.xsd"),
        ("bank.camt.054.xml", "camt.054.001.02.xsd"),
        ("bank.camt.053.xml", "camt.053.001.02.xsd"),
    ],
)
def test_the_files_of_other_systems_are_valid_by_the_schemas_of_their_standards(
    shared: Path, name: str, schema: str
) -> None:
    judge = etree.XMLSchema(etree.parse(shared / "samples" / "schemas" / schema))
    _, *messages = (EVENTS / name).read_bytes().split(b"<?xml")

    for message in messages:
        judge.assertValid(etree.fromstring(b"<?xml" + message))


def test_it_lasts_120_days_that_end_on_a_banking_day() -> None:
    days = [at(event).date() for event in events()]

    assert (LAST_DAY - FIRST_DAY).days + 1 == 120
    assert banking_day(LAST_DAY, "FI")
    assert min(days) == FIRST_DAY
    assert max(days) <= LAST_DAY


def test_its_size_is_as_the_readme_says() -> None:
    invoices = of_type("invoice.issued")
    debtors = {invoice["debtor"]: invoice["party"] for invoice in invoices}

    assert len(of_type("creditor.registered")) == 1
    assert len(invoices) == 200
    assert Counter(party["kind"] for party in debtors.values()) == {"consumer": 54, "business": 16}
    assert {party["language"] for party in debtors.values()} == {"fi", "sv", "en"}


def test_every_type_of_event_that_can_occur_in_it_does() -> None:
    assert set(EVENT_TYPES) - {event["type"] for event in events()} == NOT_IN_IT


def test_the_bank_reports_every_banking_morning_and_its_counts_and_sums_tie() -> None:
    """Sums are given but on mornings with money going back, counts where payments come one by one."""
    fed = [event for event in events() if event["type"] == "bank-feed.completed.v1"]
    mornings = [at(event).date() for event in fed]
    days = [date.fromordinal(day) for day in range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)]
    assert mornings == [day for day in days if banking_day(day, "FI")]

    for event in fed:
        arrived = {
            paid["data"]["payment"]: cents(paid["data"])
            for paid in events()
            if paid["type"] == "payment.received.v1" and at(paid).date() == at(event).date()
        }
        data = event["data"]
        assert data.get("count", len(arrived)) == len(arrived)
        assert minor_units(data["sum"], "EUR") == sum(arrived.values()) if "sum" in data else at(event).day in (29, 18)


def test_the_creditors_numbers_have_right_check_digits_and_are_plainly_invented() -> None:
    (creditor,) = of_type("creditor.registered")

    assert ytunnus.is_valid(creditor["business_id"])
    assert all(iban.is_valid(account["iban"]) for account in creditor["accounts"])
    assert creditor["sender"]["email"].endswith(".example")


def test_every_address_is_one_that_no_mail_can_reach() -> None:
    addresses = {invoice["party"].get("email", "none.example") for invoice in of_type("invoice.issued")}

    assert all(address.endswith((".example", "@simulator.invalid")) for address in addresses)


def test_there_are_invoices_paid_on_time_late_in_parts_short_over_and_not_at_all() -> None:
    stories: Counter[str] = Counter()
    for invoice in of_type("invoice.issued"):
        paid = payments_of(invoice)
        total = sum(map(cents, paid))
        stories["not at all"] += not paid
        stories["in parts"] += len(paid) > 1
        stories["over"] += total > cents(invoice) + 10_00
        stories["a little short"] += 0 < cents(invoice) - total < 5_00
        stories["on time"] += bool(paid) and max(payment["paid"] for payment in paid) <= invoice["due"]
        stories["late"] += bool(paid) and min(payment["paid"] for payment in paid) > invoice["due"]

    assert stories == {"not at all": 30, "in parts": 2, "over": 1, "a little short": 1, "on time": 127, "late": 41}


def test_a_payment_comes_before_its_invoice() -> None:
    known = {event["data"]["reference"]: at(event) for event in events() if event["type"] == "invoice.issued.v1"}
    payments = [event for event in events() if event["type"] == "payment.received.v1"]

    early = [event for event in payments if at(event) < known.get(reference_of(event["data"]), at(event))]

    assert len(early) == 1


def test_money_comes_with_a_wrong_reference_a_letters_own_none_and_by_the_debtors_name() -> None:
    references = {invoice["reference"] for invoice in of_type("invoice.issued")}
    unplaced = [paid for paid in of_type("payment.received") if reference_of(paid) not in references]

    assert sum("reference" in paid and not is_valid_reference(paid["reference"]) for paid in unplaced) == 2
    assert sum(parse_letter_reference(paid.get("reference", "")) is not None for paid in unplaced) == 1
    assert sum("reference" not in paid and "debtor" not in paid for paid in unplaced) == 1
    assert sum("debtor" in paid for paid in unplaced) == 1


def test_the_bank_repeats_one_line() -> None:
    sent = Counter(event["id"] for event in events() if event["type"] == "payment.received.v1")

    assert [count for count in sent.values() if count > 1] == [2]


def test_some_can_be_reached_on_paper_only_and_some_addresses_bounce() -> None:
    parties = {invoice["debtor"]: invoice["party"] for invoice in of_type("invoice.issued")}.values()

    on_paper = [party for party in parties if "email" not in party]
    bouncing = [party for party in parties if party.get("email") == "perm-fail@simulator.invalid"]

    assert len(on_paper) == 1
    assert "address" in on_paper[0]
    assert sorted("address" in party for party in bouncing) == [False, True]
