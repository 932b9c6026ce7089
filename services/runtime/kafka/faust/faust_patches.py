"""faust-streaming 0.15.3 where it could lose an event, mended for that very version.

What is committed is what the desk has handled, said by the shell alone: not what Faust acks by itself when an agent
fails, a record cannot be decoded or a stream skips one. What is read begins where the desk says, and nothing that was
fetched before that reaches it. And Faust never sends: our records go out through a producer of our own, so that no
commit waits for a queue, overtakes it, or follows a failed send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final, Protocol

import faust
from aiokafka.errors import IllegalStateError, NoOffsetForPartitionError, OffsetOutOfRangeError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage, FutureMessage, HeadersArg, RecordMetadata
from faust.types import Message as FaustMessage
from faust.types.transports import ConsumerT, ProducerT, TPorTopicSet
from mode import ServiceT
from typing_extensions import override

from services.runtime.kafka.faust.consumer_thread import Membership
from services.runtime.kafka.faust.fetch_progress import Reading
from services.runtime.kafka.partition_handler import Message
from services.runtime.refusal import Refusal

FETCH_WAIT_S: Final = 0.25
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of records in memory that were not handled: the next one waits, however few they are."""
_FULL_TRAY_S: Final = 0.005
_NO_SENDING: Final = "Faust sends nothing here: our records go out through a producer of our own"


class Taken(ConsumerMessage):
    """A record that knows under which reading it was fetched."""

    def __init__(self, record: Any, reading: Reading, tp: TP, generation: int) -> None:
        super().__init__(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp / 1_000,
            record.timestamp_type,
            record.headers,
            record.key,
            record.value,
            None,
            tp=tp,
            generation_id=generation,
        )
        self.reading = reading
        self._record = record

    def message(self) -> Message:
        """What the desk sees of it."""
        record = self._record
        return Message(
            record.topic,
            record.partition,
            record.offset,
            record.key,
            record.value,
            record.headers,
            record.timestamp,
        )


class Reader(Protocol):
    """Who reads: told before the first record of partitions that are ours, and when they are taken away."""

    async def take_over(self, tps: frozenset[TP]) -> Mapping[TP, int]:
        """These are ours now; from which offset each is to be read."""

    async def give_up(self) -> None:
        """What was ours no longer is."""


class OutsideLog(Refusal):
    """A position where the log has nothing: its records are gone, or it is not the log the store has read."""


