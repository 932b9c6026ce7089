"""What a person sees of feeds and of what waits (rules.md K2, K4): `erapaiva feeds`, `erapaiva waiting`."""

from datetime import timedelta
from typing import Any

from services.cash_application.reports.feed_report import feed_words, feeds
from services.cash_application.reports.waiting_report import waiting, waiting_words
from services.intake.routing import destination_of
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    IBAN,
    about_payment,
    completed,
    creditor,
    invoice,
    payment,
    raw,
    reference_of,
    said,
)


def test_a_feed_says_how_far_it_is_complete_and_what_is_missing() -> None:
    harness = CashHarness(started=True)
    sums = {"currency": "EUR", "opening": "100.00", "closing": "100.00"}
    harness.publish(completed("2026-01-12", "a", statement=sums | {"number": 1}))
    harness.publish(completed("2026-01-14", "b", statement=sums | {"number": 3}))
    harness.publish(completed("2026-01-15", "c", count=2))
    harness.publish(completed("2026-01-15", "d") | {"data": {"creditor": "acme", "account": IBAN}})
    harness.tick()

    (entry,) = feeds(harness.engine.store, None)
    gap, untied, unread = entry["missing"]
    assert (entry["creditor"], entry["account"], entry["through"]) == ("acme", IBAN, "2026-01-12")
    assert gap == "EUR: statement 2 is missing between 2026-01-12 and 2026-01-14"
    assert untied.startswith("the completion through 2026-01-15 does not tie")
    assert unread.startswith("held by an event that could not be read: ")
    assert feed_words(entry).splitlines()[0] == f"acme  {IBAN}  complete through 2026-01-12"


def test_an_account_from_which_nothing_came_is_listed_and_of_one_creditor_only_its_own() -> None:
    harness = CashHarness(started=True)

    assert [entry["through"] for entry in feeds(harness.engine.store, "acme")] == [None]
    assert feeds(harness.engine.store, "kuura") == []


def test_what_waits_says_since_when_and_for_what() -> None:
    harness = CashHarness(started=True)
    harness.publish(said("hold.placed", "h", "D9", reason="other"), about_payment("payment.reversed", "P9", "r"))
    harness.publish(payment("P", reference_of(7)), said("hold.placed", "k", reason="other", invoice="8"))
    harness.publish(invoice(1) | {"data": invoice(1)["data"] | {"creditor": "kuura"}})
    harness.tick()

    found = {entry["what"]: (entry["creditor"], entry["waits_for"]) for entry in waiting(harness.engine.store, None)}
    assert found["hold.placed.v1 h"] == ("acme", "the first invoice of debtor D9")
    assert found["hold.placed.v1 k"] == ("acme", "invoice 8")
    assert found["invoice.issued.v1 invoice-1"] == ("kuura", "the registration of creditor kuura")
    assert found["payment P"] == ("acme", "an invoice with its reference")
    assert "payment" in found["payment.reversed.v1 r"][1]
    assert all(entry["since"] for entry in waiting(harness.engine.store, "kuura"))
    assert waiting_words(waiting(harness.engine.store, "kuura")[0]) == (
        "kuura  invoice.issued.v1 invoice-1 waits since 2026-01-09T06:00:00+00:00 "
        "for the registration of creditor kuura"
    )


def test_a_correction_waits_for_what_it_does_and_a_settlement_for_a_correction() -> None:
    harness = CashHarness(started=True)
    harness.publish(invoice(1), invoice(1, amount="35.00") | {"id": "corrected"}, invoice(2))
    added: dict[str, Any] = {"as": "add"}
    harness.publish(said("correction.settled", "s", invoice="2", **added))
    harness.tick()

    found = {entry["what"]: entry["waits_for"] for entry in waiting(harness.engine.store, None)}
    assert "invoice 1" in found["invoice.issued.v1 corrected"]
    assert "correction.settled" in found["invoice.issued.v1 corrected"]
    assert found["correction.settled.v1 s"] == "an invoice that corrects invoice 2"


def test_what_the_next_frontier_decides_is_listed_while_time_stands_still() -> None:
    harness = CashHarness()
    ahead = harness.reached + timedelta(days=1)
    for event in (creditor("kuura", "FI1410093000123458"), completed(ahead.date().isoformat(), "c", at=ahead)):
        address = destination_of(raw(event))
        harness.engine.publish(address.topic, address.key, raw(event))
    harness.engine.settle()

    found = {entry["what"]: entry["waits_for"] for entry in waiting(harness.engine.store, None)}
    assert set(found) == {"creditor.registered.v1 creditor-kuura", "bank-feed.completed.v1 c"}
    assert set(found.values()) == {"the next minute of the clock"}
    assert len(waiting(harness.engine.store, "kuura")) == 1


def test_money_that_was_told_twice_waits_for_nothing() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P", reference_of(7)), payment("Q", reference_of(7)))
    stays: dict[str, Any] = {"as": "P"}
    harness.publish(about_payment("payment.same-as", "Q", "s", **stays))
    harness.tick()

    assert [entry["what"] for entry in waiting(harness.engine.store, None)] == ["payment P"]


def test_what_has_come_waits_no_longer() -> None:
    harness = CashHarness(started=True)
    harness.publish(payment("P", reference_of(1)), said("hold.placed", "h", reason="other"), invoice(1))
    harness.publish(creditor("kuura", "FI1410093000123458"))

    assert waiting(harness.engine.store, None) == []


def test_an_instruction_that_names_what_is_not_known_says_whom_it_holds_and_how_to_end_it() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(22, "D2"), said("dispute.raised", "d", "D1", invoice="2"))
    harness.tick()
    (entry,) = waiting(harness.engine.store, None)
    assert (entry["waits_for"], entry["holds"]) == ("invoice 2", ["D1", "D2"])
    (letter,) = harness.dead_letters()
    assert waiting_words(entry).endswith(
        "waits since 2026-01-09T06:00:00+00:00 for invoice 2; no letters to D1, D2 meanwhile; "
        f"mend or discard: erapaiva dead-letters show {letter.key}"
    )
