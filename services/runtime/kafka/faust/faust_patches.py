"""Replaces what would lose events in faust-streaming 0.15.3, for that very version.

Only offsets of handled records are committed. Stock Faust also commits when an agent fails, a record cannot be decoded
or a stream skips one. Reading begins at the offset that the handler names; no record that was fetched before reaches
the handler. Faust never produces: records go out through a producer of our own, so that no commit waits for a queue,
overtakes it, or follows a failed send.
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

from services.runtime.kafka.faust.consumer_thread import ConsumerThread
from services.runtime.kafka.faust.fetch_progress import FetchProgress
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.refusal import Refusal

FETCH_WAIT_S: Final = 0.25
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of records that were fetched and not handled: the next one waits, however few they are."""
_FULL_QUEUE_S: Final = 0.005
_NO_SENDING: Final = "Faust sends nothing here: our records go out through a producer of our own"


class FetchedRecord(ConsumerMessage):
    """A record with the fetch progress under which it was fetched."""

    def __init__(self, record: Any, progress: FetchProgress, tp: TP, generation: int) -> None:
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
        self.progress = progress
        self._record = record

    def as_topic(self, topic: str) -> KafkaRecord:
        """The record for the handler, under the topic's own name."""
        record = self._record
        return KafkaRecord(
            topic,
            record.partition,
            record.offset,
            record.key,
            record.value,
            record.headers,
            record.timestamp,
        )


class RebalanceListener(Protocol):
    """Is called before the first record of newly assigned partitions, and when partitions are revoked."""

    async def assign(self, tps: frozenset[TP]) -> Mapping[TP, int]:
        """These are assigned; returns the offset from which each is to be read."""

    async def revoke(self) -> None:
        """All partitions are revoked."""


class PositionOutsideLog(Refusal):
    """A position that is not between the log's beginning and its end: records are gone, or it is another log."""


