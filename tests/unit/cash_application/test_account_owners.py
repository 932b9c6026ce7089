"""A bank account belongs to one creditor, over all lanes (rules.md M3)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.decisions import Alert
from schemas.journal import AccountEvent, CreditorHold, CreditorReleased, FeedHold, SettingsCopied
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import DECISIONS, PUBLIC_TOPICS, SETTINGS, partition_of
from services.cash_application.older.owners import to_version_3
from services.cash_application.settings.account_owners import REASON, SHARED
from services.cash_application.state.rows import ACCOUNT_HOLDERS, CREDITORS, REGISTERED_ACCOUNTS
from services.cash_application.state.tally import WORKER, LaneTally
from services.intake.creditor_directory import CreditorDirectory
from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    ACME,
    IBAN,
    OTHER_IBAN,
    Event,
    completed,
    creditor,
    invoice,
    later,
    payment,
    raw,
)

THIRD_IBAN = "FI5810171000000122"
NAMES = ("acme", "beta", "gamma", "delta")
"""Four names in different lanes of three and of twelve."""

partitions = pytest.mark.parametrize("partitions", [1, 3, 12])


def registration(of: str, *ibans: str, minute: int = 0, event_id: str = "") -> Event:
    """A creditor's registration of bank accounts."""
    accounts = [{"iban": iban, "bic": "NDEAFIHH"} for iban in ibans]
    return creditor(of, at=later(minute), accounts=accounts) | {"id": event_id or f"{of}-{minute}"}


def registered(harness: CashHarness) -> dict[str, list[str]]:
    """The accounts in force of each creditor, by the journal."""
    copied = harness.journal(SettingsCopied)
    return {each.data.creditor: [account.iban for account in each.data.accounts] for each in copied}  # type: ignore[attr-defined]


@partitions
@pytest.mark.parametrize(("first", "second"), [("acme", "beta"), ("beta", "acme"), ("gamma", "delta")])
def test_the_later_registration_of_an_account_is_refused(partitions: int, first: str, second: str) -> None:
    harness = CashHarness(partitions=partitions, registered=False)
    harness.publish(registration(first, IBAN, minute=2), registration(second, IBAN, OTHER_IBAN, minute=1))

    assert registered(harness) == {first: [IBAN]}
    assert harness.reasons() == ["account-of-another-creditor"]
    assert harness.dead_letters()[0].creditor == second
    assert harness.tally == LaneTally(applied=1, dead_letters=1)


@partitions
def test_at_one_frontier_the_earlier_by_time_has_it_whichever_comes_first(partitions: int) -> None:
    for one, other in (("acme", "beta"), ("beta", "acme")):
        harness = CashHarness(partitions=partitions, registered=False)
        harness.publish_at_once(registration(one, IBAN, minute=2), registration(other, IBAN, minute=1))
        assert registered(harness) == {other: [IBAN]}


def test_what_is_said_of_it_tells_what_to_do_and_names_neither_account_nor_creditor() -> None:
    harness = CashHarness()
    harness.publish(registration("beta", OTHER_IBAN, IBAN))
    detail = "".join(harness.dead_letters()[0].detail)
    assert detail.startswith("data.accounts[1].iban: is the bank account of another creditor; correct it")
    assert not any(value in detail for value in (IBAN, ACME, "beta"))


@partitions
def test_the_facts_of_a_creditor_who_was_refused_wait_and_go_on_once_it_is_mended(partitions: int) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(
        registration("beta", IBAN),
        invoice(1, creditor="beta"),
        payment("P", creditor="beta", account=OTHER_IBAN),
        completed("2026-01-08", "f", creditor="beta", account=OTHER_IBAN),
    )
    harness.tick()
    assert harness.tally == LaneTally(applied=1, dead_letters=1, waiting=3)
    assert harness.journal(AccountEvent) == []

    harness.publish(registration("beta", OTHER_IBAN, minute=1))
    assert harness.tally == LaneTally(applied=5, dead_letters=1)
    assert harness.events_of("D1") == ["invoice.issued.v1"]


@partitions
def test_a_creditor_who_adds_anothers_account_keeps_its_former_ones_and_gets_held(partitions: int) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(registration("beta", OTHER_IBAN), registration("beta", OTHER_IBAN, IBAN, minute=1))

    assert registered(harness) == {"acme": [IBAN], "beta": [OTHER_IBAN]}
    assert [hold.creditor for hold in harness.journal(CreditorHold)] == ["beta"]
    assert harness.journal(FeedHold) == []
    assert harness.journal(CreditorReleased) == []


