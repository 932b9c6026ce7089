"""One money that was told twice is one (rules.md B2)."""

from schemas.decisions import PaymentWithdrawn
from schemas.journal import MoneyMoved
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import ACME, IBAN, MORNING, Event, event, invoice, payment, reference_of


def same_as(archive_id: str, stays: str) -> Event:
    """``payment.same-as``."""
    data = {"creditor": ACME, "account": IBAN, "payment": archive_id, "as": stays}
    return event("payment.same-as", data, id=f"same-{archive_id}", at=MORNING, source="//people")


def withdrawn(harness: CashHarness) -> list[tuple[str, str]]:
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


def test_the_word_that_two_payments_are_one_waits_for_both() -> None:
    harness = CashHarness()
    harness.publish(same_as("Q", "P"), payment("Q"))
    assert harness.tally.waiting == 1
    harness.publish(payment("P"))
    assert harness.tally.waiting == 0
    assert withdrawn(harness) == [("Q", "P")]
