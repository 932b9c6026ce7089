"""Money that only its words or its payer can place: as surely as the policy demands, else shown (docs/matching.md)."""

from typing import Any

import pytest

from schemas.decisions import Placed, Unmatched
from schemas.journal import MoneyMoved, MoneyPlaced, MoneyPointed, MoneyReversed
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference, rf_reference
from services.cash_application.state.account_numbers import drawn_number
from tests.unit.cash_application.harness import House
from tests.unit.cash_application.policies import demanding
from tests.unit.intake.public_events import (
    ACME,
    about_payment,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)

IBAN = "FI1410093000123458"


def placed(house: House) -> list[tuple[str, str, tuple[str, ...], int | None]]:
    """Payment, debtor, invoices and confidence of every placing, in order."""
    return [(money.payment, money.debtor, money.named, money.confidence) for money in house.journal(MoneyPlaced)]


def unmatched(house: House) -> list[Unmatched]:
    return [told for told in house.decisions() if isinstance(told, Unmatched)]


def suggested(house: House) -> list[tuple[str, tuple[str, ...], int, str]]:
    """The suggestions that were told last."""
    return [(it.debtor, it.invoices, it.confidence, it.why) for it in unmatched(house)[-1].suggestions]


def house_demanding(confidence: int | None) -> House:
    house = House()
    house.say(demanding(confidence))
    return house


# -- what the policy demands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [[], [demanding(None)], [demanding(96)]])
def test_without_a_policy_that_says_so_words_place_nothing_but_are_shown(policy: list[dict[str, Any]]) -> None:
    house = House()
    house.say(*policy, invoice(1013), payment("P", message=f"viite {reference_of(1013)}"))
    house.tick()
    assert placed(house) == []
    assert suggested(house) == [("D1", ("1013",), 95, "reference-in-text-and-sum")]


@pytest.mark.parametrize("confidence", [95, 50])
def test_a_reference_in_the_words_places_money_as_surely_as_is_demanded(confidence: int) -> None:
    house = house_demanding(confidence)
    house.say(invoice(1013), payment("P", message=f"Kiitos!\nviite {rf_reference(reference_of(1013))}"))
    house.tick()
    assert placed(house) == [("P", "D1", ("1013",), 95)]
    assert house.decisions() == []


def test_money_is_weighed_at_the_frontier_when_all_that_was_published_before_is_known() -> None:
    house = house_demanding(90)
    house.say(payment("P", message="laskut 10131 ja 10132", amount="200.00"), invoice(10131))
    assert placed(house) == []
    house.say(invoice(10132))
    house.tick()
    assert placed(house) == [("P", "D1", ("10131", "10132"), 90)]


def test_the_demand_is_that_of_the_version_in_force_on_the_day_it_was_booked() -> None:
    house = house_demanding(100)
    house.say(demanding(50, version=3, in_force="2026-01-20"), demanding(100, version=4, in_force="2026-01-21"))
    house.say(invoice(10131), *(payment(f"P{day}", message="10131", booked=f"2026-01-{day}") for day in (19, 20, 21)))
    house.tick()
    assert placed(house) == [("P20", "D1", ("10131",), 90)]


def test_the_demand_is_that_of_the_debtors_kind() -> None:
    house = house_demanding(50)
    firm = {"kind": "business", "name": "Yritys Oy", "business_id": "1234567-1", "email": "y@asiakas.example"}
    house.say(invoice(10131, party=firm), payment("P", message="10131"))
    house.tick()
    assert placed(house) == []
    house.say(demanding(50, policy="fi-business", kind="business"))
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]


def test_a_policy_that_becomes_known_later_judges_money_that_waits() -> None:
    house = House()
    house.say(invoice(10131), payment("P", message="10131"))
    house.tick()
    assert placed(house) == []
    house.say(demanding(90))
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]
    assert isinstance(house.decisions()[-1], Placed)
    house.say(demanding(95, version=3))
    house.tick()
    assert [moved.payment for moved in house.journal(MoneyMoved)] == ["P"]
    assert suggested(house) == [("D1", ("10131",), 90, "number-in-text-and-sum")]


