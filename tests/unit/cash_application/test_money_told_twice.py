"""One money that was told twice is one (rules.md B2)."""

from typing import Any

from schemas.decisions import PaymentWithdrawn, Unmatched
from schemas.facts import UnreadEvent
from schemas.journal import FeedReached, FrontierReached, MoneyMoved, MoneyPointed
from schemas.topics import DECISIONS, JOURNAL
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    ACME,
    IBAN,
    MORNING,
    Event,
    about_payment,
    completed,
    event,
    invoice,
    payment,
    reference_of,
)


def same_as(archive_id: str, stays: str) -> Event:
    """``payment.same-as``."""
    data = {"creditor": ACME, "account": IBAN, "payment": archive_id, "as": stays}
    return event("payment.same-as", data, id=f"same-{archive_id}", at=MORNING, source="//people")


def withdrawn(harness: CashHarness) -> list[tuple[str, str | None]]:
    """The payments that count no more, each with the one that stays."""
    found = [each for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]
    return [(each.payment, each.same_as) for each in found]


def test_a_person_says_that_two_payments_are_one_money() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(1)), payment("Q", reference_of(1)))
    harness.publish(same_as("Q", "P"))
    assert withdrawn(harness) == [("Q", "P")]
    assert [moved.payment for moved in harness.journal(MoneyMoved)] == ["Q"]


def test_an_unmatched_payment_that_is_another_ones_money_waits_no_more() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), payment("Q"))
    harness.tick()
    harness.publish(same_as("Q", "P"), invoice(1))
    harness.tick()
    assert [each.payment for each in harness.decisions()] == ["P", "Q", "Q"]


def test_payments_of_different_sums_are_not_one_money() -> None:
    harness = CashHarness()
    harness.publish(payment("P"), payment("Q", amount="12.00"))
    harness.publish(same_as("Q", "P"))
    assert harness.reasons() == ["not-the-same"]


def test_the_word_that_payments_of_different_sums_are_one_money_holds_whose_they_are() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", reference_of(1)), payment("Q", amount="12.00"), same_as("Q", "P"))
    assert [(doubt.debtor, doubt.account) for doubt in harness.journal(UnreadEvent)] == [("D1", None)]


def test_the_word_that_two_payments_are_one_waits_for_both() -> None:
    harness = CashHarness()
    harness.publish(same_as("Q", "P"), payment("Q"))
    assert harness.tally.waiting == 1
    harness.publish(payment("P"))
    assert harness.tally.waiting == 0
    assert withdrawn(harness) == [("Q", "P")]


def told(archive_id: str, channel: str, reference: str | None = None, **said: Any) -> Event:
    """A payment of 100.00 EUR that a channel told, in a message that is called after the channel."""
    return payment(archive_id, reference, **({"channel": channel, "statement": f"{channel}-1"} | said))


def test_a_line_of_a_statement_and_one_of_a_notification_without_a_common_id_are_one_money() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, amount="150.00"), told("N", "notification", reference_of(1)))
    harness.publish(told("S", "statement", reference_of(1)))
    harness.tick()
    assert withdrawn(harness) == [("S", "N")]
    assert [name for name, *_ in harness.placed()] == ["N"]
    assert harness.decisions() == []


def test_what_a_compared_payment_teaches_of_its_payer_holds_before_the_frontier_is_reached() -> None:
    harness = CashHarness(partitions=1)
    payer = {"iban": "FI1410093000123458"}
    harness.publish(invoice(1), invoice(2, "D2"), payment("U", amount="3.00", payer=payer))
    harness.tick()
    harness.publish(told("N", "notification", reference_of(1)), told("S", "statement", reference_of(2), payer=payer))
    harness.tick()
    pointed, last = (
        max(at for at, each in enumerate(harness.messages(JOURNAL)) if isinstance(each, kind))
        for kind in (MoneyPointed, FrontierReached)
    )
    assert [(each.payment, each.debtor) for each in harness.journal(MoneyPointed)] == [("U", "D2")]
    assert pointed < last


def test_names_in_another_order_or_missing_are_one_payer_and_other_names_are_not() -> None:
    for first, second, is_one in (
        ("Aino Mallila", "MALLILA AINO", True),
        ("Aino Mallila", None, True),
        ("Aino Mallila", "NOTPROVIDED", True),
        ("Máire O'Brien", "OBRIEN MAIRE", True),
        ("Søren Ær", "SOREN AER", True),
        ("Esimerkkilän Rakennus Oy", "ESIMERKKILAN RAK", True),
        ("Eino Esimerkki", "ESIMERKKI EI", True),
        ("Aino Esimerkki", "ESIMERKKI EI", False),
        ("Aino Mallila", "Eino Mallila", False),
    ):
        harness = CashHarness()
        lines = told("N", "notification", payer={"name": first}), told("S", "statement", payer={"name": second})
        harness.publish(*lines)
        harness.tick()
        assert bool(withdrawn(harness)) is is_one, (first, second)


def test_each_line_of_a_statement_is_one_money_with_one_other_line() -> None:
    harness = CashHarness()
    harness.publish(told("N1", "notification", reference_of(1)), told("N2", "notification", reference_of(1)))
    harness.publish(told("N3", "notification", reference_of(1)))
    harness.publish(told("S1", "statement", reference_of(1)), told("S2", "statement", reference_of(1)))
    harness.tick()
    assert withdrawn(harness) == [("S1", "N1"), ("S2", "N2")]


