"""Every sample, public or our own: what came of it is what the file states, and of none of it nothing is said.

What a file states is read here by a plain tree of its own, which knows nothing of the readers: the sums and counts of
its summaries, batches and balances, the totals of its invoices.
"""

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from stdnum import iban

from services.intake.formats.format import HEAD, Fault, Piece
from services.intake.formats.registry import recognise
from tests.unit.intake.formats.file_reading import Anybody, events, faults, pieces

Element = etree._Element

OWN = Path(__file__).parents[3] / "samples"
"""Files of invented parties, in this repository: what public samples show, without their texts."""

BANK_FILES = {
    # entries, of those booked credits of customers and their sum, payments of them, faults
    "camt053/fi-fffs-official-sample-content_053.xml": (10, 6, "23075.00", 3, []),
    "camt053/genkgo-camt053.v2.all-balance-types.xml": (1, 1, "8.85", 1, ["balance-does-not-tie"]),
    "camt053/genkgo-camt053.v2.five.decimals.xml": (1, 1, "8.85", 1, ["balance-does-not-tie"]),
    "camt053/genkgo-camt053.v2.minimal.xml": (1, 1, "8.85", 1, ["wrong-currency"]),
    "camt053/genkgo-camt053.v2.multi.statement.xml": (2, 1, "8.85", 1, []),
    "camt053/genkgo-camt053.v2.with-party-ids.xml": (1, 1, "8.85", 1, ["wrong-currency"]),
    "camt053/genkgo-camt053.v2.wrong.xml": (0, 0, "0", 0, ["nothing-reported"]),
    "camt053/genkgo-camt53.only-Dt-with-DtTm.xml": (0, 0, "0", 0, ["no-balance"]),
    "camt054/fi-fffs-official-sample-content_054.xml": (6, 3, "5500.00", 6, []),
    "camt054/fi-handelsbanken-credit-notification.xml": (4, 4, "7048.00", 4, []),
    "camt054/genkgo-camt054.v2.xml": (1, 0, "0", 0, []),
    "camt054/genkgo-camt054.v8-with-UETR.xml": (1, 0, "0", 0, []),
    "camt053/a-day.xml": (4, 3, "230.00", 2, []),
    "camt053/all-balances-08.xml": (1, 1, "8.85", 1, []),
    "camt053/an-instant-for-a-day.xml": (1, 1, "8.85", 1, []),
    "camt053/does-not-tie.xml": (1, 1, "8.85", 1, ["balance-does-not-tie"]),
    "camt053/no-balance.xml": (0, 0, "0", 0, ["no-balance"]),
    "camt053/no-statement.xml": (0, 0, "0", 0, ["nothing-reported"]),
    "camt053/two-currencies.xml": (1, 1, "8.85", 1, ["wrong-currency"]),
    "camt053/two-days.xml": (2, 1, "8.85", 1, []),
    "camt054/a-days-reference-payments.xml": (3, 1, "100.00", 3, []),
    "camt054/debits-only.xml": (1, 0, "0", 0, []),
    "camt054/with-uetr-08.xml": (1, 1, "250.00", 1, []),
}
INVOICES = {
    # what comes of it, else the reason why not
    "finvoice/gobl-invoice-3.0.xml": "invoice.issued.v1",
    "finvoice/jbank-xsd-test-2.01.xml": "invoice.issued.v1",
    "finvoice/rfinvoice-1.2.xml": "invoice.issued.v1",
    "finvoice/rfinvoice-2.01.xml": None,  # pro forma, of 0.00: it asks nothing
    "ubl/en16931-ubl-tc434-creditnote1.xml": "no-original-invoice",
    "ubl/en16931-ubl-tc434-example1.xml": "invoice.issued.v1",
    "ubl/en16931-ubl-tc434-example2.xml": "invoice.issued.v1",
    "ubl/en16931-ubl-tc434-example3.xml": "invoice.issued.v1",
    "ubl/en16931-ubl-tc434-example4.xml": "invoice.issued.v1",
    "ubl/peppol-Allowance-example.xml": "invoice.issued.v1",
    "ubl/peppol-Norwegian-example-1.xml": "invoice.issued.v1",
    "ubl/peppol-base-creditnote-correction.xml": "invoice.credited.v1",
    "ubl/peppol-base-example.xml": "invoice.issued.v1",
    "ubl/peppol-base-negative-inv-correction.xml": "invoice.credited.v1",
    "ubl/peppol-sales-order-example.xml": "invoice.issued.v1",
    "ubl/peppol-vat-category-E.xml": "missing-field",  # it has no due date
    "finvoice/business-1.2.xml": "invoice.issued.v1",
    "finvoice/business-2.01.xml": "invoice.issued.v1",
    "finvoice/consumer-3.0.xml": "invoice.issued.v1",
    "finvoice/credit-note-3.0.xml": "invoice.credited.v1",
    "finvoice/pro-forma.xml": None,
    "ubl/credit-note-of-nothing-named.xml": "no-original-invoice",
    "ubl/credit-note.xml": "invoice.credited.v1",
    "ubl/invoice-in-sek.xml": "invoice.issued.v1",
    "ubl/invoice.xml": "invoice.issued.v1",
    "ubl/negative-invoice.xml": "invoice.credited.v1",
    "ubl/no-due-date.xml": "missing-field",
    "ubl/prepaid.xml": "invoice.issued.v1",
}


