"""Each way in which stock faust-streaming 0.15.3 would commit what nobody has handled, and that ours does not.

Every test first shows the fault: when one no longer fails, the version has changed: look at `faust_patches`.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from importlib.metadata import version
from typing import Any, Final, NamedTuple, cast

import faust
import pytest
from aiokafka.errors import KafkaError, NoOffsetForPartitionError
from faust.transport.consumer import Consumer
from faust.transport.producer import ProducerBuffer
from faust.types import TP, ConsumerMessage, FutureMessage
from faust.types.tuples import PendingMessage

from services.runtime.kafka.faust.faust_patches import NoProducer, SafeConsumer, Transport
from services.runtime.kafka.faust.fetch_progress import FetchProgress

_TP: Final = TP("facts", 0)


class NoListener:
    """A listener that is never called."""

    async def assign(self, tps: frozenset[TP]) -> Mapping[TP, int]:
        raise AssertionError(tps)

    async def revoke(self) -> None:
        raise AssertionError


_made: list[Consumer] = []


def run(story: Coroutine[Any, Any, None]) -> None:
    """Let a story happen; the loops of its consumers' threads, which never ran, are closed."""
    asyncio.run(story)
    while _made:
        cast("SafeConsumer", _made.pop())._thread.thread_loop.close()


def app() -> faust.App:
    made = faust.App("stock", broker="kafka://127.0.0.1:1", autodiscover=False, web_enabled=False)
    made.topics.acking_topics.add(_TP.topic)
    return made


def stock_consumer() -> Consumer:
    consumer = cast("Consumer", app().consumer)
    _made.append(consumer)
    return consumer


def safe_consumer(handled: int) -> SafeConsumer:
    """Ours, the handler having handled all before an offset."""
    patched = app()
    patched.transport = Transport(patched, NoListener(), {})
    consumer = cast("SafeConsumer", patched.consumer)
    _made.append(consumer)
    consumer.fetch_progress = {_TP: FetchProgress(handled)}
    return consumer


def in_flight(consumer: Consumer, offset: int) -> ConsumerMessage:
    """A record that an agent has in hand."""
    message = ConsumerMessage(_TP.topic, _TP.partition, offset, 0.0, 0, None, None, b"", None, tp=_TP)
    consumer.track_message(message)
    return message


def test_the_version_that_is_mended_is_the_one_installed() -> None:
    assert version("faust-streaming") == "0.15.3"


def test_a_commit_does_not_pass_the_first_record_in_flight() -> None:
    async def story() -> None:
        stock, safe = stock_consumer(), safe_consumer(31)
        stock._committed_offset[_TP] = 31
        held = [in_flight(consumer, 31) for consumer in (stock, safe)]

        for consumer in (stock, safe):
            for offset in (32, 33):
                consumer.ack(in_flight(consumer, offset))

        assert not any(message.acked for message in held)
        assert stock._new_offset(_TP) == 34, "the fault: 31 is still in flight"
        assert safe._new_offset(_TP) == 31

    run(story())


def test_a_first_commit_does_not_pass_records_in_flight() -> None:
    async def story() -> None:
        stock, safe = stock_consumer(), safe_consumer(0)
        held = [in_flight(consumer, offset) for consumer in (stock, safe) for offset in range(5)]

        for consumer in (stock, safe):
            consumer.ack(in_flight(consumer, 5))

        assert not any(message.acked for message in held)
        assert stock._new_offset(_TP) == 6, "the fault: nothing is committed yet, so nothing is looked at"
        assert safe._new_offset(_TP) == 0

    run(story())


def test_records_in_flight_are_not_taken_for_a_gap_of_the_log() -> None:
    async def story() -> None:
        stock, safe = stock_consumer(), safe_consumer(11)
        for consumer in (stock, safe):
            consumer._committed_offset[_TP] = 10
            held = [in_flight(consumer, offset) for offset in range(11, 21)]
            await consumer._add_gap(_TP, 11, 20)  # the drain, after a seek put the read offset back to 10

            for offset in (10, 21):
                consumer.ack(in_flight(consumer, offset))

            assert not any(message.acked for message in held)
        assert stock._new_offset(_TP) == 22, "the fault: 11 to 20 are still in flight"
        assert safe._new_offset(_TP) == 11

    run(story())


def test_commits_keep_up_after_a_false_gap() -> None:
    async def story() -> None:
        stock, safe = stock_consumer(), safe_consumer(21)
        for consumer in (stock, safe):
            consumer._committed_offset[_TP] = 10
            await consumer._add_gap(_TP, 11, 20)
            for offset in range(10, 21):
                consumer.ack(in_flight(consumer, offset))

        assert stock._new_offset(_TP) == 12, "the fault: all up to 20 is acked, and one is committed at a time"
        assert safe._new_offset(_TP) == 21
        assert not safe._acked[_TP], "and what is remembered does not grow meanwhile"

    run(story())


