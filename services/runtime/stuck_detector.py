"""Detects a worker that is called again and again without progress: a fault of the worker, which ends the process."""

from __future__ import annotations

from typing import Final

FRUITLESS_CALLS: Final = 1_000
"""Calls in a row that neither took a record nor wrote anything, after which a worker counts as stuck."""
CALLS_PER_RECORD: Final = 1_000_000
"""Calls in a row that wrote but took no record of the batch, after which a worker counts as stuck."""


class Stuck(RuntimeError):  # noqa: N818 (it names what the worker is)
    """A worker that is called again and again without progress."""


class StuckDetector:
    """Watches the calls of one worker in one partition."""

    __slots__ = ("_calls_per_record", "_calls_without_record", "_fruitless", "_fruitless_calls", "_worker")

    def __init__(
        self, worker: str, fruitless_calls: int = FRUITLESS_CALLS, calls_per_record: int = CALLS_PER_RECORD
    ) -> None:
        self._worker = worker
        self._fruitless_calls = fruitless_calls
        self._calls_per_record = calls_per_record
        self._fruitless = 0
        self._calls_without_record = 0

    def note(self, *, given: int, taken: int, written: int) -> None:
        """Note one call: how many records it was given, how many it took, how many rows and records it wrote.

        Raises Stuck when the worker neither takes nor writes, or writes for ever without taking.
        """
        assert 0 <= taken <= given, f"{self._worker} took {taken} of {given} records"
        if given and not taken and not written:
            raise Stuck(f"worker {self._worker}: took none of {given} records and wrote nothing")
        self._fruitless = 0 if taken or written else self._fruitless + 1
        self._calls_without_record = self._calls_without_record + 1 if given and not taken else 0
        if self._fruitless > self._fruitless_calls:
            raise Stuck(f"worker {self._worker}: says it has work and does none")
        if self._calls_without_record > self._calls_per_record:
            raise Stuck(f"worker {self._worker}: writes without end before the next record")
