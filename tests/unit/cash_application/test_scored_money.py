"""Payments that only text or payer can place: with the confidence that the policy requires, else suggested."""

from typing import Any

import pytest

from schemas.decisions import Placed, Unmatched
from schemas.journal import MoneyMoved, MoneyPlaced, MoneyPointed, MoneyReversed
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference, rf_reference
from services.cash_application.state.account_numbers import drawn_number
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import (
    ACME,
    OTHER_IBAN,
    about_payment,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)

IBAN = "FI1410093000123458"


def placed(harness: CashHarness) -> list[tuple[str, str, tuple[str, ...], int | None]]:
    """Payment, debtor, invoices and confidence of every placement, in order."""
    return [(money.payment, money.debtor, money.named, money.confidence) for money in harness.journal(MoneyPlaced)]


def unmatched(harness: CashHarness) -> list[Unmatched]:
    return [message for message in harness.decisions() if isinstance(message, Unmatched)]


def suggested(harness: CashHarness) -> list[tuple[str, tuple[str, ...], int, str]]:
    """The suggestions that were published last."""
    return [(it.debtor, it.invoices, it.confidence, it.why) for it in unmatched(harness)[-1].suggestions]


def requiring_harness(confidence: int | None) -> CashHarness:
    harness = CashHarness()
    harness.publish(requiring(confidence))
    return harness


# -- the confidence required -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [[], [requiring(None)], [requiring(96)]])
def test_without_a_policy_that_allows_it_text_places_nothing_but_is_suggested(policy: list[dict[str, Any]]) -> None:
    harness = CashHarness()
    harness.publish(*policy, invoice(1013), payment("P", message=f"viite {reference_of(1013)}"))
    harness.tick()
    assert placed(harness) == []
    assert suggested(harness) == [("D1", ("1013",), 95, "reference-in-text-and-sum")]


@pytest.mark.parametrize("confidence", [95, 50])
def test_a_reference_in_the_text_places_money_where_its_confidence_is_required(confidence: int) -> None:
    harness = requiring_harness(confidence)
    harness.publish(invoice(1013), payment("P", message=f"Kiitos!\nviite {rf_reference(reference_of(1013))}"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("1013",), 95)]
    assert harness.decisions() == []


def test_payments_are_scored_at_the_frontier_when_all_that_was_published_before_is_known() -> None:
    harness = requiring_harness(90)
    harness.publish(payment("P", message="laskut 10131 ja 10132", amount="200.00"), invoice(10131))
    assert placed(harness) == []
    harness.publish(invoice(10132))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131", "10132"), 90)]


def test_the_confidence_required_is_that_of_the_version_in_force_on_the_booking_day() -> None:
    harness = requiring_harness(100)
    harness.publish(requiring(50, version=3, in_force="2026-01-20"), requiring(100, version=4, in_force="2026-01-21"))
    harness.publish(
        invoice(10131), *(payment(f"P{day}", message="10131", booked=f"2026-01-{day}") for day in (19, 20, 21))
    )
    harness.tick()
    assert placed(harness) == [("P20", "D1", ("10131",), 90)]


def test_the_confidence_required_is_that_of_the_debtors_kind() -> None:
    harness = requiring_harness(50)
    firm = {"kind": "business", "name": "Yritys Oy", "business_id": "1234567-1", "email": "y@asiakas.example"}
    harness.publish(invoice(10131, party=firm), payment("P", message="10131"))
    harness.tick()
    assert placed(harness) == []
    harness.publish(requiring(50, policy="fi-business", kind="business"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]


def test_a_policy_that_becomes_known_later_counts_for_unmatched_payments_only() -> None:
    harness = CashHarness()
    harness.publish(invoice(10131), payment("P", message="10131"))
    harness.tick()
    assert placed(harness) == []
    harness.publish(requiring(90))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]
    assert isinstance(harness.decisions()[-1], Placed)
    harness.publish(requiring(95, version=3), payment("Q", message="10131"))
    harness.tick()
    assert harness.journal(MoneyMoved) == []
    assert [message.payment for message in unmatched(harness)] == ["P", "Q"]


