"""The thread of a process that fetches records and sends the heartbeats of its group membership."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiokafka
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.threads import ServiceThread, WorkerThread
from typing_extensions import override

_FOREVER_MS: Final = 7 * 24 * 3_600 * 1_000
"""Between two fetches. Heartbeats show that the process lives; a handler may take its time (a mail server is down)."""
_FETCH_WAIT_MS: Final = 500
_ENDS_WITHIN_S: Final = 2


class _Thread(WorkerThread):
    """A thread that ends with the process. Faust would wait for it without limit, and it for a broker that is away."""

    def __init__(self, service: ServiceThread) -> None:
        super().__init__(service)
        self.daemon = True

    @override
    def stop(self) -> None:
        self.is_stopped.wait(_ENDS_WITHIN_S)


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Fetches committed records, and knows since when the group's coordinator has not answered.

    Stock Faust reads uncommitted records, assigns each topic's partitions on their own, and jumps to the log's
    beginning when its position is not in the log. This reads committed records only, gets partition p of all topics
    together (`range` over topics of equal size), and never jumps.
    """

    Worker = _Thread

    def __init__(self, consumer: driver.Consumer, connection: Mapping[str, Any], **kwargs: Any) -> None:
        self._connection = connection
        self._answered_at = -math.inf
        super().__init__(consumer, **kwargs)

    async def on_start(self) -> None:
        """Start the consumer, and note from then on when its heartbeats are answered."""
        await super().on_start()
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 (aiokafka reports its heartbeats nowhere)
        coordinator._do_heartbeat = self._noting(coordinator._do_heartbeat)  # noqa: SLF001

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """An assignment counts as an answered heartbeat."""
        self._answered_at = time.monotonic()
        await super().on_partitions_assigned(assigned, generation_id)

    def is_assignment_certain(self) -> bool:
        """Whether the group cannot have assigned our partitions to another process yet.

        The last heartbeat that was answered must have been sent within the session timeout. The monotonic clock runs on
        while a process is paused, so after a pause this is false until the broker has answered.
        """
        return time.monotonic() - self._answered_at < self.app.conf.broker_session_timeout

    def position_of(self, tp: TP) -> int:
        """Where the next fetch of a partition begins, after a seek."""
        subscription = self._ensure_consumer()._subscription.subscription  # noqa: SLF001 (`position` would wait)
        return int(subscription.assignment.state_value(tp).position)

    def end_of(self, tp: TP) -> int:
        """The offset after the last record of a partition, by the last fetch; 0 before the first."""
        end = self._ensure_consumer().highwater(tp)
        return 0 if end is None else int(end)

    def _noting(self, heartbeat: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        async def noted() -> bool:
            sent_at = time.monotonic()
            answered = await heartbeat()
            if answered:
                self._answered_at = sent_at
            return answered

        return noted

    @override
    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = RangePartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=_FOREVER_MS,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1_000),
            session_timeout_ms=int(conf.broker_session_timeout * 1_000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1_000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1_000),
            **self._connection,
        )
