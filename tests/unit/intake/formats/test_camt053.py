"""camt.053: a statement gives its payments and closes the feed with all the money in it (the Finnish banks' sample)."""

from decimal import Decimal
from pathlib import Path

from services.intake.formats import camt053, camt054
from services.intake.formats.format import Event, Fault, Format, Piece
from tests.unit.intake.formats.camt_messages import REFERENCE_PAYMENTS, entry, read_statement, statement, transaction
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
    assert received(statement) == Decimal("17640.00")
    # The statement's lump sums, 5500.00, are reported one by one by the notification: both are one money.
    assert Decimal(completed["data"]["sum"]) == received(statement) + received(notification) == Decimal("23140.00")
    ids = [event["data"]["payment"] for event in events(statement + notification) if is_payment(event)]
    assert len(ids) == len(set(ids))


def test_a_changed_amount_is_noticed_by_the_closing_balance(shared: Path, tmp_path: Path) -> None:
    text = (shared / "samples" / "camt053" / "fi-fffs-official-sample-content_053.xml").read_text(encoding="utf-8")
    changed = tmp_path / "statement.xml"
    changed.write_text(text.replace(">5455.00<", ">5454.00<"), encoding="utf-8")

    found = pieces(changed)

    assert "balance-does-not-tie" in [piece.reason for piece in found if isinstance(piece, Fault)]
    assert "bank-feed.completed.v1" not in [event["type"] for event in events(found)]


def test_the_statement_goes_along_with_its_number_its_days_and_what_became_of_the_balance(shared: Path) -> None:
    completed = events(pieces(shared / "samples" / "camt053" / "fi-fffs-official-sample-content_053.xml"))[-1]

    assert completed["data"]["statement"] == {
        "currency": "EUR",
        "number": 97,
        "from": "2010-10-29",
        "opening": "10000.00",
        "received": "23140.00",
        "returned": "0.00",
        "other": "-9495.17",
        "closing": "23644.83",
    }


def test_an_empty_statement_may_have_no_number_of_its_own(shared: Path, tmp_path: Path) -> None:
    text = (shared / "samples" / "camt053" / "fi-fffs-official-sample-content_053.xml").read_text(encoding="utf-8")
    for reported, number in ((">0<", None), ("> 0098 <", 98), (">A97<", None)):
        changed = tmp_path / "statement.xml"
        changed.write_text(text.replace(">97<", reported), encoding="utf-8")
        assert events(pieces(changed))[-1]["data"]["statement"].get("number") == number


def test_without_a_legal_number_the_electronic_one_counts(shared: Path, tmp_path: Path) -> None:
    text = (shared / "samples" / "camt053" / "fi-fffs-official-sample-content_053.xml").read_text(encoding="utf-8")
    changed = tmp_path / "statement.xml"
    changed.write_text(text.replace("<LglSeqNb>97</LglSeqNb>", ""), encoding="utf-8")

    assert events(pieces(changed))[-1]["data"]["statement"]["number"] == 120


def test_what_customers_took_back_is_kept_apart_from_other_debits() -> None:
    found = read_statement(
        statement(
            "1000.00",
            "1075.50",
            entry("100.00", transaction("100.00", "A1")),
            entry("40.00", code=REFERENCE_PAYMENTS, batch=2, reference="E2"),
            entry("30.00", transaction("30.00", "A0"), direction="DBIT", reference="E3"),
            entry("4.50", direction="DBIT", code="<Prtry><Cd>730</Cd><Issr>FFFS</Issr></Prtry>", reference="E4"),
            entry("30.00", direction="DBIT", code="<Prtry><Cd>702</Cd><Issr>FFFS</Issr></Prtry>", reference="E5"),
        )
    )

    _, reversed_, completed = events(found)
    assert reversed_["data"]["booked"] == "2026-01-09"
    reported = completed["data"]["statement"]
    assert [reported[name] for name in ("received", "returned", "other")] == ["140.00", "30.00", "-34.50"]
