"""camt.054: what a bank notified becomes payments, to the cent (ISO 20022; the Finnish banks' official sample)."""

from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.intake.formats.camt054 import FORMAT
from services.intake.formats.format import HEAD, Event, Fault, Piece
from services.intake.formats.registry import recognise


class OneCreditor:
    """A directory in which every account is one creditor's."""

    def creditor_of_account(self, iban: str) -> str | None:
        return "kuura" if iban.startswith("FI") else None

    def creditor_of_business(self, business_id: str) -> str | None:
        return "kuura" if business_id else None

    def zone_of(self, creditor: str) -> ZoneInfo:
        assert creditor == "kuura"
        return ZoneInfo("Europe/Helsinki")

    def country_of(self, creditor: str) -> str:
        assert creditor == "kuura"
        return "FI"

    def terms_days_of(self, creditor: str) -> int | None:
        assert creditor == "kuura"
        return None


def pieces(path: Path) -> list[Piece]:
    with path.open("rb") as stream:
        return list(FORMAT.read(stream, OneCreditor()))


def events(found: list[Piece]) -> list[Event]:
    return [piece for piece in found if isinstance(piece, dict)]


@pytest.fixture
def official(shared: Path) -> Path:
    """The official sample of Finnish banks."""
    return shared / "samples" / "camt054" / "fi-fffs-official-sample-content_054.xml"


def test_the_format_is_recognised_by_content(official: Path) -> None:
    found = recognise(official.read_bytes()[:HEAD])
    assert found is not None
    assert found.name == "camt.054"


def test_booked_credits_become_payments_that_add_up_to_their_entries(official: Path) -> None:
    received = events(pieces(official))
    # Entries 1 to 3 are booked credits of 2000.00, 500.00 and 3000.00; 4 and 5 are debits, 6 is for information only.
    assert [event["type"] for event in received] == ["payment.received.v1"] * 6
    assert sum(Decimal(event["data"]["amount"]) for event in received) == Decimal("5500.00")


def test_a_payment_keeps_reference_payers_day_and_archive_id(official: Path) -> None:
    first = events(pieces(official))[0]
    assert first["data"]["payment"] == "D091029N987654321S001"
    assert first["id"].startswith("D091029N987654321S001:2010-10-29:")
    assert first["data"]["reference"] == "3900"
    assert (first["data"]["paid"], first["data"]["booked"]) == ("2010-10-28", "2010-10-29")
    assert first["data"]["amount"] == "1900.00"  # an invoice of 2500.00 less a credit note of 600.00 in one transaction


def test_an_account_that_nobody_registered_is_a_fault_that_says_what_to_do(shared: Path) -> None:
    (fault,) = pieces(shared / "samples" / "camt054" / "genkgo-camt054.v2.xml")
    assert isinstance(fault, Fault)
    assert fault.reason == "unknown-creditor"
    assert "creditor.registered" in fault.lines[0]


def test_a_file_cut_off_anywhere_gives_faults_and_never_an_exception(official: Path, tmp_path: Path) -> None:
    whole = official.read_bytes()
    for number, length in enumerate(range(500, len(whole), len(whole) // 20)):
        path = tmp_path / f"cut-{number}.xml"
        path.write_bytes(whole[:length])
        assert any(isinstance(piece, Fault) for piece in pieces(path))
