"""Contract: versions are written into a new store, and compared and brought up to date in an older one."""

from collections.abc import Callable

import pytest

from services.runtime.refusal import Refusal
from services.runtime.store.log_identity import EMBEDDED, LogIdentity, claim_log, identity_of, refuse_other_engine
from services.runtime.store.port import Access, Store
from services.runtime.store.versions import (
    CURRENT,
    STATE,
    OlderStore,
    UpgradeStep,
    bring_up_to_date,
    refuse_other_versions,
    versions_of,
)
from tests.contract.store.neighbour import open_at

Opener = Callable[[Access], Store]
HERE = LogIdentity("kafka", "cluster-1", "live.")


@pytest.fixture
def owned(opened: Opener) -> Store:
    """A store, opened by one who may bring it up to date."""
    store = opened(Access.MIGRATE)
    store.fix_partitions(2)
    return store


def write(store: Store, name: str, value: str) -> None:
    store.begin()
    store.set_bookmark(name, value)
    store.commit()


def bookmarks(name: str, value: str) -> Callable[[Store], None]:
    return lambda store: store.set_bookmark(name, value)


def test_a_new_store_gets_todays_versions_and_no_step_is_run(owned: Store) -> None:
    assert versions_of(owned) == {}

    bring_up_to_date(owned, [UpgradeStep(STATE, CURRENT[STATE], bookmarks("step", "run"))])

    assert versions_of(owned) == CURRENT
    assert owned.bookmark("step") is None


def test_an_older_store_is_brought_up_to_date_step_by_step(owned: Store) -> None:
    bring_up_to_date(owned, ())
    write(owned, "version state", str(CURRENT[STATE] - 1))

    bring_up_to_date(
        owned,
        [
            UpgradeStep(STATE, CURRENT[STATE] - 1, bookmarks("done before", "again")),
            UpgradeStep(STATE, CURRENT[STATE], bookmarks("first", "done"), bookmarks("second", "done")),
        ],
    )

    assert versions_of(owned) == CURRENT
    assert (owned.bookmark("done before"), owned.bookmark("first"), owned.bookmark("second")) == (None, "done", "done")


def test_a_step_that_fails_leaves_all_as_it_was(owned: Store) -> None:
    def fail(store: Store) -> None:
        store.set_bookmark("half", "done")
        raise Refusal("rows that cannot be converted")

    bring_up_to_date(owned, ())
    write(owned, "version state", str(CURRENT[STATE] - 1))

    with pytest.raises(Refusal, match="cannot be converted"):
        bring_up_to_date(owned, [UpgradeStep(STATE, CURRENT[STATE], fail)])

    assert versions_of(owned)[STATE] == CURRENT[STATE] - 1
    assert owned.bookmark("half") is None


def test_a_version_without_a_step_to_todays_is_refused_in_a_sentence(owned: Store) -> None:
    bring_up_to_date(owned, ())
    write(owned, "version state", "0")

    with pytest.raises(Refusal, match=r"its state has version 0 and cannot be brought to .*into a new store"):
        bring_up_to_date(owned, [UpgradeStep(STATE, CURRENT[STATE], bookmarks("never", "run"))])

    assert versions_of(owned)[STATE] == 0


@pytest.mark.parametrize("part", CURRENT)
def test_a_newer_store_is_refused_by_all(owned: Store, part: str) -> None:
    bring_up_to_date(owned, ())
    write(owned, f"version {part}", "99")

    for check in (refuse_other_versions, lambda store: bring_up_to_date(store, ())):
        with pytest.raises(Refusal, match=f"its {part} has version 99, this program knows {CURRENT[part]}"):
            check(owned)


def test_whoever_only_reads_or_works_beside_others_refuses_an_older_store(place: str, opened: Opener) -> None:
    with open_at(place, Access.MIGRATE) as store:
        bring_up_to_date(store, ())
        write(store, "version state", "1")
    worker, reader = opened(Access.WORKER), opened(Access.READ)

    with pytest.raises(OlderStore, match=r"made by an older version \(state\); .*`erapaiva migrate`"):
        bring_up_to_date(worker, ())
    with pytest.raises(OlderStore, match="made by an older version"):
        refuse_other_versions(reader)


# -- the log that a store belongs to -------------------------------------------------------------------------------


def test_a_store_belongs_to_the_log_of_its_first_start(owned: Store) -> None:
    assert identity_of(owned) is None

    claim_log(owned, HERE)
    claim_log(owned, HERE)

    assert identity_of(owned) == HERE


@pytest.mark.parametrize("other", [EMBEDDED, HERE._replace(cluster="cluster-2"), HERE._replace(prefix="")])
def test_another_log_is_refused_by_name(owned: Store, other: LogIdentity) -> None:
    claim_log(owned, HERE)

    with pytest.raises(Refusal, match=r"belongs to the log of Kafka, cluster cluster-1, prefix 'live\.', the settings"):
        claim_log(owned, other)

    assert identity_of(owned) == HERE


def test_a_store_of_the_embedded_engine_is_refused_to_kafkas_workers(owned: Store) -> None:
    claim_log(owned, EMBEDDED)

    with pytest.raises(Refusal, match=r"belongs to the embedded engine's log, .*unset ERAPAIVA_KAFKA__BOOTSTRAP"):
        claim_log(owned, HERE)
    with pytest.raises(Refusal, match="belongs to the embedded engine's log, the settings name the log of Kafka"):
        refuse_other_engine(owned, "kafka")


def test_a_store_whose_own_log_holds_records_is_the_embedded_engines_whatever_is_not_written(owned: Store) -> None:
    owned.begin()
    owned.log.append("journal", 0, "a", b"record")
    owned.commit()

    assert identity_of(owned) == EMBEDDED
    with pytest.raises(Refusal, match="belongs to the embedded engine's log"):
        claim_log(owned, HERE)


def test_the_workers_of_one_engine_are_enough_for_whoever_does_not_ask_which_cluster(owned: Store) -> None:
    claim_log(owned, HERE)

    refuse_other_engine(owned, "kafka")
