"""From a payer's own words to the proof: what `play`, `explain`, `dump` and `reconcile` say of weighed money."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import about_payment, creditor, invoice, later, payment, raw, reference_of

pytestmark = pytest.mark.e2e

DAY = 24 * 60
HISTORY = [
    creditor(),
    requiring(85),
    invoice(10131),
    invoice(10132, amount="50.00"),
    invoice(10133, "D2"),
    payment("BOTH", at=later(60), amount="150.00", message="Laskut 10131\nja 10132. Kiitos!"),
    payment("TWO", at=later(61), message="lasku 10133, 10131"),
    payment("EARLY", at=later(62), message=f"viite {reference_of(10134)}"),
    invoice(10134, "D2", at=later(2 * DAY)),
    payment("PART", at=later(2 * DAY), amount="20.00", message="10133 / 10131"),
    about_payment("payment.assigned", "TWO", "a", at=later(13 * DAY), debtor="D2", invoice="10133"),
]


def test_a_payers_words_place_money_and_what_they_do_not_place_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, store = tmp_path / "events.jsonl", tmp_path / "store" / "erapaiva.db"
    file.write_bytes(b"\n".join(map(raw, HISTORY)))

    def erapaiva(*words: str) -> str:
        assert main(list(words)) == 0
        return capsys.readouterr().out

    told = erapaiva("play", str(file), "--until", "2026-02-03", "--store", str(store.parent), "--json")
    stored = ("--store", str(store))
    dump = [json.loads(line) for line in erapaiva("dump", "--canonical", *stored).splitlines()]

    unmatched = [said for said in map(json.loads, told.splitlines()) if said["kind"] == "unmatched"]
    assert [(said["payment"], debtors(said)) for said in unmatched] == [
        ("TWO", [("D1", 45), ("D2", 45)]),
        ("EARLY", []),
        ("PART", [("D1", 45), ("D2", 45)]),
    ]
    placed = {entry["payment"]: (entry["debtor"], entry.get("how")) for entry in dump if entry["kind"] == "payment"}
    assert placed == {
        "BOTH": ("D1", "invoices 10131, 10132; by number-in-text-and-sum, 90 % sure"),
        "EARLY": ("D2", "by reference-in-text-and-sum, 95 % sure"),
        "TWO": ("D2", None),
    }
    assert [debtors(entry) for entry in dump if entry["kind"] == "unmatched"] == [[("D1", 45), ("D2", 45)]]
    story = " ".join(erapaiva("explain", "10131", *stored).split())
    assert "placed on the account: invoices 10131, 10132; by number-in-text-and-sum, 90 % sure (M3)" in story
    assert "Payment PART of 20.00 EUR has no place yet" in story
    assert "It may be for this invoice: number-in-text, 45 % sure; a person decides (M3)" in story
    assert "Difference 0.00" in erapaiva("reconcile", "acme", "--from", "2026-01-01", "--to", "2026-02-03", *stored)


def debtors(said: dict[str, Any]) -> list[tuple[str, int]]:
    """Whose the money may be, and how sure."""
    return [(suggestion["debtor"], suggestion["confidence"]) for suggestion in said["suggestions"]]
