"""A store that holds trial letters never sends real ones, however far the read model is behind."""

from collections.abc import Iterator

import pytest

from services.commands.processes.run_loop import hold_to_mode, refuse_live_store, refuse_trial_letters
from services.notifier.posts.post import Status
from services.reporting.tables import TABLES
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
from services.runtime.store.port import Scalar
from tests.unit.notifier.harness import NotifierHarness

LIVE = Settings.model_validate({"mail": {"mode": "live", "host": "mail.esimerkki.example"}})


@pytest.fixture
def notifier() -> Iterator[NotifierHarness]:
    """A notifier without a reporting worker: the read model stays empty."""
    made = NotifierHarness(partitions=3)
    made.engine.store.tables.ensure(TABLES)
    yield made
    made.close()


@pytest.mark.parametrize("status", ["accepted", "failed", "unknown", "deferred"])
def test_a_trial_outcome_that_reporting_has_not_recorded_keeps_the_store_from_going_live(
    notifier: NotifierHarness, status: Status
) -> None:
    notifier.to_attempting()
    refuse_trial_letters(notifier.engine.store, LIVE)

    notifier.end(status)

    with pytest.raises(Refusal, match="this store holds trial letters"):
        refuse_trial_letters(notifier.engine.store, LIVE)
    refuse_trial_letters(notifier.engine.store, Settings())


def test_a_store_of_live_letters_stays_live(notifier: NotifierHarness) -> None:
    notifier.post.trial = False
    notifier.to_attempting()
    notifier.end("accepted")

    refuse_trial_letters(notifier.engine.store, LIVE)


def test_a_store_that_was_started_live_is_never_started_in_trial_mode_again(notifier: NotifierHarness) -> None:
    store = notifier.engine.store
    hold_to_mode(store, Settings())
    hold_to_mode(store, LIVE)

    with pytest.raises(Refusal, match="this store is live"):
        hold_to_mode(store, Settings())
    with pytest.raises(Refusal, match="this store is live"):
        refuse_live_store(store)
    hold_to_mode(store, LIVE)


def test_a_store_from_which_an_older_version_sent_real_letters_is_live(notifier: NotifierHarness) -> None:
    columns: dict[str, Scalar] = dict.fromkeys(notifier.engine.store.tables.columns("notice"), "x")
    letter: dict[str, Scalar] = columns | {"trial": 0, "status": "accepted"}
    notifier.engine.commit()
    notifier.engine.store.begin()
    notifier.engine.store.tables.upsert("notice", [letter | {"status": "withdrawn"}])
    refuse_live_store(notifier.engine.store)
    notifier.engine.store.tables.upsert("notice", [letter])

    with pytest.raises(Refusal, match="this store is live"):
        refuse_live_store(notifier.engine.store)


def test_letters_of_trial_mode_keep_a_store_from_becoming_live_and_it_stays_of_trial_mode(
    notifier: NotifierHarness,
) -> None:
    notifier.to_attempting()
    notifier.end("accepted")

    with pytest.raises(Refusal, match="this store holds trial letters"):
        hold_to_mode(notifier.engine.store, LIVE)
    hold_to_mode(notifier.engine.store, Settings())
