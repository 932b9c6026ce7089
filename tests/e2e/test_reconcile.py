"""From the bank's files to the proof: statements and notifications through `play`, then `reconcile`."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.unit.intake.formats.camt_messages import (
    IBAN,
    REFERENCE_PAYMENTS,
    balance,
    entry,
    invoice_paid,
    notification,
    report,
    statements,
    transaction,
)
from tests.unit.intake.public_events import creditor, invoice

pytestmark = pytest.mark.e2e

REVERSAL = "<RvslInd>true</RvslInd>"
COSTS = "<Prtry><Cd>730</Cd><Issr>FFFS</Issr></Prtry>"


def a_day(number: int, day: str, opening: str, closing: str, *entries: str) -> str:
    """The bank's statement of a day."""
    balances = (balance("OPBD", opening, day), balance("CLBD", closing, day))
    return statements(report(f"<LglSeqNb>{number}</LglSeqNb>", *balances, *entries, name=f"S{number}"))


def lump(amount: str, day: str) -> str:
    """The sum of a day's reference payments, told one by one in a notification."""
    return entry(amount, code=REFERENCE_PAYMENTS, batch=2, reference=f"L{day}", day=day)


def details(day: str, *payments: str) -> str:
    return notification(entry("100.00", *payments, code=REFERENCE_PAYMENTS, batch=2, reference=f"L{day}", day=day))


COST = entry("4.50", direction="DBIT", code=COSTS, reference="F1", day="2026-01-07")
PAID = entry("100.00", transaction("100.00", "A3", invoice_paid("20019", "100.00")), day="2026-01-09")
TAKEN_BACK = entry(
    "30.00", transaction("30.00", "A1"), direction="DBIT", reference="R1", day="2026-01-08", marks=REVERSAL
)
FILES = {
    "first.xml": a_day(1, "2026-01-07", "1000.00", "1095.50", lump("100.00", "2026-01-07"), COST),
    "first-details.xml": details(
        "2026-01-07",
        transaction("30.00", "A1", invoice_paid("20019", "30.00")),
        transaction("70.00", "A2", "<Ustrd>thank you</Ustrd>"),
    ),
    "second.xml": a_day(2, "2026-01-08", "1095.50", "1065.50", TAKEN_BACK),
    "third.xml": a_day(3, "2026-01-09", "1065.50", "1165.50", PAID),
}


def played(folder: Path, files: dict[str, str]) -> Path:
    """The store after these files of the bank, by name."""
    events = [creditor(iban=IBAN), invoice(2001, reference="20019", issued="2026-01-02")]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    paths = [str(folder / name) for name in ("events.jsonl", *files)]
    assert main(["play", *paths, "--until", "2026-01-20", "--store", str(folder), "--json"]) == 0
    return folder / "erapaiva.db"


def reconciled(store: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    command = ["reconcile", "acme", "--from", "2026-01-01", "--to", "2026-01-10", "--json"]
    status = main([*command, "--store", str(store)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_files_of_the_bank_tie_to_the_cent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (account, tie, summary) = reconciled(played(tmp_path, FILES), capsys)

    assert status == 0
    assert account == {
        "kind": "account",
        "account": IBAN,
        "currency": "EUR",
        "received": "200.00",
        "principal": "100.00",
        "interest": "0.00",
        "costs": "0.00",
        "unallocated": "0.00",
        "unmatched": "70.00",
        "refunded": "0.00",
        "returned": "30.00",
        "difference": "0.00",
    }
    told = [tie[name] for name in ("opening", "received", "returned", "other", "closing", "difference")]
    assert told == ["1000.00", "200.00", "30.00", "-4.50", "1165.50", "0.00"]
    assert summary["ties"] is True


def test_a_copy_of_a_file_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = {"first again.xml": FILES["first.xml"].replace("<Id>S1</Id>", "<Id>COPY OF S1</Id>")}
    folders = [tmp_path / "once", tmp_path / "twice"]
    for folder in folders:
        folder.mkdir()

    once, twice = played(folders[0], FILES), played(folders[1], FILES | copy)

    assert reconciled(twice, capsys) == reconciled(once, capsys)


def test_a_lost_statement_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = played(tmp_path, {name: text for name, text in FILES.items() if name != "second.xml"})

    status, said = reconciled(store, capsys)

    assert status == 1
    discrepancies = [(each["what"], each["name"], each["words"]) for each in said if each["kind"] == "discrepancy"]
    assert discrepancies == [("statement", "2", "statement 2 is missing between 2026-01-07 and 2026-01-09")]


def test_lump_sums_without_their_details_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = played(tmp_path, {"first.xml": FILES["first.xml"]})

    status, said = reconciled(store, capsys)

    assert status == 1
    (discrepancy,) = [each for each in said if each["kind"] == "discrepancy"]
    assert (discrepancy["what"], discrepancy["name"], discrepancy["amount"]) == ("statement", "1", "-100.00")


def test_the_official_sample_of_the_finnish_banks_ties(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "creditor.jsonl"
    events.write_text(json.dumps(creditor(iban="FI7433010001222090")) + "\n", encoding="utf-8")
    files = [shared / "samples" / f"camt{n}" / f"fi-fffs-official-sample-content_{n}.xml" for n in ("053", "054")]
    play = ["play", str(events), *map(str, files), "--until", "2026-02-01", "--store", str(tmp_path)]
    assert main(play) == 0
    capsys.readouterr()

    command = ["reconcile", "acme", "--from", "2010-10-29", "--to", "2010-10-29"]
    assert main([*command, "--store", str(tmp_path / "erapaiva.db")]) == 0
    assert "Difference 0.00: every cent is in exactly one place, and the statements tie." in capsys.readouterr().out


def test_a_creditor_that_is_not_known_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = played(tmp_path, {})
    capsys.readouterr()

    command = ["reconcile", "nobody", "--from", "2026-01-01", "--to", "2026-01-10"]
    assert main([*command, "--store", str(store)]) == 1
    assert capsys.readouterr().err == "erapaiva reconcile: there is no creditor nobody\n"
