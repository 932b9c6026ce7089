"""Finvoice files: public samples of three versions, messages in frames, several in one file, and whatever comes."""

from __future__ import annotations

import io
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.formats.finvoice import FORMAT
from services.intake.formats.format import HEAD
from tests.unit.intake.formats.file_reading import Anybody, Registered, damaged, data_of, events, faults, pieces
from tests.unit.intake.formats.finvoice_messages import ISSUED, KNOWN, NUMBER, SELLER, SOAP, message, wrapped

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# --- the samples ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "known", "data"),
    [
        (
            "gobl-invoice-3.0.xml",
            "2026-09-01T08:30:00+00:00",
            {
                "debtor": "0112038-9",
                "party": {
                    "kind": "business",
                    "name": "Ostaja Oy",
                    "email": "ostot@ostaja.example",
                    "address": {
                        "street": "Testitie 2, 3. kerros",
                        "postcode": "02100",
                        "city": "Espoo",
                        "country": "FI",
                    },
                    "business_id": "0112038-9",
                },
                "invoice": "2026-1001",
                "reference": "RF18539007547034",
                "issued": "2026-09-01",
                "due": "2026-09-15",
                "amount": "1088.36",
            },
        ),
        (
            "jbank-xsd-test-2.01.xml",
            "2016-02-08T09:52:00+00:00",
            {
                "debtor": "1234567-1",
                "party": {
                    "kind": "business",
                    "name": "Sensorit Oy",
                    "address": {
                        "street": "Mannerheimintie 1",
                        "postcode": "00100",
                        "city": "Helsinki",
                        "country": "FI",
                    },
                    "business_id": "1234567-1",
                },
                "invoice": "123456",
                "reference": "RF911234567890120",
                "issued": "2017-10-13",
                "due": "2017-11-22",
                "amount": "124.00",
                "late_interest": "8.5",
            },
        ),
        (
            "rfinvoice-1.2.xml",
            "2004-12-15T04:00:00+00:00",
            {
                "debtor": "0123456-7",
                "party": {
                    "kind": "business",
                    "name": "Sensorit Oy",
                    "email": "hannes.puumalainen@sensorit.fi",
                    "address": {"street": "Sempalokatu 2", "postcode": "00122", "city": "HELSINKI"},
                    "business_id": "0123456-7",
                },
                "invoice": "159",
                "reference": "00000000000002004486",
                "issued": "2004-12-15",
                "due": "2004-12-29",
                "amount": "3352.98",
                "late_interest": "16",
                "discounts": [{"through": "2004-12-20", "amount": "67.06"}],
            },
        ),
    ],
)
def test_a_sample_of_each_version_gives_its_invoice(shared: Path, name: str, known: str, data: dict[str, Any]) -> None:
    raw = (shared / "samples" / "finvoice" / name).read_bytes()
    sellers = dict.fromkeys(("2345678-0", "2084069-9", "0199920-7"), "acme")

    assert FORMAT.recognises(raw[:HEAD])
    (event,) = events(pieces(FORMAT, raw, Registered(businesses=sellers)))

    assert event["type"] == "invoice.issued.v1"
    assert event["id"] == f"{data['invoice']}:issued"
    assert event["time"] == known
    assert event["data"] == {"creditor": "acme", "currency": "EUR"} | data


def test_a_pro_forma_invoice_of_nothing_gives_nothing(shared: Path) -> None:
    raw = (shared / "samples" / "finvoice" / "rfinvoice-2.01.xml").read_bytes()

    assert FORMAT.recognises(raw[:HEAD])
    assert pieces(FORMAT, raw, KNOWN) == []


# --- one message, several, in frames -------------------------------------------------------------


def test_a_message_gives_all_that_it_says() -> None:
    (event,) = events(pieces(FORMAT, message(), KNOWN))

    assert (event["source"], event["id"]) == ("//invoice/2345678-0", "1001:issued")
    assert event["time"] == "2026-01-09T04:00:00+00:00"
    assert event["data"] == ISSUED


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-15", "ISO-8859-1", "UTF-16"])
def test_the_declared_encoding_counts(encoding: str) -> None:
    data = message(encoding=encoding)

    assert FORMAT.recognises(data[:HEAD])
    assert data_of(pieces(FORMAT, data, KNOWN)) == [ISSUED]


