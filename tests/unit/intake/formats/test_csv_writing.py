"""How tables are written: separators, encodings, numbers, quotes, and what stands above the header."""

import pytest

from services.intake.formats.csv.tables import FORMAT
from services.intake.formats.format import HEAD
from tests.unit.intake.formats.csv_rows import IBAN, KNOWN, fault_of, invoice, only, payment, table
from tests.unit.intake.formats.file_reading import data_of, events, faults, pieces


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-15"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimiter_encoding_and_line_ends_are_found_out(delimiter: str, end: str, encoding: str) -> None:
    row = invoice(name="Åke Öyä", city="Jyväskylä", street="Tie 1", postcode="1")

    said = only(table(row, delimiter=delimiter, encoding=encoding, end=end))

    assert said["party"]["name"] == "Åke Öyä"
    assert said["party"]["address"]["city"] == "Jyväskylä"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1234,5", "1234.5"),
        ("1234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234\u202f567,50", "1234567.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567,5", "1234567.5"),
        ("+5", "5"),
        ("100,00000", "100.00"),
    ],
)
def test_amounts_may_have_a_comma_or_a_point_and_marks_between_thousands(cell: str, amount: str) -> None:
    assert only(table(payment(amount=cell)))["amount"] == amount


@pytest.mark.parametrize("cell", ["1,234", "1.234", "1,2,3", "12 34", "1e3", "EUR 5", "-5", "0", ""])
def test_an_amount_that_is_none_or_could_be_two_is_a_fault(cell: str) -> None:
    fault = fault_of(table(payment(amount=cell)))

    assert (fault.where, fault.creditor, fault.account) == ("line 2", "acme", IBAN)
    assert fault.lines[0].startswith("column 4 (amount): ")


@pytest.mark.parametrize("cell", ["1.000", "2,500", "12.500", "999,999"])
def test_an_amount_that_could_be_a_thousand_is_refused_where_no_other_shows_the_sign(cell: str) -> None:
    data = table(payment(amount=cell), payment(payment="B", amount="100"))

    found = pieces(FORMAT, data, KNOWN)

    (fault,) = faults(found)
    assert (fault.reason, fault.where, fault.creditor, fault.account) == ("wrong-field", "line 2", "acme", IBAN)
    assert "thousands or decimals" in fault.lines[0]
    assert [said["data"]["payment"] for said in events(found)] == ["B"]


@pytest.mark.parametrize(
    ("shown", "amounts"),
    [
        ("12,50", ["1000", "2.50", "1234567"]),
        ("1.234,5", ["1000", "2.50", "1234567"]),
        ("12.50", ["1.00", "2500", "1234567"]),
        ("1,234,567", ["1.00", "2500", "1234567"]),
    ],
)
def test_one_amount_shows_for_its_column_which_sign_parts_decimals(shown: str, amounts: list[str]) -> None:
    grouped = "1.234.567" if shown in ("12,50", "1.234,5") else "1,234,567"
    cells = ["1.000", "2,500", grouped, shown]
    rows = [payment(payment=f"P{number}", amount=cell) for number, cell in enumerate(cells)]

    assert [said["amount"] for said in data_of(pieces(FORMAT, table(*rows, delimiter="\t"), KNOWN))][:3] == amounts


def test_amounts_of_two_hands_show_nothing() -> None:
    cells = ["12,50", "1.000", "12.50"]
    rows = [payment(payment=f"P{number}", amount=cell) for number, cell in enumerate(cells)]

    found = pieces(FORMAT, table(*rows), KNOWN)

    assert [fault.where for fault in faults(found)] == ["line 3"]


def test_invoices_have_the_same_rule_for_amounts() -> None:
    assert "thousands or decimals" in fault_of(table(invoice(amount="1.000"))).lines[0]
    both = table(invoice(amount="1.000"), invoice(invoice="1002", amount="5,50"))
    assert [said["amount"] for said in data_of(pieces(FORMAT, both, KNOWN))] == ["1000", "5.50"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_a_spreadsheet_is_read_with_and_without_a_byte_order_mark(encoding: str) -> None:
    rows = [payment(payment=f"P{number}", payer="Åke Öyä €") for number in range(300)]
    data = table(*rows, delimiter="\t", encoding=encoding)

    assert FORMAT.recognises(data[:HEAD])
    assert FORMAT.recognises(data[: HEAD - 1])
    said = data_of(pieces(FORMAT, data, KNOWN))
    assert [each["payment"] for each in said] == [f"P{number}" for number in range(300)]
    assert {each["payer"]["name"] for each in said} == {"Åke Öyä €"}


def test_a_table_in_utf_16_that_breaks_off_within_a_character_is_read_up_to_there() -> None:
    data = table(payment(payer="A"), payment(payment="B", payer="B"), encoding="utf-16-le")

    found = pieces(FORMAT, data[:-5], KNOWN)

    assert len(events(found)) == 2


def test_lines_of_text_above_the_header_are_passed_over() -> None:
    above = "Tapahtumat 1.1.2026–31.1.2026\r\nTili;FI21 1234 5600 0007 85;;\r\n\r\n"
    data = above.encode() + table(payment(), payment(payment="B", amount=""))

    assert FORMAT.recognises(data[:HEAD])
    found = pieces(FORMAT, data, KNOWN)
    assert [said["data"]["payment"] for said in events(found)] == ["20260119X001"]
    assert [fault.where for fault in faults(found)] == ["line 6"]


def test_a_header_far_down_is_none() -> None:
    data = b"a line of text\n" * 1_000 + table(payment())

    assert not FORMAT.recognises(data[:HEAD])
    assert (fault_of(data).reason, fault_of(data).where) == ("wrong-columns", "line 1")


def test_names_of_columns_may_be_written_freely_and_columns_nobody_knows_are_passed_over() -> None:
    data = "Account, Payment ,BOOKED,Amount,Payer IBAN,Remark\n{account},A1,2026-01-19,5,FI09 1010,x\n"

    said = only(data.format(account=IBAN).encode())

    assert (said["payment"], said["payer"]) == ("A1", {"iban": "FI09 1010"})


def test_fields_may_be_quoted_and_hold_delimiters_quotes_and_line_ends() -> None:
    row = payment(message='"a;b ""c""\n\nd"', payer='"Yritys; Oy"')

    said = only(table(row, payment(message="", payer="", payment="")).rsplit(b"\r\n", 2)[0])

    assert (said["message"], said["payer"]) == ('a;b "c"\n\nd', {"name": "Yritys; Oy"})


def test_blank_rows_are_no_rows() -> None:
    data = table(payment()) + b"\r\n;;;\r\n  \r\n"

    assert only(data.replace(b"  \r\n", b"\r\n"))["payment"] == "20260119X001"
