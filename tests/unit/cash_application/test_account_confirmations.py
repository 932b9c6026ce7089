"""A bank account that is changed or added is confirmed by another source than told it (rules.md G11)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from schemas.decisions import Alert
from schemas.journal import AccountsJudged
from schemas.topics import DECISIONS
from services.cash_application.reports.waiting_report import waiting
from services.cash_application.state.rows import JUDGED_ACCOUNTS, TOLD_ACCOUNTS
from services.cash_application.state.tally import WORKER
from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import ACME, IBAN, OTHER_IBAN, Event, creditor, event, later, payment

THIRD_IBAN = "FI5810171000000122"
Standing = tuple[set[str], bool, dict[str, str]]
"""What is not confirmed, whether a change holds letters, and the confirmed holders."""


def registered(*ibans: str, minute: int = 0, source: str = "//billing") -> Event:
    accounts = [{"iban": iban, "bic": "NDEAFIHH"} for iban in ibans]
    return creditor(at=later(minute), accounts=accounts) | {"id": f"registered-{minute}", "source": source}


def confirmation(
    iban: str, minute: int = 0, source: str = "//people/treasurer", holder: str = "Esimerkki Oy", creditor: str = ACME
) -> Event:
    data = {"creditor": creditor, "iban": iban, "holder": holder}
    return event("account.confirmed", data, id=f"confirmed-{iban}-{minute}", at=later(minute), source=source)


def after(*events: Event, partitions: int = 2) -> CashHarness:
    harness = CashHarness(partitions=partitions, registered=False)
    harness.publish(*events)
    harness.tick()
    return harness


def standing(harness: CashHarness) -> Standing:
    """The last of the lane's messages; without one nothing is open."""
    judged = harness.journal(AccountsJudged)
    if not judged:
        return set(), False, {}
    return set(judged[-1].unconfirmed), judged[-1].changed, judged[-1].holders


def alerts(harness: CashHarness) -> list[str]:
    found = [each for each in harness.messages(DECISIONS) if isinstance(each, Alert)]
    return [each.detail for each in found if each.code == "account-unconfirmed"]


def test_g11_the_first_registration_needs_no_confirmation() -> None:
    harness = after(registered(IBAN, OTHER_IBAN))
    assert harness.journal(AccountsJudged) == []
    assert alerts(harness) == []


def test_g11_a_change_holds_and_an_addition_does_not() -> None:
    assert standing(after(registered(IBAN), registered(OTHER_IBAN, minute=1))) == ({OTHER_IBAN}, True, {})
    assert standing(after(registered(IBAN), registered(IBAN, OTHER_IBAN, minute=1))) == ({OTHER_IBAN}, False, {})
    assert standing(after(registered(IBAN, OTHER_IBAN), registered(IBAN, minute=1))) == (set(), False, {})


def test_g11_one_of_two_accounts_that_is_changed_holds_too() -> None:
    changed = after(registered(IBAN, OTHER_IBAN), registered(IBAN, THIRD_IBAN, minute=1))
    assert standing(changed) == ({THIRD_IBAN}, True, {})


def test_g11_an_addition_that_becomes_a_change_holds() -> None:
    both, only = registered(IBAN, OTHER_IBAN, minute=1), registered(OTHER_IBAN, minute=2)
    assert standing(after(registered(IBAN), both, only)) == ({OTHER_IBAN}, True, {})


def test_g11_an_account_that_is_added_after_another_was_given_up_is_an_addition() -> None:
    harness = after(registered(IBAN, OTHER_IBAN), registered(IBAN, minute=1), registered(IBAN, THIRD_IBAN, minute=2))
    assert standing(harness) == ({THIRD_IBAN}, False, {})


def test_g11_going_back_to_the_former_account_ends_the_hold() -> None:
    harness = after(registered(IBAN), registered(OTHER_IBAN, minute=1), registered(IBAN, minute=2))
    assert standing(harness) == (set(), False, {})


@pytest.mark.parametrize(("source", "open_"), [("//billing", {OTHER_IBAN}), ("//people/treasurer", set())])
def test_g11_only_another_source_than_told_it_confirms(source: str, open_: set[str]) -> None:
    harness = after(registered(IBAN), registered(OTHER_IBAN, minute=1), confirmation(OTHER_IBAN, 2, source))
    assert standing(harness)[:2] == (open_, bool(open_))


def test_g11_a_second_source_that_registers_the_account_confirms_nothing_by_that() -> None:
    again = registered(OTHER_IBAN, minute=2, source="//people/treasurer")
    assert standing(after(registered(IBAN), registered(OTHER_IBAN, minute=1), again))[0] == {OTHER_IBAN}
    said = confirmation(OTHER_IBAN, 3)  # by the second of two sources that told it
    assert standing(after(registered(IBAN), registered(OTHER_IBAN, minute=1), again, said))[0] == set()


