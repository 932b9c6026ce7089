"""To whom an unmatched payment points, why, and how much each reason weighs (rules.md G10, M3)."""

from typing import Any

import pytest

from schemas.decisions import Suggestion, TaskRaised, Unmatched
from schemas.journal import MoneyCleared, MoneyPlaced, MoneyPointed
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference
from schemas.topics import DECISIONS
from services.cash_application.state.account_numbers import drawn_number
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import ACME, about_payment, event, invoice, later, payment, reference_of

IBAN = "FI1410093000123458"
MEANT = reference_of(10131)
STRONG, BY_SUM, WEAK, NEAR = "strong", "strong-with-sum", "weak", "weak-with-sum"


def not_of(archive_id: str, debtor: str, minutes: int = 30) -> dict[str, Any]:
    """``payment.not-of``."""
    data = {"creditor": ACME, "account": payment("x")["data"]["account"], "payment": archive_id, "debtor": debtor}
    return event("payment.not-of", data, id=f"not-{archive_id}-{debtor}", at=later(minutes), source="//people")


def pointers(harness: CashHarness) -> dict[str, dict[str, str]]:
    """By debtor why a payment points to the debtor now, and how strongly."""
    found: dict[str, dict[str, str]] = {}
    for message in sorted(harness.journal(MoneyPointed), key=lambda each: each.debtor):
        found[message.debtor] = {each.why: each.strength for each in message.pointers}
    for cleared in harness.journal(MoneyCleared):
        found.pop(cleared.debtor, None)
    return found


def reasons(harness: CashHarness) -> list[str]:
    """The reasons of unmatched payments, in order."""
    return [message.reason for message in harness.decisions() if isinstance(message, Unmatched)]


def last_suggestions(harness: CashHarness) -> tuple[Suggestion, ...]:
    """What was suggested last."""
    last = harness.decisions()[-1]
    assert isinstance(last, Unmatched)
    return last.suggestions


def pointed(*events: dict[str, Any]) -> CashHarness:
    """A harness after these events and a tick."""
    harness = CashHarness()
    harness.publish(*events)
    harness.tick()
    return harness


# -- the payer ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "debtor", "expected"),
    [
        ("TESTILÄ TUULA", "Tuula Testilä", {"name": STRONG}),
        ("TUULA TESTILA", "Tuula Anneli Testilä", {"similar-name": BY_SUM}),
        ("TESTILÄN RA", "Testilän Rakennus Oy", {"similar-name": BY_SUM}),
    ],
)
def test_a_name_points_whether_it_is_the_same_or_similar(payer: str, debtor: str, expected: dict[str, str]) -> None:
    money = payment("P", payer={"name": payer})
    assert pointers(pointed(invoice(1, name=debtor), money)) == {"D1": expected}
    assert pointers(pointed(money, invoice(1, name=debtor))) == {"D1": expected}


def test_a_debtor_of_a_similar_name_who_becomes_known_later_is_pointed_to_as_well() -> None:
    harness = pointed(payment("P", payer={"name": "TESTILÄ TUULA"}))
    harness.publish(invoice(1, name="Tuula Testilä"), invoice(2, "D2", name="Tuula A. Testilä"), invoice(3, "D3"))
    harness.tick()
    assert pointers(harness) == {"D1": {"name": STRONG}, "D2": {"similar-name": BY_SUM}}


def test_an_iban_of_one_debtor_is_strong_and_of_several_weak() -> None:
    payer = {"iban": IBAN}
    one = [invoice(1), payment("O", reference_of(1), payer=payer)]
    harness = pointed(*one, payment("P", payer=payer))
    assert pointers(harness) == {"D1": {"iban": STRONG}}
    harness.publish(invoice(2, "D2"), payment("Q", reference_of(2), payer=payer))
    harness.tick()
    assert pointers(harness) == {"D1": {"iban": WEAK}, "D2": {"iban": WEAK}}


def test_a_name_of_more_than_five_debtors_points_to_each_by_its_sum_and_a_task_lists_them() -> None:
    namesakes = [invoice(number, f"D{number}", name="Tuula Testilä") for number in range(1, 8)]
    harness = pointed(*namesakes, payment("P", payer={"name": "TESTILÄ TUULA"}))
    harness.tick()
    assert [each.pointers[0].many for each in harness.journal(MoneyPointed)] == [True] * 7
    (task,) = [message for message in harness.messages(DECISIONS) if isinstance(message, TaskRaised)]
    assert (task.task, task.payment, task.debtor) == ("look-at-money", "P", None)
    assert task.debtors == tuple(f"D{number}" for number in range(1, 8))


def test_a_debtor_of_exactly_that_name_is_held_whoever_else_has_a_similar_one() -> None:
    similar = [invoice(number, f"D{number}", name=f"Tuula {number}a Testilä") for number in range(1, 8)]
    harness = pointed(*similar, invoice(9, "D9", name="Tuula Testilä"), payment("P", payer={"name": "TESTILÄ TUULA"}))
    assert {each.debtor: each.pointers[0].many for each in harness.journal(MoneyPointed)} == {
        **{f"D{number}": True for number in range(1, 8)},
        "D9": False,
    }


def test_both_names_of_a_debtor_point_though_they_differ_only_by_a_company_form() -> None:
    former, now = invoice(1, name="Kuvitelma Oy"), invoice(2, name="Kuvitelma")
    for payer in ("KUVITELMA OY", "KUVITELMA"):
        assert pointers(pointed(former, now, payment("P", payer={"name": payer}))) == {"D1": {"name": STRONG}}