class SafeConsumer(driver.Consumer):
    """Reads from the offsets that the listener names, and commits what was handled."""

    _thread: ConsumerThread
    transport: Transport

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetch_progress: dict[TP, FetchProgress] = {}
        self._has_positions = False
        self._buffered_bytes = 0

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, self.transport.connection, loop=self.loop, beacon=self.beacon)

    def is_assignment_certain(self) -> bool:
        """Whether the group cannot have assigned our partitions to another process yet."""
        return self._thread.is_assignment_certain()

    def lag(self) -> int:
        """Records in the assigned partitions that were not handled, by the last fetch."""
        fetch_progress = tuple(self.fetch_progress.items())  # at once: another thread calls this
        return sum(max(0, self._thread.end_of(tp) - progress.reported) for tp, progress in fetch_progress)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Partitions that were revoked are dropped, with their records that were fetched and not handled."""
        for progress in self.fetch_progress.values():
            progress.assigned = False
        self.fetch_progress = {}
        self._has_positions = False
        await super().on_partitions_revoked(revoked)
        await self.transport.listener.revoke()

    async def perform_seek(self) -> None:
        """Nothing: Faust would seek to the committed offsets; the store's positions count (`_seek_positions`)."""

    def release(self, message: FaustMessage) -> None:
        """A record that was delivered is no longer in memory."""
        self._buffered_bytes -= _size(message)

    def ack(self, message: FaustMessage) -> bool:
        """Forget a record. Nothing is committed by it, as Faust also acks records that were not handled."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        return (tp for tp in list(self.fetch_progress) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        progress = self.fetch_progress.get(tp)
        return progress.reported if progress is not None else None

    async def verify_all_partitions_active(self) -> None:
        """Nothing: Faust would report a slow handler, or a partition that is being reassigned, as an error."""

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: the drain itself waits for room, so that memory is bounded over all partitions."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing; see `on_buffer_full`."""

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait_for_stopped(self.can_resume_flow.wait())
            elif not self.assignment():
                await asyncio.sleep(FETCH_WAIT_S)
            elif not self._has_positions:
                await self._seek_positions()
            else:
                await self._fetch()

    async def _seek_positions(self) -> None:
        """Report the assignment to the listener, and seek to the offsets that it names."""
        assigned = frozenset(self.assignment())
        self._has_positions = True
        while not self.is_assignment_certain():  # paused since? The partitions may be another process's by now
            await asyncio.sleep(FETCH_WAIT_S)
            if not self._has_positions:
                return
        positions = await self.transport.listener.assign(assigned)
        if self._has_positions:
            await self._refuse_outside_log(positions)
        if not self._has_positions:  # revoked meanwhile
            return
        try:
            await self._thread.seek_wait(positions)
        except IllegalStateError:
            if self._has_positions:
                raise
        if self._has_positions:
            self.fetch_progress = {tp: FetchProgress(offset) for tp, offset in positions.items()}

    async def _refuse_outside_log(self, positions: Mapping[TP, int]) -> None:
        beginnings = await self.earliest_offsets(*positions)
        ends = await self.highwaters(*positions)
        for tp, offset in positions.items():
            if not beginnings[tp] <= offset <= ends[tp]:
                raise PositionOutsideLog(
                    f"{tp.topic}, partition {tp.partition}: to be read from offset {offset}, but the log has "
                    f"{beginnings[tp]} to {ends[tp]}. Is it another broker's, made anew, or kept too short? "
                    "Rebuild this store from the log, or restore the log."
                )

    async def _fetch(self) -> None:
        before = self.fetch_progress
        try:
            fetched = await self._getmany(self.assignment(), timeout=FETCH_WAIT_S)
        except OffsetOutOfRangeError as fault:
            [(tp, offset)] = fault.args[0].items()
            raise PositionOutsideLog(
                f"{tp.topic}, partition {tp.partition}: offset {offset} was deleted from the log before it was read. "
                "Rebuild this store from the log, and keep the log longer."
            ) from fault
        except NoOffsetForPartitionError:
            if self.fetch_progress is before:
                raise
            return  # assigned anew during the fetch: the new positions were not sought yet
        except self.consumer_stopped_errors:
            if self.app.should_stop:
                return
            raise
        fetch_progress = self.fetch_progress
        for tp, records in fetched.items():
            if tp in fetch_progress:
                await self._deliver(tp, fetch_progress[tp], records)
        for tp, progress in fetch_progress.items():
            if progress.assigned:
                progress.position = self._thread.position_of(tp)

    async def _deliver(self, tp: TP, progress: FetchProgress, records: Iterable[Any]) -> None:
        queues = [channel.queue for channel in self.app.topics]
        for record in records:
            # No queue reports that it has room, so they are polled.
            while self._buffered_bytes > _MOST_BYTES or any(queue.full() for queue in queues):  # noqa: ASYNC110
                await asyncio.sleep(_FULL_QUEUE_S)
            if not progress.assigned:
                return
            progress.fetched = record.offset + 1
            fetched = FetchedRecord(record, progress, tp, self.app.consumer_generation_id)
            self._buffered_bytes += _size(fetched)
            await self.callback(fetched)


class RawTopic(faust.Topic):
    """A topic of bytes. Stock Faust acks a record that it cannot decode and goes on; bytes need no decoding."""

    @override
    async def on_key_decode_error(self, exc: Exception, message: FaustMessage) -> None:
        """Not reached with bytes; if it were, the process would end."""
        raise exc

    @override
    async def on_value_decode_error(self, exc: Exception, message: FaustMessage) -> None:
        """Not reached with bytes; if it were, the process would end."""
        raise exc


class NoProducer(driver.Producer):
    """Refuses to send: Faust would commit before its queue is empty, and only log a send that fails."""

    async def on_start(self) -> None:
        """Nothing: no connection."""

    async def on_stop(self) -> None:
        """Nothing."""

    async def flush(self) -> None:
        """Nothing: no record waits."""

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
    """The transport of a worker's Faust app; no other app of the process is changed."""

    Consumer: ClassVar[type[ConsumerT]] = SafeConsumer
    Producer: ClassVar[type[ProducerT]] = NoProducer

    def __init__(self, app: AppT, listener: RebalanceListener, connection: Mapping[str, Any]) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.listener = listener
        self.connection = connection


def _size(message: FaustMessage) -> int:
    """Bytes of a record's key and value."""
    return len(message.key or b"") + len(message.value or b"")
