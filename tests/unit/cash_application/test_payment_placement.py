"""Where payments go (rules.md M3, M5; design.md §3, a letter's own reference)."""

from typing import Any

import pytest

from schemas.decisions import Unmatched
from schemas.journal import AccountNumbered, MoneyMoved, MoneyPlaced, MoneyRefunded, MoneyReversed
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference, rf_reference
from services.cash_application.state.account_numbers import drawn_number
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import ACME, about_payment, creditor, invoice, later, payment, reference_of


@pytest.mark.parametrize(
    "written",
    [
        reference_of(1),
        f"000{reference_of(1)}",
        f" {reference_of(1)[:2]} {reference_of(1)[2:]} ",
        rf_reference(reference_of(1)),
        rf_reference(reference_of(1)).lower(),
    ],
)
def test_a_payment_goes_to_the_invoice_whose_reference_it_carries_however_it_is_written(written: str) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2), payment("P", written))
    assert harness.placed() == [("P", "D1", "1", None)]


def test_a_payment_before_its_invoice_is_placed_when_the_invoice_comes() -> None:
    harness = CashHarness()
    harness.publish(payment("P", reference_of(1)))
    assert harness.placed() == []
    harness.publish(invoice(1))
    assert harness.placed() == [("P", "D1", "1", None)]


def test_an_invoices_own_reference_counts_more_than_the_debtor_that_the_payment_names() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(2, "D2"), payment("P", reference_of(1), debtor="D2"))
    assert harness.placed() == [("P", "D1", "1", None)]


def test_a_payment_without_a_reference_goes_to_the_debtor_that_it_names() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", debtor="D1"))
    assert harness.placed() == [("P", "D1", None, None)]


def test_a_payment_with_an_unknown_reference_goes_to_the_debtor_that_it_names() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(7), debtor="D1"))
    assert harness.placed() == [("P", "D1", None, None)]


def test_it_pays_the_invoice_of_its_reference_once_that_comes_for_the_same_debtor() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(7), debtor="D1"), invoice(7))
    assert harness.placed() == [("P", "D1", None, None), ("P", "D1", "7", None)]
    assert harness.journal(MoneyMoved) == []


def test_it_moves_to_the_invoice_of_its_reference_once_that_comes_for_another_debtor() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), payment("P", reference_of(7), debtor="D1"), invoice(7, "D2"))
    assert set(harness.placed()) == {("P", "D1", None, None), ("P", "D2", "7", None)}
    assert [(moved.payment, moved.debtor) for moved in harness.journal(MoneyMoved)] == [("P", "D1")]


def test_it_becomes_unmatched_once_the_invoice_of_its_reference_comes_in_another_currency() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(7), debtor="D1"), invoice(7, currency="SEK"))
    harness.tick()
    assert [(moved.payment, moved.debtor) for moved in harness.journal(MoneyMoved)] == [("P", "D1")]
    assert [message.reason for message in harness.decisions() if isinstance(message, Unmatched)] == ["other-currency"]


def test_a_payment_whose_debtor_becomes_known_later_is_placed_then() -> None:
    harness = CashHarness()
    harness.publish(payment("P", debtor="D1"))
    assert harness.placed() == []
    harness.publish(invoice(1))
    assert harness.placed() == [("P", "D1", None, None)]


def test_a_letters_own_reference_places_a_payment_on_its_account() -> None:
    harness = CashHarness()
    harness.publish(invoice(1))
    number = harness.journal(AccountNumbered)[0].number
    harness.publish(payment("P", letter_reference(number, 3, FINNISH)))
    assert harness.placed() == [("P", "D1", None, 3)]


def test_a_letters_reference_that_came_before_the_account_is_placed_with_it() -> None:
    harness = CashHarness()
    harness.publish(payment("P", letter_reference(drawn_number(ACME, "D1"), 2, FINNISH)), invoice(1))
    assert harness.placed() == [("P", "D1", None, 2)]


def test_an_invoices_own_reference_wins_where_it_clashes_with_a_letters() -> None:
    clash = letter_reference(drawn_number(ACME, "D1"), 1, FINNISH)
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(2, "D2", reference=clash), payment("P", clash))
    assert harness.placed() == [("P", "D2", "2", None)]


def test_of_several_invoices_of_one_reference_the_one_due_first_is_paid() -> None:
    harness = CashHarness()
    shared = reference_of(9)
    harness.publish(invoice(1, reference=shared, due="2026-03-01"), invoice(2, reference=shared, due="2026-02-01"))
    harness.publish(payment("P", shared))
    assert harness.placed() == [("P", "D1", "2", None)]


def test_a_reference_of_several_debtors_places_nothing_by_itself() -> None:
    harness = CashHarness()
    shared = reference_of(9)
    harness.publish(invoice(1, "D1", reference=shared), invoice(2, "D2", reference=shared))
    harness.publish(payment("P", shared), payment("Q", shared, debtor="D2"))
    harness.tick()
    assert harness.placed() == [("Q", "D2", "2", None)]
    decisions = [(message.payment, message.reason) for message in harness.decisions() if isinstance(message, Unmatched)]
    assert decisions == [("P", "ambiguous-reference")]


def test_a_person_places_an_unmatched_payment() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P"), about_payment("payment.assigned", "P", "a", debtor="D1", invoice="1"))
    assert harness.placed() == [("P", "D1", "1", None)]


def test_money_assigned_to_a_debtor_pays_the_receivable_of_theirs_whose_reference_it_carries() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(7), invoice(8, "D2", reference=reference_of(7)))
    harness.publish(payment("P", reference_of(7)))
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D1"))
    assert harness.placed() == [("P", "D1", "7", None)]


