"""A lane that is stopped anywhere goes on where it was: nothing is lost or published twice (design.md §8)."""

from pathlib import Path

import pytest

from services.cash_application import worker
from services.intake.routing import destination_of
from services.runtime.engine import EmbeddedEngine, Unobserved
from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.books import Books, books_of
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    about_payment,
    completed,
    creditor,
    invoice,
    later,
    payment,
    raw,
    reference_of,
    said,
)

SETTLED = said("correction.settled", "s", "D2", invoice="2")
SETTLED["data"]["as"] = "replace"
HISTORY = [
    *(said("dispute.raised", f"d{number}", f"D{number}", invoice=str(number)) for number in (1, 2, 3)),
    *(payment(f"P{number}", reference_of(number), payer={"name": "Name of D3"}) for number in range(1, 6)),
    about_payment("payment.reversed", "P1", "r"),
    about_payment("payment.assigned", "P4", "a", debtor="D2"),
    completed("2026-01-08", "c", count=5, sum="500.00"),
    *(invoice(number, f"D{number}") for number in (1, 2, 3)),
    invoice(1, "D1"),
    invoice(2, "D1", amount="1.00") | {"id": "conflict"},
    invoice(2, "D2", amount="1.00") | {"id": "correction"},
    SETTLED,
    creditor(),
]


class PulledPlugError(Exception):
    """The process ends here."""


class Plug(Unobserved):
    """The process ends right before or right after the n-th commit."""

    def __init__(self, commits: int, *, durable: bool) -> None:
        self.left = commits
        self.durable = durable

    def before_commit(self) -> None:
        self.left -= 1
        if self.left == 0 and not self.durable:
            raise PulledPlugError

    def after_commit(self) -> None:
        if self.left == 0 and self.durable:
            raise PulledPlugError


def write_history(path: Path) -> None:
    """All of the history lies in the log, and no worker has read it."""
    with EmbeddedEngine(SqliteStore(path), [], partitions=2) as engine:
        for event in HISTORY:
            address = destination_of(raw(event))
            engine.publish(address.topic, address.key, raw(event))
        engine.tick(later(60))


def settled(path: Path, plug: Plug | None = None) -> Books:
    """What the accounts come to, unless the process ends before."""
    harness = CashHarness(registered=False, batch=3, store=SqliteStore(path), observer=plug, commit=1)
    with harness.engine:
        harness.engine.settle()
        harness.tick()
        return books_of(harness)


@pytest.mark.parametrize("durable", [False, True])
def test_a_lane_that_is_stopped_at_any_commit_comes_to_the_same(
    durable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "AT_ONCE", 2)
    write_history(tmp_path / "whole")
    expected = settled(tmp_path / "whole")
    assert expected.tally.read == len(HISTORY)
    commits = 0
    while stopped_at(tmp_path, commits + 1, durable=durable):
        commits += 1
        assert settled(tmp_path / f"{commits}") == expected
    assert commits > 20


def stopped_at(folder: Path, commits: int, *, durable: bool) -> bool:
    """Whether the process ended at that commit; False when there are fewer."""
    write_history(folder / f"{commits}")
    try:
        settled(folder / f"{commits}", Plug(commits, durable=durable))
    except PulledPlugError:
        return True
    return False
