"""Money that is nobody's yet is seen, and holds those to whom it points (rules.md M3, G10)."""

from datetime import date

import pytest

from schemas.decisions import Placed, Unmatched
from schemas.journal import FrontierReached, MoneyCleared, MoneyPointed
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import House
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


def pointed(house: House) -> dict[str, list[str]]:
    """The payments that point to each debtor now."""
    now: dict[str, list[str]] = {}
    for message in house.journal(MoneyPointed):
        now.setdefault(message.debtor, []).append(message.payment)
    for cleared in house.journal(MoneyCleared):
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
def test_money_that_is_nobodys_is_told_with_the_reason_at_the_next_frontier(reason: str, money: dict[str, str]) -> None:
    house = House()
    house.say(invoice(1), money)
    assert house.decisions() == []
    house.tick()
    told = house.decisions()
    assert [(type(message), message.payment) for message in told] == [(Unmatched, "P")]
    assert isinstance(told[0], Unmatched)
    assert (told[0].reason, told[0].amount, told[0].date) == (reason, 10000, date(2026, 1, 10))
    house.tick()
    assert len(house.decisions()) == 1


def test_a_payment_just_before_its_invoice_is_no_news() -> None:
    house = House()
    house.say(payment("P", reference_of(1)), invoice(1))
    house.tick()
    assert house.decisions() == []


def test_the_day_of_unmatched_money_is_the_creditors_own() -> None:
    house = House(registered=False)
    house.say(creditor(timezone="Pacific/Auckland"), payment("P"))
    house.minutes = 8 * 60  # 14:00 UTC of the tenth is the eleventh there
    house.tick()
    assert [message.date for message in house.decisions()] == [date(2026, 1, 11)]


def test_money_that_found_its_place_is_told_as_well() -> None:
    house = House()
    house.say(payment("P", reference_of(1)))
    house.tick()
    house.say(invoice(1, at=later(3 * 24 * 60)))
    told = house.decisions()[-1]
    assert isinstance(told, Placed)
    assert (told.payment, told.debtor, told.invoice, told.date) == ("P", "D1", "1", date(2026, 1, 12))


@pytest.mark.parametrize("kind", ["payment.reversed", "payment.refunded"])
def test_unmatched_money_that_went_back_ends_without_a_debtor(kind: str) -> None:
    house = House()
    house.say(payment("P"))
    house.tick()
    house.say(about_payment(kind, "P", "r"))
    told = house.decisions()[-1]
    assert isinstance(told, Placed)
    assert told.debtor is None


def test_money_that_went_back_before_it_was_told_never_is() -> None:
    house = House()
    house.say(payment("P"), about_payment("payment.reversed", "P", "r"))
    house.tick()
    assert house.decisions() == []


def test_unmatched_money_of_which_a_part_went_back_is_told_anew_with_the_rest() -> None:
    house = House()
    house.say(payment("P"))
    house.tick()
    house.say(about_payment("payment.refunded", "P", "r", amount="30.00"))
    house.tick()
    assert [told.amount for told in house.decisions() if isinstance(told, Unmatched)] == [10000, 7000]


def test_what_is_told_of_a_payment_lies_in_one_partition_before_the_frontier() -> None:
    house = House()
    house.say(payment("P"))
    house.tick()
    house.say(invoice(1), about_payment("payment.assigned", "P", "a", debtor="D1"))
    ends = house.engine.store.log.ends(DECISIONS.name)
    assert sorted(ends) == [0, 3]
    assert house.journal(FrontierReached) != []


# -- pointing (G10) ----------------------------------------------------------------------------------------------------


def test_unmatched_money_points_to_the_account_on_which_its_payers_iban_was_placed_before() -> None:
    house = House()
    house.say(invoice(1), payment("P", reference_of(1), payer=PAYER), payment("Q", payer={"iban": PAYER["iban"]}))
    house.tick()
    assert pointed(house) == {"D1": ["Q"]}


def test_unmatched_money_points_to_every_debtor_of_its_payers_name_but_for_case_and_spaces() -> None:
    house = House()
    house.say(invoice(1, "D1", name="MATTI  MEIKÄLÄINEN"), invoice(2, "D2", name="matti meikäläinen"), invoice(3, "D3"))
    house.say(payment("P", payer={"name": "Matti Meikäläinen "}))
    house.tick()
    assert pointed(house) == {"D1": ["P"], "D2": ["P"]}


def test_it_points_as_well_when_the_name_or_the_iban_is_learned_after_the_money_came() -> None:
    house = House()
    house.say(payment("P", payer=PAYER))
    house.tick()
    assert pointed(house) == {}
    house.say(invoice(1, "D1", name=PAYER["name"]))
    house.say(invoice(2, "D2"), payment("Q", reference_of(2), payer={"iban": PAYER["iban"]}))
    house.say(invoice(3, "D3"), said("debtor.updated", "u", "D3", party={"name": PAYER["name"]}))
    assert pointed(house) == {"D1": ["P"], "D2": ["P"], "D3": ["P"]}


def test_a_name_that_a_debtor_had_before_still_points_to_it() -> None:
    house = House()
    house.say(invoice(1, name=PAYER["name"]), said("debtor.updated", "u", party={"name": "Maija Meikäläinen"}))
    house.say(payment("P", payer={"name": PAYER["name"]}))
    house.tick()
    assert pointed(house) == {"D1": ["P"]}


def test_it_points_to_debtors_of_the_same_creditor_only() -> None:
    house = House(partitions=1)
    house.say(creditor("other"), invoice(1, name=PAYER["name"]), payment("P", creditor="other", payer=PAYER))
    house.tick()
    assert pointed(house) == {}


@pytest.mark.parametrize(
    "end",
    [
        [about_payment("payment.assigned", "P", "a", debtor="D2")],
        [about_payment("payment.reversed", "P", "r")],
        [about_payment("payment.refunded", "P", "r")],
        [invoice(7, "D2")],
    ],
)
def test_it_points_to_nobody_any_longer_once_it_is_somebodys_or_gone(end: list[dict[str, str]]) -> None:
    house = House()
    house.say(invoice(1, "D1", name=PAYER["name"]), invoice(2, "D2"), payment("P", reference_of(7), payer=PAYER))
    house.tick()
    assert pointed(house) == {"D1": ["P"]}
    house.say(*end)
    assert pointed(house) == {}
    house.say(invoice(3, "D3", name=PAYER["name"]))
    assert pointed(house) == {}
