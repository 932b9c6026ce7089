"""An instruction that names what is not known holds whom it may mean, and says so (rules.md K4)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.dead_letters import DeadLetter, DeadLetterClosed
from schemas.journal import CorrectionAsked
from schemas.topics import DEAD_LETTERS, INSTRUCTIONS
from services.cash_application.state.tally import LaneTally
from services.intake.labels import Label, labelled
from tests.unit.cash_application.books import books_of
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import Event, about_payment, invoice, payment, raw, said


def held(harness: CashHarness) -> dict[str, int]:
    """How many doubts hold each debtor."""
    return books_of(harness).held


def open_letters(harness: CashHarness) -> list[tuple[str, str]]:
    """Reason and detail of the dead letters that nobody closed."""
    found: dict[str, tuple[str, str]] = {}
    for message in harness.messages(DEAD_LETTERS):
        if isinstance(message, DeadLetter):
            found[message.key] = (message.reason, " ".join(message.detail))
        elif isinstance(message, DeadLetterClosed):
            del found[message.key]
    return list(found.values())


def mend(harness: CashHarness, sent: Event | None) -> None:
    """Redrive the last dead letter, corrected, or discard it."""
    letter = harness.dead_letters()[-1]
    line, key = (b"", "") if sent is None else (raw(sent), sent["data"]["creditor"])
    label = Label(mends=letter.key, source=letter.source, door="redrive")
    harness.engine.publish(INSTRUCTIONS, key, labelled(line, label))
    harness.engine.settle()


def dispute(debtor: str = "D1", **more: Any) -> Event:
    return said("dispute.raised", "d", debtor, **more)


def test_an_invoice_that_the_debtor_does_not_have_holds_the_debtor_and_whoever_has_one_an_edit_away() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(12, "D2"), invoice(300, "D3"), dispute(invoice="01"))
    harness.tick()
    assert held(harness) == {"D1": 1}
    assert open_letters(harness)[0][0] == "unknown-invoice"
    harness.publish(invoice(2, "D3", invoice="011"))
    harness.tick()
    assert held(harness) == {"D1": 1, "D3": 1}


def test_it_goes_on_waiting_and_applies_when_its_invoice_comes_and_its_dead_letter_ends() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), dispute(invoice="2"))
    harness.tick()
    assert (harness.tally.waiting, len(open_letters(harness))) == (1, 1)
    harness.publish(invoice(2))
    assert harness.events_of("D1")[-1] == "dispute.raised.v1"
    assert (held(harness), open_letters(harness), harness.tally) == ({}, [], LaneTally(applied=4))


def test_what_comes_before_its_invoice_within_a_minute_makes_no_dead_letter() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), dispute(invoice="2"), invoice(2))
    harness.tick()
    assert (held(harness), harness.reasons()) == ({}, [])


def test_the_waiting_one_is_forgotten_before_the_mended_one_of_the_same_id_is_applied() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), dispute(invoice="01"))
    harness.tick()
    mend(harness, dispute(invoice="1"))
    harness.tick()
    assert harness.events_of("D1") == ["invoice.issued.v1", "dispute.raised.v1"]
    assert (held(harness), open_letters(harness)) == ({}, [])
    assert harness.tally == LaneTally(applied=3, dead_letters=1)
    harness.publish(invoice(2, invoice="01"))
    assert harness.events_of("D1").count("dispute.raised.v1") == 1


def test_one_that_is_put_back_as_it_was_waits_and_holds_on() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), dispute(invoice="01"))
    harness.tick()
    mend(harness, dispute(invoice="01"))
    harness.tick()
    assert (held(harness), len(open_letters(harness)), harness.tally.waiting) == ({"D1": 1}, 1, 1)


def test_one_that_is_discarded_holds_nobody_and_never_applies() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), dispute(invoice="2"))
    harness.tick()
    mend(harness, None)
    harness.publish(invoice(2))
    assert harness.events_of("D1").count("dispute.raised.v1") == 0
    assert (held(harness), open_letters(harness), harness.tally.waiting) == ({}, [], 0)


@pytest.mark.parametrize("first", ["instruction", "invoice"])
def test_an_invoice_of_another_debtor_holds_both(first: str) -> None:
    harness = CashHarness()
    events = [invoice(1, "D1"), invoice(2, "D2")]
    harness.publish(*([dispute(invoice="2"), *events] if first == "instruction" else [*events, dispute(invoice="2")]))
    harness.tick()
    assert held(harness) == {"D1": 1, "D2": 1}
    assert [reason for reason, _ in open_letters(harness)] == ["not-this-debtors-invoice"]
    mend(harness, None)
    assert held(harness) == {}


def test_a_debtor_whom_nobody_knows_makes_a_dead_letter_after_one_banking_day_that_ends_when_the_debtor_comes() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "C-7"), said("hold.placed", "h", "C-77", at=harness.reached, reason="agreed"))
    harness.tick()
    assert [message.debtor for message in harness.of_account("C-7")[2:]] == ["C-7"]  # one edit away, it is held
    assert harness.reasons() == []
    harness.passed += timedelta(days=1)  # a Sunday
    harness.tick()
    assert harness.reasons() == []
    harness.passed += timedelta(days=1)
    harness.tick()
    ((reason, detail),) = open_letters(harness)
    assert (reason, "nearest: C-7;" in detail) == ("unknown-debtor", True)
    harness.publish(invoice(2, "C-77"))
    assert harness.events_of("C-77")[-1] == "hold.placed.v1"
    assert open_letters(harness) == []
    assert harness.of_account("C-7")[-1].type == "unread-released"


def test_a_correction_of_an_invoice_that_does_not_come_makes_a_dead_letter_after_one_banking_day() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(3, corrects="2", at=harness.reached))
    harness.tick()
    assert (harness.reasons(), held(harness)) == ([], {"D1": 1})
    harness.passed += timedelta(days=2)
    harness.tick()
    ((reason, detail),) = open_letters(harness)
    assert reason == "unknown-invoice"
    assert detail.startswith("data.corrects: 2 is no invoice of D1")
    harness.publish(invoice(2))
    assert (open_letters(harness), held(harness)) == ([], {})
    harness.tick()
    assert [(message.invoice, message.correction) for message in harness.journal(CorrectionAsked)] == [("2", "3")]


def test_what_a_customer_register_says_before_the_first_invoice_holds_nobody() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), said("debtor.updated", "u", "D2", party={"email": "uusi@asiakas.example"}))
    harness.tick()
    assert held(harness) == {}


def test_a_debtor_who_comes_without_the_invoice_is_held_and_the_dead_letter_says_which_invoices_there_are() -> None:
    harness = CashHarness()
    harness.publish(dispute("D2", invoice="9"))
    harness.passed += timedelta(days=5)
    harness.tick()
    assert [reason for reason, _ in open_letters(harness)] == ["unknown-debtor"]
    harness.publish(invoice(44, "D2"))
    harness.tick()
    ((reason, detail),) = open_letters(harness)
    assert (reason, "nearest: 44;" in detail, held(harness)) == ("unknown-invoice", True, {"D2": 1})


def test_a_credit_note_and_an_assignment_for_an_unknown_invoice_hold_as_well() -> None:
    note: dict[str, Any] = {"credit_note": "N", "amount": "10.00", "currency": "EUR", "issued": "2026-01-10"}
    for sent in (
        said("invoice.credited", "n", invoice="9", **note),
        about_payment("payment.assigned", "P", "a", debtor="D1", invoice="9"),
    ):
        harness = CashHarness()
        harness.publish(invoice(1), payment("P"), sent)
        harness.tick()
        assert held(harness) == {"D1": 1}, sent["type"]


@pytest.mark.parametrize("partitions", [1, 3])
def test_any_order_and_cut_comes_to_the_same(partitions: int) -> None:
    events = [invoice(1, "D1"), invoice(11, "D2"), dispute(invoice="12"), invoice(13, "D3")]
    expected, other = CashHarness(), CashHarness(partitions=partitions, batch=2)
    expected.publish(*events)
    expected.tick()
    for each in reversed(events):
        other.publish(each)
        other.tick()
    assert held(other) == held(expected) == {"D1": 1, "D2": 1, "D3": 1}
    assert [reason for reason, _ in open_letters(other)] == ["unknown-invoice"]