class SafeConsumer(driver.Consumer):
    """Reads from where the reader says, and commits what it has handled."""

    _thread: Membership
    transport: Transport

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readings: dict[TP, Reading] = {}
        self._seated = False
        self._in_hand_bytes = 0

    def _new_consumer_thread(self) -> Membership:
        return Membership(self, self.transport.connection, loop=self.loop, beacon=self.beacon)

    def is_sure(self) -> bool:
        """Whether our partitions are certainly still ours."""
        return self._thread.is_sure()

    def behind(self) -> int:
        """Records that lie in our partitions and were not handled, by the last fetch."""
        readings = tuple(self.readings.items())  # at once: it is asked from another thread
        return sum(max(0, self._thread.end_of(tp) - reading.told) for tp, reading in readings)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """All we had is taken away; what was fetched is no longer to be handled."""
        for reading in self.readings.values():
            reading.ours = False
        self.readings = {}
        self._seated = False
        await super().on_partitions_revoked(revoked)
        await self.transport.reader.give_up()

    async def perform_seek(self) -> None:
        """Nothing: the committed offsets, to which Faust would go, are not where the store is (`_sit_down`)."""

    def let_go(self, message: FaustMessage) -> None:
        """A record that was delivered is no longer in memory."""
        self._in_hand_bytes -= _size(message)

    def ack(self, message: FaustMessage) -> bool:
        """Let go of a record. Nothing is committed by it, as Faust also acks what nobody has handled."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        return (tp for tp in list(self.readings) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        reading = self.readings.get(tp)
        return reading.told if reading is not None else None

    async def verify_all_partitions_active(self) -> None:
        """Nothing: Faust would call a desk that takes its time, or a partition that is moving, an error."""

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: the drain itself waits for room, so that what lies in memory is bounded for all partitions."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing; see `on_buffer_full`."""

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait_for_stopped(self.can_resume_flow.wait())
            elif not self.assignment():
                await asyncio.sleep(FETCH_WAIT_S)
            elif not self._seated:
                await self._sit_down()
            else:
                await self._fetch()

    async def _sit_down(self) -> None:
        """Have the reader take over what was assigned, and go to where it is to be read."""
        assigned = frozenset(self.assignment())
        self._seated = True
        while not self.is_sure():  # paused since the assignment? Others may have been given these meanwhile
            await asyncio.sleep(FETCH_WAIT_S)
            if not self._seated:
                return
        positions = await self.transport.reader.take_over(assigned)
        if self._seated:
            await self._refuse_outside(positions)
        if not self._seated:  # taken away meanwhile
            return
        try:
            await self._thread.seek_wait(positions)
        except IllegalStateError:
            if self._seated:
                raise
        if self._seated:
            self.readings = {tp: Reading(offset) for tp, offset in positions.items()}

    async def _refuse_outside(self, positions: Mapping[TP, int]) -> None:
        beginnings = await self.earliest_offsets(*positions)
        ends = await self.highwaters(*positions)
        for tp, offset in positions.items():
            if not beginnings[tp] <= offset <= ends[tp]:
                raise OutsideLog(
                    f"{tp.topic}, partition {tp.partition}: to be read from offset {offset}, but the log has "
                    f"{beginnings[tp]} to {ends[tp]}. Is it another broker's, made anew, or kept too short? "
                    "Rebuild this store from the log, or restore the log."
                )

    async def _fetch(self) -> None:
        readings_before = self.readings
        try:
            fetched = await self._getmany(self.assignment(), timeout=FETCH_WAIT_S)
        except OffsetOutOfRangeError as fault:
            [(tp, offset)] = fault.args[0].items()
            raise OutsideLog(
                f"{tp.topic}, partition {tp.partition}: offset {offset} was deleted from the log before it was read. "
                "Rebuild this store from the log, and keep the log longer."
            ) from fault
        except NoOffsetForPartitionError:
            if self.readings is readings_before:
                raise
            return  # dealt out anew while we waited, and nobody had said yet from where it is to be read
        except self.consumer_stopped_errors:
            if self.app.should_stop:
                return
            raise
        readings = self.readings
        for tp, records in fetched.items():
            if tp in readings:
                await self._deliver(tp, readings[tp], records)
        for tp, reading in readings.items():
            if reading.ours:
                reading.position = self._thread.position_of(tp)

    async def _deliver(self, tp: TP, reading: Reading, records: Iterable[Any]) -> None:
        trays = [channel.queue for channel in self.app.topics]
        for record in records:
            # A queue tells nobody that it has room: it is asked.
            while self._in_hand_bytes > _MOST_BYTES or any(tray.full() for tray in trays):  # noqa: ASYNC110
                await asyncio.sleep(_FULL_TRAY_S)
            if not reading.ours:
                return
            reading.fetched = record.offset + 1
            taken = Taken(record, reading, tp, self.app.consumer_generation_id)
            self._in_hand_bytes += _size(taken)
            await self.callback(taken)


class RawTopic(faust.Topic):
    """A topic of bytes. Stock Faust acks what it cannot decode and goes on; here there is nothing to decode."""

    @override
    async def on_key_decode_error(self, exc: Exception, message: FaustMessage) -> None:
        """Never; else the process ends."""
        raise exc

    @override
    async def on_value_decode_error(self, exc: Exception, message: FaustMessage) -> None:
        """Never; else the process ends."""
        raise exc


class NoProducer(driver.Producer):
    """Sends nothing, and says so: Faust commits before its queue is empty, and only logs a send that fails."""

    async def on_start(self) -> None:
        """Nothing: no connection."""

    async def on_stop(self) -> None:
        """Nothing."""

    async def flush(self) -> None:
        """Nothing can be waiting."""

    def send_soon(self, fut: FutureMessage) -> None:
        """Refused."""
        raise NotImplementedError(_NO_SENDING)

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,
    ) -> Awaitable[RecordMetadata]:
        """Refused."""
        raise NotImplementedError(_NO_SENDING)

    async def send_and_wait(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,
    ) -> RecordMetadata:
        """Refused."""
        raise NotImplementedError(_NO_SENDING)


class Transport(driver.Transport):
    """What a Faust app of ours reaches Kafka through: for this app alone, nothing of Faust is replaced for others."""

    Consumer: ClassVar[type[ConsumerT]] = SafeConsumer
    Producer: ClassVar[type[ProducerT]] = NoProducer

    def __init__(self, app: AppT, reader: Reader, connection: Mapping[str, Any]) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.reader = reader
        self.connection = connection


def _size(message: FaustMessage) -> int:
    """Bytes of a record's key and value."""
    return len(message.key or b"") + len(message.value or b"")
