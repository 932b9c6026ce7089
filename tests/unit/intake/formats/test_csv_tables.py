"""CSV tables of invoices and payments as spreadsheets and small systems write them."""

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.formats.csv.tables import FORMAT
from services.intake.formats.format import HEAD
from tests.unit.intake.formats.csv_rows import (
    IBAN,
    INVOICE,
    KNOWN,
    PAYMENT,
    fault_of,
    invoice,
    only,
    payment,
    table,
)
from tests.unit.intake.formats.file_reading import Anybody, damaged, data_of, events, faults, pieces

# --- recognising ---------------------------------------------------------------------------------


def test_a_table_is_recognised_by_the_columns_it_names() -> None:
    for data in (table(invoice()), table(payment()), table(invoice(), delimiter=","), table(payment(), delimiter="\t")):
        assert FORMAT.recognises(data[:HEAD])
    assert FORMAT.recognises(b"\xef\xbb\xbfsep=;\r\n\r\n" + table(invoice()))
    for other in (
        b"",
        b"invoice",
        b'{"invoice": "1", "amount": "2"}',
        b"<Finvoice/>",
        b"a;b;c\n1;2;3\n",
        b"\xff\x00\x01",
    ):
        assert not FORMAT.recognises(other)


# --- invoices ------------------------------------------------------------------------------------


def test_an_invoice_needs_only_a_few_columns() -> None:
    (event,) = events(pieces(FORMAT, table(invoice()), KNOWN))

    assert (event["type"], event["source"], event["id"]) == (
        "invoice.issued.v1",
        "//invoice/2345678-0",
        "1001:issued",
    )
    assert event["time"] == "2026-01-09T04:00:00+00:00"
    assert event["data"] == {
        "creditor": "acme",
        "debtor": "C-7",
        "party": {"kind": "consumer", "name": "Aino Mallila"},
        "invoice": "1001",
        "reference": "10016",
        "issued": "2026-01-09",
        "due": "2026-01-23",
        "amount": "1234.50",
        "currency": "EUR",
    }


def test_an_invoice_may_have_all_fields_of_its_event() -> None:
    said = only(
        table(
            invoice(
                account=IBAN,
                type="Invoice",
                sent="10.1.2026",
                currency="sek",
                reference="1 23456 1",
                kind="Business",
                business_id="FI76543210",
                email="ap@ostaja.example",
                language="SV",
                street="Testitie 2",
                postcode="02100",
                city="Espoo",
                country="fi",
                due_agreed="yes",
                interest_stated="No",
                late_interest="11,5 %",
                subject="Kotikuitu",
                original="",
            )
        )
    )

    assert said == {
        "creditor": "acme",
        "debtor": "C-7",
        "party": {
            "kind": "business",
            "name": "Aino Mallila",
            "email": "ap@ostaja.example",
            "language": "sv",
            "address": {"street": "Testitie 2", "postcode": "02100", "city": "Espoo", "country": "FI"},
            "business_id": "7654321-0",
        },
        "invoice": "1001",
        "reference": "1 23456 1",
        "issued": "2026-01-09",
        "due": "2026-01-23",
        "amount": "1234.50",
        "currency": "SEK",
        "subject": "Kotikuitu",
        "late_interest": "11.5",
        "sent": "2026-01-10",
        "due_agreed": True,
        "interest_stated": False,
    }


def test_credit_notes_and_cancellations_are_rows_of_their_own_type() -> None:
    rows = (
        invoice(type="credit-note", original="1001", invoice="H-1", amount="20,00"),
        invoice(type="cancellation", original="", invoice="1002", amount=""),
        invoice(type="", original="1001", invoice="H-2", amount="-5,00"),
    )

    found = events(pieces(FORMAT, table(*rows), KNOWN))

    assert [(event["type"], event["id"]) for event in found] == [
        ("invoice.credited.v1", "H-1:credited"),
        ("invoice.cancelled.v1", "1002:cancelled"),
        ("invoice.credited.v1", "H-2:credited"),
    ]
    assert [event["data"].get("amount") for event in found] == ["20.00", None, "5.00"]


def test_the_creditor_may_be_found_by_the_bank_account() -> None:
    row = {"account": PAYMENT["account"]} | {name: cell for name, cell in INVOICE.items() if name != "seller"}

    assert only(table(row))["creditor"] == "acme"


