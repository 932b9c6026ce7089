"""Between Faust and the desk: one thing at a time, and in good order at the end."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest
from faust.types import TP

from services.runtime.kafka.faust.dispatcher import Bearer
from services.runtime.kafka.partition_handler import Message

_TP = TP("facts", 0)


class Slow:
    """A desk whose every step takes a moment; it notes what is called and never works at two things."""

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

    async def take_over(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        await self._step("take over")
        return {("facts", partition): 0 for partition in partitions}

    async def give_up(self, partitions: frozenset[int]) -> None:
        assert partitions
        await self._step("give up")

    async def handle(self, shares: Mapping[int, Sequence[Message]]) -> None:
        await self._step(f"handle {sorted(shares)}")

    async def passed(self, partition: int, ends: Mapping[str, int]) -> None:
        await self._step(f"passed {dict(ends)} of {partition}")

    async def rest(self) -> None:
        await self._step("rest")

    async def wind_up(self) -> None:
        await self._step("wind up")


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def test_seats_that_are_taken_away_while_the_desk_winds_up_are_given_up_behind_it() -> None:
    async def story() -> None:
        desk = Slow()
        bearer = Bearer(desk, ["facts"])
        await bearer.take_over(frozenset({_TP}))

        await asyncio.gather(bearer.finish(), bearer.give_up())

        assert desk.called == ["take over", "wind up", "give up"]

    told(story())


def test_whoever_leaves_takes_nothing_over() -> None:
    async def story() -> None:
        desk = Slow()
        bearer = Bearer(desk, ["facts"])
        await bearer.finish()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bearer.take_over(frozenset({_TP})), 0.2)

        assert desk.called == ["wind up"]

    told(story())
