"""Unmatched money is published, and holds the accounts to which it points (rules.md M3, G10)."""

from datetime import date

import pytest

from schemas.decisions import Placed, Unmatched
from schemas.journal import FrontierReached, MoneyCleared, MoneyPointed
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    about_payment,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)

PAYER = {"name": "Matti Meikäläinen", "iban": "FI1410093000123458"}


def pointed(harness: CashHarness) -> dict[str, list[str]]:
    """The payments that point to each debtor now."""
    now: dict[str, list[str]] = {}
    for message in harness.journal(MoneyPointed):
        now.setdefault(message.debtor, []).append(message.payment)
    for cleared in harness.journal(MoneyCleared):
        now[cleared.debtor].remove(cleared.payment)
    return {debtor: sorted(payments) for debtor, payments in now.items() if payments}


@pytest.mark.parametrize(
    ("reason", "money"),
    [
        ("no-reference", payment("P")),
        ("unknown-reference", payment("P", reference_of(7))),
        ("unknown-debtor", payment("P", debtor="D7")),
        ("other-currency", payment("P", reference_of(1), currency="SEK")),
    ],
)
def test_unmatched_money_is_published_with_the_reason_at_the_next_frontier(reason: str, money: dict[str, str]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), money)
    assert harness.decisions() == []
    harness.tick()
    decisions = harness.decisions()
    assert [(type(message), message.payment) for message in decisions] == [(Unmatched, "P")]
    assert isinstance(decisions[0], Unmatched)
    assert (decisions[0].reason, decisions[0].amount, decisions[0].date) == (reason, 10000, date(2026, 1, 10))
    harness.tick()
    assert len(harness.decisions()) == 1


def test_a_payment_just_before_its_invoice_is_never_declared_unmatched() -> None:
    harness = CashHarness()
    harness.publish(payment("P", reference_of(1)), invoice(1))
    harness.tick()
    assert harness.decisions() == []


def test_the_day_of_unmatched_money_is_the_creditors_own() -> None:
    harness = CashHarness(registered=False)
    harness.publish(creditor(timezone="Pacific/Auckland"), payment("P"))
    harness.minutes = 8 * 60  # 14:00 UTC of the tenth is the eleventh there
    harness.tick()
    assert [message.date for message in harness.decisions()] == [date(2026, 1, 11)]


def test_the_placing_of_unmatched_money_is_published_as_well() -> None:
    harness = CashHarness()
    harness.publish(payment("P", reference_of(1)))
    harness.minutes = 2 * 24 * 60
    harness.tick()
    harness.publish(invoice(1, at=later(3 * 24 * 60)))
    decisions = harness.decisions()[-1]
    assert isinstance(decisions, Placed)
    assert (decisions.payment, decisions.debtor, decisions.invoice, decisions.date) == (
        "P",
        "D1",
        "1",
        date(2026, 1, 12),
    )


@pytest.mark.parametrize("kind", ["payment.reversed", "payment.refunded"])
def test_unmatched_money_that_went_back_ends_without_a_debtor(kind: str) -> None:
    harness = CashHarness()
    harness.publish(payment("P"))
    harness.tick()
    harness.publish(about_payment(kind, "P", "r"))
    decisions = harness.decisions()[-1]
    assert isinstance(decisions, Placed)
    assert decisions.debtor is None


def test_money_that_went_back_before_the_frontier_is_never_declared_unmatched() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), about_payment("payment.reversed", "P", "r"))
    harness.tick()
    assert harness.decisions() == []


def test_unmatched_money_of_which_a_part_went_back_is_declared_anew_with_the_rest() -> None:
    harness = CashHarness()
    harness.publish(payment("P"))
    harness.tick()
    harness.publish(about_payment("payment.refunded", "P", "r", amount="30.00"))
    harness.tick()
    assert [message.amount for message in harness.decisions() if isinstance(message, Unmatched)] == [10000, 7000]


def test_decisions_about_a_payment_lie_in_one_partition_before_the_frontier() -> None:
    harness = CashHarness()
    harness.publish(payment("P"))
    harness.tick()
    harness.publish(invoice(1), about_payment("payment.assigned", "P", "a", debtor="D1"))
    ends = harness.engine.store.log.ends(DECISIONS.name)
    assert sorted(ends) == [0, 3]
    assert harness.journal(FrontierReached) != []


# -- payer hints (G10) ------------------------------------------------------------------------------------------------


def test_unmatched_money_points_to_the_account_on_which_its_payers_iban_was_placed_before() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(1), payer=PAYER), payment("Q", payer={"iban": PAYER["iban"]}))
    harness.tick()
    assert pointed(harness) == {"D1": ["Q"]}


def test_unmatched_money_points_to_every_debtor_of_its_payers_name_but_for_case_and_spaces() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1, "D1", name="MATTI  MEIKÄLÄINEN"), invoice(2, "D2", name="matti meikäläinen"), invoice(3, "D3")
    )
    harness.publish(payment("P", payer={"name": "Matti Meikäläinen "}))
    harness.tick()
    assert pointed(harness) == {"D1": ["P"], "D2": ["P"]}


def test_it_points_as_well_when_the_name_or_the_iban_is_learned_after_the_money_came() -> None:
    harness = CashHarness()
    harness.publish(payment("P", payer=PAYER))
    harness.tick()
    assert pointed(harness) == {}
    harness.publish(invoice(1, "D1", name=PAYER["name"]))
    harness.publish(invoice(2, "D2"), payment("Q", reference_of(2), payer={"iban": PAYER["iban"]}))
    harness.publish(invoice(3, "D3"), said("debtor.updated", "u", "D3", party={"name": PAYER["name"]}))
    harness.tick()
    assert pointed(harness) == {"D1": ["P"], "D2": ["P"], "D3": ["P"]}


def test_a_name_that_a_debtor_had_before_still_points_to_it() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, name=PAYER["name"]), said("debtor.updated", "u", party={"name": "Maija Meikäläinen"}))
    harness.publish(payment("P", payer={"name": PAYER["name"]}))
    harness.tick()
    assert pointed(harness) == {"D1": ["P"]}


def test_it_points_to_debtors_of_the_same_creditor_only() -> None:
    harness = CashHarness(partitions=1)
    harness.publish(creditor("other"), invoice(1, name=PAYER["name"]), payment("P", creditor="other", payer=PAYER))
    harness.tick()
    assert pointed(harness) == {}


@pytest.mark.parametrize(
    "end",
    [
        [about_payment("payment.assigned", "P", "a", debtor="D2")],
        [about_payment("payment.reversed", "P", "r")],
        [about_payment("payment.refunded", "P", "r")],
        [invoice(7, "D2")],
    ],
)
def test_it_points_to_no_account_any_longer_once_it_is_placed_or_went_back(end: list[dict[str, str]]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1", name=PAYER["name"]), invoice(2, "D2"), payment("P", reference_of(7), payer=PAYER))
    harness.tick()
    assert pointed(harness) == {"D1": ["P"]}
    harness.publish(*end)
    assert pointed(harness) == {}
    harness.publish(invoice(3, "D3", name=PAYER["name"]))
    assert pointed(harness) == {}


def test_a_suggestion_compares_what_a_partial_refund_left() -> None:
    harness = CashHarness()
    money = payment("P", amount="130.00", payer={"name": "Name of D1"})
    harness.publish(invoice(1), money, about_payment("payment.refunded", "P", "r", amount="30.00"))
    harness.tick()
    (declared,) = [message for message in harness.decisions() if isinstance(message, Unmatched)]
    assert [(each.debtor, each.invoices) for each in declared.suggestions] == [("D1", ("1",))]