def test_g11_what_is_confirmed_stays_so() -> None:
    harness = after(
        registered(IBAN),
        registered(OTHER_IBAN, minute=1),
        confirmation(OTHER_IBAN, 2),
        registered(IBAN, minute=3),
        registered(OTHER_IBAN, minute=4),
    )
    assert standing(harness)[:2] == (set(), False)


@pytest.mark.parametrize("partitions", [1, 3, 12])
def test_g11_the_order_of_arrival_between_two_ticks_does_not_matter(partitions: int) -> None:
    first = registered(IBAN)
    events = [registered(OTHER_IBAN, minute=1), confirmation(OTHER_IBAN, 2), confirmation(THIRD_IBAN, 2)]
    for order in permutations(events):
        harness = CashHarness(partitions=partitions, registered=False)
        harness.publish(first)
        harness.publish_at_once(*order)
        harness.tick()
        assert standing(harness) == (set(), False, {OTHER_IBAN: "Esimerkki Oy"})
        assert alerts(harness) == []
        assert harness.tally.waiting == 1


def test_g11_a_confirmation_waits_for_its_creditor_and_for_its_account_and_is_listed() -> None:
    harness = after(confirmation(OTHER_IBAN), partitions=1)
    assert harness.tally.waiting == 1
    harness.publish(registered(IBAN, minute=1))
    (entry,) = waiting(harness.engine.store, ACME)
    assert entry["waits_for"] == f"a registration of creditor {ACME} with bank account {OTHER_IBAN}"
    harness.publish(registered(OTHER_IBAN, minute=2))
    harness.tick()
    assert standing(harness)[:2] == (set(), False)
    assert (harness.tally.waiting, alerts(harness)) == (0, [])


def test_g11_the_alert_names_account_and_source_once_for_each_registration_that_leaves_one_open() -> None:
    harness = after(registered(IBAN), registered(OTHER_IBAN, minute=1))
    (detail,) = alerts(harness)
    assert detail.startswith(
        f"bank account {OTHER_IBAN}, told by //billing: no letter of the creditor goes until another source confirms it"
    )
    harness.publish(registered(OTHER_IBAN, minute=2))
    harness.tick()
    assert len(alerts(harness)) == 1
    harness.publish(registered(IBAN, OTHER_IBAN, minute=3))
    harness.publish(registered(IBAN, OTHER_IBAN, THIRD_IBAN, minute=4))
    harness.tick()
    assert next(detail for detail in alerts(harness) if THIRD_IBAN in detail).count("letters do not print it") == 1


def test_g11_the_holder_is_that_of_the_confirmation_known_last_and_a_stamp_ahead_does_not_reign() -> None:
    ahead = confirmation(IBAN, 60 * 24 * 30, holder="From 2062", source="//a")
    harness = after(registered(IBAN), ahead)
    for _ in range(2):
        harness.tick()
    assert standing(harness) == (set(), False, {IBAN: "From 2062"})
    harness.publish(confirmation(IBAN, 60 * 24 * 2, holder="The later word", source="//b"))
    harness.tick()
    assert standing(harness)[2] == {IBAN: "The later word"}


def test_g11_an_account_that_is_not_confirmed_still_takes_money() -> None:
    harness = after(registered(IBAN), registered(OTHER_IBAN, minute=1), payment("P", account=OTHER_IBAN, debtor="D1"))
    assert harness.dead_letters() == []


def test_g11_the_accounts_of_an_older_store_are_confirmed(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("store")
    harness = CashHarness(registered=False, store=SqliteStore(folder / "s.db"))
    harness.publish(registered(IBAN, OTHER_IBAN))
    harness.engine.close()
    forget_confirmations(SqliteStore(folder / "s.db"))

    harness = CashHarness(registered=False, store=SqliteStore(folder / "s.db"))
    harness.passed += timedelta(hours=1)
    harness.publish(registered(IBAN, THIRD_IBAN, minute=1))
    harness.tick()
    assert standing(harness) == ({THIRD_IBAN}, True, {})
    harness.publish(confirmation(OTHER_IBAN, 2, holder="Its holder"))
    harness.publish(registered(IBAN, OTHER_IBAN, minute=3))
    harness.tick()
    assert standing(harness) == (set(), False, {OTHER_IBAN: "Its holder"})


def forget_confirmations(store: SqliteStore) -> None:
    """What a store of an older version does not have."""
    store.begin()
    for kind in (TOLD_ACCOUNTS.name, JUDGED_ACCOUNTS.name):
        space = store.state.space(WORKER, kind)
        for partition in range(store.partitions):
            store.state.remove(space, partition, [name for name, _ in rows_of(store, space, partition)])
    store.commit()
    store.close()


def rows_of(store: SqliteStore, space: int, partition: int) -> Iterator[tuple[str, bytes]]:
    rows = store.state.page(space, partition, "", None, 1_000)
    assert all(json.loads(row) for _, row in rows)
    return iter(rows)
