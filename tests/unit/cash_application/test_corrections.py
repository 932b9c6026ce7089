"""Rules.md M10: an invoice that corrects another one replaces it, adds to it, or waits for a person."""

from typing import Any

import pytest

from schemas.invoice_events import InvoiceIssued
from schemas.journal import AccountEvent, CorrectionAsked, MoneyPlaced
from services.cash_application.state.tally import LaneTally
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import Event, about_payment, creditor, invoice, later, payment, reference_of, said

PARTS = [{"due": "2026-01-23", "amount": "60.00"}, {"due": "2026-02-23", "amount": "40.00"}]


def again(number: int = 1, id: str = "again", **changes: Any) -> Event:  # noqa: A002
    """Invoice 1 under another event id."""
    return invoice(number, **changes) | {"id": id}


def correcting(number: int = 2, **changes: Any) -> Event:
    """Invoice 2 of 90.00, which corrects invoice 1."""
    return invoice(number, **{"corrects": "1", "amount": "90.00", **changes})


def settled(does: str, id: str = "s", **more: Any) -> Event:  # noqa: A002
    return said("correction.settled", id, **{"invoice": "1", "as": does, **more})


def _registered(choice: str | None) -> Event:
    return creditor() if choice is None else creditor(corrections=choice)


def harness_of(choice: str | None, *events: Event) -> CashHarness:
    harness = CashHarness(registered=False)
    harness.publish(_registered(choice), *events)
    harness.tick()
    return harness


def issued(harness: CashHarness) -> list[tuple[str, str | None, int]]:
    """Number, what it replaces and amount of each invoice that was published, in order."""
    events = [event.data for event in harness.journal(AccountEvent) if isinstance(event.data, InvoiceIssued)]
    return [(data.invoice, data.corrects, data.amount) for data in events]


def asked(harness: CashHarness) -> list[tuple[str, str]]:
    return [(message.invoice, message.correction) for message in harness.journal(CorrectionAsked)]


FIRST = ("1", None, 100_00)


@pytest.mark.parametrize(
    ("changes", "number"),
    [({"amount": "90.00"}, "1 (2)"), ({"due": "2026-02-06"}, "1 (2)"), ({"parts": PARTS}, "1 (2)")],
)
def test_another_id_with_other_sums_or_dates_is_asked_about_and_waits(changes: dict[str, Any], number: str) -> None:
    harness = harness_of(None, invoice(1), again(**changes))
    assert asked(harness) == [("1", number)]
    assert issued(harness) == [FIRST]
    assert harness.tally == LaneTally(applied=2, waiting=1)


def test_the_same_id_with_other_content_stays_a_conflict() -> None:
    harness = harness_of("replace", invoice(1), invoice(1, amount="90.00"))
    assert harness.reasons() == ["conflict"]
    assert asked(harness) == []


def test_only_another_party_is_no_correction_but_an_update() -> None:
    harness = harness_of(None, invoice(1), again(name="Toinen Nimi"))
    assert harness.events_of("D1") == ["invoice.issued.v1", "debtor.updated.v1"]
    assert asked(harness) == []


@pytest.mark.parametrize("choice", [None, "ask"])
def test_a_person_is_asked_unless_the_creditor_has_chosen(choice: str | None) -> None:
    harness = harness_of(choice, invoice(1), correcting())
    assert asked(harness) == [("1", "2")]
    assert harness.tally.waiting == 1


def test_the_creditors_choice_replaces_at_the_next_frontier() -> None:
    harness = CashHarness(registered=False)
    harness.publish(creditor(corrections="replace"), invoice(1), correcting())
    assert issued(harness) == [FIRST]
    harness.tick()
    assert issued(harness) == [FIRST, ("2", "1", 90_00)]
    assert harness.tally == LaneTally(applied=3)


def test_the_choice_of_that_frontier_counts_whichever_comes_first() -> None:
    harness = CashHarness(registered=False)
    harness.publish(creditor(), invoice(1), correcting(), creditor(at=later(1), corrections="add") | {"id": "c2"})
    harness.tick()
    assert issued(harness) == [FIRST, ("2", None, 90_00)]


@pytest.mark.parametrize(
    ("correction", "added"), [(correcting(), "2"), (again(amount="90.00"), "1 (2)")], ids=["own number", "same number"]
)
def test_one_that_adds_is_an_invoice_of_its_own(correction: Event, added: str) -> None:
    harness = harness_of("add", invoice(1), correction, said("hold.placed", "h", invoice=added, reason="agreed"))
    assert issued(harness) == [FIRST, (added, None, 90_00)]
    assert harness.events_of("D1")[-1] == "hold.placed.v1"


@pytest.mark.parametrize(("does", "corrects"), [("replace", "1"), ("add", None)])
@pytest.mark.parametrize("named", ["1", "2"])
def test_a_person_settles_it_by_either_number(does: str, corrects: str | None, named: str) -> None:
    harness = harness_of(None, invoice(1), correcting(), settled(does, invoice=named))
    assert issued(harness) == [FIRST, ("2", corrects, 90_00)]
    assert harness.tally == LaneTally(applied=4)


