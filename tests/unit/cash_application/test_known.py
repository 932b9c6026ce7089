"""When facts are known (rules.md K1): at their time, at latest at the first frontier after the tick before them."""

from datetime import datetime, timedelta
from itertools import chain

import pytest

from schemas.decisions import Alert
from schemas.journal import (
    AccountEvent,
    FrontierReached,
    KnownFixed,
    MoneyPlaced,
    MoneyRefunded,
    SettingKnownFixed,
    SettingsCopied,
)
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import DECISIONS, INVOICES, PUBLIC_TOPICS
from services.cash_application import worker
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    MORNING,
    Event,
    about_payment,
    creditor,
    invoice,
    later,
    payment,
    reference_of,
    said,
)

FAR = datetime.fromisoformat("2062-01-01T08:00:00+02:00")


def fixed(harness: CashHarness) -> list[tuple[str, datetime]]:
    return [(message.event, message.known) for message in harness.journal(KnownFixed)]


def alerts(harness: CashHarness) -> list[Alert]:
    return [message for message in harness.messages(DECISIONS) if isinstance(message, Alert)]


def test_k1_an_event_from_the_future_is_known_at_the_next_frontier_and_raises_an_alert_without_personal_data() -> None:
    harness = CashHarness()
    harness.tick()
    harness.publish(invoice(1001, at=FAR), said("hold.placed", "h", at=FAR, reason="other"))
    frontier = harness.tick()

    assert fixed(harness) == [("invoice.issued.v1", frontier), ("hold.placed.v1", frontier)]
    assert [(alert.code, alert.creditor, alert.date) for alert in alerts(harness)] == [
        ("time-ahead", "acme", frontier.date()),
        ("time-ahead", "acme", frontier.date()),
    ]
    assert "D1" not in "".join(alert.detail for alert in alerts(harness))


def test_k1_an_event_known_in_time_is_left_as_it_is() -> None:
    harness = CashHarness()
    harness.tick()
    due = harness.tick() + timedelta(minutes=1)
    harness.publish(invoice(1001, at=due - timedelta(seconds=20)), said("hold.placed", "h", at=due, reason="other"))
    assert harness.tick() == due

    assert fixed(harness) == []
    assert alerts(harness) == []


def test_k1_no_record_overtakes_a_frontier_at_which_more_is_fixed_than_one_call_may_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "AT_ONCE", 3)
    harness = CashHarness()
    harness.tick()
    for first in (1001, 1003, 1005):
        harness.publish_at_once(invoice(first, at=FAR), invoice(first + 1, at=FAR))
    frontier, following = harness.reached + timedelta(minutes=1), harness.reached + timedelta(minutes=2)
    harness.engine.tick(frontier)
    harness.engine.tick(following)
    harness.engine.settle()

    assert fixed(harness) == [("invoice.issued.v1", frontier)] * 6
    assert [each.instant for each in harness.journal(FrontierReached)][-2:] == [frontier, following]


def test_k1_some_minutes_ahead_are_cut_without_an_alert() -> None:
    harness = CashHarness()
    frontier = harness.tick() + timedelta(minutes=1)
    harness.publish(invoice(1001, at=frontier + timedelta(minutes=15)))
    harness.tick()

    assert fixed(harness) == [("invoice.issued.v1", frontier)]
    assert alerts(harness) == []


def test_k1_what_is_known_is_fixed_once() -> None:
    harness = CashHarness()
    harness.publish(invoice(1001, at=FAR))
    first = harness.tick()
    harness.tick()
    harness.publish(invoice(1001, at=FAR))
    harness.tick()

    assert fixed(harness) == [("invoice.issued.v1", first)]


def test_k1_a_fact_that_waits_is_known_as_of_its_own_frontier_not_of_the_one_at_which_it_is_applied() -> None:
    harness = CashHarness()
    harness.publish(said("hold.placed", "h", at=FAR, reason="other"))
    first = harness.tick()
    harness.tick()
    harness.publish(invoice(1001))
    harness.tick()

    (event,) = harness.journal(AccountEvent, lambda message: message.event == "hold.placed.v1")
    assert (event.known, event.time) == (first, FAR)
    assert fixed(harness) == []


