"""An event that could not be read holds the accounts it may concern until it is redriven (design.md §3)."""

from pathlib import Path
from typing import Any

import pytest

from schemas.decisions import Alert
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.references import rf_reference
from schemas.topics import DECISIONS, INSTRUCTIONS, PAYMENTS
from services.cash_application.state.row_kind import SEPARATOR
from services.cash_application.state.rows import DOUBTS
from services.cash_application.state.tally import WORKER
from services.intake.labels import Label, labelled
from services.intake.routing import destination_of
from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    IBAN,
    OTHER_IBAN,
    Event,
    completed,
    creditor,
    event,
    invoice,
    later,
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
    topic = destination_of(line).topic if sent is not None else INSTRUCTIONS
    harness.engine.publish(topic, key, labelled(line, Label(mends=letter.key, source=letter.source)))
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
    harness = CashHarness(started=True)
    harness.publish(invoice(1), broken)
    assert holds(harness) == [held]
    mend(harness, mended)
    assert holds(harness) == []
    assert harness.tally.dead_letters == 0
    assert harness.tally.applied == 3


@pytest.mark.parametrize(
    ("broken", "held"),
    [
        (without(payment("P", "2008"), "paid"), ("account", "D2")),
        (without(payment("P", rf_reference("2008")), "paid"), ("account", "D2")),
        (without(payment("P", "3007"), "paid"), ("feed", ("acme", IBAN))),
        (without(said("invoice.credited", "n", invoice="2", credit_note="C"), "debtor"), ("account", "D2")),
        (said("invoice.credited", "n", "D1", invoice="2", credit_note="C"), ("creditor", "acme")),
        (said("invoice.credited", "n", "D9", invoice="2", credit_note="C"), ("account", "D2")),
        (raw(payment("P", "2008"))[:-1], ("account", "D2")),
        (raw(said("hold.placed", "h", "D2", reason="agreed"))[:-12], ("account", "D2")),
    ],
)
def test_an_invoice_or_a_reference_names_the_account_whose_it_is(broken: Event | bytes, held: tuple[str, Any]) -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1"), invoice(2, "D2", reference="2008"), broken)
    assert holds(harness) == [held]
    mend(harness)
    assert holds(harness) == []


def test_a_reference_of_two_debtors_holds_the_feed() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, "D1", reference="2008"), invoice(2, "D2", reference="2008"))
    harness.publish(without(payment("P", "2008"), "paid"))
    assert holds(harness) == [("feed", ("acme", IBAN))]


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_line_that_names_nobody_holds_all_creditors_of_its_file_and_one_mending_releases_them(
    partitions: int,
) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(creditor("kuura", OTHER_IBAN))
    label = Label(file="f", line=1, creditors=["acme", "kuura", "later"])
    for _ in range(2):  # told twice, it is the same doubt
        harness.engine.publish(INSTRUCTIONS, "", labelled(b'{"data":', label))
        harness.engine.settle()
    assert sorted(holds(harness)) == [("creditor", "acme"), ("creditor", "kuura")]
    harness.publish(creditor("later", "FI5542345670000081"))
    assert sorted(holds(harness)) == [("creditor", "acme"), ("creditor", "kuura"), ("creditor", "later")]
    mend(harness)
    assert holds(harness) == []


def test_a_doubt_that_an_older_store_keeps_under_its_own_key_is_known_and_released(tmp_path: Path) -> None:
    with CashHarness(partitions=1, store=SqliteStore(tmp_path / "store.db")).engine as engine:
        for sent in (invoice(1), without(HOLD, "reason")):
            address = destination_of(raw(sent))
            engine.publish(address.topic, address.key, raw(sent))
        engine.settle()
    with SqliteStore(tmp_path / "store.db") as store:
        store.begin()
        space = store.state.space(WORKER, DOUBTS)
        ((row, value),) = store.state.page(space, 0, "", None, 10)
        doubt, _ = row.split(SEPARATOR)
        store.state.save(space, 0, [(doubt, value, None, None)])
        store.state.remove(space, 0, [row])
        store.commit()
    harness = CashHarness(partitions=1, registered=False, store=SqliteStore(tmp_path / "store.db"))
    assert holds(harness) == [("account", "D1")]
    mend(harness)
    assert holds(harness) == []


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
    harness.publish(invoice(1), invoice(1, amount="99.00"))
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
    harness.publish(creditor(iban=OTHER_IBAN, at=later(1)) | {"id": "moved"}, creditor("other"))
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
