"""Brings records to the desk, one thing at a time, and only those that are certainly ours to handle."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from faust.types import TP

from services.runtime.kafka.faust.faust_patches import Taken
from services.runtime.kafka.faust.fetch_progress import Reading
from services.runtime.kafka.partition_handler import Desk, Message
from services.runtime.refusal import Refusal

_REST_S: Final = 0.2
"""Between two rests, at the most."""
_QUIET_S: Final = 0.02
"""After a batch, without another: then it is a moment to rest, and whoever waits for us sees that we are done."""
_UNSURE_S: Final = 0.05


class Member(Protocol):
    """The process as a member of its worker's group."""

    @property
    def readings(self) -> Mapping[TP, Reading]:
        """What is ours, and how far it was read."""

    def is_sure(self) -> bool:
        """Whether what is ours is certainly still ours."""


class Bearer:
    """Stands between what Faust fetches and the desk. Only one of the desk's methods runs at a time."""

    def __init__(self, desk: Desk, topics: Iterable[str]) -> None:
        self._desk = desk
        self._topics = frozenset(topics)
        self._turn = asyncio.Lock()
        self._ours: frozenset[int] = frozenset()
        self._finished = False
        self._brought = asyncio.Event()

    async def take_over(self, tps: frozenset[TP]) -> Mapping[TP, int]:
        """Have the desk take over these; from where each is to be read. Raises Refusal."""
        self._refuse_partial(tps)
        async with self._turn:
            if self._finished:
                await asyncio.Event().wait()  # until the process ends: whoever leaves takes nothing over
            self._ours = frozenset(tp.partition for tp in tps)
            positions = await self._desk.take_over(self._ours)
        return {tp: positions[tp] for tp in tps}

    async def give_up(self) -> None:
        """Have the desk give up what it has, after the batch in hand."""
        async with self._turn:
            ours, self._ours = self._ours, frozenset()
            if ours:
                await self._desk.give_up(ours)

    async def bring(self, records: Iterable[Taken], member: Member) -> None:
        """Have the desk handle records; what was taken away meanwhile is dropped."""
        async with self._turn_when_sure(member):
            await self._handle([record for record in records if record.reading.ours])

    async def rest_often(self, member: Member) -> None:
        """Let the desk rest, and tell it of offsets that nobody gets to read. Ends never."""
        while True:
            await self._a_moment()
            async with self._turn_when_sure(member):
                if not self._finished:
                    await self._desk.rest()
                    await self._tell_unread_ends(member.readings)

    async def finish(self) -> None:
        """Wait until the batch in hand is done, begin no other, and have the desk wind up."""
        self._finished = True
        async with self._turn:
            await self._desk.wind_up()

    async def _a_moment(self) -> None:
        """Wait until it is quiet after a batch, and while there is none or no end of them, for `_REST_S`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _REST_S
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._brought.wait()
            while True:
                self._brought.clear()
                async with asyncio.timeout_at(min(until, loop.time() + _QUIET_S)):
                    await self._brought.wait()

    async def _handle(self, records: Sequence[Taken]) -> None:
        if not records or self._finished:
            return
        shares: dict[int, list[Message]] = defaultdict(list)
        for record in records:
            shares[record.partition].append(record.message())
        await self._desk.handle(shares)
        for record in records:
            record.reading.has_handled(record.offset)
        self._brought.set()

    async def _tell_unread_ends(self, readings: Mapping[TP, Reading]) -> None:
        ends: dict[int, dict[str, int]] = defaultdict(dict)
        for tp, reading in readings.items():
            end = reading.unread_end()
            if end is not None:
                ends[tp.partition][tp.topic] = end
        for partition, of_partition in ends.items():
            await self._desk.passed(partition, of_partition)
            for topic, end in of_partition.items():
                readings[TP(topic, partition)].told = end

    def _refuse_partial(self, tps: frozenset[TP]) -> None:
        for partition in sorted({tp.partition for tp in tps}):
            missing = self._topics - {tp.topic for tp in tps if tp.partition == partition}
            if missing:
                raise Refusal(
                    f"{', '.join(sorted(missing))}: partition {partition} is not there, or handled by another process. "
                    "All topics of a worker must have equally many partitions: `erapaiva topics check`."
                )

    @asynccontextmanager
    async def _turn_when_sure(self, member: Member) -> AsyncIterator[None]:
        while True:
            async with self._turn:
                if member.is_sure():
                    yield
                    return
            await asyncio.sleep(_UNSURE_S)
