"""Rules.md M10: an invoice that replaces another one keeps payments and steps; one that is asked about is held."""

from datetime import datetime
from typing import Any

import pytest

from schemas.journal import CorrectionAsked
from tests.unit.overdue.reading import balances, credit, moved, steps, sums, tasks, why
from tests.unit.overdue.story import CREDITOR, DEBTOR, NUDGE, REMINDER, ZONE, Story, consumer_policy

KEPT = {"waive_below": "0.00"}
PARTS = [{"due": "2026-01-23", "amount": "50.00"}, {"due": "2026-02-23", "amount": "50.00"}]


def asked(correction: str = "1002") -> CorrectionAsked:
    """A person is asked what the next event of the story, an invoice, does to 1001."""
    return CorrectionAsked(
        creditor=CREDITOR,
        debtor=DEBTOR,
        time=datetime(2026, 1, 20, 7, tzinfo=ZONE),
        id="//story#0004",
        invoice="1001",
        correction=correction,
    )


def story(**more: Any) -> Story:
    """Invoice 1001 of 100.00, due 23.1., the third event."""
    return Story(consumer_policy(NUDGE, REMINDER, residual=KEPT)).invoice("2026-01-23", known="2026-01-09", **more)


def corrected(amount: str, known: str, due: str = "2026-01-23", invoice: str = "1002", **more: Any) -> Story:
    """The story with an invoice that replaces 1001, the fourth event."""
    return story().invoice(due, amount, invoice, known, issued="2026-01-09", corrects="1001", **more)


def test_m10_one_that_is_asked_about_is_held_and_a_task_names_both() -> None:
    harness = story().journal(asked(), "2026-01-20").play("2026-02-12")

    assert harness.letters == []
    assert why(harness, "2026-02-12") == {"held": None}
    assert tasks(harness) == ["2026-01-20 correction 1001"]
    assert harness.tasks[0].correction == "1002"


def test_m10_all_parts_of_one_that_is_asked_about_are_held() -> None:
    assert story(parts=PARTS).journal(asked(), "2026-01-20").play("2026-03-02").letters == []


def test_m10_money_pays_one_that_is_asked_about() -> None:
    waiting = story().journal(asked(), "2026-01-20").paid("100.00", "2026-01-26", invoice=None, debtor=DEBTOR)

    assert balances(waiting.play("2026-01-28")) == {"1001": ("0.00", "0.00", "0.00")}


@pytest.mark.parametrize("replaces", [True, False])
def test_m10_letters_go_on_once_it_is_settled(replaces: bool) -> None:
    more = {"corrects": "1001"} if replaces else {}
    held = story().journal(asked(), "2026-01-20")
    harness = held.invoice("2026-01-23", "90.00", "1002", "2026-02-06", issued="2026-01-09", **more).play("2026-02-06")

    assert [moved(letter) for letter in harness.letters] == [
        {"1001": "nudge"} if replaces else {"1001": "nudge", "1002": "nudge"}
    ]
    assert sums(harness.letters[0]) == ("0.00", "0.00", "90.00" if replaces else "190.00")


def test_m10_a_replacement_keeps_payments_steps_and_claims() -> None:
    # The reminder of 12.2. claims 20 days on 100.00 less the 40.00 of 26.1., as of the correction on 90.00 less those.
    harness = corrected("90.00", "2026-02-16").paid("40.00", "2026-01-26").play("2026-02-20")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder"]
    assert balances(harness) == {"1001": ("50.00", "0.29", "5.00")}


def test_m10_a_lower_amount_makes_what_was_paid_too_much_credit() -> None:
    harness = corrected("90.00", "2026-01-20").paid("100.00", "2026-01-16").play("2026-01-22")

    assert balances(harness) == {"1001": ("0.00", "0.00", "0.00")}
    assert credit(harness) == "10.00"


def test_m10_a_higher_amount_counts_from_the_beginning_as_well() -> None:
    # The reminder of 12.2. claims 20 days x 9.5 %, as of the correction on 150.00: 0.78.
    harness = corrected("150.00", "2026-02-16").play("2026-02-20")

    assert balances(harness) == {"1001": ("150.00", "0.78", "5.00")}