# --- payments ------------------------------------------------------------------------------------


def test_a_payment_needs_only_a_few_columns() -> None:
    (event,) = events(pieces(FORMAT, table(payment()), KNOWN))

    assert (event["type"], event["source"]) == ("payment.received.v1", f"//bank/{IBAN}")
    assert event["id"].startswith("20260119X001:2026-01-19:")
    assert event["data"].pop("statement").startswith("table-")
    assert event["time"] == "2026-01-19T04:00:00+00:00"
    assert event["data"] == {
        "creditor": "acme",
        "account": IBAN,
        "payment": "20260119X001",
        "amount": "30.00",
        "currency": "EUR",
        "paid": "2026-01-19",
        "booked": "2026-01-19",
        "channel": "table",
    }


def test_a_payment_may_have_payer_reference_message_and_debtor() -> None:
    said = only(
        table(
            payment(
                paid="17.1.2026",
                reference="RF08 10016",
                payer="Aino  Mallila",
                payer_iban="FI0910101234500011",
                message="kiitos",
                debtor="C-7",
                currency="EUR",
            )
        )
    )

    assert (said["paid"], said["reference"], said["message"], said["debtor"]) == (
        "2026-01-17",
        "RF08 10016",
        "kiitos",
        "C-7",
    )
    assert said["payer"] == {"name": "Aino Mallila", "iban": "FI0910101234500011"}


def test_rows_without_an_id_are_told_apart_by_their_place_and_tables_that_overlap_call_them_alike() -> None:
    alike, other = payment(payment="", reference="10016"), payment(payment="", reference="10029")

    first, later = (data_of(pieces(FORMAT, table(*rows), KNOWN)) for rows in ((alike, alike, other), (other, alike)))

    assert [said["place"] for said in first] == [1, 2, 1]
    assert len({said["payment"] for said in first}) == 3
    assert [said["payment"] for said in later] == [first[2]["payment"], first[0]["payment"]]
    assert first[0]["statement"] != later[0]["statement"]


def test_a_table_of_payments_needs_no_column_of_ids() -> None:
    (said,) = data_of(pieces(FORMAT, f"account;booked;amount\n{IBAN};2026-01-19;30,00\n".encode(), KNOWN))

    assert (said["amount"], said["place"]) == ("30.00", 1)


def test_reversals_and_refunds_name_the_payment_they_undo() -> None:
    rows = (payment(type="reversal", reason=""), payment(type="Refund", reason="paid twice", amount="10"))

    reversed_, refunded = events(pieces(FORMAT, table(*rows), KNOWN))

    assert [said["type"] for said in (reversed_, refunded)] == ["payment.reversed.v1", "payment.refunded.v1"]
    assert reversed_["id"].startswith("20260119X001:reversed:2026-01-19:")
    assert refunded["id"] == "20260119X001:refunded:2026-01-19"  # as older stores know it
    assert [said["data"]["reason"] for said in (reversed_, refunded)] == ["reversal", "paid twice"]
    assert [said["data"].get("booked") for said in (reversed_, refunded)] == ["2026-01-19", None]
    assert [said["data"]["amount"] for said in (reversed_, refunded)] == ["30.00", "10"]


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("account;payment;amount", "the column booked is missing; add it"),
        ("account;payment;amount;booked;amount", "column 5: amount is there twice"),
        ("account;payment;amount;booked;refrence", "column 5: should it be called reference?"),
        ("invoice;amount;issued;name", "the column due is missing; add it"),
        ("a;b", "the first row must name the columns"),
        ('account;"payment', "the first row must name the columns"),
    ],
)
def test_columns_that_cannot_be_right_are_a_fault_and_nothing_is_read(header: str, line: str) -> None:
    fault = fault_of(f"{header}\n1;2;3;4;5\n".encode())

    assert (fault.reason, fault.where) == ("wrong-columns", "line 1")
    assert any(line in said for said in fault.lines)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"due": "soon"}, "column 4 (due): is not a date"),
        ({"issued": "31.2.2026"}, "column 3 (issued): must be the day"),
        ({"name": ""}, "column 6 (name): is missing"),
        ({"reference": "10017"}, "column 8 (reference): is not a valid reference"),
        ({"due_agreed": "maybe"}, "column 8 (due_agreed): must be true or false"),
        ({"kind": "person"}, "column 8 (kind): must be one of 'consumer' or 'business'"),
        ({"type": "bill"}, "column 8 (type): must be one of invoice, credit-note, cancellation"),
        ({"currency": "euros"}, "column 8 (currency): is not an ISO 4217"),
        ({"late_interest": "a lot"}, "column 8 (late_interest): is not a percentage"),
        ({"type": "credit-note"}, "original: is missing"),
    ],
)
def test_a_wrong_cell_is_a_fault_with_line_and_column_and_without_what_is_in_it(
    change: dict[str, str], line: str
) -> None:
    first = invoice(**dict.fromkeys(change, "")) if change.keys() - INVOICE.keys() else invoice()

    found = pieces(FORMAT, table(first, invoice(**change)), KNOWN)

    (fault,) = faults(found)
    assert len(events(found)) == 1
    assert (fault.where, fault.creditor) == ("line 3", "acme")
    assert any(line in said for said in fault.lines)
    assert not any("Mallila" in said for said in fault.lines)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"booked": "19.13.2026"}, "column 3 (booked): must be a day"),
        ({"payment": "", "type": "refund"}, "column 2 (payment): is missing"),
        ({"type": "gift"}, "column 5 (type): must be one of payment, reversal, refund"),
    ],
)
def test_a_payment_that_cannot_be_read_holds_its_account(change: dict[str, str], line: str) -> None:
    fault = fault_of(table(payment(**change)))

    assert (fault.where, fault.creditor, fault.account) == ("line 2", "acme", IBAN)
    assert line in fault.lines[0]


