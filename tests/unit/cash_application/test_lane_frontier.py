"""Time cannot overtake (design.md §3): a lane's frontier is the minimum over all partitions of the public topics."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.journal import FrontierReached
from schemas.ticks import TICK_KEY, time_reached
from schemas.topics import JOURNAL, PUBLIC_TOPICS
from services.cash_application.state.frontier import Frontier
from tests.unit.cash_application.harness import House
from tests.unit.intake.public_events import MORNING, invoice, later


def test_a_tick_reaches_every_partition_of_the_journal_once_for_each_lane() -> None:
    house = House(partitions=3)
    instant = house.tick()
    log = house.engine.store.log
    for partition, end in enumerate(log.ends(JOURNAL.name)):
        told = [JOURNAL.decode(value) for _, _, value in log.read(JOURNAL.name, partition, 0, end)]
        frontiers = [message for message in told if isinstance(message, FrontierReached)]
        assert sorted(message.lane for message in frontiers) == [0, 1, 2]
        assert {message.instant for message in frontiers} == {instant}


def test_the_frontier_waits_for_the_slowest_partition_of_the_slowest_topic() -> None:
    house = House(partitions=2)
    places = [(topic, partition) for topic in PUBLIC_TOPICS for partition in range(2)]
    for topic, partition in places[:-1]:
        house.engine.publish(topic, TICK_KEY, time_reached(later(5)), partition)
    house.engine.settle()
    assert house.journal(FrontierReached) == []
    topic, partition = places[-1]
    house.engine.publish(topic, TICK_KEY, time_reached(later(3)), partition)
    house.engine.settle()
    assert {told.instant for told in house.journal(FrontierReached)} == {later(3)}


def test_what_was_published_before_a_tick_lies_before_its_frontier() -> None:
    house = House(partitions=2)
    house.engine.tick(later(1))
    house.say_at_once(invoice(1))
    house.engine.tick(later(2))
    house.engine.settle()
    kinds = [type(message).__name__ for message in house.messages(JOURNAL)]
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
    told: list[int] = []
    steps = ticks.draw(st.lists(st.tuples(st.integers(0, origins - 1), st.integers(0, 20)), max_size=30))
    for origin, minutes in steps:
        last[str(origin)] = max(minutes, last.get(str(origin), 0))
        if frontier.tick(str(origin), later(minutes), origins):
            told.append(int((frontier.rose() - MORNING) / timedelta(minutes=1)))
            assert told[-1] == min(last.values())
    assert told == sorted(set(told))
    assert not told or (len(last) == origins and told[-1] == min(last.values()))
