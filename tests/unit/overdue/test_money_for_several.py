"""Rules.md M2, M3, M5: one payment that names several receivables of its debtor."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from schemas.journal import AccountEvent, MoneyPlaced, MoneyReversed
from schemas.parsing import parse_event
from tests.unit.overdue.reading import balances, credit
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, NUDGE, REMINDER, ZONE, Story, consumer_policy

MORNING = datetime(2026, 2, 4, 6, tzinfo=ZONE)
NO_WAIVER = {"waive_below": "0.00"}


def naming(*invoices: str, amount: int, day: str = "2026-02-03", **changes: Any) -> MoneyPlaced:
    """A payment, in cents, whose words name these invoices."""
    paid = date.fromisoformat(day)
    facts = {
        "creditor": CREDITOR,
        "debtor": DEBTOR,
        "account": BANK,
        "payment": "P1",
        "time": max(MORNING, datetime.combine(paid + timedelta(days=1), time(6), ZONE)),
        "id": "//bank#1",
    }
    money = {"amount": amount, "currency": "EUR", "paid": paid, "booked": paid, "invoices": invoices}
    return MoneyPlaced(**{**facts, **money, **changes})


def test_m2_it_pays_class_by_class_across_them_the_earliest_due_first() -> None:
    # The letter of 11.2. moves both; 150.00 pay the first's principal, then half of the second's, no interest yet.
    policy = consumer_policy(NUDGE, {**REMINDER, "after_previous_days": 14}, residual=NO_WAIVER)
    story = Story(policy).invoice("2026-01-23").invoice("2026-02-06", invoice="1002")
    harness = story.journal(naming("1002", "1001", amount=150_00, day="2026-02-16"), "2026-02-17").play("2026-02-17")

    assert balances(harness) == {"1001": ("0.00", "0.49", "0.00"), "1002": ("50.00", "0.00", "0.00")}


def test_m3_it_pays_those_that_it_names_and_nothing_else() -> None:
    story = (
        Story()
        .invoice("2026-01-22")
        .invoice("2026-01-23", invoice="1002")
        .invoice("2026-06-01", invoice="1003", known="2026-01-20")
    )
    harness = story.journal(naming("1002", "1003", amount=210_00), "2026-02-04").play("2026-02-04")

    # 1001 gets the 10.00 that are left, as credit, on the day it arose.
    assert balances(harness) == {
        "1001": ("90.00", "0.00", "0.00"),
        "1002": ("0.00", "0.00", "0.00"),
        "1003": ("0.00", "0.00", "0.00"),
    }


def test_m3_what_the_payer_names_is_paid_under_a_stop_as_well() -> None:
    story = Story().invoice("2026-01-22").invoice("2026-01-23", invoice="1002")
    story.says("hold.placed", "2026-01-26", invoice="1002", reason="agreed")
    harness = story.journal(naming("1001", "1002", amount=200_00), "2026-02-04").play("2026-02-04")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00"), "1002": ("0.00", "0.00", "0.00")}


def test_m3_a_lapsed_one_among_them_takes_nothing() -> None:
    story = Story().invoice("2023-01-05", known="2026-01-07").invoice("2026-01-23", invoice="1002")
    harness = story.journal(naming("1001", "1002", amount=130_00), "2026-02-04").play("2026-02-04")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "30.00"


def test_m3_when_all_of_them_lapsed_the_money_is_for_a_person() -> None:
    story = Story().invoice("2023-01-05", known="2026-01-07").invoice("2023-01-05", invoice="1002", known="2026-01-07")
    harness = story.journal(naming("1001", "1002", amount=130_00), "2026-02-04").play("2026-02-04")

    assert list(harness.books().refused.values()) == ["lapsed"]


def test_m5_its_reversal_makes_each_of_them_wait() -> None:
    back = MoneyReversed(
        creditor=CREDITOR,
        debtor=DEBTOR,
        account=BANK,
        payment="P1",
        time=MORNING.replace(day=5),
        id="//bank#2",
    )
    story = Story().invoice("2026-01-22").invoice("2026-01-23", invoice="1002")
    harness = (
        story.journal(naming("1001", "1002", amount=60_00), "2026-02-04").journal(back, "2026-02-05").play("2026-02-05")
    )

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("100.00", "0.00", "0.00")}
    account = harness.accounts[DEBTOR]
    waiting = [account.reversals_of(receivable) for receivable in account.receivables.values()]
    assert waiting == [[date(2026, 2, 5)], [date(2026, 2, 5)]]


@pytest.mark.parametrize("arrives", ["2026-02-04", "2026-02-06"])
def test_g9_what_reversed_money_had_paid_follows_from_what_is_known_not_from_what_came_first(arrives: str) -> None:
    note = {"invoice": "1001", "credit_note": "n", "amount": "100.00", "currency": "EUR", "issued": "2026-02-04"}
    data = Story().says("invoice.credited", "2026-02-04", **note).events[-1]
    time = datetime.fromisoformat(data["time"])
    parsed: Any = parse_event(data).data
    credited = AccountEvent(event="invoice.credited.v1", time=time, id="n", data=parsed)
    back: Any = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P1"}
    reversed_ = MoneyReversed(**back, time=MORNING.replace(day=5), id="//bank#2")
    story = Story().invoice("2026-01-22").invoice("2026-01-23", invoice="1002").journal(credited, arrives)
    story.journal(naming(amount=100_00), "2026-02-04", at="09:00").journal(reversed_, "2026-02-05")
    account = story.play("2026-02-06").accounts[DEBTOR]

    assert account.reversals_of(account.receivables["1001"]) == []
    assert account.reversals_of(account.receivables["1002"]) == [date(2026, 2, 5)]


def test_g9_a_credit_note_known_after_a_reversal_makes_no_other_receivable_wait() -> None:
    # From the beginning of 1001 the note would have let the money pay 1002; when it went back it had paid 1001 alone.
    back: Any = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P1"}
    story = Story().invoice("2026-01-22").invoice("2026-01-23", invoice="1002")
    story.journal(naming(amount=100_00), "2026-02-03")
    story.journal(MoneyReversed(**back, time=MORNING.replace(day=5), id="//bank#2"), "2026-02-05")
    note = {"credit_note": "n", "amount": "100.00", "currency": "EUR", "issued": "2026-02-04"}
    account = story.says("invoice.credited", "2026-02-06", invoice="1001", **note).play("2026-02-09").accounts[DEBTOR]

    assert account.reversals_of(account.receivables["1001"]) == [date(2026, 2, 5)]
    assert account.reversals_of(account.receivables["1002"]) == []


def test_placed_anew_it_pays_what_it_names_now() -> None:
    story = (
        Story()
        .invoice("2026-01-22")
        .invoice("2026-01-23", invoice="1002")
        .journal(naming("1001", "1002", amount=100_00), "2026-02-04")
    )
    harness = story.journal(naming(amount=100_00, invoice="1002", invoices=None), "2026-02-05").play("2026-02-05")

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00"), "1002": ("0.00", "0.00", "0.00")}
