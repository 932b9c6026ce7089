"""Rules.md M9: an invoice in parts is a receivable for each of them; naming the whole speaks of all."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.overdue.books.ledger import books
from services.overdue.steps.step_progress import letters_sent
from services.overdue.stops.in_force import disputed_part
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import balances, compensations, credit, fees, moved, steps, sums, why
from tests.unit.overdue.story import (
    CREDITOR,
    DEBTOR,
    NUDGE,
    REMINDER,
    Story,
    business_policy,
    consumer_policy,
    step,
)

FIRST, SECOND = "1001/1", "1001/2"
KEPT = {"waive_below": "0.00"}
OWN_REFERENCE = "20103"


def in_parts(policy: dict[str, Any] | None = None, later: str = "2026-06-30", **more: Any) -> Story:
    """Invoice 1001 of 100.00 in two halves, due 23.1. and later; the second may have a reference of its own."""
    parts = [{"due": "2026-01-23", "amount": "50.00"}, {"due": later, "amount": "50.00", **more}]
    return Story(policy or consumer_policy(NUDGE, REMINDER, residual=KEPT)).invoice("2026-01-23", parts=parts)


def test_m9_each_part_has_its_own_due_date_and_steps() -> None:
    harness = in_parts(later="2026-02-23").play("2026-03-02")

    assert steps(harness) == ["2026-01-28 nudge", "2026-02-12 reminder", "2026-03-02 nudge"]
    assert [moved(letter) for letter in harness.letters] == [
        {FIRST: "nudge"},
        {FIRST: "reminder"},
        {FIRST: None, SECOND: "nudge"},
    ]
    assert sums(harness.letters[0]) == ("0.00", "0.00", "50.00")


def test_m9_a_letter_says_which_part_of_which_invoice() -> None:
    (line,) = in_parts().play("2026-01-30").letters[0].lines

    assert (line.whole, line.part, line.parts, line.original) == ("1001", 1, 2, 50_00)


def test_m9_money_of_the_whole_goes_to_the_earliest_part_and_on() -> None:
    harness = in_parts().paid("60.00", "2026-01-20").play("2026-01-22")

    assert balances(harness) == {FIRST: ("0.00", "0.00", "0.00"), SECOND: ("40.00", "0.00", "0.00")}
    assert credit(harness) == "0.00"


def test_m9_money_with_a_parts_own_reference_goes_to_that_part() -> None:
    story = in_parts(reference=OWN_REFERENCE)
    harness = story.paid("50.00", "2026-01-20", invoice=None, reference=OWN_REFERENCE).play("2026-01-22")

    assert balances(harness) == {FIRST: ("50.00", "0.00", "0.00"), SECOND: ("0.00", "0.00", "0.00")}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("invoice.credited", {"credit_note": "K1", "currency": "EUR", "issued": "2026-01-12"}),
        ("receivable.written-off", {"currency": "EUR", "reason": "small"}),
    ],
)
def test_m9_credit_notes_and_write_offs_of_the_whole_take_from_the_last(kind: str, more: dict[str, str]) -> None:
    harness = in_parts().says(kind, "2026-01-12", invoice="1001", amount="70.00", **more).play("2026-01-14")

    assert balances(harness) == {FIRST: ("30.00", "0.00", "0.00"), SECOND: ("0.00", "0.00", "0.00")}


def test_m9_a_credit_note_of_the_whole_takes_nothing_from_a_part_that_was_cancelled_before() -> None:
    story = in_parts().says("invoice.cancelled", "2026-01-12", invoice="1001/2", reason="once")
    harness = story.credited("30.00", "2026-01-13").play("2026-01-14")

    assert balances(harness) == {"1001/1": ("20.00", "0.00", "0.00"), "1001/2": ("0.00", "0.00", "0.00")}


def test_m9_a_part_that_is_cancelled_after_a_credit_note_of_the_whole_keeps_what_that_took() -> None:
    story = in_parts().credited("30.00", "2026-01-12")
    harness = story.says("invoice.cancelled", "2026-01-13", invoice="1001/2", reason="once").play("2026-01-14")

    assert balances(harness) == {"1001/1": ("50.00", "0.00", "0.00"), "1001/2": ("0.00", "0.00", "0.00")}


@pytest.mark.parametrize(
    ("named", "amount", "note", "open_", "surplus"),
    [
        (SECOND, None, "30.00", "20.00", "0.00"),
        (SECOND, "50.00", "30.00", "20.00", "0.00"),
        ("1001", "50.00", "30.00", "20.00", "0.00"),
        (SECOND, None, "70.00", "0.00", "20.00"),
        (SECOND, "40.00", "30.00", "30.00", "0.00"),
    ],
)
def test_m9_a_credit_note_of_the_whole_takes_nothing_of_what_was_written_off_before(
    named: str, amount: str | None, note: str, open_: str, surplus: str
) -> None:
    story = in_parts()
    story.says(
        "receivable.written-off",
        "2026-01-12",
        invoice=named,
        amount=amount,
        currency="EUR" if amount else None,
        reason="small",
    )
    harness = story.credited(note, "2026-01-13").play("2026-01-14")

    assert balances(harness) == {FIRST: (open_, "0.00", "0.00"), SECOND: ("0.00", "0.00", "0.00")}
    assert credit(harness) == surplus


def test_m9_a_credit_note_of_the_whole_makes_what_was_paid_credit_where_the_rest_was_written_off() -> None:
    story = in_parts().says("receivable.written-off", "2026-01-12", invoice=SECOND, reason="small")
    harness = story.credited("30.00", "2026-01-13").paid("50.00", "2026-01-12").play("2026-01-14")

    assert set(balances(harness).values()) == {("0.00", "0.00", "0.00")}
    assert credit(harness) == "30.00"


def test_m9_a_write_off_after_a_credit_note_of_the_whole_takes_what_that_left() -> None:
    story = in_parts().credited("30.00", "2026-01-12")
    harness = story.says("receivable.written-off", "2026-01-13", invoice=SECOND, reason="small").play("2026-01-14")

    assert balances(harness) == {FIRST: ("50.00", "0.00", "0.00"), SECOND: ("0.00", "0.00", "0.00")}


def test_m9_more_credit_than_all_parts_is_the_debtors() -> None:
    harness = in_parts().credited("70.00", "2026-01-12").credited("40.00", "2026-01-13").play("2026-01-14")

    assert balances(harness) == {FIRST: ("0.00", "0.00", "0.00"), SECOND: ("0.00", "0.00", "0.00")}
    assert credit(harness) == "10.00"


def test_m9_a_dispute_over_an_amount_of_the_whole_takes_from_the_last() -> None:
    dispute: dict[str, Any] = {"invoice": "1001", "amount": "30.00", "currency": "EUR", "ground": "broken"}
    early = in_parts(later="2026-01-26").says("dispute.raised", "2026-01-13", **dispute).play("2026-02-02")
    paid = in_parts(reference=OWN_REFERENCE).says("dispute.raised", "2026-01-13", **dispute)
    paid.paid("50.00", "2026-01-20", invoice=None, reference=OWN_REFERENCE)

    assert [line.balance for line in early.letters[-1].lines] == [50_00, 20_00]
    assert [letter.total for letter in paid.play("2026-02-02").letters] == [20_00]


@pytest.mark.parametrize("named", ["1001", FIRST])
def test_m9_a_hold_on_the_whole_or_on_the_part_stops_it(named: str) -> None:
    story = in_parts().says("hold.placed", "2026-01-13", invoice=named, reason="agreed")
    harness = story.play("2026-02-02")

    assert harness.letters == []
    assert "held" in why(harness, "2026-02-02")


def test_m9_what_ends_for_one_part_goes_on_for_the_others() -> None:
    story = in_parts(later="2026-01-26").says("hold.placed", "2026-01-13", invoice="1001", reason="agreed")
    harness = story.says("hold.lifted", "2026-01-14", invoice=SECOND).play("2026-02-02")

    assert [moved(letter) for letter in harness.letters] == [{SECOND: "nudge"}]


def test_m9_a_cancellation_of_the_whole_closes_all_parts() -> None:
    harness = in_parts(later="2026-01-26").says("invoice.cancelled", "2026-01-13", invoice="1001", reason="error")

    assert set(balances(harness.play("2026-02-12")).values()) == {("0.00", "0.00", "0.00")}


def test_m9_a_reschedule_names_a_part() -> None:
    story = in_parts(later="2026-01-26").says("invoice.rescheduled", "2026-01-13", invoice=FIRST, due="2026-02-27")

    assert [moved(letter) for letter in story.play("2026-02-10").letters] == [{SECOND: "nudge"}]


def test_m9_a_plan_over_the_whole_holds_all_parts() -> None:
    plan: dict[str, Any] = {
        "invoices": ["1001"],
        "instalments": [{"due": "2026-03-30", "amount": "100.00"}],
        "currency": "EUR",
    }
    story = in_parts(later="2026-01-26").says("plan.agreed", "2026-01-13", **plan)

    assert story.play("2026-02-12").letters == []


def test_m9_each_part_may_bear_the_compensation() -> None:
    claim = step("claim", after_due_days=1, interest=True) | {"fixed_compensation": "claim"}
    story = Story(business_policy(claim), party={"trader": True})
    parts = [{"due": "2026-01-23", "amount": "50.00"}, {"due": "2026-02-23", "amount": "50.00"}]

    assert compensations(story.invoice("2026-01-23", parts=parts).play("2026-02-26")) == ["40.00", "40.00"]


def test_m9_the_ceiling_of_fees_counts_over_the_whole_by_its_amount() -> None:
    # Of a consumer's 100.00 or less all fees together are at most 60.00, whichever part bears them.
    fee = [step(f"s{n}", after_previous_days=15, fee="5.00") for n in range(1, 12)]
    policy = consumer_policy(NUDGE, *fee, residual=KEPT, contacts=None)
    parts = [{"due": "2026-01-23", "amount": "50.00"}, {"due": "2026-08-31", "amount": "50.00"}]
    harness = Story(policy).invoice("2026-01-23", parts=parts).play("2026-11-30")

    assert fees(harness).count("5.00") == 12
    assert {invoice: entry.fees for invoice, entry in harness.books().open.items()} == {FIRST: 55_00, SECOND: 5_00}


@pytest.mark.parametrize("order", [("1001", "1002"), ("1002", "1001")])
def test_m9_a_letter_taken_before_counts_once_for_all_parts_whichever_invoice_comes_first(
    order: tuple[str, str],
) -> None:
    taken = [{"step": "nudge", "sent": "2026-01-02", "response_by": "2026-01-12", "fee": "0.00"}]
    parts = [{"due": "2025-12-19", "amount": "50.00"}, {"due": "2025-12-23", "amount": "50.00"}]
    story = Story()
    for number in order:
        more: dict[str, Any] = {"parts": parts} if number == "1001" else {}
        story.invoice("2025-12-19", invoice=number, issued="2025-12-01", taken=taken, **more)

    assert letters_sent(story.play("2026-01-07").accounts[DEBTOR]) == [(date(2026, 1, 2), date(2026, 1, 12))] * 2


def test_m9_a_step_taken_before_is_that_of_the_parts_due_before_it() -> None:
    taken = [{"step": "nudge", "sent": "2026-01-02", "response_by": "2026-01-12", "fee": "3.00"}]
    parts = [{"due": "2025-12-23", "amount": "50.00"}, {"due": "2026-03-23", "amount": "50.00"}]
    story = Story(consumer_policy(NUDGE, REMINDER, residual=KEPT))
    harness = story.invoice("2025-12-23", issued="2025-12-01", parts=parts, taken=taken).play("2026-03-30")

    assert balances(harness)[SECOND] == ("50.00", "0.00", "0.00")
    assert moved(harness.letters[0]) == {FIRST: "reminder"}
    assert moved(harness.letters[-1])[SECOND] == "nudge"


# -- whatever happens, the parts are the whole -----------------------------------------------------------------

_HAPPENING = st.sampled_from(["paid", "invoice.credited", "receivable.written-off", "dispute.raised"])
_LATER = [(date(2026, 1, 12) + timedelta(days=n)).isoformat() for n in range(7)]


@given(
    amounts=st.lists(st.integers(1, 200), min_size=2, max_size=4),
    happening=st.lists(st.tuples(_HAPPENING, st.integers(1, 300)), max_size=len(_LATER)),
)
@settings(deadline=None)
def test_m9_the_parts_sum_to_the_whole_whatever_names_it(amounts: list[int], happening: list[tuple[str, int]]) -> None:
    parts = [{"due": f"2026-06-{n:02d}", "amount": f"{amount}.00"} for n, amount in enumerate(amounts, start=1)]
    whole = _played(Story(consumer_policy(residual=KEPT)), f"{sum(amounts)}.00", happening, {})
    split = _played(Story(consumer_policy(residual=KEPT)), f"{sum(amounts)}.00", happening, {"parts": parts})

    assert _sums_of(split) == _sums_of(whole)


def _played(story: Story, amount: str, happening: list[tuple[str, int]], more: dict[str, Any]) -> AccountHarness:
    story.invoice("2026-06-01", amount, known="2026-01-09", issued="2026-01-09", **more)
    for (kind, euros), day in zip(happening, _LATER, strict=False):
        money = {"amount": f"{euros}.00", "currency": "EUR"}
        if kind == "paid":
            story.paid(money["amount"], day, payment=day)
        elif kind == "invoice.credited":
            story.credited(money["amount"], day)
        elif kind == "dispute.raised":
            story.says(kind, day, invoice="1001", **money)
        else:
            story.says(kind, day, invoice="1001", reason="small", **money)
    return story.play("2026-01-25")


def _sums_of(harness: AccountHarness) -> tuple[int, ...]:
    """What is open, received, credited, written off, unused and in dispute, of all receivables together."""
    account = harness.accounts[DEBTOR]
    found = books(account, date(2026, 1, 25), harness.context)
    entries = found.open.values()
    now = harness.context.opens_at("consumer", date(2026, 1, 25))
    disputed = sum(
        min(each.principal, disputed_part(account, each.receivable, now, found.principal_of)) for each in entries
    )
    open_ = sum(each.principal for each in entries)
    given = [sum(getattr(each, name) for each in entries) for name in ("received", "credited", "written_off")]
    assert account.creditor == CREDITOR
    return open_, *given, sum(each.amount for each in found.credit), disputed
