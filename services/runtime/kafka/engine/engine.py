"""The Kafka engine: the partition tasks of one worker in one process, their transactions and their publishing.

It is the partition handler of the Faust shell. The store belongs to one thread; the shell's event loop stays free, so
that heartbeats go out while a transaction runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from services.runtime.engine import Observer
from services.runtime.kafka.engine.partition_task import PartitionTask, TransactionResult
from services.runtime.kafka.engine.publisher import RecordPublisher
from services.runtime.kafka.engine.restored_store import refuse_restored_store
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.settings import KafkaSettings
from services.runtime.store.partition_tasks import PendingRecord
from services.runtime.store.port import Store
from services.runtime.unit_of_work import Effect
from services.runtime.worker import Record, Worker

_IN_A_ROW: Final = 100
"""Transactions without a record waiting, after which the other tasks run theirs."""

Answer = TypeVar("Answer")


class KafkaEngine:
    """One worker's partition tasks in one process; see `PartitionHandler` for when the shell calls what."""

    def __init__(
        self,
        name: str,
        make_worker: Callable[[], Worker],
        open_store: Callable[[], Store],
        partitions: int,
        kafka: KafkaSettings,
        observer: Observer,
        on_handled: Callable[[Sequence[Record]], None] = lambda _: None,
        on_idle: Callable[[Store], None] = lambda _: None,
        on_finish: Callable[[], None] = lambda: None,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """Each task gets a worker of its own, so that no state in memory outlives an assignment.

        `on_handled` gets the records that were handled, once that is durable; `on_idle` is called a few times a second
        by the store's thread, outside of transactions, as long as the process is a member of its group; `on_finish`
        ends work that goes on beside the tasks (sending mail), whose outcomes are still recorded; `is_busy` says
        whether more of it waits for an outcome.
        """
        self._name = name
        self._make_worker = make_worker
        self._open_store = open_store
        self._partitions = partitions
        self._kafka = kafka
        self._observer = observer
        self._on_handled = on_handled
        self._on_idle = on_idle
        self._on_finish = on_finish
        self._is_busy = is_busy
        self._publisher = RecordPublisher(kafka)
        self._tasks: dict[int, PartitionTask] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store and connect the producer. Raises Refusal for a store that cannot be used."""
        self._store = await self._in_thread(self._open_store)
        await self._publisher.start()

    async def finish(self) -> None:
        """End work that goes on beside the tasks, and record its outcomes."""
        await self._in_thread(self._on_finish)
        await self._settle_and_tidy()

    async def close(self) -> None:
        """Disconnect and close the store; pending records are published by the process that gets the tasks next."""
        await self._publisher.stop()
        if self._store is not None:
            await self._in_thread(self._store.close)
        self._thread.shutdown()

    # -- what the shell asks for ---------------------------------------------------------------------------------

    async def assign(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        """Take the partitions' tasks over, publish their pending records, and return the offsets to read from.

        Raises Refusal when the store was restored from a backup.
        """
        taken = {partition: await self._in_thread(self._take_over, partition) for partition in sorted(partitions)}
        sequences = {partition: task.sequences for partition, task in taken.items()}
        await refuse_restored_store(self._name, sequences, self._partitions, self._kafka)
        for task in taken.values():
            await self._publish(task, task.unpublished)
        self._tasks.update(taken)
        return {
            (topic, partition): offset for partition, task in taken.items() for topic, offset in task.positions.items()
        }

    async def revoke(self, partitions: frozenset[int]) -> None:
        """Drop the tasks of partitions that were revoked."""
        for partition in partitions:
            self._tasks.pop(partition, None)

    async def handle(self, batches: Mapping[int, Sequence[KafkaRecord]]) -> None:
        """Handle records, durable and published on return; records of revoked partitions are dropped."""
        tasks = {self._tasks[partition]: records for partition, records in batches.items() if partition in self._tasks}
        for task, records in tasks.items():
            task.receive(records)
        await self._settle_all(tasks)

    async def skip_to(self, partition: int, offsets: Mapping[str, int]) -> None:
        """By topic, an offset before which no further record will come."""
        if partition in self._tasks:
            for topic, offset in offsets.items():
                self._tasks[partition].skip_to(topic, offset)

    async def idle(self) -> bool:
        """Do the work that no topic holds: outcomes of deliveries, what is due, tidying; whether more may come soon."""
        await self._settle_and_tidy()
        await self._in_thread(self._on_idle, self._store)
        return self._is_busy()

    # -- transactions --------------------------------------------------------------------------------------------

    async def _settle_and_tidy(self) -> None:
        """Settle all tasks, then tidy each."""
        tasks = tuple(self._tasks.values())
        await self._settle_all(tasks)
        for task in tasks:
            await self._in_thread(task.tidy)

    async def _settle_all(self, tasks: Iterable[PartitionTask]) -> None:
        """Settle tasks side by side: while the broker takes the records of one, another has its transaction.

        The first fault is raised when all have ended, so that nothing runs on after it.
        """
        ends = await asyncio.gather(*map(self._settle, tasks), return_exceptions=True)
        for fault in ends:
            if fault is not None:
                raise fault

    async def _settle(self, task: PartitionTask) -> None:
        """Run a task's transactions until it has nothing to do; endless work of its own waits for the next `idle`."""
        without_record = 0
        while without_record < _IN_A_ROW:
            result = await self._in_thread(task.work)
            if result is None:
                return
            await self._finish_transaction(task, result)
            without_record += not task.waiting

    async def _finish_transaction(self, task: PartitionTask, result: TransactionResult) -> None:
        """Publish a transaction's records, then run its effects, unless another process has the task by now."""
        await self._publish(task, result.records)
        if result.effects:
            await self._in_thread(task.refuse_zombie)
            await self._in_thread(_run_all, result.effects)
        self._on_handled(result.handled)

    async def _publish(self, task: PartitionTask, records: Sequence[PendingRecord]) -> None:
        ends = await self._publisher.publish(self._name, task.partition, records) if records else {}
        task.mark_published(records, ends)

    def _take_over(self, partition: int) -> PartitionTask:
        assert self._store is not None, "an engine that was opened"
        return PartitionTask(self._make_worker(), partition, self._partitions, self._store, self._observer)

    async def _in_thread(self, do: Callable[..., Answer], *given: object) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)


def _run_all(effects: Sequence[Effect]) -> None:
    for effect in effects:
        effect()
