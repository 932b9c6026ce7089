"""The dispatcher calls the handler one method at a time, and in good order at the end."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest
from faust.types import TP

from services.runtime.kafka.faust.dispatcher import Dispatcher
from services.runtime.kafka.partition_handler import KafkaRecord

_TP = TP("facts", 0)


class SlowHandler:
    """A handler whose every method takes a moment; it notes the calls, and fails when two overlap."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self._busy = False

    async def _step(self, name: str) -> None:
        assert not self._busy, "two things at once"
        self._busy = True
        await asyncio.sleep(0.02)
        self._busy = False
        self.called.append(name)

    async def open(self) -> None:
        await self._step("open")

    async def close(self) -> None:
        await self._step("close")

    async def assign(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        await self._step("assign")
        return {("facts", partition): 0 for partition in partitions}

    async def revoke(self, partitions: frozenset[int]) -> None:
        assert partitions
        await self._step("revoke")

    async def handle(self, batches: Mapping[int, Sequence[KafkaRecord]]) -> None:
        await self._step(f"handle {sorted(batches)}")

    async def skip_to(self, partition: int, offsets: Mapping[str, int]) -> None:
        await self._step(f"skip to {dict(offsets)} of {partition}")

    async def idle(self) -> bool:
        await self._step("idle")
        return False

    async def finish(self) -> None:
        await self._step("finish")


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def test_partitions_that_are_revoked_while_the_handler_finishes_are_revoked_behind_it() -> None:
    async def story() -> None:
        handler = SlowHandler()
        dispatcher = Dispatcher(handler, {"facts": "facts"})
        await dispatcher.assign(frozenset({_TP}))

        await asyncio.gather(dispatcher.finish(), dispatcher.revoke())

        assert handler.called == ["assign", "finish", "revoke"]

    run(story())


def test_a_process_that_leaves_is_assigned_nothing() -> None:
    async def story() -> None:
        handler = SlowHandler()
        dispatcher = Dispatcher(handler, {"facts": "facts"})
        await dispatcher.finish()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(dispatcher.assign(frozenset({_TP})), 0.2)

        assert handler.called == ["finish"]

    run(story())