def test_k1_a_payment_and_its_refund_are_known_at_the_frontier_on_whichever_account_they_lie_then() -> None:
    harness = CashHarness()
    harness.publish(invoice(1001), payment("P", reference_of(1001), at=FAR))
    first = harness.tick()
    harness.publish(about_payment("payment.refunded", "P", "back", at=FAR, amount="1.00"))
    second = harness.tick()
    harness.publish(invoice(1002, "D2"), about_payment("payment.assigned", "P", "to", debtor="D2"))

    assert fixed(harness) == [("payment.received.v1", first), ("payment.refunded.v1", second)]
    assert [money.time for money in harness.journal(MoneyPlaced)] == [FAR, first]
    assert [money.time for money in harness.journal(MoneyRefunded)] == [FAR, second]


def test_k1_an_assignment_from_the_future_does_not_reign_for_ever() -> None:
    harness = CashHarness()
    harness.publish(invoice(1001), invoice(1002, "D2"), payment("P"))
    harness.publish(about_payment("payment.assigned", "P", "a", at=FAR, debtor="D1"))
    harness.tick()
    now = harness.tick()
    harness.publish(about_payment("payment.assigned", "P", "b", at=now, debtor="D2"))

    assert [debtor for _, debtor, _, _ in harness.placed()] == ["D1", "D2"]


def test_k1_a_registration_from_the_future_does_not_reign_for_ever() -> None:
    harness = CashHarness()
    harness.publish(creditor(at=FAR, name="Wrong clock Oy") | {"id": "wrong"})
    first = harness.reached
    harness.publish(creditor(at=first + timedelta(seconds=30), name="Right clock Oy") | {"id": "right"})
    harness.tick()

    (message,) = harness.journal(SettingKnownFixed)
    assert (message.name, message.time, message.known) == ("acme", FAR, first)
    assert [copied.time for copied in harness.journal(SettingsCopied)] == [MORNING, FAR, first + timedelta(seconds=30)]


def history() -> list[list[Event]]:
    """Events between ticks, some of them ahead by seconds, minutes or years."""
    return [
        [invoice(1001), invoice(1002, "D2", at=FAR), said("hold.placed", "early", "D3", at=FAR, reason="other")],
        [payment("P", reference_of(1001), at=later(2_000)), said("hold.placed", "h", at=later(1_443), reason="other")],
        [invoice(1003, "D3", at=later(1_442)), about_payment("payment.assigned", "P", "a", at=FAR, debtor="D2")],
        [said("hold.lifted", "l", at=later(1_450)), payment("Q", reference_of(1003), at=later(1_444))],
    ]


@pytest.mark.parametrize(("partitions", "batch", "commit"), [(1, 1, 1), (1, 1_000, 20_000), (3, 2, 3), (7, 1_000, 50)])
def test_k1_the_answer_is_the_same_for_every_cut_into_partitions_and_batches(
    partitions: int, batch: int, commit: int
) -> None:
    def known(harness: CashHarness) -> list[tuple[str, str, datetime]]:
        for events in history():
            harness.publish_at_once(*events)
            harness.tick()
        harness.tick()
        return sorted(
            chain(
                ((each.id, each.event, each.known) for each in harness.journal(KnownFixed)),
                ((each.id, each.event, each.known) for each in harness.journal(AccountEvent) if each.known is not None),
            )
        )

    assert known(CashHarness(partitions=partitions, batch=batch, commit=commit)) == known(CashHarness())


def test_k1_the_frontier_of_the_tick_before_a_fact_does_not_fix_it() -> None:
    """Where other partitions' ticks are late, a frontier as early as the fact's own last tick comes after the fact."""
    harness = CashHarness(partitions=1)
    first = harness.tick()
    second, third = first + timedelta(minutes=1), first + timedelta(minutes=2)
    harness.engine.publish(INVOICES, TICK_KEY, time_reached(second))
    harness.publish(invoice(1001, at=third))
    for topic in PUBLIC_TOPICS:
        harness.engine.publish(topic, TICK_KEY, time_reached(second))
    harness.engine.settle()
    assert fixed(harness) == []
    for topic in PUBLIC_TOPICS:
        harness.engine.publish(topic, TICK_KEY, time_reached(third - timedelta(seconds=1)))
    harness.engine.settle()

    assert fixed(harness) == [("invoice.issued.v1", third - timedelta(seconds=1))]