def test_an_account_or_seller_that_nobody_registered_is_a_fault() -> None:
    assert fault_of(table(payment(account="FI1410093000123458"))).reason == "unknown-creditor"
    assert fault_of(table(invoice(seller="7654321-0"))).reason == "unknown-creditor"
    assert fault_of(table(invoice(seller=""))).reason == "no-seller"
    assert fault_of(table(invoice(seller="7654321-0", type="bill"))).reason == "unknown-creditor"


def test_a_row_of_another_width_is_a_fault_that_holds_the_bank_account_in_it() -> None:
    good = table(payment())
    data = good + good.splitlines(keepends=True)[1].replace(b"30,00", b"30;00") + b"x;y\r\n"

    found = pieces(FORMAT, data, KNOWN)

    assert len(events(found)) == 1
    assert [(fault.reason, fault.where, fault.account) for fault in faults(found)] == [
        ("wrong-row", "line 3", IBAN),
        ("wrong-row", "line 4", None),
    ]
    assert "the row has 5 fields, the first row names 4 columns" in faults(found)[0].lines[0]


def test_a_quotation_mark_that_is_not_closed_is_a_fault_and_the_rows_before_it_stand() -> None:
    found = pieces(FORMAT, table(payment(), payment(payment='"A2')), KNOWN)

    assert len(events(found)) == 1
    assert [(fault.reason, fault.where) for fault in faults(found)] == [("wrong-row", "line 3")]


def test_a_line_that_is_too_long_is_passed_over() -> None:
    data = table(payment()) + b"x" * 1_000_000 + b"\r\n" + table(payment(payment="A2")).splitlines(keepends=True)[1]

    found = pieces(FORMAT, data, KNOWN)

    assert [event["data"]["payment"] for event in events(found)] == ["20260119X001", "A2"]
    assert [(fault.reason, fault.where) for fault in faults(found)] == [("too-long", "line 3")]


def test_memory_does_not_grow_with_the_file() -> None:
    count = 5_000
    stream = io.BytesIO(table(*(payment(payment=f"A{number}") for number in range(count))))
    tracemalloc.start()

    read = sum(isinstance(piece, dict) for piece in FORMAT.read(stream, KNOWN))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == count
    assert peak < 500_000


VALID = table(invoice(), invoice(invoice="2", amount="-5", original="1")) + b'"a;b";"c\r\n'


@settings(max_examples=200, deadline=None)
@given(damaged(VALID) | damaged(table(payment(), payment(type="refund"))) | st.binary(max_size=400))
def test_whatever_the_bytes_are_reading_ends_in_events_and_faults(data: bytes) -> None:
    FORMAT.recognises(data[:HEAD])

    pieces(FORMAT, data, Anybody())
