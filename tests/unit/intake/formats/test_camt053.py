"""camt.053: a statement gives its payments and closes the feed with all the money in it (the Finnish banks' sample)."""

from decimal import Decimal
from pathlib import Path

from services.intake.formats import camt053, camt054
from services.intake.formats.format import Event, Fault, Format, Piece
from tests.unit.intake.formats.test_camt054 import OneCreditor, events


def pieces(path: Path, form: Format = camt053.FORMAT) -> list[Piece]:
    with path.open("rb") as stream:
        return list(form.read(stream, OneCreditor()))


def received(found: list[Piece]) -> Decimal:
    """The sum of the payments among pieces."""
    return sum((Decimal(event["data"]["amount"]) for event in events(found) if is_payment(event)), Decimal(0))


def is_payment(event: Event) -> bool:
    return bool(event["type"] == "payment.received.v1")


def test_the_feed_closes_when_the_details_of_lump_sums_have_come_by_the_notification(shared: Path) -> None:
    folder = shared / "samples"
    statement = pieces(folder / "camt053" / "fi-fffs-official-sample-content_053.xml")
    notification = pieces(folder / "camt054" / "fi-fffs-official-sample-content_054.xml", camt054.FORMAT)
    completed = events(statement)[-1]

    assert completed["type"] == "bank-feed.completed.v1"
    assert received(statement) == Decimal("17575.00")
    # The statement's lump sums, 5500.00, are told one by one by the notification: both are one money.
    assert Decimal(completed["data"]["sum"]) == received(statement) + received(notification) == Decimal("23075.00")
    ids = [event["data"]["payment"] for event in events(statement + notification) if is_payment(event)]
    assert len(ids) == len(set(ids))


def test_a_changed_amount_is_noticed_by_the_closing_balance(shared: Path, tmp_path: Path) -> None:
    text = (shared / "samples" / "camt053" / "fi-fffs-official-sample-content_053.xml").read_text(encoding="utf-8")
    changed = tmp_path / "statement.xml"
    changed.write_text(text.replace(">5455.00<", ">5454.00<"), encoding="utf-8")

    found = pieces(changed)

    assert "balance-does-not-tie" in [piece.reason for piece in found if isinstance(piece, Fault)]
    assert "bank-feed.completed.v1" not in [event["type"] for event in events(found)]
