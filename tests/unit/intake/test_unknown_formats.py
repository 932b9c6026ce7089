"""Files of no known format: the dead letter names what the file seems to be, and what to send instead."""

from pathlib import Path

import pytest

from services.intake.pieces import pieces_of
from tests.unit.intake.formats.file_reading import Registered

TITO = b"T00322100" + b"12345600000785" + b"001260101260131" + b" " * 284 + b"\r\nT10188000001"
INTRADAY = """<?xml version="1.0" encoding="UTF-8"?>
<{0}Document xmlns{1}="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><{0}BkToCstmrAcctRpt><{0}GrpHdr/>"""


@pytest.mark.parametrize("data", [TITO, b"\r\n" + TITO])
def test_a_tito_statement_is_named_and_the_line_says_what_to_order(data: bytes, tmp_path: Path) -> None:
    assert "TITO" in said_of(data, tmp_path)
    assert "order camt.053 statements" in said_of(data, tmp_path)


@pytest.mark.parametrize(("prefix", "declared"), [("", ""), ("ns2:", ":ns2")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_report_during_the_day_is_named_and_the_line_says_what_to_order(
    prefix: str, declared: str, encoding: str, tmp_path: Path
) -> None:
    data = INTRADAY.format(prefix, declared).encode(encoding)

    assert "camt.052" in said_of(data, tmp_path)
    assert "order camt.053 statements" in said_of(data, tmp_path)


@pytest.mark.parametrize(
    ("data", "says"), [(b"PK\x03\x04", "compressed"), (b"<html>", "web page"), (b"T001", "none of these")]
)
def test_other_files_are_named_as_far_as_they_are_known(data: bytes, says: str, tmp_path: Path) -> None:
    assert says in said_of(data, tmp_path)


@pytest.mark.parametrize("data", [TITO, b"\r\n" + TITO, b"012345600000785" + b"A", b"tilinumero;12345600000785\n"])
def test_a_finnish_account_number_says_whose_the_file_is(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    (piece,) = pieces_of(path, Registered(accounts={"FI2112345600000785": "acme"}))
    assert piece.fault is not None
    assert (piece.fault.creditor, piece.fault.account) == ("acme", "FI2112345600000785")


def said_of(data: bytes, folder: Path) -> str:
    path = folder / "file"
    path.write_bytes(data)
    (piece,) = pieces_of(path, Registered())
    assert piece.fault is not None
    assert piece.fault.reason == "unknown-format"
    return piece.fault.lines[0]