@partitions
def test_an_account_that_its_owner_gave_up_is_the_next_ones(partitions: int) -> None:
    harness = CashHarness(partitions=partitions)
    harness.publish(registration("beta", OTHER_IBAN), registration("acme", THIRD_IBAN, minute=1))
    harness.publish(registration("beta", OTHER_IBAN, IBAN, minute=2))
    assert registered(harness) == {"acme": [THIRD_IBAN], "beta": [OTHER_IBAN, IBAN]}

    harness.publish(registration("acme", IBAN, minute=3))
    assert harness.reasons() == ["account-of-another-creditor"]


@partitions
def test_an_older_registration_that_comes_late_neither_takes_nor_gives_up(partitions: int) -> None:
    harness = CashHarness(partitions=partitions, registered=False)
    harness.publish(registration("acme", IBAN, minute=5), registration("acme", OTHER_IBAN, minute=1))
    harness.publish(registration("beta", OTHER_IBAN, minute=6), registration("gamma", IBAN, minute=7))
    assert registered(harness) == {"acme": [IBAN], "beta": [OTHER_IBAN]}


def test_a_registration_counts_from_the_next_frontier_on() -> None:
    harness = CashHarness(partitions=3)
    harness.engine.publish(SETTINGS, "beta", raw(registration("beta", OTHER_IBAN)))
    harness.publish(invoice(1, creditor="beta"))
    assert harness.tally == LaneTally(applied=1, waiting=2)

    harness.tick()
    assert harness.tally == LaneTally(applied=3)


@pytest.mark.parametrize("partitions", [3, 12])
def test_a_registration_waits_until_no_earlier_one_can_come(partitions: int) -> None:
    harness = CashHarness(partitions=partitions, registered=False)
    betas = (SETTINGS, partition_of("beta", partitions))

    def tick(minute: int, *, beta: int) -> None:
        for topic in PUBLIC_TOPICS:
            for partition in range(partitions):
                instant = later(beta if (topic, partition) == betas else minute)
                harness.engine.publish(topic, TICK_KEY, time_reached(instant), partition)
        harness.engine.settle()

    tick(1, beta=5)
    harness.engine.publish(SETTINGS, "beta", raw(registration("beta", IBAN, minute=0)))
    tick(2, beta=6)
    harness.engine.publish(SETTINGS, "acme", raw(registration("acme", IBAN, minute=2)))
    tick(3, beta=7)
    assert registered(harness) == {"acme": [IBAN]}

    tick(8, beta=8)
    assert registered(harness) == {"acme": [IBAN]}
    assert [letter.creditor for letter in harness.dead_letters()] == ["beta"]


def test_a_stamp_from_the_future_does_not_reign_for_ever() -> None:
    harness = CashHarness(registered=False)
    years = 40 * 365 * 24 * 60
    harness.publish(registration("acme", IBAN, minute=years), registration("acme", OTHER_IBAN, minute=24 * 60 + 2))
    harness.publish(registration("beta", IBAN, minute=24 * 60 + 3))
    assert registered(harness) == {"acme": [OTHER_IBAN], "beta": [IBAN]}


def test_the_same_registration_again_is_a_duplicate_at_the_same_and_at_a_later_frontier() -> None:
    harness = CashHarness(partitions=3, registered=False)
    harness.publish_at_once(*[registration("acme", IBAN)] * 2)
    harness.publish(registration("acme", IBAN))
    assert harness.tally == LaneTally(applied=1, duplicates=2)


def test_another_content_under_the_same_id_is_a_conflict() -> None:
    harness = CashHarness(partitions=3)
    harness.publish(registration("beta", OTHER_IBAN, event_id="b"), registration("beta", THIRD_IBAN, event_id="b"))
    assert harness.reasons() == ["conflict"]
    assert registered(harness)["beta"] == [OTHER_IBAN]


# -- the same in every lane, for every cut, and for the readers of files ---------------------------------------------

_registrations = st.builds(
    registration,
    st.sampled_from(NAMES),
    st.sampled_from([IBAN, OTHER_IBAN]),
    minute=st.integers(0, 4),
    event_id=st.sampled_from(["", "", "r"]),
) | st.builds(registration, st.sampled_from(NAMES), st.just(THIRD_IBAN), st.just(IBAN), minute=st.integers(0, 4))
_rounds = st.lists(st.lists(_registrations, max_size=3), max_size=4)


_TWO_CONTENTS_AT_ONCE: list[list[Event]] = [
    [registration("gamma", THIRD_IBAN, IBAN), registration("gamma", IBAN)],
    [registration("beta", IBAN, event_id="r"), registration("beta", OTHER_IBAN, event_id="r")],
]
_ANOTHER_UNDER_THE_ID_OF_AN_OLDER_ONE: list[list[Event]] = [
    [registration("acme", IBAN, minute=2)],
    [registration("acme", THIRD_IBAN, minute=0, event_id="r")],
    [registration("acme", OTHER_IBAN, minute=3, event_id="r")],
]


