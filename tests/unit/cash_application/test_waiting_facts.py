"""Out of order is normal (design.md §3, §4): facts wait for what they are about, and nothing is lost meanwhile."""

from typing import Any

import pytest

from schemas.journal import AccountEvent, FrontierReached
from schemas.topics import FACTS
from services.cash_application import worker
from services.cash_application.state.tally import LaneTally
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    about_payment,
    completed,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)


def test_everything_of_a_creditor_waits_until_the_creditor_is_registered() -> None:
    harness = CashHarness(registered=False, started=True)
    harness.publish(
        completed("2026-01-08", "c"), payment("P", reference_of(1)), invoice(1), said("hold.placed", "h", reason="x")
    )
    assert harness.tally == LaneTally(waiting=4)
    assert harness.placed() == []
    harness.publish(creditor())
    assert harness.tally == LaneTally(applied=5)
    assert harness.placed() == [("P", "D1", "1", None)]


def test_what_waited_is_released_in_the_order_of_its_time() -> None:
    harness = CashHarness()
    harness.publish(said("hold.lifted", "b", at=later(2)), said("hold.placed", "a", at=later(1), reason="agreed"))
    harness.publish(said("hold.placed", "c", at=later(3), reason="agreed"))
    harness.publish(invoice(1))
    assert harness.events_of("D1") == ["invoice.issued.v1", "hold.placed.v1", "hold.lifted.v1", "hold.placed.v1"]


def test_a_fact_about_an_unknown_debtor_waits_for_the_first_invoice() -> None:
    harness = CashHarness()
    harness.publish(said("debtor.updated", "u", party={"email": "uusi@asiakas.example"}))
    assert harness.tally.waiting == 1
    harness.publish(invoice(1))
    assert harness.events_of("D1") == ["invoice.issued.v1", "debtor.updated.v1"]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("invoice.credited", {"credit_note": "N", "amount": "10.00", "currency": "EUR", "issued": "2026-01-10"}),
        ("invoice.cancelled", {"reason": "x"}),
        ("invoice.rescheduled", {"due": "2026-02-01"}),
        ("dispute.raised", {}),
        ("dispute.settled", {"outcome": "upheld"}),
        ("hold.placed", {"reason": "x"}),
        ("hold.lifted", {}),
        ("suspension.requested", {}),
        ("suspension.ended", {}),
        ("promise.made", {"until": "2026-02-01"}),
        ("extension.granted", {"until": "2026-02-01"}),
        ("debt.acknowledged", {}),
        ("fee.waived", {"reason": "x"}),
        ("receivable.written-off", {"reason": "x"}),
        ("step.approved", {"step": "collection"}),
    ],
)
def test_a_fact_about_an_unknown_invoice_waits_for_it(kind: str, more: dict[str, Any]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), said(kind, "f", invoice="2", **more))
    assert harness.events_of("D1") == ["invoice.issued.v1"]
    assert harness.tally.waiting == 1
    harness.publish(invoice(2))
    assert harness.events_of("D1") == ["invoice.issued.v1", "invoice.issued.v1", f"{kind}.v1"]
    assert harness.tally.waiting == 0


def test_a_plan_waits_until_each_of_its_invoices_is_known() -> None:
    harness = CashHarness()
    instalments = [{"due": "2026-02-01", "amount": "50.00"}]
    harness.publish(said("plan.agreed", "p", invoices=["1", "2", "3"], instalments=instalments))
    for number in (2, 3):
        harness.publish(invoice(number))
        assert harness.tally.waiting == 1
    harness.publish(invoice(1))
    assert harness.events_of("D1")[-1] == "plan.agreed.v1"


def test_a_reversal_an_assignment_and_a_refund_wait_for_their_payment() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), about_payment("payment.reversed", "P", "r", at=later(2), amount="30.00"))
    harness.publish(about_payment("payment.refunded", "P", "b", at=later(3), amount="20.00"))
    harness.publish(about_payment("payment.assigned", "P", "a", at=later(1), debtor="D1"))
    assert harness.tally.waiting == 3
    harness.publish(payment("P"))
    assert [type(message).__name__ for message in harness.of_account("D1")[2:]] == [
        "MoneyPlaced",
        "MoneyReversed",
        "MoneyRefunded",
    ]
    assert harness.tally.waiting == 0


def test_an_assignment_waits_for_its_payment_and_then_for_its_invoice() -> None:
    harness = CashHarness()
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D1", invoice="1"), payment("P"))
    assert harness.tally.waiting == 1
    harness.publish(invoice(1))
    assert harness.placed() == [("P", "D1", "1", None)]


@pytest.mark.parametrize("first", ["fact", "invoice"])
def test_a_fact_that_names_an_invoice_of_another_debtor_is_refused_whichever_came_first(first: str) -> None:
    harness = CashHarness()
    hold = said("hold.placed", "h", debtor="D2", invoice="1", reason="agreed")
    events = [hold, invoice(1, "D1")] if first == "fact" else [invoice(1, "D1"), hold]
    harness.publish(*events)
    harness.publish(invoice(2, "D2"))
    assert harness.reasons() == ["not-this-debtors-invoice"]
    assert harness.events_of("D2") == ["invoice.issued.v1"]
    assert harness.tally == LaneTally(applied=3, dead_letters=1)


def test_a_waiting_fact_that_turned_out_wrong_may_come_again_corrected_under_its_own_id() -> None:
    harness = CashHarness()
    harness.publish(said("hold.placed", "h", debtor="D2", invoice="1", reason="agreed"), invoice(1, "D1"))
    harness.publish(said("hold.placed", "h", debtor="D1", invoice="1", reason="agreed"))
    assert harness.events_of("D1") == ["invoice.issued.v1", "hold.placed.v1"]


def test_a_credit_note_of_another_currency_is_refused() -> None:
    harness = CashHarness()
    note: dict[str, Any] = {"credit_note": "N", "amount": "10.00", "currency": "SEK", "issued": "2026-01-10"}
    harness.publish(invoice(1), said("invoice.credited", "n", invoice="1", **note))
    assert harness.reasons() == ["other-currency"]


@pytest.mark.parametrize("at_once", [1, 2, 1_000])
def test_a_long_queue_is_worked_off_in_pieces_before_time_goes_on(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "AT_ONCE", at_once)
    harness = CashHarness(registered=False)
    for number in range(1, 8):
        harness.publish(said("dispute.raised", f"d{number}", invoice=str(number)), invoice(number))
        harness.publish(payment(f"P{number}", reference_of(number)), payment(f"Q{number}"))
    harness.publish(creditor())
    assert harness.tally == LaneTally(applied=29)
    assert len(harness.placed()) == 7
    assert len(harness.decisions()) == 7
    kinds = [type(message) for message in harness.messages(FACTS)]
    ticks = 2 * 8  # both lanes hear the tick of each of eight public partitions
    assert len(kinds) == 29 + 1 + ticks  # and of the creditor's registration
    assert len(harness.journal(AccountEvent)) == 14
    assert len(harness.journal(FrontierReached)) == 2
