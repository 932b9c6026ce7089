"""Rules.md M9: the parts of an invoice, as payments and events find them."""

from datetime import date
from typing import Any

import pytest

from schemas.decisions import Unmatched
from schemas.journal import MoneyPlaced
from services.cash_application.matching.invoice_parts import sums_of
from services.cash_application.state.rows import IndexedInvoice
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import invoice, payment, reference_of, said

HALVES = ({"due": "2026-01-23", "amount": "60.00"}, {"due": "2026-02-23", "amount": "40.00"})
OWN = [{**HALVES[0], "reference": reference_of(71)}, {**HALVES[1], "reference": reference_of(72)}]
SHARED = [{**part, "reference": reference_of(71)} for part in HALVES]


def in_parts(number: int = 1013, parts: Any = HALVES, **changes: Any) -> dict[str, Any]:
    """Invoice 1013 of 100.00 in two parts."""
    return invoice(number, amount="100.00", parts=list(parts), **changes)


def suggested(harness: CashHarness) -> list[tuple[tuple[str, ...], str]]:
    """Invoices and way of each suggestion that was published last."""
    last = [message for message in harness.decisions() if isinstance(message, Unmatched)][-1]
    return [(each.invoices, each.why) for each in last.suggestions]


@pytest.mark.parametrize(
    ("parts", "reference", "named"),
    [
        (HALVES, 1013, "1013"),
        (OWN, 1013, "1013"),
        (OWN, 71, "1013/1"),
        (OWN, 72, "1013/2"),
        (SHARED, 71, "1013"),
    ],
)
def test_a_reference_means_the_part_that_alone_has_it_else_the_whole(parts: Any, reference: int, named: str) -> None:
    harness = CashHarness()
    harness.publish(in_parts(parts=parts), payment("P", reference_of(reference)))
    assert harness.placed() == [("P", "D1", named, None)]


def test_money_before_its_invoice_is_placed_on_the_part_when_the_invoice_comes() -> None:
    harness = CashHarness()
    harness.publish(payment("P", reference_of(72)), in_parts(parts=OWN))
    assert harness.placed() == [("P", "D1", "1013/2", None)]


@pytest.mark.parametrize("amount", ["100.00", "60.00", "40.00"])
def test_the_sum_of_the_whole_and_of_a_piece_agree_with_a_number_in_the_words(amount: str) -> None:
    harness = CashHarness()
    harness.publish(in_parts(), payment("P", message="lasku 1013", amount=amount))
    harness.tick()
    assert suggested(harness) == [(("1013",), "short-number-in-text-and-sum")]


def test_another_sum_does_not_agree() -> None:
    harness = CashHarness()
    harness.publish(in_parts(), payment("P", message="lasku 1013", amount="50.00"))
    harness.tick()
    assert suggested(harness) == [(("1013",), "short-number-in-text")]


def test_words_that_name_the_whole_and_a_part_mean_the_part() -> None:
    harness = CashHarness()
    words = f"lasku 1013 viite {reference_of(72)}"
    harness.publish(requiring(95), in_parts(parts=OWN), payment("P", message=words, amount="40.00"))
    harness.tick()
    assert [money.named for money in harness.journal(MoneyPlaced)] == [("1013/2",)]


def test_a_part_is_not_found_by_a_number_that_another_invoice_may_have() -> None:
    harness = CashHarness()
    harness.publish(in_parts(), payment("P", message="lasku 10131", amount="60.00"))
    harness.tick()
    assert suggested(harness) == []


@pytest.mark.parametrize("named", ["1013", "1013/1", "1013/2"])
def test_an_instruction_may_name_the_whole_or_a_part(named: str) -> None:
    harness = CashHarness()
    harness.publish(in_parts(), said("hold.placed", "h", invoice=named, reason="agreed"))
    assert harness.events_of("D1") == ["invoice.issued.v1", "hold.placed.v1"]


def test_an_instruction_about_a_part_waits_for_the_invoice() -> None:
    harness = CashHarness()
    harness.publish(said("hold.placed", "h", invoice="1013/2", reason="agreed"))
    assert harness.tally.waiting == 1
    harness.publish(in_parts())
    assert harness.events_of("D1") == ["invoice.issued.v1", "hold.placed.v1"]


@pytest.mark.parametrize(
    "kind_and_day", [("invoice.rescheduled", {"due": "2026-03-02"}), ("extension.granted", {"until": "2026-03-02"})]
)
def test_a_new_due_date_names_a_part(kind_and_day: tuple[str, dict[str, Any]]) -> None:
    kind, day = kind_and_day
    harness = CashHarness()
    harness.publish(in_parts(), said(kind, "x", invoice="1013", **day), said(kind, "y", invoice="1013/2", **day))
    (letter,) = harness.dead_letters()
    assert letter.reason == "names-all-parts"
    assert "/1 to /2" in letter.detail[0]
    assert harness.events_of("D1") == ["invoice.issued.v1", f"{kind}.v1"]


@pytest.mark.parametrize("part_first", [True, False])
def test_an_invoice_that_is_called_as_a_part_is_a_conflict(part_first: bool) -> None:
    harness = CashHarness()
    single = invoice(7, invoice="1013/1")
    harness.publish(*((single, in_parts()) if part_first else (in_parts(), single)))
    assert harness.reasons() == ["conflict"]


def test_too_many_sums_agree_with_nothing() -> None:
    due = date(2026, 1, 23)
    many = [IndexedInvoice(due, str(n), "D1", "EUR", 7 * 3**n, part_amounts=(5 * 3**n, 2 * 3**n)) for n in range(9)]

    assert sums_of(many[:1]) == {7, 5, 2}
    assert sums_of(many) == set()
