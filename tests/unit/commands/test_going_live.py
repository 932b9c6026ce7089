"""A store that holds trial letters never sends real ones, however far the read model is behind."""

from collections.abc import Iterator

import pytest

from services.commands.processes.run_loop import refuse_trial_letters
from services.notifier.posts.post import Status
from services.reporting.tables import TABLES
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
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
