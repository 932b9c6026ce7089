"""Equal facts, equal dump: however they arrived, and however many partitions there are."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decisions import HandedOver, Reason, TaskRaised, Unmatched
from schemas.journal import MoneyMoved, MoneyRefunded, MoneyReversed
from schemas.messages import Message
from services.reporting.canonical import canonical_dump
from tests.unit.reporting.harness import (
    CREDITOR,
    IBAN,
    ReportingHarness,
    account,
    at,
    balance,
    credit,
    decided,
    ended,
    invoice_issued,
    letter,
    letter_line,
    paid,
    registered,
    withheld,
)


def entries(reporting: ReportingHarness, kind: str) -> list[dict[str, Any]]:
    """The dump's entries of one kind."""
    return [entry for entry in map(json.loads, canonical_dump(reporting.store)) if entry["kind"] == kind]


def history(debtor: str) -> Iterator[Message]:
    """A little of everything that may happen to an account, in the order in which it happens."""
    its_letter = letter(debtor=debtor, notice=f"notice-{debtor}")
    yield invoice_issued(debtor=debtor)
    yield withheld(Reason(code="stale-feed"), Reason(code="wait", invoice="1001"), debtor=debtor)
    yield decided(its_letter)
    yield ended(its_letter)
    yield paid(f"P-{debtor}", debtor=debtor)
    yield TaskRaised(creditor=CREDITOR, debtor=debtor, date=date(2026, 3, 1), task="rest", reason="residual")
    yield HandedOver(
        creditor=CREDITOR,
        debtor=debtor,
        date=date(2026, 4, 1),
        invoices=("1001",),
        principal=6000,
        interest=52,
        costs=500,
        currency="EUR",
        status="published",
    )
    yield account(balance(principal=6000), debtor=debtor, credit=credit(100))


HISTORIES = tuple(tuple(history(debtor)) for debtor in ("d1", "d2", "d3"))


@settings(max_examples=25, deadline=None)
@given(st.permutations([n for n, history in enumerate(HISTORIES) for _ in history]), st.sampled_from([1, 3, 12]))
def test_the_dump_does_not_depend_on_how_accounts_interleave_nor_on_partitions(turns: list[int], count: int) -> None:
    rest = [iter(history) for history in HISTORIES]

    shuffled = ReportingHarness(count).publish(registered(), *(next(rest[turn]) for turn in turns))
    in_order = ReportingHarness().publish(registered(), *(message for history in HISTORIES for message in history))

    assert canonical_dump(shuffled.store) == canonical_dump(in_order.store)


def test_the_dump_does_not_depend_on_when_and_in_how_many_pieces_it_was_told() -> None:
    at_once, piece_by_piece = ReportingHarness().publish(*HISTORIES[0]), ReportingHarness()
    for message in HISTORIES[0]:
        piece_by_piece.publish(message)

    assert canonical_dump(piece_by_piece.store) == canonical_dump(at_once.store)


def test_account_numbers_and_instants_are_left_out() -> None:
    one = ReportingHarness().publish(account(balance(), number=1, as_of=at("2026-03-01")))
    other = ReportingHarness().publish(account(balance(), number=7, as_of=at("2026-03-02")))

    assert canonical_dump(one.store) == canonical_dump(other.store)


@pytest.mark.parametrize("change", [{"principal": 9999}, {"status": "closed"}, {"step": "nudge"}, {"costs": 1}])
def test_what_is_different_is_seen(change: dict[str, Any]) -> None:
    one, other = ReportingHarness().publish(account(balance())), ReportingHarness().publish(account(balance(**change)))

    assert canonical_dump(one.store) != canonical_dump(other.store)


def test_lines_are_sorted_by_kind_and_business_key_and_each_is_one_json_object() -> None:
    reporting = ReportingHarness().publish(
        account(balance("b"), balance("a"), debtor="d2"), account(balance("c"), debtor="d1")
    )

    found = [json.loads(line) for line in canonical_dump(reporting.store)]

    keys = [(entry["kind"], entry["creditor"], entry["debtor"], entry.get("invoice", "")) for entry in found]
    assert keys == sorted(keys)
    assert [key[3] for key in keys if key[0] == "receivable"] == ["c", "a", "b"]


def test_amounts_are_decimal_texts_of_their_currency() -> None:
    reporting = ReportingHarness().publish(
        account(balance(original=105), balance("1002", currency="JPY", original=105))
    )

    assert [entry["original"] for entry in entries(reporting, "receivable")] == ["1.05", "105"]


def test_a_payment_is_told_where_it_lies_and_with_what_was_taken_back() -> None:
    payment: dict[str, Any] = {"creditor": CREDITOR, "debtor": "d1", "account": IBAN, "payment": "P1"}
    part = MoneyReversed(**payment, time=at("2026-02-03"), id="r", amount=1000)
    rest = MoneyRefunded(**payment, time=at("2026-02-04"), id="s")
    reporting = ReportingHarness().publish(paid(), part, rest)

    (payment,) = entries(reporting, "payment")

    assert (payment["debtor"], payment["invoice"], payment["amount"]) == ("d1", "1001", "40.00")
    assert payment["taken_back"] == ["money-refunded all", "money-reversed 10.00"]


def test_a_payment_that_was_assigned_elsewhere_is_told_there_alone() -> None:
    moved = MoneyMoved(creditor=CREDITOR, debtor="d1", account=IBAN, payment="P1", time=at("2026-02-03"), id="a")
    there = paid(debtor="d2", invoice="2001", id="a2")
    reporting = ReportingHarness().publish(paid(), moved, there)

    assert [entry["debtor"] for entry in entries(reporting, "payment")] == ["d2"]


def test_unmatched_money_is_part_of_the_state() -> None:
    money = Unmatched(
        creditor=CREDITOR,
        date=date(2026, 2, 2),
        account=IBAN,
        payment="P9",
        amount=1234,
        currency="EUR",
        reason="no-reference",
    )

    (entry,) = entries(ReportingHarness().publish(money), "unmatched")

    assert (entry["payment"], entry["amount"], entry["reason"]) == ("P9", "12.34", "no-reference")


def test_others_add_what_they_know_in_its_place() -> None:
    reporting = ReportingHarness().publish(account(balance()))

    lines = canonical_dump(
        reporting.store, [{"kind": "account-state", "creditor": CREDITOR, "debtor": "d1", "letters": []}]
    )

    assert [json.loads(line)["kind"] for line in lines] == ["account", "account-state", "receivable"]


def test_a_letters_receivables_stand_in_the_letters_order_wherever_the_database_keeps_them() -> None:
    later, old = date(2026, 2, 2), date(2026, 1, 23)
    lines = [("b", old), ("a", later), ("c", old)]
    reporting = ReportingHarness().publish(
        ended(letter(*(letter_line(invoice=name, effective_due=due) for name, due in lines)))
    )

    (notice,) = entries(reporting, "notice")

    assert [line["invoice"] for line in notice["receivables"]] == ["b", "c", "a"]