def test_money_assigned_to_a_debtor_whose_reference_it_does_not_carry_is_on_their_account() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(7, "D2"), payment("P", reference_of(7)))
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D1"))
    assert harness.placed()[-1] == ("P", "D1", None, None)


def test_a_person_moves_a_payment_and_the_latest_assignment_counts_whatever_came_first() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(2, "D2"), invoice(3, "D3"), payment("P", reference_of(1)))
    harness.publish(about_payment("payment.assigned", "P", "second", at=later(20), debtor="D3"))
    harness.publish(about_payment("payment.assigned", "P", "first", at=later(10), debtor="D2"))
    assert set(harness.placed()) == {("P", "D1", "1", None), ("P", "D3", None, None)}
    assert [(moved.payment, moved.debtor) for moved in harness.journal(MoneyMoved)] == [("P", "D1")]


def test_a_payment_that_a_person_placed_is_not_moved_by_an_invoice_that_comes_later() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(7)), about_payment("payment.assigned", "P", "a", debtor="D1"))
    harness.publish(invoice(7, "D2"))
    assert harness.placed() == [("P", "D1", None, None)]


@pytest.mark.parametrize("named", [{"invoice": "1"}, {}])
def test_a_payment_assigned_to_a_receivable_of_another_currency_stays_unmatched(named: dict[str, Any]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", currency="SEK"))
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D1", **named))
    harness.tick()
    assert harness.placed() == []
    assert harness.reasons() == []
    assert [message.reason for message in harness.decisions() if isinstance(message, Unmatched)] == ["other-currency"]


def test_a_reversal_follows_the_payment_to_its_account() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1), payment("P", reference_of(1)), about_payment("payment.reversed", "P", "r", amount="40.00")
    )
    reversed_ = harness.journal(MoneyReversed)
    assert [(back.payment, back.debtor, back.amount) for back in reversed_] == [("P", "D1", 4000)]


def test_returns_before_the_payment_was_placed_are_published_behind_it() -> None:
    harness = CashHarness()
    harness.publish(
        payment("P", reference_of(1)), about_payment("payment.refunded", "P", "r", amount="40.00"), invoice(1)
    )
    money = [message for message in harness.of_account("D1") if isinstance(message, MoneyPlaced | MoneyRefunded)]
    assert [type(message) for message in money] == [MoneyPlaced, MoneyRefunded]


def test_returns_move_with_the_payment() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(2, "D2"), payment("P", reference_of(1)))
    harness.publish(about_payment("payment.reversed", "P", "r"))
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D2"))
    money = [message for message in harness.of_account("D2") if isinstance(message, MoneyPlaced | MoneyReversed)]
    assert [type(message) for message in money] == [MoneyPlaced, MoneyReversed]


@pytest.mark.parametrize("kind", ["payment.reversed", "payment.refunded"])
def test_more_than_came_cannot_go_back(kind: str) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(1)), about_payment(kind, "P", "r1", amount="60.00"))
    harness.publish(
        about_payment(kind, "P", "r2", amount="40.01"), about_payment(kind, "P", "r3"), about_payment(kind, "P", "r4")
    )
    assert harness.reasons() == ["more-than-received", "more-than-received"]
    assert [letter.debtor for letter in harness.dead_letters()] == ["D1", "D1"]


def test_an_amount_without_a_currency_beside_it_is_read_in_the_payments_currency() -> None:
    harness = CashHarness()
    harness.publish(
        invoice(1, currency="JPY", amount="5000"), payment("P", reference_of(1), currency="JPY", amount="5000")
    )
    harness.publish(about_payment("payment.reversed", "P", "r1", amount="1000"))
    harness.publish(about_payment("payment.reversed", "P", "r2", amount="0.50"))
    assert [back.amount for back in harness.journal(MoneyReversed)] == [1000]
    assert harness.reasons() == ["wrong-field"]


@pytest.mark.parametrize("partitions", [1, 12])
def test_a_reversal_of_another_creditors_payment_waits_for_a_payment_of_its_own_creditor(partitions: int) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(creditor("other"), payment("P"), about_payment("payment.reversed", "P", "r", creditor="other"))
    assert harness.tally.waiting == 1


def test_account_numbers_do_not_depend_on_the_order_in_which_accounts_appear() -> None:
    one, other = CashHarness(), CashHarness()
    one.publish(invoice(1, "D1"), invoice(2, "D2"))
    other.publish(invoice(2, "D2"), invoice(1, "D1"))
    numbers = [
        {message.debtor: message.number for message in harness.journal(AccountNumbered)} for harness in (one, other)
    ]
    assert numbers[0] == numbers[1]


def test_the_number_is_the_first_message_of_an_account() -> None:
    harness = CashHarness()
    harness.publish(payment("P", debtor="D1"), invoice(1))
    assert [type(message).__name__ for message in harness.of_account("D1")] == [
        "AccountNumbered",
        "AccountEvent",
        "MoneyPlaced",
    ]


def test_assigned_money_finds_the_debtors_invoice_of_its_reference_whichever_comes_first() -> None:
    told = payment("P", reference_of(1)), about_payment("payment.assigned", "P", "a", debtor="D1")
    for events in ((invoice(2), invoice(1), *told), (invoice(2), *told, invoice(1))):
        harness = CashHarness()
        harness.publish(*events)
        assert harness.placed()[-1] == ("P", "D1", "1", None)