def test_placed_money_that_is_scored_again_needs_what_it_needed_when_it_was_placed() -> None:
    harness = requiring_harness(70)
    harness.publish(invoice(1, amount="30.00"), payment("O", reference_of(1), amount="30.00", payer={"iban": IBAN}))
    harness.publish(invoice(2), payment("P", payer={"iban": IBAN}))
    harness.tick()
    harness.publish(requiring(100, version=3))
    harness.publish(invoice(3))  # of the same debtor and sum: the payment is scored again
    harness.tick()
    assert harness.journal(MoneyMoved) == []
    assert placed(harness)[-1] == ("P", "D1", (), 70)


def test_a_creditor_that_chooses_another_policy_requires_its_confidence() -> None:
    harness = CashHarness()
    harness.publish(requiring(50, policy="bold"), invoice(10131), payment("P", message="10131"))
    harness.tick()
    assert placed(harness) == []
    harness.publish(creditor(at=later(5), policies={"consumer": "bold", "business": "fi-business"}) | {"id": "again"})
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]


# -- the remittance text -----------------------------------------------------------------------------------------------


def test_several_invoices_of_one_debtor_are_paid_by_one_payment() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(10131, due="2026-01-26"), invoice(10132, amount="50.00"))
    harness.publish(payment("P", amount="150.00", message="INV 10131\n+ 10132"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10132", "10131"), 90)]
    assert [(money.invoice, money.invoices) for money in harness.journal(MoneyPlaced)] == [(None, ("10132", "10131"))]


def test_invoices_of_two_debtors_are_for_a_person() -> None:
    harness = requiring_harness(50)
    harness.publish(invoice(10131), invoice(10132, "D2"), payment("P", amount="200.00", message="10131, 10132"))
    harness.tick()
    assert placed(harness) == []
    assert [(debtor, sure) for debtor, _, sure, _ in suggested(harness)] == [("D1", 45), ("D2", 45)]


def test_an_invoice_number_that_was_written_as_the_reference_counts_as_one() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(10131), payment("P", "10131"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]


def test_a_letters_own_reference_in_the_text_places_money_on_the_invoices_that_the_letter_listed() -> None:
    harness = requiring_harness(85)
    harness.publish(requiring(85, policy="fi-business", kind="business"), invoice(1))
    harness.publish(payment("P", message=f"kirje {letter_reference(drawn_number(ACME, 'D1'), 3, FINNISH)}"))
    harness.tick()
    assert harness.placed() == [("P", "D1", None, 3)]


def test_text_changes_nothing_where_certain_evidence_places_a_payment() -> None:
    harness = requiring_harness(50)
    harness.publish(invoice(1), invoice(10131, "D2"))
    harness.publish(payment("P", reference_of(1), message="10131"), payment("Q", debtor="D1", message="10131"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("1",), None), ("Q", "D1", (), None)]


def test_numbers_of_another_creditors_invoices_name_nothing() -> None:
    harness = CashHarness(partitions=1)
    harness.publish(
        requiring(50),
        creditor("other", OTHER_IBAN),
        invoice(10131),
        payment("P", creditor="other", account=OTHER_IBAN, message="10131"),
    )
    harness.tick()
    assert placed(harness) == []
    assert suggested(harness) == []


def test_a_reference_that_becomes_known_moves_a_payment_that_its_text_had_placed() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(10131), payment("P", reference_of(7), message="10131"))
    harness.tick()
    harness.publish(invoice(7, "D2"))
    assert placed(harness) == [("P", "D1", ("10131",), 90), ("P", "D2", ("7",), None)]
    assert [(moved.debtor, moved.payment) for moved in harness.journal(MoneyMoved)] == [("D1", "P")]


def test_a_second_invoice_of_the_same_number_makes_the_payment_unmatched_again() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(1, invoice="INV-10/131"), payment("P", message="INV10131"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("INV-10/131",), 90)]
    harness.publish(invoice(2, "D2", invoice="INV-10131"))
    harness.tick()
    assert [(moved.debtor, moved.payment) for moved in harness.journal(MoneyMoved)] == [("D1", "P")]
    assert [debtor for debtor, *_ in suggested(harness)] == ["D1", "D2"]


def test_a_person_moves_a_scored_payment() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(10131), invoice(2, "D2"), payment("P", message="10131"))
    harness.tick()
    harness.publish(about_payment("payment.assigned", "P", "a", debtor="D2"))
    harness.tick()
    assert placed(harness)[-1] == ("P", "D2", (), None)