class Channel:
    """Where Faust's queue of sends goes: a broker that takes ``fails``, ``stalls`` or ``refills``."""

    def __init__(self, buffer: ProducerBuffer, behaves: str, refills: int = 0) -> None:
        self.buffer = buffer
        self.behaves = behaves
        self.refills = refills
        self.sent = 0
        self.recovers = asyncio.Event()

    def put(self) -> FutureMessage:
        message = PendingMessage(cast("Any", self), b"", b"", None, None, None, None, None, None)
        future = FutureMessage(message)
        self.buffer.put(future)
        return future

    async def publish_message(self, future: FutureMessage, *, wait: bool) -> None:
        assert not wait
        if self.behaves == "stalls":
            await self.recovers.wait()
        self.sent += 1
        if self.behaves == "fails":
            future.set_exception(KafkaError("the broker said no"))
        elif self.sent <= self.refills:
            self.put()


async def queue_of(behaves: str, refills: int = 0) -> Channel:
    buffer = cast("ProducerBuffer", app().producer.buffer)
    await buffer.start()
    return Channel(buffer, behaves, refills)


def test_a_commit_never_comes_before_what_is_queued_for_sending() -> None:
    async def story() -> None:
        channel = await queue_of("stalls")
        for _ in range(5):
            channel.put()

        await channel.buffer.flush()

        assert channel.buffer.size == 4, "the fault: it gives up after 0.1 s, and the commit follows"
        channel.recovers.set()
        await channel.buffer.flush()
        await refuses_to_send()
        await channel.buffer.stop()

    run(story())


def test_a_commit_never_waits_for_sends_that_came_after_it() -> None:
    async def story() -> None:
        channel = await queue_of("refills", refills=1_000)
        channel.put()

        await channel.buffer.flush()

        assert channel.sent > 1_000, "the fault: one was queued; it waits for as long as others come"
        await refuses_to_send()
        await channel.buffer.stop()

    run(story())


def test_a_commit_never_follows_a_send_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        channel = await queue_of("fails")
        failed = channel.put()

        await channel.buffer.flush()

        assert isinstance(failed.exception(), KafkaError), "the fault: flush says nothing of it"
        await refuses_to_send()
        await channel.buffer.stop()

    with caplog.at_level(logging.ERROR):
        run(story())


async def refuses_to_send() -> None:
    """Ours: nothing can be queued or sent through Faust, so a commit has nothing to wait for."""
    patched = app()
    patched.transport = patched.producer_transport = Transport(patched, NoListener(), {})
    producer = patched.producer
    assert isinstance(producer, NoProducer)
    for channel in (patched.topic("facts"), patched.channel()):
        with pytest.raises(NotImplementedError):
            producer.send_soon(FutureMessage(PendingMessage(channel, b"", b"", None, None, None, None, None, None)))
    with pytest.raises(NotImplementedError):
        await producer.send("facts", b"", b"", None, None, None)
    with pytest.raises(NotImplementedError):
        await producer.send_and_wait("facts", b"", b"", None, None, None)
    await producer.flush()


def test_a_few_huge_records_fill_the_memory_as_many_small_ones_do() -> None:
    async def story() -> None:
        safe = safe_consumer(0)
        facts = cast("faust.Topic", safe.app.topic(_TP.topic))
        safe.app.topics.add(facts)
        safe.app.flow_control.resume()
        safe.callback = facts.queue.put
        huge = [Fetched(offset, value=bytes(12 * 1024 * 1024)) for offset in range(3)]

        drain = asyncio.create_task(safe._deliver(_TP, safe.fetch_progress[_TP], huge))
        await asyncio.sleep(0.1)
        assert facts.queue.qsize() == 2

        safe.release(facts.queue.get_nowait())
        await drain
        assert facts.queue.qsize() == 2

    run(story())


def test_a_slow_handler_bounds_memory_and_records_of_revoked_partitions_are_not_delivered() -> None:
    async def story() -> None:
        safe = safe_consumer(0)
        safe.app.conf.stream_buffer_maxsize = 3
        facts = cast("faust.Topic", safe.app.topic(_TP.topic))
        safe.app.topics.add(facts)
        safe.app.flow_control.resume()
        safe.callback = facts.queue.put
        progress = safe.fetch_progress[_TP]

        drain = asyncio.create_task(safe._deliver(_TP, progress, [Fetched(offset) for offset in range(10)]))
        await asyncio.sleep(0.1)
        assert (facts.queue.qsize(), progress.fetched) == (3, 3)

        facts.queue.get_nowait()
        await asyncio.sleep(0.1)
        assert (facts.queue.qsize(), progress.fetched) == (3, 4)

        progress.assigned = False
        facts.queue.get_nowait()
        await drain
        assert (facts.queue.qsize(), progress.fetched) == (2, 4)

    run(story())


@pytest.mark.parametrize("revoked", [True, False])
def test_partitions_assigned_anew_during_a_fetch_need_no_committed_offset(
    revoked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        safe = safe_consumer(0)

        async def assigned_anew(*_: object, **__: object) -> None:
            if revoked:
                safe.fetch_progress = {}
            raise NoOffsetForPartitionError(_TP)

        monkeypatch.setattr(safe, "assignment", lambda: {_TP})
        monkeypatch.setattr(safe, "_getmany", assigned_anew)

        if revoked:
            await safe._fetch()
        else:
            with pytest.raises(NoOffsetForPartitionError):
                await safe._fetch()

    run(story())


class Fetched(NamedTuple):
    """A record as aiokafka gives it."""

    offset: int
    topic: str = _TP.topic
    partition: int = _TP.partition
    timestamp: int = 0
    timestamp_type: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()
    key: bytes | None = None
    value: bytes | None = b"{}"
