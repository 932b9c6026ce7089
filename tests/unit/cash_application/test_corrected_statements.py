"""A bank's corrected statement takes the place of the one that it corrects (rules.md B1)."""

from datetime import timedelta
from typing import Any

from schemas.decisions import Alert, PaymentWithdrawn, StatementTaken
from schemas.journal import FeedReached, MoneyMoved
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import Event, completed, invoice, later, payment, reference_of


def line(archive_id: str, **said: Any) -> Event:
    """A line of statement 5."""
    return payment(archive_id, reference_of(1), **({"channel": "statement", "statement": "2026/5"} | said))


def statement(received: str, version: int = 1, **said: Any) -> Event:
    """Statement 5 of 2026-01-20, in one of its versions."""
    closing = f"{1000 + float(received):.2f}"
    sums = {"currency": "EUR", "number": 5, "opening": "1000.00", "received": received, "closing": closing}
    return completed("2026-01-20", f"s-{version}", at=later(version) + timedelta(days=20), statement=sums | said)


def gone(harness: CashHarness) -> list[str]:
    """The payments that are no money."""
    return [each.payment for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]


def test_what_a_corrected_statement_no_longer_tells_is_gone_and_what_it_tells_anew_has_come() -> None:
    harness = CashHarness(started=True)
    harness.publish(invoice(1), line("A"), line("B"), statement("200.00"))
    harness.publish(line("A"), line("C", amount="70.00"), statement("170.00", 2))
    assert (gone(harness), harness.reasons()) == (["B"], [])
    assert [each.payment for each in harness.journal(MoneyMoved)] == ["B"]
    assert [name for name, *_ in harness.placed()] == ["A", "B", "C"]


def test_its_balances_count_in_the_chain_and_the_feed_goes_on() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("0.00"), line("A"), statement("100.00", 2))
    harness.tick()
    sums = {"currency": "EUR", "number": 6, "opening": "1100.00", "closing": "1100.00"}
    harness.publish(completed("2026-01-21", "next", statement=sums))
    harness.tick()
    assert [str(each.through) for each in harness.journal(FeedReached)] == ["2026-01-20", "2026-01-21"]
    assert [each for each in harness.messages(DECISIONS) if isinstance(each, Alert)] == []


def test_the_same_statement_sent_again_between_both_hides_nothing() -> None:
    harness = CashHarness(started=True)
    first = line("A"), line("B"), statement("200.00")
    harness.publish(invoice(1), *first, *first, line("A"), statement("100.00", 2))
    assert gone(harness) == ["B"]


def test_a_corrected_statement_that_comes_first_is_not_undone_by_the_one_that_it_corrects() -> None:
    harness = CashHarness(started=True)
    harness.publish(invoice(1), line("A"), statement("100.00", 2))
    harness.publish(line("A"), line("B"), statement("200.00", 1))
    assert (gone(harness), harness.reasons()) == (["B"], [])


def test_a_third_version_may_bring_a_payment_back() -> None:
    harness = CashHarness(started=True)
    again = line("A", at=later(3) + timedelta(days=20))
    harness.publish(invoice(1), line("A"), statement("100.00"), statement("0.00", 2), again, statement("100.00", 3))
    assert gone(harness) == ["A"]
    assert [name for name, *_ in harness.placed()] == ["A", "A 2026-01-20"]


def test_the_version_that_was_corrected_brings_nothing_back_when_it_is_sent_again() -> None:
    harness = CashHarness(started=True)
    first = line("A"), line("B"), statement("200.00")
    harness.publish(invoice(1), *first, line("A", at=later(2)), statement("100.00", 2), *first)
    assert (gone(harness), harness.reasons()) == (["B"], [])
    assert [name for name, *_ in harness.placed()] == ["A", "B"]


def test_a_notification_of_what_is_gone_brings_nothing_back_when_it_is_sent_again() -> None:
    harness = CashHarness(started=True)
    told = payment("B", reference_of(1), channel="notification", statement="N")
    harness.publish(invoice(1), told, line("B"), statement("100.00"), statement("0.00", 2), told)
    assert gone(harness) == ["B"]
    assert [name for name, *_ in harness.placed()] == ["B"]


def test_a_version_made_last_holds_though_it_is_as_the_first_one() -> None:
    harness = CashHarness(started=True)
    last = line("A", at=later(3) + timedelta(days=20)), statement("100.00", 3) | {"id": "s-1"}
    harness.publish(invoice(1), line("A"), statement("100.00"), statement("0.00", 2), *last)
    harness.tick()
    assert [name for name, *_ in harness.placed()] == ["A", "A 2026-01-20"]
    taken = [each for each in harness.messages(DECISIONS) if isinstance(each, StatementTaken)]
    assert [each.received for each in taken] == [10000, 0, 10000]


def test_one_whose_payments_do_not_come_to_its_sum_says_what_to_do() -> None:
    harness = CashHarness(started=True)
    harness.publish(invoice(1), line("A"), statement("100.00"), statement("300.00", 2))
    assert harness.reasons() == ["conflict"]
    assert "corrects" in harness.dead_letters()[0].detail[0]
    assert gone(harness) == []


def test_one_that_tells_of_other_returns_says_what_to_do() -> None:
    harness = CashHarness(started=True)
    harness.publish(invoice(1), line("A"), statement("100.00"))
    harness.publish(line("A"), statement("100.00", 2, returned="10.00", closing="1090.00"))
    assert harness.reasons() == ["conflict"]