def test_returns_of_a_scored_payment_are_published_to_its_account() -> None:
    harness = requiring_harness(90)
    harness.publish(invoice(10131), payment("P", message="10131"), about_payment("payment.reversed", "P", "r"))
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]
    assert [back.debtor for back in harness.journal(MoneyReversed)] == ["D1"]


# -- the payer ---------------------------------------------------------------------------------------------------------


def known_payer(confidence: int | None) -> CashHarness:
    """D1 has paid its first invoice from the account."""
    harness = requiring_harness(confidence)
    harness.publish(invoice(1, amount="30.00"), payment("O", reference_of(1), amount="30.00", payer={"iban": IBAN}))
    return harness


def test_a_payer_known_from_before_places_money_of_an_invoices_sum_on_the_account() -> None:
    harness = known_payer(70)
    harness.publish(invoice(2), payment("P", payer={"iban": IBAN}))
    harness.tick()
    assert placed(harness)[1:] == [("P", "D1", (), 70)]


@pytest.mark.parametrize(("confidence", "amount"), [(71, "100.00"), (None, "100.00"), (50, "99.00")])
def test_else_the_payer_is_a_suggestion_and_holds_the_account(confidence: int | None, amount: str) -> None:
    harness = known_payer(confidence)
    harness.publish(invoice(2), payment("P", amount=amount, payer={"iban": IBAN}))
    harness.tick()
    assert placed(harness)[1:] == []
    expected = ("D1", ("2",), 70, "payer-and-sum") if amount == "100.00" else ("D1", (), 40, "payer")
    assert suggested(harness) == [expected]
    assert [pointed.debtor for pointed in harness.journal(MoneyPointed)] == ["D1"]


def test_the_sum_less_a_cash_discount_finds_the_payers_invoice() -> None:
    harness = known_payer(None)
    less = [{"through": "2026-01-19", "amount": "3.00"}, {"through": "2026-01-26", "amount": "2.00"}]
    harness.publish(invoice(2, discounts=less), payment("P", amount="98.00", payer={"iban": IBAN}))
    harness.tick()
    assert suggested(harness) == [("D1", ("2",), 70, "payer-and-sum")]


def test_a_scored_placement_teaches_nothing_about_its_payer() -> None:
    harness = requiring_harness(50)
    harness.publish(
        invoice(10131), payment("P", message="10131", payer={"iban": IBAN}), payment("Q", payer={"iban": IBAN})
    )
    harness.tick()
    harness.tick()
    assert placed(harness) == [("P", "D1", ("10131",), 90)]
    assert suggested(harness) == []


def test_a_payer_who_turns_out_to_pay_for_two_is_for_a_person() -> None:
    harness = known_payer(70)
    harness.publish(invoice(2), payment("P", payer={"iban": IBAN}))
    harness.tick()
    harness.publish(invoice(3, "D2"), payment("R", reference_of(3), payer={"iban": IBAN}))
    harness.tick()
    assert [(moved.debtor, moved.payment) for moved in harness.journal(MoneyMoved)] == [("D1", "P")]
    assert [(debtor, sure) for debtor, _, sure, _ in suggested(harness)] == [("D1", 45), ("D2", 45)]


# -- suggestions ------------------------------------------------------------------------------------------------------


def test_suggestions_are_published_anew_when_they_change_and_only_then() -> None:
    harness = CashHarness()
    harness.publish(payment("P", message="10131", payer={"name": "Matti"}))
    harness.tick()
    harness.tick()
    assert len(unmatched(harness)) == 1
    assert suggested(harness) == []
    harness.publish(said("debtor.updated", "u", party={"name": "Maija"}), invoice(1))
    harness.tick()
    assert len(unmatched(harness)) == 1
    harness.publish(invoice(10131))
    harness.tick()
    assert len(unmatched(harness)) == 2
    assert suggested(harness) == [("D1", ("10131",), 90, "number-in-text-and-sum")]
    harness.publish(invoice(2, "D2", name="Matti"))
    harness.tick()
    assert [debtor for debtor, *_ in suggested(harness)] == ["D1", "D2"]


def test_no_more_than_five_are_suggested() -> None:
    harness = CashHarness()
    harness.publish(*(invoice(number, f"D{number}", name="Matti") for number in range(1, 9)))
    harness.publish(payment("P", payer={"name": "Matti"}))
    harness.tick()
    assert [debtor for debtor, *_ in suggested(harness)] == ["D1", "D2", "D3", "D4", "D5"]
