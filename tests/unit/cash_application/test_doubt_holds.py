"""An event that could not be read holds the accounts it may concern until it is redriven (design.md §3)."""

from typing import Any

import pytest

from schemas.decisions import Alert
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.topics import DECISIONS, INSTRUCTIONS, PAYMENTS
from services.intake.labels import Label, labelled
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    IBAN,
    OTHER_IBAN,
    Event,
    completed,
    creditor,
    event,
    invoice,
    payment,
    raw,
    said,
)


def without(sent: Event, field: str) -> Event:
    return sent | {"data": {name: value for name, value in sent["data"].items() if name != field}}


def mend(harness: CashHarness, sent: Event | None = None) -> None:
    """Redrive the first dead letter, corrected, or discard it."""
    letter = harness.dead_letters()[0]
    line = raw(sent) if sent is not None else b""
    key = sent["data"]["creditor"] if sent is not None else ""
    harness.engine.publish(INSTRUCTIONS, key, labelled(line, Label(mends=letter.key, source=letter.source)))
    harness.engine.settle()


def holds(harness: CashHarness) -> list[tuple[str, Any]]:
    """What is held now, by the journal."""
    now: list[tuple[str, Any]] = [("account", doubt.debtor) for doubt in harness.journal(UnreadEvent)]
    now += [("feed", (hold.creditor, hold.account)) for hold in harness.journal(FeedHold)]
    now += [("creditor", hold.creditor) for hold in harness.journal(CreditorHold)]
    for released in harness.journal(UnreadReleased):
        now.remove(("account", released.debtor))
    for feed in harness.journal(FeedReleased):
        now.remove(("feed", (feed.creditor, feed.account)))
    for of_creditor in harness.journal(CreditorReleased):
        now.remove(("creditor", of_creditor.creditor))
    return now


HOLD = said("hold.placed", "h", reason="agreed")
FEED = completed("2026-01-08", "c")


@pytest.mark.parametrize(
    ("broken", "mended", "held"),
    [
        (without(HOLD, "reason"), HOLD, ("account", "D1")),
        (without(invoice(2), "due"), invoice(2), ("account", "D1")),
        (without(payment("P", debtor="D1"), "paid"), payment("P", debtor="D1"), ("account", "D1")),
        (without(payment("P"), "paid"), payment("P"), ("feed", ("acme", IBAN))),
        (without(FEED, "through"), FEED, ("feed", ("acme", IBAN))),
        (without(HOLD, "debtor"), HOLD, ("creditor", "acme")),
    ],
)
def test_it_holds_the_narrowest_thing_that_is_known_until_it_is_redriven(
    broken: Event, mended: Event, held: tuple[str, Any]
) -> None:
    harness = CashHarness()
    harness.publish(invoice(1), broken)
    assert holds(harness) == [held]
    mend(harness, mended)
    assert holds(harness) == []
    assert harness.tally.dead_letters == 0
    assert harness.tally.applied == 3


def test_a_discard_releases_as_well() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), without(HOLD, "reason"))
    mend(harness)
    assert holds(harness) == []


def test_an_event_that_is_redriven_and_still_wrong_holds_anew() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), without(HOLD, "reason"))
    mend(harness, without(HOLD, "reason"))
    assert holds(harness) == [("account", "D1")]


def test_a_conflict_holds_the_account_and_its_discard_releases_it() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(1, amount="99.00") | {"id": "x"})
    assert holds(harness) == [("account", "D1")]
    mend(harness)
    assert holds(harness) == []


def test_a_doubt_about_a_debtor_that_is_not_known_waits_for_it() -> None:
    harness = CashHarness()
    harness.publish(without(said("hold.placed", "h", "D2"), "reason"))
    assert holds(harness) == []
    harness.publish(invoice(2, "D2"))
    assert holds(harness) == [("account", "D2")]


def test_a_payment_that_names_a_debtor_who_is_not_known_holds_the_feed() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), without(payment("P", debtor="D2"), "paid"))
    assert holds(harness) == [("feed", ("acme", IBAN))]
    harness.publish(invoice(2, "D2"))
    mend(harness)
    assert holds(harness) == []


def test_a_doubt_that_was_discarded_while_it_waited_holds_nobody() -> None:
    harness = CashHarness()
    harness.publish(without(said("hold.placed", "h", "D2"), "reason"))
    mend(harness)
    harness.publish(invoice(2, "D2"))
    assert holds(harness) == []


def test_a_doubt_about_a_creditor_that_is_not_known_waits_for_it() -> None:
    harness = CashHarness(registered=False)
    harness.publish(without(HOLD, "debtor"))
    assert holds(harness) == []
    harness.publish(creditor())
    assert holds(harness) == [("creditor", "acme")]


def test_a_bank_account_that_is_not_the_creditors_holds_the_creditor() -> None:
    harness = CashHarness()
    harness.publish(payment("P", account="FI0012345600000785"))
    assert holds(harness) == [("creditor", "acme")]
    mend(harness)
    assert holds(harness) == []


def test_junk_under_the_key_of_a_bank_account_holds_its_feed_for_whoever_owns_it_now_or_later() -> None:
    harness = CashHarness(partitions=3)
    harness.engine.publish(PAYMENTS, IBAN, b"junk")
    harness.engine.settle()
    assert holds(harness) == [("feed", ("acme", IBAN))]
    harness.publish(creditor("other"), creditor("third", iban=OTHER_IBAN))
    assert sorted(holds(harness)) == [("feed", ("acme", IBAN)), ("feed", ("other", IBAN))]
    mend(harness)
    assert holds(harness) == []


def test_a_setting_of_every_creditor_that_is_refused_raises_an_alert() -> None:
    harness = CashHarness(partitions=3)
    rate = {"country": "FI", "from": "2026-07-01", "to": "2026-12-31", "rate": "2.5"}
    harness.publish(event("reference-rate.published", rate, id="r"))
    harness.publish(event("reference-rate.published", rate | {"rate": "3.5"}, id="s"))
    assert holds(harness) == []
    assert [message.code for message in harness.messages(DECISIONS) if isinstance(message, Alert)] == ["unread-event"]


def test_no_alert_or_reason_repeats_the_values_of_the_event() -> None:
    harness = CashHarness()
    sent = payment("P", amount="66.60", payer={"name": "Salainen Sanni"}, message="terveisiä")
    harness.publish(payment("P"), sent | {"id": "x"}, without(sent, "paid") | {"id": "y"})
    for letter in harness.dead_letters():
        for secret in ("66.60", "Sanni", "terveisiä"):
            assert secret not in "".join(letter.detail) + letter.reason + letter.key
