"""A test's clock on Kafka: it publishes the next tick only when all records before it are worked off.

Broker and database may be restarted meanwhile: the clock connects anew.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final

import psycopg
from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.topics import partition_of
from services.clock.stepping import SteppingClock
from services.commands.playback.play_files import TimedPiece, zone_of
from services.intake.doors.door_rules import PLAY
from services.pipeline import READS
from services.runtime.kafka.broker.end_offsets import EndOffsets
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.kafka.broker.tick_producer import TickProducer
from services.runtime.open_store import open_store
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
from services.runtime.store.port import Access, Store
from services.runtime.telemetry.consumer_lag import is_drained, partition_lags

_POLL_S: Final = 0.01
_DRAINS_WITHIN_S: Final = 120
_AWAY: Final = (KafkaError, Refusal, psycopg.OperationalError)
"""The faults while a server is being restarted."""


class NotDrainedError(AssertionError):
    """Published records are not worked off in time."""


class _Connections:
    """The connections by which lag is read and ticks are published."""

    def __init__(self, settings: Settings) -> None:
        self.store: Final[Store] = open_store(settings, Access.WORKER)
        self.ends: Final = EndOffsets(settings.kafka, settings.store.partitions)
        self.ticks: Final = TickProducer(settings.kafka, self.store, settings.store.partitions)

    def close(self) -> None:
        """Disconnect."""
        self.ticks.close()
        self.ends.close()
        self.store.close()


class DrainedClock:
    """Drives workers that run elsewhere as a stepping clock drives an embedded engine."""

    def __init__(
        self, settings: Settings, why_not: Callable[[], str], *, drains_within_s: float = _DRAINS_WITHIN_S
    ) -> None:
        """``why_not`` is asked when the flow takes longer than ``drains_within_s`` to drain."""
        self._settings = settings
        self._partitions = settings.store.partitions
        self._why_not = why_not
        self._drains_within_s = drains_within_s
        self._connections: _Connections | None = _Connections(settings)
        self._producer = KafkaProducer(**kafka_python_options(settings.kafka), acks="all", enable_idempotence=True)
        self._sent: list[Any] = []
        self._next_wake: int | None = None
        self.reached: datetime | None = self._connections.ticks.reached
        """The instant of the last tick."""
        self.ticking = threading.Lock()
        """Held while a tick is published, so that a test does not restart the database under its own bookmark."""
        self.when_settled: Callable[[], None] = lambda: None
        """Called each time when all was worked off, before anything else is published."""
        self.clock = SteppingClock()
        self.clock.drive(self)

    # -- what a stepping clock drives ------------------------------------------------------------------------------

    def tick(self, instant: datetime) -> bool:
        """Publish one tick, behind all that was published before. Raises KafkaError when something was not."""
        self._flush()
        with self.ticking:
            published = self._publish_tick(instant)
        self.reached = instant if published else self.reached
        return published

    def _flush(self) -> None:
        self._producer.flush()
        for sent in self._sent:
            sent.get()
        self._sent.clear()

    def _publish_tick(self, instant: datetime) -> bool:
        """Publish it; the connections may have been lost since they were last used."""
        try:
            return self._connected().ticks.tick(instant)
        except psycopg.OperationalError:
            self._disconnect()
            return self._connected().ticks.tick(instant)

    def settle(self, durable: bool = True) -> None:  # noqa: ARG002 (an argument of the engine that a clock drives; here all is durable)
        """Wait until every worker has done what it can do."""
        self._flush()
        until = time.monotonic() + self._drains_within_s
        while not self._is_settled():
            if time.monotonic() > until:
                raise NotDrainedError(self._what_is_left())
            time.sleep(_POLL_S)
        self.when_settled()

    def _is_settled(self) -> bool:
        try:
            connections = self._connected()
            if self._claims_due(connections.store) or not is_drained(connections.store, READS, connections.ends.fetch):
                return False
            with open_store(self._settings, Access.READ) as afresh:  # an open one need not know what others added
                self._next_wake = afresh.state.earliest_wake()
        except _AWAY:
            self._disconnect()
            return False
        return True

    def _claims_due(self, store: Store) -> bool:
        """Whether the notifier has a letter to claim by now: it reads the clock when idle, no record calls it."""
        space = store.state.space("notifier", "notice")
        if not space or self.reached is None:
            return False
        at = int(self.reached.timestamp())
        return any(store.state.due(space, partition, at, 1) for partition in range(self._partitions))

    def _what_is_left(self) -> str:
        connections = self._connected()
        behind = [place for place in partition_lags(connections.store, READS, connections.ends.fetch()) if place.lag]
        tasks = map(str, connections.store.partition_tasks.status())
        return "\n".join([f"not drained within {self._drains_within_s} s", *map(str, behind), *tasks, self._why_not()])

    def next_wake(self) -> int | None:
        """The earliest wake of a worker when all was settled last.

        Workers in other processes take records at once, an embedded engine only when it settles. Records since then do
        not count, so that both clocks step alike.
        """
        return self._next_wake

    # -- playing ---------------------------------------------------------------------------------------------------

    def tell(self, given: TimedPiece) -> None:
        """Publish a piece, as a producer does; the clock's next tick follows it."""
        topic, key = given.piece.address.topic, given.piece.address.key
        name, partition = topic_name(self._settings.kafka, topic), partition_of(key, self._partitions)
        value = given.piece.value(PLAY)
        self._sent.append(self._producer.send(name, key=key.encode(), value=value, partition=partition))
        self.clock.note_event(given.time)

    def play(self, given: Sequence[TimedPiece], until: date) -> None:
        """Publish the pieces at their times, tick by tick, to the end of a day."""
        zone = zone_of(given)
        assert zone is not None, "a creditor is registered"
        end = datetime.combine(until + timedelta(days=1), time_of_day.min, zone)
        self.play_to([each for each in given if each.time < end], end)

    def play_to(self, given: Sequence[TimedPiece], end: datetime) -> None:
        """Publish the pieces, all of them before ``end``, and go on until then."""
        for each in given:
            self._advance(each.time)
            self.tell(each)
        self._advance(end)
        self.settle()

    def _advance(self, until: datetime) -> None:
        while self.clock.advance(until):
            pass

    # -- connections -----------------------------------------------------------------------------------------------

    def _connected(self) -> _Connections:
        if self._connections is None:
            self._connections = _Connections(self._settings)
        return self._connections

    def _disconnect(self) -> None:
        connections, self._connections = self._connections, None
        if connections is not None:
            connections.close()

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()
        self._disconnect()