@pytest.mark.parametrize(("payer", "debtor"), [("Matti ja Maija Mallila", "Maija Mallila"), ("Li Wu Chen", "Li Wu")])
def test_a_name_beside_another_points_whether_money_or_debtor_comes_first(payer: str, debtor: str) -> None:
    money = payment("P", payer={"name": payer})
    assert pointers(pointed(invoice(1, name=debtor), money)) == {"D1": {"similar-name": BY_SUM}}
    assert pointers(pointed(money, invoice(1, name=debtor))) == {"D1": {"similar-name": BY_SUM}}


# -- references and words ----------------------------------------------------------------------------------------------


def test_a_reference_of_two_debtors_points_to_both_with_their_invoices() -> None:
    harness = pointed(
        invoice(1), invoice(2, "D2", reference=reference_of(1)), payment("P", reference_of(1), amount="9.00")
    )
    assert pointers(harness) == {"D1": {"shared-reference": STRONG}, "D2": {"shared-reference": STRONG}}
    assert [each.pointers[0].invoices for each in harness.journal(MoneyPointed)] == [("1",), ("2",)]


@pytest.mark.parametrize("mistyped", [MEANT[:-1] + "1", "2" + MEANT[1:], MEANT[:2] + MEANT[3] + MEANT[2] + MEANT[4:]])
@pytest.mark.parametrize("given", ["reference", "message"])
def test_a_reference_with_a_digit_wrong_or_two_exchanged_points_with_the_exact_sum(mistyped: str, given: str) -> None:
    named: dict[str, Any] = {given: mistyped}
    harness = pointed(invoice(10131), payment("P", **named))
    assert pointers(harness) == {"D1": {"reference-nearly": NEAR}}
    assert [each.invoices for each in harness.journal(MoneyPointed)[-1].pointers] == [("10131",)]
    assert [(each.why, each.confidence) for each in last_suggestions(harness)] == [("reference-nearly-and-sum", 45)]


def test_a_reference_with_two_digits_wrong_points_nowhere() -> None:
    assert pointers(pointed(invoice(10131), payment("P", "22" + MEANT[2:]))) == {}


def test_what_is_suggested_by_words_points_strongly_from_ninety_percent_on() -> None:
    sure = pointed(invoice(10131), payment("P", message="lasku 10131"))
    assert pointers(sure) == {"D1": {"number-in-text-and-sum": STRONG}}
    unsure = pointed(invoice(10131), payment("P", amount="7.00", message="lasku 10131"))
    assert pointers(unsure) == {"D1": {"number-in-text": WEAK}}


# -- another currency --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named",
    [
        {"reference": reference_of(10131)},
        {"reference": letter_reference(drawn_number(ACME, "D1"), 1, FINNISH)},
        {"debtor": "D1"},
        {"message": f"viite {reference_of(10131)}"},
    ],
)
def test_money_in_another_currency_is_for_a_person_however_it_names_the_receivable(named: dict[str, Any]) -> None:
    harness = pointed(invoice(10131), payment("P", currency="SEK", **named))
    assert reasons(harness) == ["other-currency"]
    assert harness.journal(MoneyPlaced) == []
    assert pointers(harness)["D1"]["other-currency"] == STRONG


def test_money_of_a_debtor_is_placed_once_an_invoice_in_its_currency_comes() -> None:
    harness = pointed(invoice(1), payment("P", currency="SEK", debtor="D1"))
    harness.publish(invoice(2, currency="SEK"))
    harness.tick()
    assert [placed.debtor for placed in harness.journal(MoneyPlaced)] == ["D1"]
    assert pointers(harness) == {}


# -- a person says whose it is not -------------------------------------------------------------------------------------


def test_money_that_is_not_the_debtors_points_there_no_longer_and_is_not_suggested() -> None:
    harness = pointed(invoice(1, name="Tuula Testilä"), payment("P", payer={"name": "Tuula Testilä"}))
    harness.publish(not_of("P", "D1"))
    harness.tick()
    assert pointers(harness) == {}
    assert last_suggestions(harness) == ()


def test_of_two_debtors_with_one_reference_the_other_gets_the_money() -> None:
    harness = pointed(invoice(1), invoice(2, "D2", reference=reference_of(1)), payment("P", reference_of(1)))
    harness.publish(not_of("P", "D1"))
    assert harness.placed() == [("P", "D2", "2", None)]
    assert pointers(harness) == {}


def test_money_that_was_placed_is_taken_off_an_account_whose_it_is_not() -> None:
    harness = pointed(invoice(1), payment("P", reference_of(1)))
    harness.publish(not_of("P", "D1"))
    harness.tick()
    assert reasons(harness) == ["unknown-reference"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_later_of_assigned_and_not_of_counts_in_any_order(order: int) -> None:
    for assigned, stays in ((60, True), (10, False)):
        harness = pointed(invoice(1), payment("P"))
        said = [not_of("P", "D1", 30), about_payment("payment.assigned", "P", "a", at=later(assigned), debtor="D1")]
        harness.publish(*said[::order])
        harness.tick()
        assert isinstance(harness.decisions()[-1], Unmatched) is not stays


def test_not_of_waits_for_its_payment_and_the_debtor() -> None:
    harness = pointed(not_of("P", "D1"), payment("P", payer={"name": "Tuula Testilä"}))
    harness.publish(invoice(1, name="Tuula Testilä"))
    harness.tick()
    assert pointers(harness) == {}