def test_what_two_channels_but_no_statement_told_waits_for_a_person_once() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), told("K", "ktl", reference_of(1)), told("N", "notification", reference_of(1)))
    harness.tick()
    assert harness.placed() == [("K", "D1", "1", None)]
    found = harness.decisions()[0]
    assert isinstance(found, Unmatched)
    assert (found.payment, found.reason, found.suggestions[0].invoices) == ("N", "maybe-twice", ("1",))


def test_a_person_says_that_money_that_may_be_told_twice_is_other_money() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), told("K", "ktl", reference_of(1)), told("N", "notification", reference_of(1)))
    harness.tick()
    harness.publish(about_payment("payment.assigned", "N", "other", debtor="D1"))
    harness.tick()
    assert [name for name, *_ in harness.placed()] == ["K", "N"]
    harness.publish(told("S", "statement", reference_of(1)), told("S2", "statement", reference_of(1)))
    harness.tick()
    assert sorted(withdrawn(harness)) == [("S", "K"), ("S2", "N")]


def test_a_person_says_that_it_is_the_same_or_refunds_it() -> None:
    for way in (same_as("N", "K"), about_payment("payment.refunded", "N", "back")):
        harness = CashHarness()
        harness.publish(invoice(1), told("K", "ktl", reference_of(1)), told("N", "notification", reference_of(1)))
        harness.tick()
        harness.publish(way)
        harness.tick()
        assert [each.type for each in harness.decisions()] == ["unmatched", "placed"]


def test_the_telling_that_waited_counts_when_a_person_says_that_the_other_one_is_it() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), told("K", "ktl", reference_of(1)), told("N", "notification", reference_of(1)))
    harness.tick()
    harness.publish(same_as("K", "N"))
    harness.tick()
    assert withdrawn(harness) == [("K", "N")]
    assert [name for name, *_ in harness.placed()] == ["K", "N"]


def test_a_statement_settles_what_may_have_been_told_twice() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), told("K", "ktl", reference_of(1)), told("N", "notification", reference_of(1)))
    harness.tick()
    harness.publish(told("S", "statement", reference_of(1)))
    harness.tick()
    assert sorted(withdrawn(harness)) == [("N", "K"), ("S", "K")]
    assert [each.type for each in harness.decisions()] == ["unmatched", "placed"]


def test_a_sum_in_a_statement_and_its_details_in_a_notification_are_one_money() -> None:
    for batch in ({"ids": {"batch": "E1"}}, {}):
        harness = CashHarness()
        harness.publish(invoice(1, amount="60.00"), invoice(2, amount="40.00"))
        harness.publish(told("E1", "statement"))
        harness.tick()
        harness.publish(told("T1", "notification", reference_of(1), amount="60.00", **batch))
        harness.publish(told("T2", "notification", reference_of(2), amount="40.00", **batch))
        harness.tick()
        assert withdrawn(harness) == [("E1", "T1")]
        assert [name for name, *_ in harness.placed()] == ["T1", "T2"]
        assert [each.type for each in harness.decisions()] == ["unmatched", "placed"]


def test_overlapping_tables_tell_as_many_payments_as_the_longer_of_them() -> None:
    harness = CashHarness()
    harness.publish(told("a1", "table", place=1, statement="a"), told("a2", "table", place=2, statement="a"))
    harness.publish(*(told(f"b{n}", "table", place=n, statement="b") for n in (1, 2, 3)))
    harness.tick()
    assert [each.payment for each in harness.decisions()] == ["a1", "a2", "b3"]


def test_a_table_tells_a_line_again_though_a_statement_gave_its_payer_a_longer_name() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), told("a1", "table", place=1, statement="a", payer={"name": "AINO MALLILA"}))
    harness.publish(told("S", "statement", reference_of(1), payer={"name": "Aino Maria Mallila"}))
    harness.tick()
    harness.publish(told("b1", "table", place=1, statement="b", payer={"name": "AINO MALLILA"}))
    harness.tick()
    assert [name for name, *_ in harness.placed()] == ["S"]
    assert harness.decisions() == []
    assert harness.tally.duplicates == 1


def test_a_statement_ties_though_a_notification_told_its_payments_before() -> None:
    harness = CashHarness(started=True)
    harness.publish(told("N", "notification", reference_of(1)))
    harness.publish(completed("2026-01-19", "before", count=0))
    harness.tick()
    harness.publish(told("S", "statement", reference_of(1)), completed("2026-01-20", "after", count=1, sum="100.00"))
    harness.tick()
    assert [str(each.through) for each in harness.journal(FeedReached)] == ["2026-01-19", "2026-01-20"]


def test_a_transaction_told_whole_and_invoice_by_invoice_is_one_money() -> None:
    parts = [told(f"T#{n}", "notification", reference_of(n), amount=f"{n}0.00") for n in (1, 2)]
    whole = told("T", "statement", amount="30.00", payer={"name": "Testi Oy"})
    other = told("U", "notification", amount="70.00", payer={"name": "Muu Oy"})
    for lines in ((*parts, other, whole), (whole, other, *parts)):
        harness = CashHarness()
        harness.publish(invoice(1, amount="10.00"), invoice(2, "D2", amount="20.00"), *lines)
        harness.tick()
        assert withdrawn(harness) == [("T", "T#1")]
        assert [name for name, *_ in harness.placed()] == ["T#1", "T#2"]
