"""Transactions of one entry without ids of their own are known by what they say, not by their place (rules.md B1)."""

from itertools import permutations
from typing import Any

from schemas.decisions import PaymentWithdrawn, Unmatched
from schemas.journal import MoneyReversed
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import Event, about_payment, completed, invoice, later, payment, reference_of

LINES: tuple[Event, ...] = (
    {"amount": "60.00", "payer": {"name": "Aino Mallila"}},
    {"amount": "40.00", "payer": {"name": "Eino Esimerkki"}},
    {"amount": "60.00", "payer": {"name": "Testi Oy"}},
)


def entry(channel: str, *lines: Event, **said: Any) -> list[Event]:
    """The lines of entry E1 as a channel tells them, called by their places."""
    common: Event = {"channel": channel, "statement": f"{channel}-1", "ids": {"batch": "E1"}}
    told = [payment(f"E1/{place}", **(common | line | said)) for place, line in enumerate(lines, 1)]
    return [each | {"id": f"{channel}-{each['id']}"} for each in told]


def test_in_any_order_each_is_told_twice_and_none_is_a_conflict() -> None:
    for order in permutations(LINES):
        harness = CashHarness()
        harness.publish(*entry("notification", *LINES), *entry("statement", *order))
        harness.tick()
        assert harness.reasons() == []
        assert harness.tally.duplicates == 3
        assert [each.amount for each in harness.decisions() if isinstance(each, Unmatched)] == [6000, 4000, 6000]


def test_those_that_all_have_the_entrys_id_are_known_in_any_order() -> None:
    names = {"E1/1": "E1", "E1/2": "E1/2", "E1/3": "E1/3"}
    for order in permutations(LINES):
        harness = CashHarness()
        for told in (*entry("notification", *LINES), *entry("statement", *order)):
            harness.publish(told | {"data": told["data"] | {"payment": names[told["data"]["payment"]]}})
        harness.tick()
        assert (harness.reasons(), harness.tally.duplicates) == ([], 3)
        assert [each.amount for each in harness.decisions() if isinstance(each, Unmatched)] == [6000, 4000, 6000]


def test_equal_ones_are_as_many_as_they_are() -> None:
    same = LINES[0], LINES[1], LINES[0]
    harness = CashHarness()
    harness.publish(*entry("notification", *same), *entry("statement", LINES[0], LINES[0], LINES[1]))
    harness.publish(*entry("statement", LINES[0], LINES[0], LINES[1]))
    harness.tick()
    assert (harness.reasons(), len(harness.decisions())) == ([], 3)


def test_a_reference_says_which_one_it_is_and_the_payer_where_there_is_none() -> None:
    first, second = ({"amount": "50.00", "reference": reference_of(n)} for n in (1, 2))
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2, "D2"))
    harness.publish(*entry("notification", first, second), *entry("statement", second, first))
    harness.tick()
    assert harness.reasons() == []
    assert harness.placed() == [("E1/1", "D1", "1", None), ("E1/2", "D2", "2", None)]


def test_the_statement_may_book_them_in_another_order_some_days_later() -> None:
    harness = CashHarness()
    harness.publish(*entry("notification", *LINES), *entry("statement", *reversed(LINES), booked="2026-01-22"))
    harness.tick()
    assert (harness.reasons(), len(harness.decisions())) == ([], 3)


def test_a_sum_that_none_of_them_has_is_a_conflict() -> None:
    harness = CashHarness()
    harness.publish(*entry("notification", *LINES), *entry("statement", LINES[1] | {"amount": "41.00"}))
    assert harness.reasons() == ["conflict"]


def test_a_corrected_statement_takes_away_the_one_that_it_no_longer_tells() -> None:
    harness = CashHarness(started=True)
    told: Event = {"statement": "2026/5"}
    sums = {"currency": "EUR", "number": 5, "opening": "0.00", "received": "160.00", "closing": "160.00"}
    left = {"currency": "EUR", "number": 5, "opening": "0.00", "received": "100.00", "closing": "100.00"}
    harness.publish(*entry("notification", *LINES), *entry("statement", *reversed(LINES), **told))
    harness.publish(completed("2026-01-20", "first", statement=sums))
    again = completed("2026-01-20", "second", at=later(60 * 24 * 30), statement=left)
    harness.publish(*entry("statement", LINES[2], LINES[1], **told), again)
    harness.tick()
    gone = [each.payment for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]
    assert (gone, harness.reasons()) == (["E1/1"], [])


def test_a_person_names_one_of_them_by_its_name() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), *entry("notification", *LINES), *entry("statement", *reversed(LINES)))
    data = {"creditor": "acme", "account": LINES and payment("x")["data"]["account"], "payment": "E1/3", "debtor": "D1"}
    harness.publish(payment("x") | {"type": "payment.assigned.v1", "id": "a", "data": data})
    assert [name for name, *_ in harness.placed()] == ["E1/3"]


def test_a_duplicate_of_a_message_without_ids_changes_nothing_and_brings_what_was_lost() -> None:
    lines = [payment(f"x{n}", channel="notification", statement="N1", place=n) for n in (1, 2)]
    again = [payment(f"y{n}", channel="notification", statement="N2", place=n, duplicate=True) for n in (1, 2, 3)]
    harness = CashHarness()
    harness.publish(*lines, *again)
    harness.tick()
    assert [each.payment for each in harness.decisions()] == ["x1", "x2", "y3"]


def test_a_return_in_a_duplicate_goes_back_once() -> None:
    back: Event = {"amount": "40.00", "currency": "EUR", "booked": "2026-01-21", "channel": "statement"}
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(1), channel="statement", statement="S"))
    harness.publish(about_payment("payment.reversed", "P", "r1", **back))
    harness.publish(about_payment("payment.reversed", "P", "r2", **back, duplicate=True))
    assert [each.amount for each in harness.journal(MoneyReversed)] == [4000]
