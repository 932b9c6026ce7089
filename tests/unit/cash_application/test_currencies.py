"""Amounts of disputes, plans and write-offs are in the currency of the receivables that they are about."""

from typing import Any

import pytest

from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import invoice, said

PARTS = [{"due": "2026-03-02", "amount": "40.00"}, {"due": "2026-04-01", "amount": "60.00"}]
PLAN: dict[str, Any] = {"instalments": PARTS}
DISPUTE: dict[str, Any] = {"ground": "late", "amount": "40.00"}
WRITE_OFF: dict[str, Any] = {"amount": "40.00", "reason": "small"}
KRONOR = {"currency": "SEK"}


def reasons(kind: str, **data: Any) -> list[str]:
    """The dead letters of an instruction about invoice 1 in euros and invoice 2 in kronor of one debtor."""
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2, currency="SEK"), said(kind, "i", **data))
    return harness.reasons()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("plan.agreed", {**PLAN, **KRONOR, "invoices": ["1"]}),
        ("dispute.raised", {**DISPUTE, **KRONOR, "invoice": "1"}),
        ("receivable.written-off", {**WRITE_OFF, **KRONOR, "invoice": "1"}),
        ("plan.agreed", {**PLAN, "currency": "EUR", "invoices": ["2"]}),
    ],
)
def test_another_currency_than_the_receivables_is_refused(kind: str, data: dict[str, Any]) -> None:
    assert reasons(kind, **data) == ["other-currency"]


@pytest.mark.parametrize("currency", [{}, {"currency": "EUR"}])
@pytest.mark.parametrize(
    ("kind", "data"), [("plan.agreed", {**PLAN, "invoices": ["1", "2"]}), ("dispute.raised", DISPUTE)]
)
def test_an_amount_over_two_currencies_is_refused(kind: str, data: dict[str, Any], currency: dict[str, str]) -> None:
    assert reasons(kind, **data, **currency) == ["other-currency"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("plan.agreed", {**PLAN, "invoices": ["1"]}),
        ("plan.agreed", {**PLAN, **KRONOR, "invoices": ["2"]}),
        ("dispute.raised", {**DISPUTE, **KRONOR, "invoice": "2"}),
        ("dispute.raised", {"ground": "late"}),
    ],
)
def test_the_receivables_own_currency_is_taken(kind: str, data: dict[str, Any]) -> None:
    assert reasons(kind, **data) == []


def test_the_dead_letter_says_what_to_do() -> None:
    harness = CashHarness()
    plan = said("plan.agreed", "p", invoices=["1", "2"], **PLAN)
    harness.publish(invoice(1), invoice(2, currency="SEK"), plan)

    assert "once for each" in " ".join(harness.dead_letters()[0].detail)