@pytest.fixture
def sample(name: str, request: pytest.FixtureRequest) -> Path:
    """The file of this name: our own, else that of the shared folder."""
    own = OWN / name
    if own.exists():
        return own
    folder: Path = request.getfixturevalue("shared")
    return folder / "samples" / name


def read(path: Path) -> tuple[list[Piece], Element]:
    """What comes of a sample, and a plain tree of it. One bank's example has an account of wrong check digits."""
    raw = path.read_bytes()
    for reported in {said.text or "" for said in every(etree.fromstring(raw), "IBAN")}:
        right = f"{reported[:2]}{iban.calc_check_digits(reported)}{reported[4:]}"
        raw = raw.replace(reported.encode(), right.encode())
    kind = recognise(raw[:HEAD])
    assert kind is not None
    return pieces(kind, raw, Anybody()), etree.fromstring(raw)


def every(tree: Element, name: str) -> Iterator[Element]:
    return tree.iter(f"{{*}}{name}")


def said(element: Element, path: str) -> str:
    return (element.findtext("/".join(f"{{*}}{step}" for step in path.split("/"))) or "").strip()


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def paid(found: list[Piece]) -> list[Decimal]:
    return [number(each["data"]["amount"]) for each in events(found) if each["type"] == "payment.received.v1"]


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.glob("*/*.xml")}


def test_no_sample_of_our_own_is_left_out() -> None:
    assert names_in(OWN) <= {*BANK_FILES, *INVOICES}


def test_no_sample_is_left_out(shared: Path) -> None:
    assert names_in(shared / "samples") == {*BANK_FILES, *INVOICES} - names_in(OWN)


@pytest.mark.parametrize("name", BANK_FILES)
def test_a_bank_file_gives_the_payments_and_the_sum_that_it_states(sample: Path, name: str) -> None:
    entries, credits_, total, payments, reasons = BANK_FILES[name]

    found, tree = read(sample)

    booked = [each for each in every(tree, "Ntry") if "BOOK" in (said(each, "Sts"), said(each, "Sts/Cd"))]
    received = [each for each in booked if said(each, "CdtDbtInd") == "CRDT"]
    assert len(list(every(tree, "Ntry"))) == entries
    assert len(received) == credits_
    assert sum((number(said(each, "Amt")) for each in received), Decimal(0)) == Decimal(total)
    assert [fault.reason for fault in faults(found)] == reasons
    assert len(paid(found)) == payments
    # What a statement only sums up is reported by the notification that goes with it.
    summed_up = [each for each in received if int(said(each, "NtryDtls/Btch/NbOfTxs") or 0) > 1]
    told_elsewhere = summed_up if name.startswith("camt053") else []
    summed = sum(number(said(each, "Amt")) for each in told_elsewhere)
    assert sum(paid(found)) + summed == Decimal(total) + charged(received)


