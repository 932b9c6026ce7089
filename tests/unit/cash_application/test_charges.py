"""A payment of which the creditor's bank kept charges counts whole, and once, however it is told (rules.md B2, M11)."""

from typing import Any

from schemas.decisions import PaymentWithdrawn, Unmatched
from schemas.journal import FeedReached, MoneyMoved, MoneyPlaced, MoneyReversed
from schemas.topics import DECISIONS, JOURNAL
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import Event, about_payment, completed, invoice, payment, reference_of


def gross(archive_id: str, reference: str | None = reference_of(1), **said: Any) -> Event:
    """A statement tells 100.00 EUR, of which the bank kept 2.50."""
    return payment(archive_id, reference, **({"channel": "statement", "statement": "S", "charges": "2.50"} | said))


def net(archive_id: str, reference: str | None = reference_of(1), **said: Any) -> Event:
    """A notification tells what is left of it."""
    told = {"channel": "notification", "statement": "N", "amount": "97.50"}
    return payment(archive_id, reference, **(told | said)) | {"id": f"net-{archive_id}"}


def standing(harness: CashHarness) -> list[tuple[str, int]]:
    """The payments that are placed, with the sums for which they count."""
    placed: dict[str, int] = {}
    for message in harness.messages(JOURNAL):
        if isinstance(message, MoneyPlaced):
            placed.setdefault(message.payment, message.amount)
        elif isinstance(message, MoneyMoved):
            del placed[message.payment]
    return sorted(placed.items())


def test_what_is_told_gross_and_net_under_one_id_is_one_payment_and_counts_whole() -> None:
    for lines in ((gross("P"), net("P")), (net("P"), gross("P"))):
        harness = CashHarness()
        harness.publish(invoice(1), *lines)
        harness.tick()
        assert standing(harness) == [("P", 10000)]
        assert harness.reasons() == []


def test_what_is_told_gross_and_net_without_a_common_id_is_one_payment_and_counts_whole() -> None:
    for lines in ((gross("S"), net("N")), (net("N"), gross("S"))):
        harness = CashHarness()
        harness.publish(invoice(1), *lines)
        harness.tick()
        assert [amount for _, amount in standing(harness)] == [10000]
        assert len([each for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]) == 1


def test_money_without_a_reference_is_declared_with_its_whole_sum() -> None:
    harness = CashHarness()
    harness.publish(net("P", None))
    harness.tick()
    harness.publish(gross("P", None))
    harness.tick()
    assert [each.amount for each in harness.decisions() if isinstance(each, Unmatched)] == [9750, 10000]


def test_what_went_back_before_the_whole_sum_is_told_goes_back_once() -> None:
    harness = CashHarness()
    back = about_payment("payment.reversed", "N", "back", amount="10.00", currency="EUR")
    harness.publish(invoice(1), net("N"), back, gross("S"))
    harness.tick()
    assert standing(harness) == [("N", 10000)]
    assert [each.amount for each in harness.journal(MoneyReversed)][-1:] == [1000]
    whole = max(at for at, each in enumerate(harness.of_account("D1")) if isinstance(each, MoneyPlaced))
    assert len([each for each in harness.of_account("D1")[whole:] if isinstance(each, MoneyReversed)]) == 1


def test_another_sum_under_one_id_is_still_a_conflict() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), gross("P"), net("P", amount="97.00"))
    assert harness.reasons() == ["conflict"]


def test_a_statement_ties_though_a_notification_told_less_before() -> None:
    harness = CashHarness(started=True)
    harness.publish(net("P"), gross("P"), completed("2026-01-20", "after", count=1, sum="100.00"))
    harness.tick()
    assert [str(each.through) for each in harness.journal(FeedReached)] == ["2026-01-20"]


def test_a_statement_that_only_sums_up_what_is_left_ties_with_details_of_whole_money() -> None:
    harness = CashHarness(started=True)
    details = payment("T1", channel="notification", statement="N", charges="2.50"), payment("T2", channel="ktl")
    harness.publish(*details, completed("2026-01-20", "sum", sum="197.50"))
    harness.tick()
    assert [str(each.through) for each in harness.journal(FeedReached)] == ["2026-01-20"]