def test_a_creditor_that_chooses_another_policy_is_judged_by_that_one() -> None:
    house = House()
    house.say(demanding(50, policy="bold"), invoice(10131), payment("P", message="10131"))
    house.tick()
    assert placed(house) == []
    house.say(creditor(at=later(5), policies={"consumer": "bold", "business": "fi-business"}) | {"id": "again"})
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]


# -- what the words name -----------------------------------------------------------------------------------------------


def test_several_invoices_of_one_debtor_are_paid_by_one_payment() -> None:
    house = house_demanding(90)
    house.say(invoice(10131, due="2026-01-26"), invoice(10132, amount="50.00"))
    house.say(payment("P", amount="150.00", message="INV 10131\n+ 10132"))
    house.tick()
    assert placed(house) == [("P", "D1", ("10132", "10131"), 90)]
    assert [(money.invoice, money.invoices) for money in house.journal(MoneyPlaced)] == [(None, ("10132", "10131"))]


def test_invoices_of_two_debtors_are_for_a_person() -> None:
    house = house_demanding(50)
    house.say(invoice(10131), invoice(10132, "D2"), payment("P", amount="200.00", message="10131, 10132"))
    house.tick()
    assert placed(house) == []
    assert [(debtor, sure) for debtor, _, sure, _ in suggested(house)] == [("D1", 45), ("D2", 45)]


def test_an_invoice_number_that_was_written_as_the_reference_counts_as_one() -> None:
    house = house_demanding(90)
    house.say(invoice(10131), payment("P", "10131"))
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]


def test_a_letters_own_reference_in_the_words_places_money_on_what_the_letter_listed() -> None:
    house = house_demanding(85)
    house.say(demanding(85, policy="fi-business", kind="business"), invoice(1))
    house.say(payment("P", message=f"kirje {letter_reference(drawn_number(ACME, 'D1'), 3, FINNISH)}"))
    house.tick()
    assert house.placed() == [("P", "D1", None, 3)]


def test_what_is_certain_is_never_asked_of_the_words() -> None:
    house = house_demanding(50)
    house.say(invoice(1), invoice(10131, "D2"))
    house.say(payment("P", reference_of(1), message="10131"), payment("Q", debtor="D1", message="10131"))
    house.tick()
    assert placed(house) == [("P", "D1", ("1",), None), ("Q", "D1", (), None)]


def test_words_of_another_creditors_invoices_name_nothing() -> None:
    house = House(partitions=1)
    house.say(demanding(50), creditor("other"), invoice(10131), payment("P", creditor="other", message="10131"))
    house.tick()
    assert placed(house) == []
    assert suggested(house) == []


def test_a_reference_that_becomes_known_moves_what_its_words_had_placed() -> None:
    house = house_demanding(90)
    house.say(invoice(10131), payment("P", reference_of(7), message="10131"))
    house.tick()
    house.say(invoice(7, "D2"))
    assert placed(house) == [("P", "D1", ("10131",), 90), ("P", "D2", ("7",), None)]
    assert [(moved.debtor, moved.payment) for moved in house.journal(MoneyMoved)] == [("D1", "P")]


def test_a_second_invoice_of_the_same_number_takes_the_money_out_again() -> None:
    house = house_demanding(90)
    house.say(invoice(1, invoice="INV-10/131"), payment("P", message="INV10131"))
    house.tick()
    assert placed(house) == [("P", "D1", ("INV-10/131",), 90)]
    house.say(invoice(2, "D2", invoice="INV-10131"))
    house.tick()
    assert [(moved.debtor, moved.payment) for moved in house.journal(MoneyMoved)] == [("D1", "P")]
    assert [debtor for debtor, *_ in suggested(house)] == ["D1", "D2"]


