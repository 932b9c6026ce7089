"""Dispatches fetched records, assignments and revocations to the partition handler, one call at a time.

Records are dispatched only while their partitions are certainly still assigned to this process.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from faust.types import TP

from services.runtime.kafka.faust.faust_patches import FetchedRecord
from services.runtime.kafka.faust.fetch_progress import FetchProgress
from services.runtime.kafka.partition_handler import KafkaRecord, PartitionHandler
from services.runtime.refusal import Refusal

_IDLE_S: Final = 0.2
"""Between two calls of `idle`, at the most."""
_QUIET_S: Final = 0.02
"""After a batch without a further one `idle` is called, so that waiting outcomes and the metrics are soon served."""
_UNCERTAIN_S: Final = 0.05


class GroupMember(Protocol):
    """The process as a member of its worker's group."""

    @property
    def fetch_progress(self) -> Mapping[TP, FetchProgress]:
        """The partitions that are assigned, and how far each was fetched."""

    def is_assignment_certain(self) -> bool:
        """Whether the group cannot have assigned them to another process yet."""


class Dispatcher:
    """Stands between Faust's consumer and the partition handler."""

    def __init__(self, handler: PartitionHandler, topics: Mapping[str, str]) -> None:
        """`topics`: by a topic's name on Kafka, its own name, by which the handler knows it."""
        self._handler = handler
        self._topics = topics
        self._lock = asyncio.Lock()
        self._assigned: frozenset[int] = frozenset()
        self._finished = False
        self._handled = asyncio.Event()

    async def assign(self, tps: frozenset[TP]) -> Mapping[TP, int]:
        """Assign partitions to the handler; the offsets from which they are to be read. Raises Refusal."""
        self._refuse_partial(tps)
        async with self._lock:
            if self._finished:
                await asyncio.Event().wait()  # until the process ends: one that leaves takes no partition over
            self._assigned = frozenset(tp.partition for tp in tps)
            positions = await self._handler.assign(self._assigned)
        return {tp: positions[self._topics[tp.topic], tp.partition] for tp in tps}

    async def revoke(self) -> None:
        """Revoke all partitions of the handler, after the batch in hand."""
        async with self._lock:
            revoked, self._assigned = self._assigned, frozenset()
            if revoked:
                await self._handler.revoke(revoked)

    async def dispatch(self, records: Iterable[FetchedRecord], member: GroupMember) -> None:
        """Have the handler handle records; those of partitions that were revoked since are dropped."""
        async with self._locked_when_certain(member):
            await self._handle([record for record in records if record.progress.assigned])

    async def idle_often(self, member: GroupMember) -> None:
        """Call the handler's `idle`, and report offsets that hold no record, for ever."""
        pause_s = _IDLE_S
        while True:
            await self._until_quiet(pause_s)
            async with self._locked_when_certain(member):
                if not self._finished:
                    pause_s = _QUIET_S if await self._handler.idle() else _IDLE_S
                    await self._report_ends(member.fetch_progress)

    async def finish(self) -> None:
        """Wait for the batch in hand, dispatch no other, and have the handler finish."""
        self._finished = True
        async with self._lock:
            await self._handler.finish()

    async def _until_quiet(self, pause_s: float) -> None:
        """Wait until `_QUIET_S` pass after a batch without another; `pause_s` at the most."""
        loop = asyncio.get_running_loop()
        until = loop.time() + pause_s
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._handled.wait()
            while True:
                self._handled.clear()
                async with asyncio.timeout_at(min(until, loop.time() + _QUIET_S)):
                    await self._handled.wait()

    async def _handle(self, records: Sequence[FetchedRecord]) -> None:
        if not records or self._finished:
            return
        batches: dict[int, list[KafkaRecord]] = defaultdict(list)
        for record in records:
            batches[record.partition].append(record.as_topic(self._topics[record.topic]))
        await self._handler.handle(batches)
        for record in records:
            record.progress.mark_handled(record.offset)
        self._handled.set()

    async def _report_ends(self, fetch_progress: Mapping[TP, FetchProgress]) -> None:
        ends: dict[int, dict[TP, int]] = defaultdict(dict)
        for tp, progress in fetch_progress.items():
            end = progress.end_to_report()
            if end is not None:
                ends[tp.partition][tp] = end
        for partition, of_partition in ends.items():
            await self._handler.skip_to(partition, {self._topics[tp.topic]: end for tp, end in of_partition.items()})
            for tp, end in of_partition.items():
                fetch_progress[tp].reported = end

    def _refuse_partial(self, tps: frozenset[TP]) -> None:
        for partition in sorted({tp.partition for tp in tps}):
            missing = self._topics.keys() - {tp.topic for tp in tps if tp.partition == partition}
            if missing:
                raise Refusal(
                    f"{', '.join(sorted(missing))}: partition {partition} is not there, or handled by another process. "
                    "All topics of a worker must have equally many partitions: `erapaiva topics check`."
                )

    @asynccontextmanager
    async def _locked_when_certain(self, member: GroupMember) -> AsyncIterator[None]:
        while True:
            async with self._lock:
                if member.is_assignment_certain():
                    yield
                    return
            await asyncio.sleep(_UNCERTAIN_S)
