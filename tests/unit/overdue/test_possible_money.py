"""Rules.md G10: money that is not placed and may be the account's, graded by what is open of it on the day."""

from datetime import datetime
from typing import Any

import pytest

from schemas.journal import MoneyPointed, MoneyPointer
from tests.unit.overdue.reading import days, handed_over, tasks, why
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, NUDGE, REMINDER, ZONE, Story, consumer_policy

SINCE = datetime(2026, 1, 27, 8, 0, tzinfo=ZONE)
FREE = "2026-02-10"
"""The tenth banking day after the money was first found unplaced."""


def pointed(*pointers: MoneyPointer, amount: int = 7_700, currency: str = "EUR", payment: str = "P9") -> MoneyPointed:
    """Money that points to the account."""
    return MoneyPointed(
        creditor=CREDITOR,
        debtor=DEBTOR,
        account=BANK,
        payment=payment,
        amount=amount,
        currency=currency,
        since=SINCE,
        pointers=pointers,
    )


def pointer(strength: Any, **more: Any) -> MoneyPointer:
    """One reason why."""
    return MoneyPointer(why="name", strength=strength, **more)


def held(message: MoneyPointed, until: str = "2026-02-20") -> tuple[dict[str, str | None], list[str]]:
    """The account's reasons on the day of its first step, and the days of its letters."""
    harness = Story().invoice("2026-01-23").journal(message, "2026-01-27").play(until)
    return why(harness, "2026-01-28"), days(harness)[:1]


def test_strong_money_holds_until_a_person_decides() -> None:
    assert held(pointed(pointer("strong"))) == ({"unmatched-money": None}, [])


def test_weak_money_holds_ten_banking_days_and_somebody_is_asked_to_look_at_once() -> None:
    story = Story().invoice("2026-01-23").journal(pointed(pointer("weak")), "2026-01-27")
    harness = story.play("2026-02-20")

    assert why(harness, "2026-01-28") == {"possible-payment": FREE}
    assert days(harness)[0] == FREE
    assert tasks(harness) == ["2026-01-27 look-at-money"]
    assert [(task.account, task.payment, task.reason) for task in harness.tasks] == [(BANK, "P9", "possible-payment")]


def test_another_strong_pointer_makes_the_money_strong() -> None:
    assert held(pointed(pointer("weak"), pointer("strong"))) == ({"unmatched-money": None}, [])


@pytest.mark.parametrize(("amount", "codes"), [(10_000, {"unmatched-money"}), (9_999, {"possible-payment"})])
def test_a_weaker_name_is_strong_with_the_exact_sum_of_an_invoice(amount: int, codes: set[str]) -> None:
    reasons, _ = held(pointed(pointer("strong-with-sum"), amount=amount))

    assert set(reasons) == codes


def test_the_sum_of_another_currency_is_another_sum() -> None:
    reasons, _ = held(pointed(pointer("strong-with-sum"), amount=10_000, currency="SEK"))

    assert set(reasons) == {"possible-payment"}


def test_a_weaker_name_is_strong_with_what_is_still_open_of_an_invoice() -> None:
    story = Story().invoice("2026-01-23").paid("40.00", "2026-01-26")
    story.journal(pointed(pointer("strong-with-sum"), amount=6_000), "2026-01-27")

    assert why(story.play("2026-01-28"), "2026-01-28") == {"unmatched-money": None}


def test_a_weaker_name_is_strong_with_the_sum_that_a_letter_asked() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER)).invoice("2026-01-23").invoice("2026-01-23", "50.00", invoice="1002")
    story.journal(pointed(pointer("strong-with-sum"), amount=15_000), "2026-02-10")

    assert why(story.play("2026-02-12"), "2026-02-12") == {"unmatched-money": None}


@pytest.mark.parametrize(("amount", "codes"), [(10_000, {"possible-payment"}), (9_999, set())])
def test_a_reference_nearly_right_holds_with_the_exact_sum_only(amount: int, codes: set[str]) -> None:
    story = Story().invoice("2026-01-23")
    story.journal(pointed(pointer("weak-with-sum", invoices=("1001",)), amount=amount), "2026-01-27")
    harness = story.play("2026-01-28")

    assert set(why(harness, "2026-01-28") if codes else {}) == codes
    assert days(harness) == ([] if codes else ["2026-01-28"])


@pytest.mark.parametrize(("amount", "codes"), [(10_000, {"unmatched-money"}), (9_999, set())])
def test_money_that_may_be_of_many_holds_whose_exact_sum_it_is(amount: int, codes: set[str]) -> None:
    story = Story().invoice("2026-01-23").journal(pointed(pointer("strong", many=True), amount=amount), "2026-01-27")
    harness = story.play("2026-01-28")

    assert days(harness) == ([] if codes else ["2026-01-28"])
    assert tasks(harness) == []


def test_a_shared_reference_is_strong_while_its_receivable_is_open() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-16", "30.00", invoice="1002")
    story.paid("30.00", "2026-01-20", "1002")
    shared = pointed(pointer("strong", invoices=("1002",)), amount=3_000)

    assert why(story.journal(shared, "2026-01-27").play("2026-01-28"), "2026-01-28") == {"possible-payment": FREE}


def test_a_hand_over_waits_for_a_person_as_letters_do() -> None:
    policy = consumer_policy(NUDGE, {"name": "collection", "action": "hand-over", "after_previous_days": 15})
    harness = Story(policy).invoice("2026-01-23").journal(pointed(pointer("strong")), "2026-02-10").play("2026-02-27")

    assert handed_over(harness) == []
    assert why(harness, "2026-02-12") == {"unmatched-money": None}


def test_a_later_message_about_the_same_payment_replaces_the_earlier_one() -> None:
    story = Story().invoice("2026-01-23").journal(pointed(pointer("strong")), "2026-01-26")

    assert why(story.journal(pointed(pointer("weak")), "2026-01-27").play("2026-01-28"), "2026-01-28") == {
        "possible-payment": FREE
    }


def test_money_that_the_account_refuses_as_its_debt_has_lapsed_holds_its_letters() -> None:
    story = Story(starts="2025-12-22").invoice("2022-12-15", invoice="900", known="2025-12-22")
    story.invoice("2026-01-23").paid("10.00", "2026-01-20", "900")

    harness = story.play("2026-01-28")
    assert set(why(harness, "2026-01-28")) == {"lapsed", "unmatched-money"}
    assert days(harness) == []