def played(rounds: list[list[Event]], partitions: int, batch: int) -> CashHarness:
    """Registrations, round by round with a tick after each."""
    harness = CashHarness(partitions=partitions, batch=batch, registered=False)
    for events in rounds:
        harness.publish_at_once(*events)
        harness.tick()
    return harness


@pytest.mark.slow
@given(_rounds)
@example(_TWO_CONTENTS_AT_ONCE)
@example([events[::-1] for events in _TWO_CONTENTS_AT_ONCE])
@example(_ANOTHER_UNDER_THE_ID_OF_AN_OLDER_ONE)
@settings(max_examples=25, deadline=timedelta(seconds=10))
def test_every_lane_every_cut_and_the_readers_of_files_decide_alike(rounds: list[list[Event]]) -> None:
    expected: object = None
    for partitions, batch in ((1, 1_000), (3, 2), (12, 7)):
        harness = played(rounds, partitions, batch)
        lanes = [rows_of(harness, lane) for lane in range(partitions)]
        assert all(lane == lanes[0] for lane in lanes)
        directory = CreditorDirectory()
        directory.follow(harness.engine.store.log, partitions)
        holders = {iban: directory.creditor_of_account(iban) for iban in (IBAN, OTHER_IBAN, THIRD_IBAN)}
        assert {iban: of for iban, of in holders.items() if of} == {
            iban: of for of, ibans in registered(harness).items() for iban in ibans
        }
        found = lanes[0], registered(harness), sorted(harness.reasons()), harness.tally
        assert expected in (None, found)
        expected = found


def rows_of(harness: CashHarness, lane: int) -> dict[str, list[tuple[str, bytes]]]:
    """A lane's rows about the owners of accounts."""
    store = harness.engine.store
    kinds = (ACCOUNT_HOLDERS.name, REGISTERED_ACCOUNTS.name)
    return {kind: store.state.page(store.state.space(WORKER, kind), lane, "", None, 100) for kind in kinds}


# -- older stores ----------------------------------------------------------------------------------------------------


def alerts(harness: CashHarness) -> list[tuple[str, str | None]]:
    """The alerts that were raised, each with its creditor."""
    return [(each.code, each.creditor) for each in harness.messages(DECISIONS) if isinstance(each, Alert)]


def downgraded(harness: CashHarness, *shared: str) -> None:
    """Give the harness's store the rows of state version 2, in which these creditors all have ``IBAN``; upgrade it."""
    store = harness.engine.store
    store.begin()
    creditors = store.state.space(WORKER, CREDITORS.name)
    for lane in range(store.partitions):
        for kind in (ACCOUNT_HOLDERS.name, REGISTERED_ACCOUNTS.name):
            space = store.state.space(WORKER, kind)
            store.state.remove(space, lane, [row_key for row_key, _ in store.state.page(space, lane, "", None, 100)])
        for of, stored in store.state.page(creditors, lane, "", None, 100):
            if of in shared:
                row = json.loads(stored) | {"accounts": [IBAN]}
                store.state.save(creditors, lane, [(of, json.dumps(row).encode(), None, None)])
    to_version_3(store)
    store.commit()


@partitions
def test_an_account_that_two_creditors_of_an_older_store_share_stays_both_s_with_an_alert(
    partitions: int, tmp_path: Path
) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        harness = CashHarness(partitions=partitions, store=store)
        harness.publish(registration("beta", OTHER_IBAN))
        downgraded(harness, "acme", "beta")
    with SqliteStore(tmp_path / "store.db") as store:
        harness = CashHarness(partitions=partitions, store=store, registered=False)
        harness.minutes = 10
        harness.tick()
        harness.tick()
        assert sorted(alerts(harness)) == [(SHARED, "acme"), (SHARED, "beta")]

        harness.publish(registration("gamma", IBAN, minute=3), registration("beta", IBAN, THIRD_IBAN, minute=4))
        assert harness.reasons() == [REASON]
        assert harness.dead_letters()[0].creditor == "gamma"

        harness.publish(registration("beta", THIRD_IBAN, minute=5), registration("beta", IBAN, minute=6))
        assert harness.reasons() == [REASON, REASON]


def test_money_of_one_creditor_on_the_account_of_another_is_refused() -> None:
    for partitions in (1, 3):
        harness = CashHarness(partitions=partitions)
        harness.publish(creditor("beta", OTHER_IBAN), payment("P", account=OTHER_IBAN))
        assert harness.reasons() == ["account-of-another-creditor"]
        assert harness.tally.waiting == 0


def test_money_on_an_account_that_nobody_has_is_taken_and_so_it_is_once_the_other_gave_it_up() -> None:
    harness = CashHarness()
    harness.publish(payment("P", account=OTHER_IBAN), creditor("beta", OTHER_IBAN))
    harness.publish(creditor("beta", THIRD_IBAN, at=later(5)) | {"id": "again"})
    harness.publish(payment("Q", account=OTHER_IBAN))
    assert harness.reasons() == []
