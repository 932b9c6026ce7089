"""Files and statements that come again, under their own name or another, do nothing: the same dump to the byte."""

import json
import shutil
from pathlib import Path

import pytest

from services.cli import main
from tests.unit.intake.formats.camt_messages import (
    REFERENCE_PAYMENTS,
    entry,
    notification,
    statement,
    strd,
    transaction,
)
from tests.unit.intake.formats.finvoice_messages import message
from tests.unit.intake.formats.test_ktl import file_of, header, sums
from tests.unit.intake.formats.test_ktl import payment as ktl_payment
from tests.unit.intake.public_events import creditor, invoice, raw, reference_of

pytestmark = pytest.mark.e2e

PARTS = (
    transaction("70.00", "A1", strd(reference_of(1))),
    transaction("30.00", "A2", strd("10016")),
)
LUMP = entry("100.00", batch=2, code=REFERENCE_PAYMENTS)
DETAILS = entry("100.00", *PARTS, batch=2, code=REFERENCE_PAYMENTS)
ONE = entry("5.00", transaction("5.00", remittance="<Ustrd>1</Ustrd>"), reference="E2")
KTL = file_of(
    header("2601130700"),
    ktl_payment("A3", 900, account="12345600000785", booked="260112", paid="260112", reference="10016".zfill(20)),
    sums(1, 900),
)
FILES = {
    "creditor.jsonl": raw(creditor()) + b"\n" + raw(invoice(1)),
    "invoice.xml": message(("2345678-0", "1234567-1")),
    "notification.xml": notification(DETAILS).encode(),
    "statement.xml": statement("100.00", "205.00", LUMP, ONE).encode(),
    "payments.ktl": KTL,
}


def play(folder: Path, *names: str) -> None:
    """All files into one store, until the middle of January."""
    files = [str(folder / name) for name in names]
    assert main(["play", *files, "--until", "2026-01-15", "--store", str(folder / "store"), "--json"]) == 0


def dumped(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["dump", "--canonical", "--store", str(folder / "store" / "erapaiva.db")]) == 0
    return capsys.readouterr().out


def test_copies_of_files_change_nothing_whatever_they_are_called_and_whenever_they_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    for folder in (once, again):
        folder.mkdir()
        for name, content in FILES.items():
            (folder / name).write_bytes(content)
    for name in FILES:
        shutil.copy(again / name, again / f"copy of {name}")

    play(once, *FILES)
    capsys.readouterr()
    play(again, *FILES, *(f"copy of {name}" for name in FILES))
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert summary["dead_letters"] == 0
    assert summary["duplicates"] == summary["read"] / 2 == summary["applied"]
    assert dumped(once, capsys) == dumped(again, capsys)

    play(again, *FILES)  # once more, when all of it was settled long ago
    assert dumped(once, capsys) == dumped(again, capsys)


@pytest.mark.parametrize("names", [("statement.xml", "notification.xml"), ("notification.xml", "statement.xml")])
def test_money_of_a_sum_and_of_its_details_is_one_money_in_either_order(
    names: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)

    play(tmp_path, "creditor.jsonl", *names)

    said = [json.loads(line) for line in dumped(tmp_path, capsys).splitlines()]
    money = {each["payment"]: each["amount"] for each in said if each["kind"] in ("payment", "unmatched")}
    assert money == {"A1": "70.00", "A2": "30.00", "E2": "5.00"}
