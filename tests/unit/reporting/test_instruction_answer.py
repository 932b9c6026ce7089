"""What `tell` answers at once: what an instruction changes, or what there is instead (rules.md K4)."""

from datetime import date
from typing import Any

import pytest

from schemas.decisions import OpenTask
from services.reporting.instruction_answer import answer_to
from tests.unit.reporting.harness import (
    CREDITOR,
    DEBTOR,
    NOTICE,
    ReportingHarness,
    account,
    balance,
    decided,
    event,
    letter,
    registered,
)

CALL = OpenTask(task="phone", reason="call", since=date(2026, 2, 12), invoice="1001", step="phone")


@pytest.fixture
def harness() -> ReportingHarness:
    """Two debtors: d1 has two invoices, an open call, and a step to approve."""
    mine = account(
        balance("1001", to_approve=("collection",)), balance("1010", principal=0, status="closed"), tasks=(CALL,)
    )
    return ReportingHarness().publish(registered(), mine, account(balance("2001"), debtor="d22"))


def answer(harness: ReportingHarness, kind: str, **data: Any) -> tuple[bool, str]:
    found = answer_to(harness.store, f"{kind}.v1", {"creditor": CREDITOR, "debtor": DEBTOR} | data)
    return found.is_there, "\n".join(found.lines)


def test_a_stop_that_is_taken_says_what_it_stops_and_that_a_planned_letter_is_decided_anew(
    harness: ReportingHarness,
) -> None:
    harness.publish(decided(letter()))
    taken, words = answer(harness, "dispute.raised", invoice="1001")
    assert taken
    assert "no letters about 1001 until it is settled (G2)" in words
    assert "1001 (100.00 EUR open, due 2026-01-23)" in words
    assert "a letter of 2026-02-12 is planned" in words


def test_a_stop_of_the_whole_account_lists_what_is_open(harness: ReportingHarness) -> None:
    taken, words = answer(harness, "hold.placed")
    assert (taken, "all invoices of d1" in words, "1001 (" in words, "1010 (" in words) == (True, True, True, False)


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("dispute.raised", {"invoice": "101"}, "d1 has no invoice 101\ninvoices of d1: 1001 (100.00 EUR open, due 20"),
        ("dispute.raised", {"invoice": "2001"}, "d1 has no invoice 2001; it is an invoice of d22\ninvoices of d1: 10"),
        ("plan.agreed", {"invoices": ["1001", "7"]}, "d1 has no invoice 7\n"),
        ("hold.placed", {"debtor": "d2"}, "creditor acme has no debtor d2\ndebtors: d1, d22"),
        ("hold.placed", {"creditor": "acm"}, "creditor acm is not known\ncreditors: acme"),
        ("step.approved", {"invoice": "1001", "step": "colection"}, "steps to approve: collection"),
        ("step.approved", {"invoice": "1010", "step": "collection"}, "steps to approve: none"),
        ("task.done", {"invoice": "1001", "task": "call-1001"}, "open tasks: phone (1001)"),
        ("task.done", {"invoice": "1010", "task": "phone"}, "d1 has no open task phone"),
        ("notice.settled", {"notice": "x"}, f"d1 has no letter x\nletters to d1: {NOTICE} (2026-02-12, planned)"),
    ],
)
def test_what_is_not_there_is_named_with_what_there_is_nearest_first(
    harness: ReportingHarness, kind: str, data: dict[str, Any], said: str
) -> None:
    harness.publish(decided(letter()))
    taken, words = answer(harness, kind, **data)
    assert not taken
    assert said in words


@pytest.mark.parametrize("task", ["phone", "call"])
def test_open_tasks_steps_and_letters_are_taken(harness: ReportingHarness, task: str) -> None:
    harness.publish(decided(letter()))
    assert answer(harness, "task.done", task=task)[0]
    assert answer(harness, "step.approved", invoice="1001", step="collection")[0]
    assert answer(harness, "notice.settled", notice=NOTICE)[0]


def test_the_parts_of_an_invoice_are_there_by_its_number(harness: ReportingHarness) -> None:
    issued = event("invoice.issued.v1", account().as_of, invoice="3", **_invoice())
    harness.publish(issued, account(balance("3/1"), balance("3/2", to_approve=("collection",))))
    assert answer(harness, "dispute.raised", invoice="3")[0]
    assert answer(harness, "step.approved", invoice="3", step="collection")[0]


def _invoice() -> dict[str, Any]:
    return {
        "party": {"kind": "consumer", "name": "Matti Meikäläinen"},
        "reference": "10016",
        "issued": "2026-01-09",
        "due": "2026-01-23",
        "amount": 10000,
        "currency": "EUR",
    }


def test_a_store_that_knows_no_creditor_yet_takes_everything() -> None:
    assert answer(ReportingHarness(), "hold.placed") == (True, "")
