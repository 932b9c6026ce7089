"""Payments that may be one money are named by a reconciliation (docs/reconciling.md; rules.md B2)."""

from datetime import date
from typing import Any

import pytest

from schemas.decisions import PaymentTaken
from services.reporting.reconcile.maybe_one_money import pairs_that_may_be_one
from tests.unit.reporting.harness import CREDITOR, IBAN, ReportingHarness

JANUARY = {"creditor": CREDITOR, "first": "2026-01-01", "last": "2026-01-31"}


def taken(payment: str, told: str, day: str = "2026-01-20", **said: Any) -> PaymentTaken:
    """A payment of 100.00 EUR by one payer."""
    booked = date.fromisoformat(day)
    one = {"creditor": CREDITOR, "account": IBAN, "payment": payment, "booked": booked, "told": (told,)}
    return PaymentTaken.model_validate({**one, "payer": "digest", "amount": 10000, "currency": "EUR", **said})


def pairs(*messages: PaymentTaken) -> list[tuple[str, str]]:
    """The pairs of January."""
    reporting = ReportingHarness().publish(*messages)
    return [each.payments for each in pairs_that_may_be_one(reporting.store, JANUARY)]


def test_one_sum_and_payer_on_near_days_in_two_messages_may_be_one_money() -> None:
    assert pairs(taken("A", "statement 2026/5"), taken("B", "notification N", "2026-01-23")) == [("A", "B")]


@pytest.mark.parametrize(
    "other",
    [
        taken("B", "statement 2026/5"),
        taken("B", "notification N", "2026-01-24"),
        taken("B", "notification N", amount=9900),
        taken("B", "notification N", payer="other"),
        taken("B", "notification N", reference="2"),
    ],
)
def test_one_message_other_days_sums_payers_or_references_are_two(other: PaymentTaken) -> None:
    assert pairs(taken("A", "statement 2026/5", reference="1"), other) == []
