"""What was a dead letter, mended and put back, is as if it had come right the first time: the same dump to the byte."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.unit.intake.formats.finvoice_messages import message
from tests.unit.intake.public_events import completed, creditor, invoice, later, raw, reference_of

pytestmark = pytest.mark.e2e

PAYMENTS = """account;payment;booked;amount;reference
FI2112345600000785;P1;2026-01-14;{amount};{reference}
"""


@dataclass(frozen=True)
class Case:
    """A file as it should have come and as it came, and how its dead letter is mended."""

    name: str
    right: bytes
    wrong: bytes
    mended: dict[str, Any]


CASES = [
    pytest.param(
        Case(
            "event.jsonl",
            raw(invoice(2, debtor="D2")),
            raw(invoice(2, debtor="D2", due="soon")),
            {"due": "2026-01-23"},
        ),
        id="an event",
    ),
    pytest.param(
        Case(
            "invoice.xml",
            message(("2345678-0", "1234567-1")),
            message(("2345678-0", "1234567-1"), ("20260123</InvoiceDueDate>", "20260199</InvoiceDueDate>")),
            {"due": "2026-01-23"},
        ),
        id="an invoice out of a Finvoice file",
    ),
    pytest.param(
        Case(
            "payments.csv",
            PAYMENTS.format(amount="30,00", reference=reference_of(1)).encode(),
            PAYMENTS.format(amount="30 euros", reference=reference_of(1)).encode(),
            {"amount": "30.00"},
        ),
        id="a payment out of a table",
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_a_mended_event_leaves_nothing_behind_of_having_come_wrong(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    play_until_the_sixteenth(right, case.name, case.right)
    play_until_the_sixteenth(wrong, case.name, case.wrong)
    capsys.readouterr()
    assert dumped(right, capsys) != dumped(wrong, capsys)

    main(["dead-letters", "list", "--store", store_of(wrong)])
    (line,) = capsys.readouterr().out.splitlines()
    key = line.split()[0]
    main(["dead-letters", "show", key, "--store", store_of(wrong)])
    event = json.loads(capsys.readouterr().out.splitlines()[-1])
    event["data"] |= case.mended
    (tmp_path / "mended.json").write_text(json.dumps(event))
    assert (
        main(["dead-letters", "redrive", key, "--event", str(tmp_path / "mended.json"), "--store", store_of(wrong)])
        == 0
    )

    for folder in (right, wrong):
        go_on_until_the_letters_went(folder)
    capsys.readouterr()
    assert dumped(right, capsys) == dumped(wrong, capsys)
    assert letters(right) == letters(wrong) != []


def play_until_the_sixteenth(folder: Path, name: str, content: bytes) -> None:
    """Into a store of its own: a creditor with one invoice, and the file."""
    folder.mkdir()
    (folder / "creditor.jsonl").write_bytes(raw(creditor()) + b"\n" + raw(invoice(1)))
    (folder / name).write_bytes(content)
    play(folder, "2026-01-16", "creditor.jsonl", name)


def go_on_until_the_letters_went(folder: Path) -> None:
    """To the beginning of February, with a bank feed that is complete each morning."""
    days = [completed(f"2026-01-{day}", f"feed-{day}", at=later((day - 8) * 24 * 60)) for day in range(17, 32)]
    (folder / "feed.jsonl").write_bytes(b"\n".join(map(raw, days)))
    play(folder, "2026-02-05", "feed.jsonl")


def play(folder: Path, until: str, *names: str) -> None:
    files = [str(folder / name) for name in names]
    assert main(["play", *files, "--until", until, "--store", str(folder / "store"), "--json"]) == 0


def store_of(folder: Path) -> str:
    return str(folder / "store" / "erapaiva.db")


def dumped(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["dump", "--canonical", "--store", store_of(folder)]) == 0
    return capsys.readouterr().out


def letters(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "store" / "outbox").rglob("*.eml"))
