"""A test's clock on Kafka: the next tick is told only when everything before it has been worked off."""

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Final

from kafka import KafkaProducer

from schemas.topics import Topic, partition_of
from services.clock.stepping import SteppingClock
from services.commands.playing import Given, zone_of
from services.pipeline import READS
from services.runtime.kafka.ends import LogEnds
from services.runtime.kafka.security import kafka_python_options
from services.runtime.kafka.ticking import Ticks
from services.runtime.opening import open_store
from services.runtime.settings import Settings
from services.runtime.standing import is_drained, places
from services.runtime.store import Access, Store

_LOOKS_APART_S: Final = 0.01
_DRAINS_WITHIN_S: Final = 120


class ToldTime:
    """Drives workers that run elsewhere as a stepping clock drives an embedded engine."""

    def __init__(self, settings: Settings, store: Store, why_not: Callable[[], str]) -> None:
        """``store`` is open for writing; ``why_not`` is asked when the flow takes too long to drain."""
        self._settings = settings
        self._partitions = settings.store.partitions
        self._store = store
        self._why_not = why_not
        self._ends = LogEnds(settings.kafka, self._partitions)
        self._ticks = Ticks(settings.kafka, store, self._partitions)
        self._producer = KafkaProducer(**kafka_python_options(settings.kafka), acks="all", enable_idempotence=True)
        self._next_wake: int | None = None
        self.clock = SteppingClock()
        self.clock.drive(self)

    # -- what a stepping clock drives ------------------------------------------------------------------------------

    @property
    def reached(self) -> datetime | None:
        """The instant of the last tick."""
        return self._ticks.reached

    def tick(self, instant: datetime) -> bool:
        """Publish one tick, behind all that was published before."""
        self._producer.flush()
        return self._ticks.tick(instant)

    def settle(self, durable: bool = True) -> None:  # noqa: ARG002 (the clock's word; here all is durable)
        """Wait until every worker has done what it can do."""
        until = time.monotonic() + _DRAINS_WITHIN_S
        while self._claims_due() or not is_drained(self._store, READS, self._ends.look):
            assert time.monotonic() < until, self._what_is_left()
            time.sleep(_LOOKS_APART_S)
        with open_store(self._settings, Access.READ) as afresh:  # an open one need not know what others added
            self._next_wake = afresh.state.earliest_wake()

    def _claims_due(self) -> bool:
        """Whether the notifier has not yet noticed what time it is: it is asked, and no record tells it."""
        space = self._store.state.space("notifier", "notice")
        now = self.reached
        if not space or now is None:
            return False
        at = int(now.timestamp())
        return any(self._store.state.due(space, partition, at, 1) for partition in range(self._partitions))

    def _what_is_left(self) -> str:
        behind = [place for place in places(self._store, READS, self._ends.look()) if place.lag]
        lines = [f"not drained within {_DRAINS_WITHIN_S} s", *map(str, behind), *map(str, self._store.seats.seen())]
        return "\n".join([*lines, self._why_not()])

    def next_wake(self) -> int | None:
        """The earliest instant at which a worker had something to do when all was settled.

        Workers elsewhere take what is published at once; an embedded engine only when it settles. So that both clocks
        step alike, what came since does not count.
        """
        return self._next_wake

    # -- playing ---------------------------------------------------------------------------------------------------

    def publish(self, topic: Topic, key: str, value: bytes) -> None:
        """As a producer outside does."""
        partition = partition_of(key, self._partitions)
        self._producer.send(topic.name, key=key.encode(), value=value, partition=partition)

    def play(self, given: Sequence[Given], until: date, each_step: Callable[[], None] = lambda: None) -> None:
        """Publish the pieces at their times, tick by tick, to the end of a day."""
        zone = zone_of(given)
        assert zone is not None, "a creditor is registered"
        end = datetime.combine(until + timedelta(days=1), time_of_day.min, zone)
        for each in given:
            if each.time < end:
                self._advance(each.time, each_step)
                self.publish(each.piece.address.topic, each.piece.address.key, each.piece.value)
                self.clock.heard(each.time)
        self._advance(end, each_step)
        self.settle()

    def _advance(self, until: datetime, each_step: Callable[[], None]) -> None:
        while self.clock.advance(until):
            each_step()

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()
        self._ends.close()
        self._ticks.close()