def test_m10_credit_that_was_too_much_pays_what_a_correction_adds() -> None:
    harness = corrected("150.00", "2026-02-02").paid("130.00", "2026-01-26").play("2026-02-04")

    assert balances(harness) == {"1001": ("20.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"


def test_m10_a_new_due_date_counts_as_a_reschedule() -> None:
    harness = corrected("100.00", "2026-01-26", due="2026-02-20").play("2026-02-28")

    assert steps(harness) == ["2026-02-25 nudge"]
    assert harness.letters[0].lines[0].due.isoformat() == "2026-02-20"


def test_m10_the_printed_due_date_again_takes_back_no_more_time() -> None:
    more_time = corrected("90.00", "2026-01-26").says(
        "extension.granted", "2026-01-20", invoice="1001", until="2026-02-20"
    )

    assert steps(more_time.play("2026-02-28")) == ["2026-02-25 nudge"]


def test_m10_a_second_correction_that_prints_the_due_date_of_the_first_takes_back_no_more_time() -> None:
    twice = corrected("90.00", "2026-01-16", due="2026-01-30")
    twice.says("extension.granted", "2026-01-20", invoice="1001", until="2026-02-20")
    twice.invoice("2026-01-30", "95.00", "1003", "2026-01-26", issued="2026-01-09", corrects="1001")

    assert steps(twice.play("2026-02-28")) == ["2026-02-25 nudge"]


@pytest.mark.parametrize("first", [True, False])
def test_m10_a_second_correction_that_prints_the_first_due_date_again_brings_it_back(first: bool) -> None:
    told = [("2026-01-16", "2026-01-12", "1002"), ("2026-01-23", "2026-01-13", "1003")]
    both = story()
    for due, known, number in told if first else reversed(told):
        both.invoice(due, "90.00", number, known, issued="2026-01-09", corrects="1001")

    assert steps(both.play("2026-01-30")) == ["2026-01-28 nudge"]


def test_m10_credit_notes_stay() -> None:
    harness = corrected("90.00", "2026-01-20").credited("30.00", "2026-01-12").play("2026-01-22")

    assert balances(harness) == {"1001": ("60.00", "0.00", "0.00")}


@pytest.mark.parametrize("first", [True, False])
def test_m10_of_two_corrections_the_one_known_last_holds_whichever_comes_first(first: bool) -> None:
    told = [("90.00", "2026-01-20", "1002"), ("80.00", "2026-01-21", "1003")]
    both = story()
    for amount, known, number in told if first else reversed(told):
        both.invoice("2026-01-23", amount, number, known, issued="2026-01-09", corrects="1001", subject=amount)
    harness = both.play("2026-01-30")

    assert balances(harness) == {"1001": ("80.00", "0.00", "0.00")}
    assert [line.subject for line in harness.letters[0].lines] == ["80.00"]


def test_m10_parts_are_replaced_one_by_one() -> None:
    parts = [{"due": "2026-01-23", "amount": "40.00"}, {"due": "2026-03-23", "amount": "50.00"}]
    split = story(parts=PARTS).paid("60.00", "2026-01-16")
    split.invoice("2026-01-23", "90.00", "1002", "2026-01-20", issued="2026-01-09", corrects="1001", parts=parts)
    harness = split.play("2026-01-22")

    assert balances(harness) == {"1001/1": ("0.00", "0.00", "0.00"), "1001/2": ("30.00", "0.00", "0.00")}
    assert harness.accounts[DEBTOR].receivables["1001/2"].due_now.isoformat() == "2026-03-23"


def test_m10_whoever_collects_is_told_of_a_correction_of_what_was_handed_over() -> None:
    collection = {"name": "collection", "action": "hand-over", "after_previous_days": 15}
    handed = Story(consumer_policy(NUDGE, collection, residual=KEPT)).invoice("2026-01-23")
    handed.invoice("2026-01-23", "90.00", "1002", "2026-03-02", issued="2026-01-09", corrects="1001")

    harness = handed.play("2026-03-04")
    assert harness.handed_over
    assert [(task.task, task.reason, task.correction) for task in harness.tasks] == [
        ("tell-collector", "handed-over", "1002")
    ]


def test_m10_a_cancelled_invoice_is_owed_no_more_whatever_corrected_it() -> None:
    harness = corrected("150.00", "2026-01-20").says("invoice.cancelled", "2026-01-21", invoice="1001", reason="error")

    assert balances(harness.play("2026-02-12")) == {"1001": ("0.00", "0.00", "0.00")}