def test_a_person_moves_what_was_weighed() -> None:
    house = house_demanding(90)
    house.say(invoice(10131), invoice(2, "D2"), payment("P", message="10131"))
    house.tick()
    house.say(about_payment("payment.assigned", "P", "a", debtor="D2"))
    house.tick()
    assert placed(house)[-1] == ("P", "D2", (), None)


def test_what_went_back_of_weighed_money_is_told_to_its_account() -> None:
    house = house_demanding(90)
    house.say(invoice(10131), payment("P", message="10131"), about_payment("payment.reversed", "P", "r"))
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]
    assert [back.debtor for back in house.journal(MoneyReversed)] == ["D1"]


# -- the payer ---------------------------------------------------------------------------------------------------------


def known_payer(confidence: int | None) -> House:
    """D1 has paid its first invoice from the account."""
    house = house_demanding(confidence)
    house.say(invoice(1, amount="30.00"), payment("O", reference_of(1), amount="30.00", payer={"iban": IBAN}))
    return house


def test_a_payer_known_from_before_places_money_of_an_invoices_sum_on_the_account() -> None:
    house = known_payer(70)
    house.say(invoice(2), payment("P", payer={"iban": IBAN}))
    house.tick()
    assert placed(house)[1:] == [("P", "D1", (), 70)]


@pytest.mark.parametrize(("confidence", "amount"), [(71, "100.00"), (None, "100.00"), (50, "99.00")])
def test_else_the_payer_is_a_suggestion_and_holds_the_account(confidence: int | None, amount: str) -> None:
    house = known_payer(confidence)
    house.say(invoice(2), payment("P", amount=amount, payer={"iban": IBAN}))
    house.tick()
    assert placed(house)[1:] == []
    expected = ("D1", ("2",), 70, "payer-and-sum") if amount == "100.00" else ("D1", (), 40, "payer")
    assert suggested(house) == [expected]
    assert [pointed.debtor for pointed in house.journal(MoneyPointed)] == ["D1"]


def test_what_was_weighed_teaches_nothing_of_its_payer() -> None:
    house = house_demanding(50)
    house.say(invoice(10131), payment("P", message="10131", payer={"iban": IBAN}), payment("Q", payer={"iban": IBAN}))
    house.tick()
    house.tick()
    assert placed(house) == [("P", "D1", ("10131",), 90)]
    assert suggested(house) == []


def test_a_payer_who_turns_out_to_pay_for_two_is_for_a_person() -> None:
    house = known_payer(70)
    house.say(invoice(2), payment("P", payer={"iban": IBAN}))
    house.tick()
    house.say(invoice(3, "D2"), payment("R", reference_of(3), payer={"iban": IBAN}))
    house.tick()
    assert [(moved.debtor, moved.payment) for moved in house.journal(MoneyMoved)] == [("D1", "P")]
    assert [(debtor, sure) for debtor, _, sure, _ in suggested(house)] == [("D1", 45), ("D2", 45)]


# -- what is told ------------------------------------------------------------------------------------------------------


def test_suggestions_are_told_anew_when_they_change_and_only_then() -> None:
    house = House()
    house.say(payment("P", message="10131", payer={"name": "Matti"}))
    house.tick()
    house.tick()
    assert len(unmatched(house)) == 1
    assert suggested(house) == []
    house.say(said("debtor.updated", "u", party={"name": "Maija"}), invoice(1))
    house.tick()
    assert len(unmatched(house)) == 1
    house.say(invoice(10131))
    house.tick()
    assert len(unmatched(house)) == 2
    assert suggested(house) == [("D1", ("10131",), 90, "number-in-text-and-sum")]
    house.say(invoice(2, "D2", name="Matti"))
    house.tick()
    assert [debtor for debtor, *_ in suggested(house)] == ["D1", "D2"]


def test_no_more_than_five_are_suggested() -> None:
    house = House()
    house.say(*(invoice(number, f"D{number}", name="Matti") for number in range(1, 9)))
    house.say(payment("P", payer={"name": "Matti"}))
    house.tick()
    assert [debtor for debtor, *_ in suggested(house)] == ["D1", "D2", "D3", "D4", "D5"]
