"""The shell of a worker on Kafka: one Faust app that fetches records and dispatches them to a partition handler.

Faust gives the lifecycle, the group membership and the agent; `faust_patches` says what differs from stock Faust. The
app has no tables, windows or timers, produces nothing and declares no topic.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import Final, cast

import faust
from faust.tables.manager import TableManager
from faust.types import ChannelT, EventT, StreamT
from mode import CrashingSupervisor

from schemas.extensions import ExtensionError
from services.runtime.kafka.broker.names import group_name, topic_name
from services.runtime.kafka.broker.security import aiokafka_options
from services.runtime.kafka.faust.dispatcher import Dispatcher
from services.runtime.kafka.faust.faust_patches import FetchedRecord, RawTopic, SafeConsumer, Transport
from services.runtime.kafka.partition_handler import PartitionHandler
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings
from services.runtime.telemetry.logs import LogWriter

_BATCH_RECORDS: Final = 2_000
"""Handled at once, of all partitions together: several transactions, side by side."""
_COMMIT_S: Final = 1.0
"""Between two commits of offsets, which only show the group's lag to tools; reading begins at stored positions."""
_HEARTBEATS_A_SESSION: Final = 4
_REQUEST_S: Final = 40
_STOPS_WITHIN_S: Final = 5
_QUIET: Final = ("faust", "mode", "aiokafka")


class Shell:
    """Runs a worker's partition handler on the topics it reads, in the group of all processes of that worker.

    All topics must have equally many partitions: a process is assigned partition p of every topic together.
    """

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        kafka: KafkaSettings,
        handler: PartitionHandler,
        *,
        log: LogWriter | None = None,
    ) -> None:
        self._name = name
        self._topics = {topic_name(kafka, topic): topic for topic in topics}
        self._kafka = kafka
        self._log = log or LogWriter()
        self._handler = handler
        self._dispatcher = Dispatcher(handler, self._topics)
        self._leaving = asyncio.Event()
        self._consumer: SafeConsumer | None = None

    def run(self) -> int:
        """Work until SIGTERM or SIGINT (0) or an unexpected error (1; logged). Raises Refusal and ExtensionError."""
        for library in _QUIET:
            logging.getLogger(library).setLevel(logging.WARNING)
        loop = asyncio.new_event_loop()  # never closed: the process ends, and so do tasks of a broker that is away
        try:
            loop.run_until_complete(self._work_until_signal())
        except (Refusal, ExtensionError):
            raise
        except Exception as fault:  # noqa: BLE001 (after any fault the process ends, and another begins afresh)
            self._log.crash(fault)
            return 1
        return 0

    async def work(self) -> None:
        """Work until `leave`; raises any fault. This object is not used again afterwards."""
        await self._handler.open()
        try:
            await self._work()
        finally:
            await self._handler.close()

    async def _work(self) -> None:
        app = self._app()
        self._consumer = consumer = cast("SafeConsumer", app.consumer)
        tasks = [
            asyncio.ensure_future(self._leaving.wait()),
            asyncio.ensure_future(_run(app)),
            asyncio.ensure_future(self._dispatcher.idle_often(consumer)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await self._dispatcher.finish()
        finally:
            await asyncio.wait([asyncio.ensure_future(app.stop())], timeout=_STOPS_WITHIN_S)
            for task in tasks:
                task.cancel()

    def lag(self) -> int:
        """Records in the assigned partitions that were not handled yet; 0 before the first assignment."""
        return 0 if self._consumer is None else self._consumer.lag()

    def leave(self) -> None:
        """Finish the batch in hand, then end `work`."""
        self._leaving.set()

    async def _work_until_signal(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.leave)
        await self.work()

    def _app(self) -> faust.App:
        session_s = self._kafka.session_s
        app = _App(
            group_name(self._kafka, self._name),
            TableManager=_NoTables,
            Topic=RawTopic,
            autodiscover=False,
            agent_supervisor=CrashingSupervisor,
            broker_commit_interval=_COMMIT_S,
            broker_heartbeat_interval=session_s / _HEARTBEATS_A_SESSION,
            broker_max_poll_records=_BATCH_RECORDS,
            broker_request_timeout=max(_REQUEST_S, session_s),
            broker_session_timeout=session_s,
            consumer_group_instance_id=self._instance(),
            stream_buffer_maxsize=2 * _BATCH_RECORDS,
            stream_wait_empty=False,
            table_standby_replicas=0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
        )
        app.transport = app.producer_transport = Transport(app, self._dispatcher, aiokafka_options(self._kafka))
        topic = app.topic(*self._topics, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")

        @app.agent(topic, name=self._name)
        async def dispatch(stream: StreamT[bytes]) -> None:
            consumer, queue = cast("SafeConsumer", app.consumer), cast("ChannelT[bytes]", stream.channel).queue
            batch: list[EventT[bytes]] = []
            async for event in cast("faust.Stream[bytes]", stream).noack().events():
                batch.append(event)
                if len(batch) >= _BATCH_RECORDS or queue.empty():
                    await self._dispatcher.dispatch([cast("FetchedRecord", event.message) for event in batch], consumer)
                    for handled in batch:
                        consumer.release(handled.message)
                        handled.ack()
                    batch.clear()

        return app

    def _instance(self) -> str | None:
        given = self._kafka.instance
        return f"{self._name}-{given}" if given is not None else None


class _App(faust.App):
    async def on_first_start(self) -> None:
        """Nothing: there are no tables, so no folder is made."""


class _NoTables(TableManager):
    async def on_start(self) -> None:
        """Start without the second that stock Faust waits for tables to be declared."""
        await self._update_channels()
        await self.recovery.start()


async def _run(app: faust.App) -> None:
    """Run until the app ends, which counts as a fault."""
    await app.start()
    await app.wait_until_stopped()
    raise app.crash_reason or RuntimeError("Faust stopped by itself")
