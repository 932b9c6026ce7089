"""Rules.md M11: credit of the debtor that no invoice names."""

from typing import Any

import pytest

from tests.unit.overdue.reading import balances, credit, days, totals
from tests.unit.overdue.story import Story

GOODWILL: dict[str, Any] = {"credit": "H-1", "amount": "30.00", "currency": "EUR", "reason": "goodwill"}


def test_m11_it_pays_an_overdue_receivable_on_the_day_it_becomes_known() -> None:
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-27", **GOODWILL)
    harness = story.play("2026-01-28")

    assert totals(harness) == ["70.00"]
    assert credit(harness) == "0.00"


def test_m11_it_is_unused_until_a_receivable_is_due() -> None:
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-12", **GOODWILL)

    assert credit(story.play("2026-01-22")) == "30.00"
    assert credit(story.play("2026-01-23")) == "0.00"


def test_m3_credit_pays_a_receivable_whose_due_date_was_moved_into_the_past_from_the_day_on_which_it_was() -> None:
    story = Story().invoice("2026-02-27", issued="2026-01-09")
    story.says("credit.granted", "2026-01-12", **GOODWILL | {"amount": "100.00"})
    story.says("invoice.rescheduled", "2026-02-02", invoice="1001", due="2026-01-30")

    assert credit(story.play("2026-02-01")) == "100.00"
    assert credit(story.play("2026-02-02")) == "0.00"
    assert days(story.play("2026-04-30")) == []


def test_m4_credit_of_a_note_of_a_later_day_is_there_once_the_note_is_known() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-26", "50.00", invoice="1002")
    harness = story.credited("150.00", "2026-01-20", issued="2026-03-20").play("2026-02-27")

    assert days(harness) == []


def test_m11_no_letter_goes_once_it_covers_the_debt() -> None:
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-27", **GOODWILL | {"amount": "100.00"})

    assert days(story.play("2026-02-27")) == []


def test_m11_more_than_is_open_stays_the_debtors() -> None:
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-27", **GOODWILL | {"amount": "120.00"})
    harness = story.play("2026-02-27")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "20.00"


def test_m11_it_passes_by_what_is_under_a_stop() -> None:
    story = Story().invoice("2026-01-23").says("dispute.raised", "2026-01-26", invoice="1001", ground="broken")
    harness = story.says("credit.granted", "2026-01-27", **GOODWILL).play("2026-01-30")

    assert credit(harness) == "30.00"


def test_m11_credit_in_another_currency_waits_for_a_receivable_in_it() -> None:
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-27", **GOODWILL | {"currency": "SEK"})
    harness = story.play("2026-01-28")

    assert totals(harness) == ["100.00"]
    assert credit(harness, "SEK") == "30.00"


def test_m11_a_refund_of_a_payment_takes_it_and_names_it_in_the_account() -> None:
    story = Story().invoice("2026-01-23").paid("100.00", "2026-01-20")
    story.says("credit.granted", "2026-01-27", **GOODWILL).money_back("refunded", "2026-01-29", amount="10.00")
    harness = story.play("2026-01-30")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "20.00"


LATER: dict[str, dict[str, Any]] = {"invoice.rescheduled": {"due": "2026-04-20"}, "hold.placed": {"reason": "other"}}


@pytest.mark.parametrize("kind", LATER)
def test_m3_credit_that_was_used_stays_used_whatever_the_next_night_brings(kind: str) -> None:
    # Half past midnight in Helsinki is still the 23rd in UTC.
    story = Story().invoice("2026-01-23").says("credit.granted", "2026-01-12", **GOODWILL)
    harness = story.says(kind, "2026-01-24", at="00:30", invoice="1001", **LATER[kind]).play("2026-01-26")

    assert balances(harness) == {"1001": ("70.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"
