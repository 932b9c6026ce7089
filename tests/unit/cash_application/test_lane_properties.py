"""Whatever order facts come in, however often, the accounts get the same (docs/invariants.md I2, I4, I15, I20–24)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference
from services.cash_application.state.account_numbers import drawn_number
from services.runtime.engine import Limits
from tests.unit.cash_application.books import DEBTORS, books_of
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import (
    ACME,
    Event,
    about_payment,
    completed,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)

pytestmark = pytest.mark.slow

NAMES = ("Anna", "anna ", "Bertil", None)
IBANS = ("FI1410093000123458", "FI2112345600000785", None)
NUMBERS = tuple(range(10_001, 10_006))
SAID = (*map(str, NUMBERS), *map(reference_of, NUMBERS), "kiitos 2026")
BOOKED = "2026-01-20"
debtors = st.sampled_from(DEBTORS)
moments = st.integers(0, 5).map(later)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A creditor, some invoices of some debtors, payments of all kinds, and events about them."""
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True, max_size=5))
    owners = {number: draw(debtors) for number in numbers}
    events = [creditor(at=draw(moments))]
    for version, confidence in enumerate(draw(st.lists(st.sampled_from([50, 70, 80, 95, None]), max_size=2)), 2):
        in_force = draw(st.sampled_from(["2026-01-01", "2026-01-21"]))
        events.append(requiring(confidence, version, at=draw(moments), in_force=in_force))
    for number, debtor in owners.items():
        name = draw(st.sampled_from(NAMES))
        written = "1-0001" if number == NUMBERS[-1] else str(number)  # in a text no other than the first
        amount = draw(st.sampled_from(["100.00", "50.00"]))
        events.append(invoice(number, debtor, at=draw(moments), name=name, invoice=written, amount=amount))
        if draw(st.booleans()):
            events.append(said("dispute.raised", f"d{number}", debtor, at=draw(moments), invoice=written))
    for place in range(draw(st.integers(0, 5))):
        events += draw(payments(f"P{place}"))
    for debtor in draw(st.lists(debtors, unique=True)):
        events.append(said("debtor.updated", f"u{debtor}", debtor, at=draw(moments), party={"name": "Cecilia"}))
    count = sum(each["type"] == "payment.received.v1" for each in events)
    events.append(completed("2026-01-08", "feed", count=count, sum=f"{100 * count}.00"))
    return events


@st.composite
def payments(draw: st.DrawFn, archive_id: str) -> list[Event]:
    """A payment and what becomes of it later."""
    letter = letter_reference(drawn_number(ACME, draw(debtors)), 1, FINNISH)
    reference = draw(st.sampled_from([None, letter, *map(reference_of, (*NUMBERS, 10_009))]))
    said_of_payer = {"name": draw(st.sampled_from(NAMES)), "iban": draw(st.sampled_from(IBANS))}
    payer = {name: value for name, value in said_of_payer.items() if value is not None}
    more: dict[str, Any] = {"payer": payer} if payer else {}
    if draw(st.booleans()):
        more["debtor"] = draw(debtors)
    if draw(st.booleans()):
        more["message"] = " ja ".join(draw(st.lists(st.sampled_from(SAID), min_size=1, max_size=2)))
    sent = [
        payment(archive_id, reference, at=draw(moments), currency=draw(st.sampled_from(["EUR", "EUR", "SEK"])), **more)
    ]
    if draw(st.booleans()):
        sent.append(about_payment("payment.reversed", archive_id, f"r{archive_id}", at=draw(moments), amount="60.00"))
    if draw(st.booleans()):
        sent.append(about_payment("payment.refunded", archive_id, f"b{archive_id}", at=draw(moments), amount="40.00"))
    for word in range(draw(st.integers(0, 2))):
        named = f"a{archive_id}{word}"
        sent.append(about_payment("payment.assigned", archive_id, named, at=draw(moments), debtor=draw(debtors)))
    return sent


@settings(max_examples=150, deadline=None)
@given(history=histories(), data=st.data())
def test_any_order_and_any_repetition_comes_to_the_same(history: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=6))
    shuffled = data.draw(st.permutations(history + again))
    one, other = CashHarness(registered=False), CashHarness(registered=False)
    one.publish(*history)
    other.publish(*shuffled)
    one.tick()
    other.tick()
    expected, found = books_of(one), books_of(other)
    assert found.tally.duplicates == expected.tally.duplicates + len(again)
    found.tally.duplicates = expected.tally.duplicates
    assert found == expected


@settings(max_examples=60, deadline=None)
@given(history=histories(), partitions=st.integers(1, 5), batch=st.integers(1, 20))
def test_partitions_and_batches_change_nothing(history: list[Event], partitions: int, batch: int) -> None:
    one, other = CashHarness(registered=False), CashHarness(partitions=partitions, registered=False, batch=batch)
    assert Limits().batch_records != batch
    one.publish(*history)
    other.publish_at_once(*history)
    one.tick()
    other.tick()
    assert books_of(other) == books_of(one)


@settings(max_examples=60, deadline=None)
@given(history=histories(), data=st.data())
def test_ticks_in_between_change_only_what_is_published_meanwhile(history: list[Event], data: st.DataObject) -> None:
    history.sort(key=lambda each: each["type"] != "policy.published.v1")  # placed money keeps its terms (rules.md K3)
    one, other = CashHarness(registered=False), CashHarness(registered=False)
    one.publish(*history)
    for each in history:
        other.publish(each)
        if data.draw(st.booleans()):
            other.tick()
    one.tick()
    other.tick()
    assert books_of(other) == books_of(one)


@settings(max_examples=100, deadline=None)
@given(history=histories())
def test_nothing_is_placed_with_less_confidence_than_the_policy_requires(history: list[Event]) -> None:
    harness = CashHarness(registered=False)
    harness.publish(*history)
    harness.tick()
    published = [each["data"] for each in history if each["type"] == "policy.published.v1"]
    in_force = [policy for policy in published if policy["in_force"] <= BOOKED]
    latest: Event = max(in_force, key=lambda policy: policy["version"], default={})
    required = latest.get("match_confidence", 100)
    books = books_of(harness)
    scored = [money.confidence for money in books.money.values() if money.confidence is not None]
    assert all(confidence >= required for confidence in scored)
    for _, _, suggestions in books.unmatched.values():
        assert all(suggestion.confidence < required for suggestion in suggestions)


@settings(max_examples=60, deadline=None)
@given(history=histories(), repeated=st.integers(0, 3))
def test_every_fact_is_counted_once_and_every_cent_is_on_one_account(history: list[Event], repeated: int) -> None:
    harness = CashHarness(registered=False)
    harness.publish(*history, *history[:repeated], b"junk")
    harness.tick()
    tally = harness.tally
    assert tally.read == len(history) + len(history[:repeated])
    assert tally.duplicates == len(history[:repeated])
    books = books_of(harness)
    placed = [archive_id for _, archive_id in books.money]
    assert len(placed) == len(set(placed)), "a payment lies on two accounts"
    assert not set(placed) & set(books.unmatched), "a payment is placed and unmatched"
    received = {each["data"]["payment"] for each in history if each["type"] == "payment.received.v1"}
    gone = {
        each["data"]["payment"] for each in history if each["type"] in ("payment.reversed.v1", "payment.refunded.v1")
    }
    assert received - gone <= set(placed) | set(books.unmatched)
