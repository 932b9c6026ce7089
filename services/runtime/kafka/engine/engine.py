"""The Kafka engine: one worker's seats in one process, taken over and given up, with transactions and publishing.

It is the desk at which the shell hands in records. The store belongs to one thread; the shell's loop stays free, so
that Kafka hears from us while a transaction runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from services.runtime.engine import Observer
from services.runtime.kafka.engine.partition_task import Done, PartitionTask
from services.runtime.kafka.engine.publisher import Publisher
from services.runtime.kafka.engine.restored_store import refuse_unknown_past
from services.runtime.kafka.partition_handler import Message
from services.runtime.settings import KafkaSettings
from services.runtime.store.partition_tasks import PendingRecord
from services.runtime.store.port import Store
from services.runtime.unit_of_work import Effect
from services.runtime.worker import Record, Worker

_IN_A_ROW: Final = 100
"""Transactions without a record waiting, after which other seats have their turn."""

Answer = TypeVar("Answer")


class KafkaEngine:
    """One worker's seats in one process; see `Desk` for when the shell calls what."""

    def __init__(
        self,
        name: str,
        make_worker: Callable[[], Worker],
        open_store: Callable[[], Store],
        partitions: int,
        kafka: KafkaSettings,
        observer: Observer,
        told: Callable[[Sequence[Record]], None] = lambda _: None,
        at_rest: Callable[[Store], None] = lambda _: None,
        winding_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Each seat gets a worker of its own, so that nothing is remembered from when others had the seat.

        `told` hears of the records that were handled, once that is durable; `at_rest` is called a few times a second
        by the thread of the store, outside of transactions, as long as the process is a member of its group;
        `winding_up` ends what goes on beside the seats, and what comes of that is still recorded.
        """
        self._name = name
        self._make_worker = make_worker
        self._open_store = open_store
        self._partitions = partitions
        self._kafka = kafka
        self._observer = observer
        self._told = told
        self._at_rest = at_rest
        self._winding_up = winding_up
        self._publisher = Publisher(kafka)
        self._seats: dict[int, PartitionTask] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store and connect. Raises Refusal for a store that cannot be used."""
        self._store = await self._in_thread(self._open_store)
        await self._publisher.start()

    async def wind_up(self) -> None:
        """End what goes on beside the seats, and record what came of it."""
        await self._in_thread(self._winding_up)
        await self._settle_and_tidy()

    async def close(self) -> None:
        """Disconnect and give the store back; what is pending is published by whoever takes the seats over."""
        await self._publisher.stop()
        if self._store is not None:
            await self._in_thread(self._store.close)
        self._thread.shutdown()

    # -- what the shell asks for ---------------------------------------------------------------------------------

    async def take_over(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        """These partitions are ours now: publishes what is pending, answers from where to read each.

        Raises Refusal when the store was restored from the past.
        """
        taken = {partition: await self._in_thread(self._seat, partition) for partition in sorted(partitions)}
        ledgers = {partition: seat.ledger for partition, seat in taken.items()}
        await refuse_unknown_past(self._name, ledgers, self._partitions, self._kafka)
        for seat in taken.values():
            await self._publish(seat, seat.owed)
        self._seats.update(taken)
        return {
            (topic, partition): offset for partition, seat in taken.items() for topic, offset in seat.positions.items()
        }

    async def give_up(self, partitions: frozenset[int]) -> None:
        """These are no longer ours."""
        for partition in partitions:
            self._seats.pop(partition, None)

    async def handle(self, shares: Mapping[int, Sequence[Message]]) -> None:
        """Handle records: durable, published and told on return; dropped where the seat was given up."""
        seats = {self._seats[partition]: messages for partition, messages in shares.items() if partition in self._seats}
        for seat, messages in seats.items():
            seat.come(messages)
        await self._settle_all(seats)

    async def passed(self, partition: int, ends: Mapping[str, int]) -> None:
        """Nothing is left to read in these topics before these offsets."""
        if partition in self._seats:
            for topic, offset in ends.items():
                self._seats[partition].passed(topic, offset)

    async def rest(self) -> None:
        """Do what no topic asks for: outcomes that have come, what is due, tidying."""
        await self._settle_and_tidy()
        await self._in_thread(self._at_rest, self._store)

    # -- transactions --------------------------------------------------------------------------------------------

    async def _settle_and_tidy(self) -> None:
        """Leave nothing to do at any seat."""
        seats = tuple(self._seats.values())
        await self._settle_all(seats)
        for seat in seats:
            await self._in_thread(seat.tidy)

    async def _settle_all(self, seats: Iterable[PartitionTask]) -> None:
        """Settle seats side by side: while the broker takes the records of one, another has its transaction.

        The first fault is raised when all have come to an end: nothing goes on behind it.
        """
        ends = await asyncio.gather(*map(self._settle, seats), return_exceptions=True)
        for fault in ends:
            if fault is not None:
                raise fault

    async def _settle(self, seat: PartitionTask) -> None:
        """Let a seat work until it has nothing to do; what work of its own goes on and on waits for the next rest."""
        of_its_own = 0
        while of_its_own < _IN_A_ROW:
            done = await self._in_thread(seat.work)
            if done is None:
                return
            await self._finish(seat, done)
            of_its_own += not seat.waiting

    async def _finish(self, seat: PartitionTask, done: Done) -> None:
        """Publish what a transaction held, then run its effects, unless another process has the seat by now."""
        await self._publish(seat, done.records)
        if done.effects:
            await self._in_thread(seat.refuse_twin)
            await self._in_thread(_run_all, done.effects)
        self._told(done.handled)

    async def _publish(self, seat: PartitionTask, records: Sequence[PendingRecord]) -> None:
        ends = await self._publisher.publish(self._name, seat.partition, records) if records else {}
        seat.published(records, ends)

    def _seat(self, partition: int) -> PartitionTask:
        assert self._store is not None, "a desk that was opened"
        return PartitionTask(self._make_worker(), partition, self._partitions, self._store, self._observer)

    async def _in_thread(self, do: Callable[..., Answer], *given: object) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)


def _run_all(effects: Sequence[Effect]) -> None:
    for effect in effects:
        effect()
