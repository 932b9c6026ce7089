"""Whom a line or a file that cannot be read holds (rules.md K5)."""

import json
from pathlib import Path

import pytest

from schemas.facts import UnreadEvent
from schemas.parsing import Readable
from services.intake.broken_lines import readable_in
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import PUBLISH
from services.intake.pieces import pieces_of
from tests.unit.intake.harness import IntakeHarness
from tests.unit.intake.public_events import ACME, IBAN, OTHER_IBAN, completed, creditor, invoice, payment, raw, said

OTHER = "kuura"
CSV_HEAD = "account\tpayment\tbooked\tpaid\tamount\treference\tpayer\n"
CSV_ROW = f"{IBAN}\tU1\t29.1.2026\t29.1.2026\t100,00\t10016\tÄijö Öhman\n"


def cut_in(line: bytes, field: bytes) -> bytes:
    """The line up to the middle of the text of a field."""
    return line[: line.index(b'"' + field + b'": "') + len(field) + 6]


def taken(tmp_path: Path, content: bytes, *registered: bytes) -> IntakeHarness:
    """What intake made of a file, read when so many creditors were registered."""
    path = tmp_path / "file"
    path.write_bytes(content)
    directory = CreditorDirectory()
    for each in registered:
        directory.take(each)
    harness = IntakeHarness(partitions=3)
    for piece in pieces_of(path, directory):
        harness.take(piece.address.topic, piece.address.key, piece.value(PUBLISH))
    return harness


def held(harness: IntakeHarness) -> set[tuple[str | None, str | None]]:
    """Creditor and bank account of each doubt."""
    return {(doubt.creditor, doubt.account) for doubt in harness.doubts()}


def alerts(harness: IntakeHarness) -> int:
    return len([1 for letter in harness.dead_letters() if letter.creditor is None and letter.account is None])


# -- complete fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b'{"data":{"creditor":"acme","debtor":"D1","invo', Readable(creditor="acme", debtor="D1")),
        (b'{"data":{"creditor":"acme","debtor":"D1', Readable(creditor="acme")),
        (b'{"data":{"creditor":"acme","debtor":"D1"', Readable(creditor="acme", debtor="D1")),
        (b'{"data":{"creditor":"acme","debtor":"D1\\"', Readable(creditor="acme")),
        (b'{"data":{"creditor":"ac{"specversion":"1.0","data":{"debtor":"D2"}}', Readable(debtor="D2")),
        (b'unt":"FI21","reference":"10016","amount":"1', Readable(reference="10016")),
        (b'[{"creditor" : "acme" , "invoice":\t"7"}]', Readable(creditor="acme", invoice="7")),
        (b'{"creditor":"acme","debtor":"D1"}{"creditor":"acme","debtor":"D2"}', Readable(creditor="acme")),
        (b'{"message":"\\"creditor\\":\\"acme\\"', Readable()),
        (b'{"creditor":"\xff\xfe","debtor":"\\ud800","invoice":"\\x"', Readable()),
        (b'{"creditor":12,"debtor":null', Readable()),
        (b"\x00\xff junk", Readable()),
    ],
)  # fmt: skip
def test_a_field_counts_when_its_text_is_closed_and_said_once(line: bytes, named: Readable) -> None:
    assert readable_in(line) == named


def test_a_line_of_a_megabyte_without_an_end_is_looked_through_in_no_time() -> None:
    assert readable_in(b'"creditor":"' + b'\\"creditor":"' * 80_000) == Readable()


@pytest.mark.parametrize("end", range(1, 400, 7))
def test_a_cut_line_never_names_what_the_whole_line_does_not(end: int) -> None:
    whole = raw(payment("P", "10016", debtor="D1"))
    data = json.loads(whole)["data"]
    named = readable_in(whole[: min(end, len(whole) - 1)])
    assert named.creditor in (None, data["creditor"])
    assert named.debtor in (None, data["debtor"])
    assert named.account in (None, data["account"])
    assert named.reference in (None, data["reference"])


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_cut_line_holds_whom_its_complete_fields_name_and_nobody_else(tmp_path: Path) -> None:
    broken = cut_in(raw(payment("P", "10016")), b"paid")
    harness = taken(tmp_path, raw(completed("2026-01-08", "c")) + b"\n" + broken + b"\n")
    (doubt,) = harness.doubts()
    assert (doubt.creditor, doubt.account) == (ACME, IBAN)


