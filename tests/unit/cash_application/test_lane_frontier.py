"""Time cannot overtake (design.md §3): a lane's frontier is the minimum over all partitions of the public topics."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.journal import FrontierReached
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import JOURNAL, PUBLIC_TOPICS
from services.cash_application.state.frontier import Frontier
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import MORNING, invoice, later


def test_a_tick_reaches_every_partition_of_the_journal_once_for_each_lane() -> None:
    harness = CashHarness(partitions=3, registered=False)
    instant = harness.tick()
    log = harness.engine.store.log
    for partition, end in enumerate(log.ends(JOURNAL.name)):
        published = [JOURNAL.decode(value) for _, _, value in log.read(JOURNAL.name, partition, 0, end)]
        frontiers = [message for message in published if isinstance(message, FrontierReached)]
        assert sorted(message.lane for message in frontiers) == [0, 1, 2]
        assert {message.instant for message in frontiers} == {instant}


def test_the_frontier_waits_for_the_slowest_partition_of_the_slowest_topic() -> None:
    harness = CashHarness(partitions=2, registered=False)
    places = [(topic, partition) for topic in PUBLIC_TOPICS for partition in range(2)]
    for topic, partition in places[:-1]:
        harness.engine.publish(topic, TICK_KEY, time_reached(later(5)), partition)
    harness.engine.settle()
    assert harness.journal(FrontierReached) == []
    topic, partition = places[-1]
    harness.engine.publish(topic, TICK_KEY, time_reached(later(3)), partition)
    harness.engine.settle()
    assert {message.instant for message in harness.journal(FrontierReached)} == {later(3)}


def test_what_was_published_before_a_tick_lies_before_its_frontier() -> None:
    harness = CashHarness(partitions=2)
    harness.engine.tick(later(1))
    harness.publish_at_once(invoice(1))
    harness.engine.tick(later(2))
    harness.engine.settle()
    kinds = [type(message).__name__ for message in harness.messages(JOURNAL)]
    assert "AccountEvent" in kinds
    account = kinds.index("AccountEvent")
    assert "FrontierReached" in kinds[account:]


def test_time_that_stands_still_moves_no_frontier() -> None:
    frontier = Frontier()
    assert frontier.tick("invoices/0", MORNING, origins=1)
    frontier.rose()
    assert not frontier.tick("invoices/0", MORNING, origins=1)
    assert not frontier.tick("invoices/0", MORNING - timedelta(minutes=1), origins=1)


@pytest.mark.parametrize("origins", [1, 3])
@given(ticks=st.data())
def test_the_frontier_is_always_the_minimum_and_only_rises(origins: int, ticks: st.DataObject) -> None:
    frontier = Frontier()
    last: dict[str, int] = {}
    published: list[int] = []
    steps = ticks.draw(st.lists(st.tuples(st.integers(0, origins - 1), st.integers(0, 20)), max_size=30))
    for origin, minutes in steps:
        last[str(origin)] = max(minutes, last.get(str(origin), 0))
        if frontier.tick(str(origin), later(minutes), origins):
            published.append(int((frontier.rose() - MORNING) / timedelta(minutes=1)))
            assert published[-1] == min(last.values())
    assert published == sorted(set(published))
    assert not published or (len(last) == origins and published[-1] == min(last.values()))