def test_messages_in_their_soap_frames_may_stand_in_one_file() -> None:
    other = message((NUMBER, "<InvoiceNumber>1002</InvoiceNumber>"), encoding="ISO-8859-15")
    data = SOAP.encode() + message() + SOAP.encode() + other + message((NUMBER, "<InvoiceNumber>3</InvoiceNumber>"))

    assert FORMAT.recognises(data[:HEAD])
    assert [said["invoice"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["1001", "1002", "3"]


def test_a_long_frame_is_recognised_before_its_message_begins() -> None:
    frame_first = SOAP.replace("</SOAP-ENV:Body>", f"<!--{'x' * HEAD}--></SOAP-ENV:Body>").encode()

    assert FORMAT.recognises((frame_first + message())[:HEAD])
    assert [said["invoice"] for said in data_of(pieces(FORMAT, frame_first + message(), KNOWN))] == ["1001"]


def test_a_frame_without_a_message_is_a_fault() -> None:
    (fault,) = faults(pieces(FORMAT, SOAP.encode(), KNOWN))

    assert fault.reason == "no-invoice"


def test_a_broken_message_does_not_take_the_others_with_it() -> None:
    broken = message()[:-40]

    found = pieces(FORMAT, message() + broken + message((NUMBER, "<InvoiceNumber>3</InvoiceNumber>")), KNOWN)

    assert [event["data"]["invoice"] for event in events(found)] == ["1001", "3"]
    assert len(faults(found)) == 1


def test_other_files_are_not_taken_for_finvoice() -> None:
    for other in (b"", b"<Invoice/>", b'{"Finvoice": 1}', b"<html>Finvoice</html>", b"Finvoice", b"<FinvoiceAck/>"):
        assert not FORMAT.recognises(other)


def test_the_message_time_is_when_it_became_known() -> None:
    stamp = wrapped("{}", "MessageTransmissionDetails", "MessageDetails", "MessageTimeStamp")

    def known(stamped: str) -> str:
        data = message((SELLER, stamp.format(stamped) + SELLER))
        return str(events(pieces(FORMAT, data, KNOWN))[0]["time"])

    assert known("2026-01-09T12:00:00") == "2026-01-09T10:00:00+00:00"
    assert known("2026-01-09T12:00:00+01:00") == "2026-01-09T11:00:00+00:00"
    assert known("yesterday") == "2026-01-09T04:00:00+00:00"


def test_an_empty_message_is_a_fault() -> None:
    (fault,) = faults(pieces(FORMAT, b"<Finvoice/>", KNOWN))

    assert fault.reason == "no-seller"


# --- streaming, and whatever comes ---------------------------------------------------------------


class Endless(io.RawIOBase):
    """A file of messages that is made while it is read, so that it is never in memory as a whole."""

    def __init__(self) -> None:
        self.numbers = count()
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while len(self.rest) < len(view):
            self.rest += message((NUMBER, f"<InvoiceNumber>{next(self.numbers)}</InvoiceNumber>"))
        view[:], self.rest = self.rest[: len(view)], self.rest[len(view) :]
        return len(view)


def test_messages_come_one_by_one_while_the_file_is_read() -> None:
    found = FORMAT.read(io.BufferedReader(Endless()), KNOWN)

    first = events(piece for piece, _ in zip(found, range(300), strict=False))

    assert [event["data"]["invoice"] for event in first] == [str(number) for number in range(300)]


@settings(max_examples=150, deadline=None)
@given(damaged(SOAP.encode() + message() + message(encoding="ISO-8859-15")) | st.binary(max_size=300))
def test_whatever_the_bytes_are_reading_ends_in_events_and_faults(data: bytes) -> None:
    FORMAT.recognises(data[:HEAD])

    pieces(FORMAT, data, Anybody())
