"""Rules.md S8: steps that an invoice took before Eräpäivä are checked before it is passed on to its account."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import PUBLIC_TOPICS, SETTINGS
from services.cash_application.reports.waiting_report import waiting
from services.cash_application.state.tally import LaneTally
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import Event, creditor, invoice, payment, reference_of

SENT, ANSWER = "2026-01-02", "2026-01-12"


def taken(step: str = "nudge", fee: str = "0.00", sent: str = SENT, response_by: str = ANSWER) -> dict[str, str]:
    return {"step": step, "sent": sent, "response_by": response_by, "fee": fee}


def old_invoice(*steps: dict[str, str], kind: str = "consumer", **changes: Any) -> Event:
    """Invoice 1 of 100.00, published on 9.1.2026, which took these steps."""
    party = {"kind": kind, "name": "Name of D1", "email": "d@asiakas.example"}
    return invoice(1, party=party, issued="2025-11-01", due="2025-12-01", taken=list(steps), **changes)


def judged(*events: Event) -> CashHarness:
    harness = CashHarness()
    harness.publish(*events)
    harness.tick()
    return harness


def custom(name: str, version: int = 1, policy: str = "ours") -> Event:
    """A version of a policy whose one step has this name."""
    step = {"name": name, "action": "letter", "tone": "friendly", "after_due_days": 5, "response_days": 10}
    return requiring(None, version, policy=policy, steps=[{**step, "fee": "0.00", "interest": False}])


def naming(policy: str = "ours", id: str = "renewed") -> Event:  # noqa: A002
    return creditor(policies={"consumer": policy, "business": "fi-business"}) | {"id": id}


# -- what may have been taken ------------------------------------------------------------------------------------------


def test_s8_what_may_have_been_taken_is_passed_on_at_the_next_frontier() -> None:
    harness = CashHarness()
    harness.publish(old_invoice(taken(), taken("reminder", "5.00")))
    assert harness.events_of("D1") == []
    assert harness.tally == LaneTally(applied=1, waiting=1)

    harness.tick()

    assert harness.events_of("D1") == ["invoice.issued.v1"]
    assert harness.tally == LaneTally(applied=2)


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("a fee", {"fee": "5.01"}, "data.taken[0].fee: is above 5.00 €, the most that one reminder to a consumer may cost"),
    ("a step", {"step": "postcard"}, "give one of its steps: nudge, reminder, second-reminder, demand"),
    ("a hand-over", {"step": "collection"}, "data.taken[0].step: is no letter or call"),
    ("a day to come", {"sent": "2026-01-10"}, "data.taken[0].sent: is later than 2026-01-09"),
    ("a late answer", {"response_by": "2026-04-05"}, "data.taken[0].response_by: is not within 92 days from sent"),
    ("an early answer", {"response_by": "2026-01-01"}, "data.taken[0].response_by: is not within 92 days from sent"),
]


@pytest.mark.parametrize(("changes", "says"), [(c, s) for _, c, s in FAULTS], ids=[name for name, _, _ in FAULTS])
def test_s8_what_may_not_have_been_taken_is_a_dead_letter_that_says_what_may(
    changes: dict[str, Any], says: str
) -> None:
    harness = judged(old_invoice(taken(**{"response_by": "2026-01-20", **changes})))

    (letter,) = harness.dead_letters()
    assert (letter.reason, harness.events_of("D1")) == ("taken-not-allowed", [])
    assert says in letter.detail[0]


@pytest.mark.parametrize(("fee", "reasons"), [("12.00", []), ("12.01", ["taken-not-allowed"])])
def test_s8_a_business_bears_its_own_ceiling(fee: str, reasons: list[str]) -> None:
    assert judged(old_invoice(taken("reminder", fee), kind="business")).reasons() == reasons


@pytest.mark.parametrize(("count", "reasons"), [(12, []), (13, ["taken-not-allowed"])])
def test_s8_all_fees_together_keep_the_ceiling_of_the_invoices_amount(count: int, reasons: list[str]) -> None:
    assert judged(old_invoice(*[taken("reminder", "5.00")] * count)).reasons() == reasons


def test_s8_the_days_that_count_are_those_of_the_event_not_of_the_check() -> None:
    # 9.1. is the event's day; the frontier that checks it is of the 10th.
    assert judged(old_invoice(taken(sent="2026-01-09", response_by="2026-01-20"))).reasons() == []


# -- when --------------------------------------------------------------------------------------------------------------


def test_s8_an_invoice_is_mended_under_the_id_it_had() -> None:
    harness = judged(old_invoice(taken(fee="50.00")))
    harness.publish(old_invoice(taken(fee="5.00")))
    harness.tick()

    assert harness.events_of("D1") == ["invoice.issued.v1"]


def test_s8_money_that_came_before_is_placed_when_the_invoice_is_passed_on() -> None:
    harness = judged(payment("P", reference_of(1)), old_invoice(taken()))

    assert harness.placed() == [("P", "D1", "1", None)]


def test_s8_an_invoice_waits_listed_for_a_policy() -> None:
    harness = judged(naming(), old_invoice(taken("greeting")))
    (entry,) = waiting(harness.engine.store, None)
    assert entry["waits_for"] == "the next minute of the clock, or a policy for its kind of debtor"

    harness.publish(custom("greeting"))
    assert harness.events_of("D1") == []
    harness.tick()

    assert harness.events_of("D1") == ["invoice.issued.v1"]


def test_s8_an_invoice_that_waits_is_checked_when_the_creditor_chooses_another_policy() -> None:
    harness = judged(naming(), old_invoice(taken("nudge")))
    harness.publish(naming("fi-consumer", id="renewed-again"))
    harness.tick()

    assert harness.events_of("D1") == ["invoice.issued.v1"]


@pytest.mark.parametrize(("step", "reasons"), [("first", []), ("second", []), ("third", ["taken-not-allowed"])])
def test_s8_every_order_of_arrival_before_a_frontier_gives_the_same_answer(step: str, reasons: list[str]) -> None:
    events = [naming(), custom("first"), custom("second", version=2), old_invoice(taken(step))]
    for order in permutations(events):
        harness = CashHarness(registered=False)
        harness.publish_at_once(*order)
        harness.tick()
        assert harness.reasons() == reasons


def test_s8_a_correction_that_adds_an_invoice_is_checked_too() -> None:
    harness = CashHarness(registered=False)
    harness.publish(
        creditor(corrections="add"), invoice(1), old_invoice(taken(fee="50.00"), amount="90.00") | {"id": "n"}
    )
    harness.tick()

    assert harness.reasons() == ["taken-not-allowed"]


def test_s8_the_frontier_of_the_tick_before_an_invoice_or_a_policy_does_not_check_it() -> None:
    """Where other partitions' ticks are late, what came behind that tick is in some lanes only."""
    harness = CashHarness(partitions=1)
    harness.publish(naming())
    second = harness.tick() + timedelta(minutes=1)
    third = second + timedelta(minutes=1)
    harness.engine.publish(SETTINGS, TICK_KEY, time_reached(second))
    harness.publish(old_invoice(taken("greeting")), custom("greeting"))
    for instant, events in ((second, []), (third, ["invoice.issued.v1"])):
        for topic in PUBLIC_TOPICS:
            harness.engine.publish(topic, TICK_KEY, time_reached(instant))
        harness.engine.settle()
        assert harness.events_of("D1") == events