def test_what_a_person_says_may_come_before_the_correction_and_that_before_its_invoice() -> None:
    harness = CashHarness()
    harness.publish(settled("replace"), correcting(), invoice(1))
    assert issued(harness) == [FIRST, ("2", "1", 90_00)]
    assert harness.tally == LaneTally(applied=4)


def test_of_several_a_person_names_one() -> None:
    harness = harness_of(None, invoice(1), correcting(2), correcting(3), settled("replace"))
    assert harness.reasons() == ["which-correction"]
    harness.publish(settled("replace", "t", correction="3"), settled("add", "u"))
    assert issued(harness) == [FIRST, ("3", "1", 90_00), ("2", None, 90_00)]


def test_one_that_is_settled_cannot_be_settled_the_other_way() -> None:
    harness = harness_of(None, invoice(1), correcting(), settled("add"), settled("add", "t"), settled("replace", "u"))
    assert harness.reasons() == ["which-correction"]
    assert harness.tally.duplicates == 1


def test_a_correction_again_is_a_duplicate_before_it_is_settled_and_after() -> None:
    harness = harness_of(None, invoice(1), correcting(), correcting() | {"id": "x"}, settled("replace"))
    harness.publish(correcting() | {"id": "y"}, again(id="z"))
    assert harness.tally.duplicates == 3
    assert issued(harness) == [FIRST, ("2", "1", 90_00)]


def test_the_first_sum_again_under_the_same_number_is_the_latest_correction() -> None:
    harness = harness_of("replace", invoice(1), again(amount="90.00", at=later(1)), again(id="back", at=later(2)))
    assert issued(harness) == [FIRST, ("1", "1", 90_00), ("1", "1", 100_00)]
    harness.publish(again(id="more", at=later(3)))
    assert harness.tally.duplicates == 1


def test_the_first_sum_again_is_asked_about_where_the_creditor_asks() -> None:
    harness = harness_of(None, invoice(1), again(amount="90.00"), settled("replace"), again(id="back", at=later(2)))
    harness.tick()
    assert asked(harness) == [("1", "1 (3)")]


def test_the_first_invoice_from_before_its_correction_told_late_is_a_duplicate() -> None:
    harness = harness_of("replace", invoice(1), again(amount="90.00", at=later(2)), again(id="late", at=later(1)))
    assert issued(harness) == [FIRST, ("1", "1", 90_00)]
    assert harness.tally.duplicates == 1


def test_the_account_knows_to_which_invoice_a_correction_adds() -> None:
    harness = harness_of("add", invoice(1), correcting())
    assert [event.adds_to for event in harness.journal(AccountEvent)] == [None, "1"]


def test_a_correction_for_another_debtor_is_a_conflict() -> None:
    harness = harness_of("replace", invoice(1), correcting(debtor="D2"), again(debtor="D2", amount="90.00"))
    assert harness.reasons() == ["conflict", "conflict"]
    assert issued(harness) == [FIRST]


def test_a_number_that_another_invoice_has_cannot_correct() -> None:
    harness = harness_of("replace", invoice(1), invoice(2), correcting() | {"id": "x"})
    assert harness.reasons() == ["conflict"]


def test_a_credited_invoice_is_not_replaced_without_a_person() -> None:
    note = said(
        "invoice.credited", "n", invoice="1", credit_note="N", amount="9.00", currency="EUR", issued="2026-01-10"
    )
    harness = harness_of("replace", invoice(1), note, correcting())
    assert asked(harness) == [("1", "2")]


def test_a_cancelled_invoice_is_not_replaced_at_all() -> None:
    cancelled = said("invoice.cancelled", "n", invoice="1", reason="error")
    harness = harness_of("replace", invoice(1), cancelled, correcting(), settled("replace"))
    assert asked(harness) == [("1", "2")]
    assert harness.reasons() == ["cannot-replace"]
    harness.publish(settled("add", "t"))
    assert issued(harness) == [FIRST, ("2", None, 90_00)]


def test_one_in_other_parts_does_not_replace() -> None:
    harness = harness_of("replace", invoice(1), correcting(amount="100.00", parts=PARTS), settled("replace"))
    assert asked(harness) == [("1", "2")]
    assert harness.reasons() == ["cannot-replace"]


def test_what_names_an_invoice_that_replaced_another_speaks_of_that_one() -> None:
    harness = harness_of("replace", invoice(1), correcting(), correcting(3, corrects="2", amount="80.00"))
    harness.publish(said("hold.placed", "h", invoice="2", reason="agreed"), payment("P", reference_of(2)))
    harness.publish(payment("Q"), about_payment("payment.assigned", "Q", "a", debtor="D1", invoice="3"))
    assert issued(harness) == [FIRST, ("2", "1", 90_00), ("3", "1", 80_00)]
    assert [getattr(event.data, "invoice", None) for event in harness.journal(AccountEvent)][-1] == "1"
    assert [money.named for money in harness.journal(MoneyPlaced)] == [("1",), ("1",)]


def test_money_for_one_that_waits_is_unmatched_until_that_is_settled() -> None:
    harness = harness_of(None, invoice(1), correcting(), payment("P", reference_of(2)))
    assert harness.placed() == []
    harness.publish(settled("add"))
    assert harness.placed() == [("P", "D1", "2", None)]
