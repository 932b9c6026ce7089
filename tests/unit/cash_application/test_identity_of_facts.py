"""Each fact once, for ever (design.md §3, identity; docs/invariants.md I15, I16, I22)."""

from typing import Any

import pytest

from schemas.journal import AccountEvent, SettingsCopied
from schemas.topics import INVOICES
from services.cash_application.state.tally import LaneTally
from services.intake.labels import Label, labelled
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    OTHER_IBAN,
    Event,
    creditor,
    event,
    invoice,
    later,
    payment,
    raw,
    reference_of,
    said,
)

CREDIT_NOTE = {"credit_note": "N", "amount": "10.00", "currency": "EUR", "issued": "2026-01-10"}


def credit_note(id: str = "n", **changes: Any) -> Event:  # noqa: A002
    return said("invoice.credited", id, invoice="1", **(CREDIT_NOTE | changes))


def rate(id: str = "r", **changes: Any) -> Event:  # noqa: A002
    data = {"country": "FI", "from": "2026-07-01", "to": "2026-12-31", "rate": "2.5"}
    return event("reference-rate.published", data | changes, id=id)


def renamed(sent: Event) -> Event:
    return sent | {"id": sent["id"] + "-again"}


def changed(sent: Event, **changes: Any) -> Event:
    return sent | {"data": sent["data"] | changes}


def test_the_same_event_again_is_a_duplicate_even_with_a_later_time() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(1), invoice(1, at=later(60)))
    assert harness.events_of("D1") == ["invoice.issued.v1"]
    assert harness.tally == LaneTally(applied=2, duplicates=2)


def test_a_duplicate_of_a_fact_that_waits_is_a_duplicate() -> None:
    harness = CashHarness(registered=False)
    harness.publish(invoice(1), invoice(1))
    assert harness.tally == LaneTally(waiting=1, duplicates=1)


def test_one_id_with_another_content_is_a_conflict() -> None:
    harness = CashHarness()
    harness.publish(said("hold.placed", "h", reason="agreed"), invoice(1), said("hold.placed", "h", reason="other"))
    assert harness.reasons() == ["conflict"]


def test_one_id_of_two_sources_is_two_facts() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), said("debt.acknowledged", "x"), said("debt.acknowledged", "x") | {"source": "//other"})
    assert harness.tally == LaneTally(applied=4)


@pytest.mark.parametrize("partitions", [1, 12])
def test_creditors_may_use_the_same_ids_whether_they_share_a_lane_or_not(partitions: int) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(
        creditor("other", OTHER_IBAN),
        *(invoice(1), invoice(1, creditor="other"), payment("P"), payment("P", creditor="other", account=OTHER_IBAN)),
    )
    assert harness.tally == LaneTally(applied=6)


@pytest.mark.parametrize("sent", [invoice(1), payment("P", reference_of(1)), credit_note(), rate()])
def test_a_natural_key_with_the_same_content_is_a_duplicate_under_any_id(sent: Event) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), sent, renamed(sent))
    assert harness.tally.duplicates == (2 if sent == invoice(1) else 1)
    assert harness.reasons() == []


@pytest.mark.parametrize(
    ("sent", "change"),
    [
        (payment("P", reference_of(1)), {"amount": "99.00"}),
        (credit_note(), {"amount": "9.00"}),
        (rate(), {"rate": "3.0"}),
    ],
)
def test_a_natural_key_with_another_content_is_a_conflict_under_any_id(sent: Event, change: dict[str, str]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), sent, renamed(changed(sent, **change)))
    assert harness.reasons() == ["conflict"]
    assert harness.tally.dead_letters == 1


def test_a_payment_told_in_other_words_is_the_same_payment() -> None:
    harness = CashHarness()
    harness.publish(payment("P", message="invoice 1"), renamed(payment("P", message="invoice 1\nfrom the branch")))
    assert harness.tally.duplicates == 1
    assert harness.reasons() == []


def test_a_conflict_does_not_count_as_seen() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), renamed(invoice(1, "D2")), invoice(2) | {"id": "invoice-1-again"})
    assert harness.events_of("D1") == ["invoice.issued.v1", "invoice.issued.v1"]


def test_a_granted_credit_is_known_by_its_id_whichever_debtor_it_names_and_waits_for_the_debtor() -> None:
    harness = CashHarness()
    credit: dict[str, Any] = {"credit": "H-1", "amount": "12.50", "currency": "EUR", "reason": "goodwill"}
    harness.publish(said("credit.granted", "c", "D1", **credit), said("credit.granted", "d", "D1", **credit))
    assert harness.tally == LaneTally(applied=1, waiting=2)
    harness.publish(invoice(1), invoice(2, "D2"), said("credit.granted", "e", "D2", **credit))
    assert harness.events_of("D1") == ["invoice.issued.v1", "credit.granted.v1"]
    assert harness.events_of("D2") == ["invoice.issued.v1"]
    assert harness.tally == LaneTally(applied=4, duplicates=1, dead_letters=1)
    assert harness.reasons() == ["conflict"]


def test_credit_notes_of_two_invoices_may_share_a_number() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1), invoice(2), credit_note("a"), credit_note("b") | {"data": credit_note()["data"] | {"invoice": "2"}}
    )
    assert harness.events_of("D1").count("invoice.credited.v1") == 2


def test_settings_without_a_creditor_reach_every_lane_and_are_counted_once() -> None:
    harness = CashHarness(partitions=3, registered=False)
    harness.publish(rate(), rate(), renamed(rate()), renamed(changed(rate(), rate="9.0")))
    assert harness.tally == LaneTally(applied=1, duplicates=2, dead_letters=1)
    assert sorted(copied.lane for copied in harness.journal(SettingsCopied)) == [0, 1, 2]
    assert harness.reasons() == ["conflict"]


def test_the_dead_letter_of_a_conflict_holds_the_whole_event() -> None:
    harness = CashHarness()
    sent = renamed(invoice(1, "D2"))
    harness.publish(invoice(1), sent)
    letter = harness.dead_letters()[0]
    assert (letter.source, letter.id, letter.event) == ("//billing", "invoice-1-again", "invoice.issued.v1")
    assert letter.origin.startswith("facts/")
    again = CashHarness()
    again.publish(letter.content.encode())
    assert [money.data for money in again.journal(AccountEvent)] == [fact_data(sent)]


def test_the_dead_letter_of_a_conflict_names_the_file_and_line_it_came_from() -> None:
    harness = CashHarness()
    harness.publish(invoice(1))
    line = labelled(raw(renamed(invoice(1, "D2"))), Label(file="billing.jsonl", line=7))
    harness.engine.publish(INVOICES, "acme", line)
    harness.engine.settle()
    assert [(letter.file, letter.line) for letter in harness.dead_letters()] == [("billing.jsonl", 7)]


def fact_data(sent: Event) -> Any:
    harness = CashHarness()
    harness.publish(sent)
    return harness.journal(AccountEvent)[0].data
