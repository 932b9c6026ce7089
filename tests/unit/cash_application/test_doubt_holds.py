"""What could not be read holds whom it may concern until it is mended (design.md §3, doubt holds)."""

from typing import Any

import pytest

from schemas.decisions import Alert
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.topics import DECISIONS, INSTRUCTIONS, PAYMENTS
from services.intake.labels import Label, labelled
from tests.unit.cash_application.harness import House
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


def without(told: Event, field: str) -> Event:
    return told | {"data": {name: value for name, value in told["data"].items() if name != field}}


def mend(house: House, told: Event | None = None) -> None:
    """Put the first dead letter back, corrected, or discard it."""
    letter = house.dead_letters()[0]
    line = raw(told) if told is not None else b""
    key = told["data"]["creditor"] if told is not None else ""
    house.engine.publish(INSTRUCTIONS, key, labelled(line, Label(mends=letter.key, source=letter.source)))
    house.engine.settle()


def holds(house: House) -> list[tuple[str, Any]]:
    """Who is held now, as the journal says it."""
    now: list[tuple[str, Any]] = [("account", doubt.debtor) for doubt in house.journal(UnreadEvent)]
    now += [("feed", (hold.creditor, hold.account)) for hold in house.journal(FeedHold)]
    now += [("creditor", hold.creditor) for hold in house.journal(CreditorHold)]
    for released in house.journal(UnreadReleased):
        now.remove(("account", released.debtor))
    for feed in house.journal(FeedReleased):
        now.remove(("feed", (feed.creditor, feed.account)))
    for of_creditor in house.journal(CreditorReleased):
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
def test_it_holds_the_narrowest_that_can_be_told_until_it_is_put_back(
    broken: Event, mended: Event, held: tuple[str, Any]
) -> None:
    house = House()
    house.say(invoice(1), broken)
    assert holds(house) == [held]
    mend(house, mended)
    assert holds(house) == []
    assert house.tally.dead_letters == 0
    assert house.tally.applied == 3


def test_a_discard_releases_as_well() -> None:
    house = House()
    house.say(invoice(1), without(HOLD, "reason"))
    mend(house)
    assert holds(house) == []


def test_what_is_put_back_and_still_wrong_holds_anew() -> None:
    house = House()
    house.say(invoice(1), without(HOLD, "reason"))
    mend(house, without(HOLD, "reason"))
    assert holds(house) == [("account", "D1")]


def test_a_conflict_holds_the_account_and_its_discard_releases_it() -> None:
    house = House()
    house.say(invoice(1), invoice(1, amount="99.00") | {"id": "x"})
    assert holds(house) == [("account", "D1")]
    mend(house)
    assert holds(house) == []


def test_a_doubt_about_a_debtor_that_is_not_known_waits_for_it() -> None:
    house = House()
    house.say(without(said("hold.placed", "h", "D2"), "reason"))
    assert holds(house) == []
    house.say(invoice(2, "D2"))
    assert holds(house) == [("account", "D2")]


def test_a_payment_that_names_a_debtor_who_is_not_known_holds_the_feed() -> None:
    house = House()
    house.say(invoice(1), without(payment("P", debtor="D2"), "paid"))
    assert holds(house) == [("feed", ("acme", IBAN))]
    house.say(invoice(2, "D2"))
    mend(house)
    assert holds(house) == []


def test_a_doubt_that_was_discarded_while_it_waited_holds_nobody() -> None:
    house = House()
    house.say(without(said("hold.placed", "h", "D2"), "reason"))
    mend(house)
    house.say(invoice(2, "D2"))
    assert holds(house) == []


def test_a_doubt_about_a_creditor_that_is_not_known_waits_for_it() -> None:
    house = House(registered=False)
    house.say(without(HOLD, "debtor"))
    assert holds(house) == []
    house.say(creditor())
    assert holds(house) == [("creditor", "acme")]


def test_a_bank_account_that_is_not_the_creditors_holds_the_creditor() -> None:
    house = House()
    house.say(payment("P", account="FI0012345600000785"))
    assert holds(house) == [("creditor", "acme")]
    mend(house)
    assert holds(house) == []


def test_junk_under_the_key_of_a_bank_account_holds_its_feed_for_whoever_owns_it_now_or_later() -> None:
    house = House(partitions=3)
    house.engine.publish(PAYMENTS, IBAN, b"junk")
    house.engine.settle()
    assert holds(house) == [("feed", ("acme", IBAN))]
    house.say(creditor("other"), creditor("third", iban=OTHER_IBAN))
    assert sorted(holds(house)) == [("feed", ("acme", IBAN)), ("feed", ("other", IBAN))]
    mend(house)
    assert holds(house) == []


def test_a_setting_of_every_creditor_that_is_refused_raises_the_alarm() -> None:
    house = House(partitions=3)
    rate = {"country": "FI", "from": "2026-07-01", "to": "2026-12-31", "rate": "2.5"}
    house.say(event("reference-rate.published", rate, id="r"))
    house.say(event("reference-rate.published", rate | {"rate": "3.5"}, id="s"))
    assert holds(house) == []
    assert [message.code for message in house.messages(DECISIONS) if isinstance(message, Alert)] == ["unread-event"]


def test_no_alarm_or_reason_holds_what_the_event_said() -> None:
    house = House()
    told = payment("P", amount="66.60", payer={"name": "Salainen Sanni"}, message="terveisiä")
    house.say(payment("P"), told | {"id": "x"}, without(told, "paid") | {"id": "y"})
    for letter in house.dead_letters():
        for secret in ("66.60", "Sanni", "terveisiä"):
            assert secret not in "".join(letter.detail) + letter.reason + letter.key