@pytest.mark.parametrize(
    "good", [payment("Q"), completed("2026-01-08", "c"), said("hold.placed", "h", reason="agreed")]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_names_nobody_holds_every_creditor_whom_the_rest_of_its_file_names(
    tmp_path: Path, good: dict[str, object], first: bool
) -> None:
    lines = [raw(good), raw(invoice(1, creditor=OTHER))]
    lines.insert(0 if first else 2, b'{"specversion":"1.0","data":{"creditor":"ac')
    harness = taken(tmp_path, b"\n".join(lines) + b"\n")
    assert held(harness) == {(ACME, None), (OTHER, None)}
    assert len({doubt.key for doubt in harness.doubts()}) == 1
    assert len(harness.dead_letters()) == alerts(harness) == 1


@pytest.mark.parametrize("good", [[invoice(1)], [creditor()], []])
def test_a_line_that_names_nobody_among_invoices_and_settings_only_raises_the_alarm(
    tmp_path: Path, good: list[dict[str, object]]
) -> None:
    harness = taken(tmp_path, b"\n".join([*map(raw, good), b'{"data":']) + b"\n")
    assert held(harness) == set()
    assert alerts(harness) == 1


def test_among_invoices_a_credit_note_may_be_the_line_that_is_broken(tmp_path: Path) -> None:
    lines = [raw(invoice(1)), raw(said("invoice.credited", "c", invoice="1", credit_note="C")), b'{"data":']
    assert held(taken(tmp_path, b"\n".join(lines))) >= {(ACME, None)}


def test_a_line_longer_than_an_event_may_be_holds_whom_its_beginning_names(tmp_path: Path) -> None:
    line = raw(payment("P"))[:-2] + b', "message": "' + b"x" * 1_000_001 + b'"}}'
    assert held(taken(tmp_path, line + b"\n")) == {(ACME, IBAN)}


def test_a_row_of_a_table_that_cannot_be_taken_apart_holds_the_accounts_owner_or_those_of_the_other_rows(
    tmp_path: Path,
) -> None:
    both = raw(creditor()), raw(creditor(OTHER, OTHER_IBAN))
    other = CSV_ROW.replace(IBAN, OTHER_IBAN)
    named = taken(tmp_path, (CSV_HEAD + CSV_ROW + f"{OTHER_IBAN}\tU2\t29.1.2026\t29.1\n").encode(), *both)
    assert held(named) == {(OTHER, OTHER_IBAN)}
    cut = taken(tmp_path, (CSV_HEAD + CSV_ROW + other + "FI141009300012\n").encode(), *both)
    assert held(cut) == {(ACME, None), (OTHER, None)}


# -- files of no known format --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("written", [IBAN, "FI21 1234 5600 0007 85"])
def test_a_file_of_no_known_format_holds_the_feed_of_the_only_bank_account_in_it(
    tmp_path: Path, encoding: str, written: str
) -> None:
    mark = "" if encoding == "utf-8" else "\ufeff"
    text = f"{mark}Tilioote\nTili: {written}\nUnknown FI0099999999999999\n"
    harness = taken(tmp_path, text.encode(encoding), raw(creditor()))
    assert held(harness) == {(ACME, IBAN)}
    says_so = "UTF-16" in "".join(harness.dead_letters()[0].detail)
    assert says_so == (encoding != "utf-8")


def test_a_file_of_no_known_format_that_names_several_creditors_holds_them_all(tmp_path: Path) -> None:
    lines = [raw(payment("P")), raw(invoice(1, creditor=OTHER))]
    harness = taken(tmp_path, ("\ufeff" + b"\n".join(lines).decode()).encode("utf-16-le"), raw(creditor()))
    assert held(harness) == {(ACME, None), (OTHER, None)}


def test_a_file_that_names_nobody_raises_the_alarm(tmp_path: Path) -> None:
    harness = taken(tmp_path, b"%PDF-1.7 nothing of ours", raw(creditor()))
    assert held(harness) == set()
    assert alerts(harness) == 1


def test_what_a_format_refuses_holds_the_debtor_whom_the_event_would_have_named(tmp_path: Path) -> None:
    rows = CSV_HEAD + CSV_ROW.replace("100,00", "-").replace("29.1.2026\t29", "30.1.2026\t29")
    harness = taken(tmp_path, rows.encode(), raw(creditor()))
    (doubt,) = harness.doubts()
    assert isinstance(doubt, UnreadEvent)
    assert (doubt.creditor, doubt.account, doubt.reference) == (ACME, IBAN, "10016")
