"""The untidy history that is played on Kafka holds what it should, and every cut of it gives the same dump."""

from collections import defaultdict
from pathlib import Path

import pytest

from schemas.topics import partition_of
from services.clock.stepping import SteppingClock
from services.commands.playback.play_files import Play
from services.notifier.posts.simulated import SimulatedPost
from services.overdue.canonical import account_entries
from services.pipeline import pipeline
from services.reporting.canonical import canonical_dump
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine, Limits
from services.runtime.settings import load
from services.runtime.sqlite.store import SqliteStore
from tests.simulation.side_by_side import UNTIDY, Event, as_they_arrive, side_by_side


def found_in(events: list[Event]) -> set[str]:
    """The types of a history's events, and what else of it is untidy."""
    found = {event["type"].removesuffix(".v1") for event in events}
    days, debtors = defaultdict(set), defaultdict(set)
    for event in events:
        data = event["data"]
        found |= {name for name in ("parts", "discounts", "channel") if name in data}
        if "arrives" in event:
            found.add("behind" if event["arrives"] > event["time"] else "ahead")
        if event["type"] == "invoice.issued.v1":
            debtors[data["creditor"], data["reference"]].add(data["debtor"])
        if event["type"] == "payment.received.v1":
            days[data["creditor"], data["payment"]].add(data["booked"])
            found |= {"other currency"} if data["currency"] == "NOK" else set()
        if event["type"] == "payment.reversed.v1" and data["payment"].startswith("R"):
            found.add("return under its own id")
    found |= {"recurring id"} if any(len(each) > 1 for each in days.values()) else set()
    found |= {"shared reference"} if any(len(each) > 1 for each in debtors.values()) else set()
    return found


def test_the_untidy_history_holds_all_that_may_come_in_two_orders() -> None:
    events, _ = side_by_side(UNTIDY, "crowded")

    assert found_in(events) >= {
        "ahead", "bank-feed.withdrawn", "behind", "channel", "correction.settled", "credit.granted", "debtor.updated",
        "discounts", "invoice.credited", "other currency", "parts", "payment.assigned", "payment.not-of",
        "payment.refunded", "payment.reversed", "payment.same-as", "recurring id", "return under its own id",
        "shared reference",
    }  # fmt: skip
    assert [len({partition_of(creditor, count) for creditor in UNTIDY}) for count in (3, 12)] == [3, 3]


@pytest.fixture
def dump_of(tmp_path: Path) -> "DumpOf":
    """Plays the untidy history."""
    return DumpOf(tmp_path / "history.jsonl")


class DumpOf:
    """The dump of the untidy history for numbers of partitions, cuts and orders of workers."""

    def __init__(self, file: Path) -> None:
        events, self._last = side_by_side(UNTIDY, "crowded")
        self._given = as_they_arrive(events, file)

    def __call__(self, partitions: int, batch: int, order: int) -> list[str]:
        store, clock = SqliteStore(), SteppingClock()
        store.tables.ensure(TABLES)
        workers = pipeline(SimulatedPost(), clock.now, load())[::order]
        limits = Limits(batch_records=batch)
        with EmbeddedEngine(store, workers, partitions, limits=limits) as engine:
            clock.drive(engine)
            for _ in Play(engine, clock).play(self._given, self._last):
                pass
            return canonical_dump(store, account_entries(store))


@pytest.mark.slow
def test_partitions_cuts_and_the_order_of_workers_change_nothing(dump_of: DumpOf) -> None:
    expected = dump_of(4, 1_000, 1)

    assert any("account-of-another-creditor" in line for line in expected)
    assert dump_of(1, 3, 1) == expected
    assert dump_of(12, 1, -1) == expected