@pytest.mark.parametrize("name", [name for name in BANK_FILES if name.startswith("camt053")])
def test_a_statement_closes_the_feed_where_its_balances_tie_and_says_so_where_they_do_not(sample: Path) -> None:
    found, tree = read(sample)

    closed = [each["data"] for each in events(found) if each["type"] == "bank-feed.completed.v1"]
    tying = [each for each in every(tree, "Stmt") if ties(each)]
    assert len(closed) == len(tying)
    for reported, statement in zip(closed, tying, strict=True):
        incoming = [each for each in every(statement, "Ntry") if said(each, "CdtDbtInd") == "CRDT"]
        booked = sum((number(said(each, "Amt")) for each in incoming), Decimal(0))
        assert number(reported["sum"]) == booked + charged(incoming)


def charged(entries: list[Element]) -> Decimal:
    """What the creditor's bank kept of the entries: they give what the payers paid beside what was booked."""
    return sum((number(said(each, "NtryDtls/TxDtls/Chrgs/Amt") or "0") for each in entries), Decimal(0))


def ties(statement: Element) -> bool:
    """Whether a statement states an opening and a closing balance of one currency between which its entries lead."""
    balances = {said(each, "Tp/CdOrPrtry/Cd"): each for each in every(statement, "Bal")}
    if not {"OPBD", "CLBD"} <= set(balances):
        return False
    (opening, currency), (closing, other) = (signed(balances[kind]) for kind in ("OPBD", "CLBD"))
    return currency == other and opening + sum(signed(each)[0] for each in every(statement, "Ntry")) == closing


def signed(element: Element) -> tuple[Decimal, str]:
    amount = next(every(element, "Amt")) if element.find("{*}Amt") is None else element.find("{*}Amt")
    assert amount is not None
    value = number(amount.text or "")
    return value if said(element, "CdtDbtInd") == "CRDT" else -value, amount.get("Ccy", "")


def test_the_banks_own_example_of_several_payments_is_taken_apart_as_it_says(shared: Path) -> None:
    found, tree = read(shared / "samples" / "camt054" / "fi-fffs-official-sample-content_054.xml")

    batches = [
        int(said(each, "NtryDtls/Btch/NbOfTxs"))
        for each in every(tree, "Ntry")
        if (said(each, "CdtDbtInd"), said(each, "Sts")) == ("CRDT", "BOOK")
    ]
    assert len(paid(found)) == sum(batches) == 6


@pytest.mark.parametrize("name", INVOICES)
def test_an_invoice_asks_what_it_says_is_to_be_paid(sample: Path, name: str) -> None:
    expected = INVOICES[name]

    found, tree = read(sample)

    if expected is None:
        assert found == []
        return
    (piece,) = found
    if isinstance(piece, Fault):
        assert piece.reason == expected
        return
    assert isinstance(piece, dict)
    assert piece["type"] == expected
    assert number(piece["data"]["amount"]) == abs(stated(tree, "EpiInstructedAmount", "PayableAmount"))
    assert is_named(piece["data"], tree)


def stated(tree: Element, *names: str) -> Decimal:
    """What the invoice says is to be paid."""
    (element,) = (each for name in names for each in every(tree, name))
    return number((element.text or "").strip())


def is_named(data: dict[str, Any], tree: Element) -> bool:
    """Whether the number of the event, and that of the invoice it credits, stand in the file."""
    texts = {(each.text or "").strip() for each in tree.iter("{*}ID", "{*}InvoiceNumber", "{*}OriginalInvoiceNumber")}
    return {data["invoice"], data.get("credit_note", data["invoice"])} <= texts


@pytest.mark.parametrize(
    "name",
    [
        "camt053/a-day.xml",
        "finvoice/business-1.2.xml",
        "camt053/fi-fffs-official-sample-content_053.xml",
        "finvoice/rfinvoice-1.2.xml",
    ],
)
def test_a_sample_read_again_gives_the_same(sample: Path) -> None:
    raw = sample.read_bytes()
    kind = recognise(raw[:HEAD])
    assert kind is not None

    first, second = (list(kind.read(io.BytesIO(raw), Anybody())) for _ in range(2))

    assert first == second
