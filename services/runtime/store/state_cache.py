"""The state of one worker in one partition, as its units see it: read once, written behind, always its own writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from services.runtime.store.port import StateRow, StateStore

_PAGE_ROWS = 500
"""Rows that a scan holds at a time."""

_KEPT_ROWS = 20_000
"""Rows kept in memory; beyond, all are written and forgotten. Bounds memory, not what a worker may hold."""


class StateCache:
    """Keeps the rows that were read or written since the last `forget`, and writes the changed ones on `flush`.

    A row touched by a thousand records of a transaction is read once and written once. That is sound because one engine
    at a time owns a store, and because nothing of a failed transaction is used again.
    """

    def __init__(self, state: StateStore, worker: str, partition: int) -> None:
        self._state = state
        self._worker = worker
        self._partition = partition
        self._spaces: dict[str, int] = {}
        self._known: defaultdict[str, dict[str, bytes | None]] = defaultdict(dict)
        self._changed: defaultdict[str, dict[str, StateRow | None]] = defaultdict(dict)
        self._waking: set[str] = set()
        self.writes = 0
        """Rows put or deleted so far; it only rises."""

    def get(self, kind: str, key: str) -> bytes | None:
        """The value of a row, None when there is none."""
        known = self._known[kind]
        try:
            return known[key]
        except KeyError:
            value = known[key] = self._state.load(self._space(kind), self._partition, key)
            return value

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those rows that exist, in the order of `keys`."""
        known = self._known[kind]
        unknown = [key for key in keys if key not in known]
        if unknown:
            known.update(dict.fromkeys(unknown))
            known.update(self._state.load_many(self._space(kind), self._partition, unknown))
        return {key: value for key in keys if (value := known[key]) is not None}

    def put(self, kind: str, key: str, value: bytes, wake: int | None, waits_for: str | None) -> None:
        """Replace a row, its wake and signal included."""
        self.writes += 1
        if wake is not None:
            self._waking.add(kind)
        self._known[kind][key] = value
        self._changed[kind][key] = (key, value, wake, waits_for)

    def delete(self, kind: str, key: str) -> None:
        """Remove a row; one that does not exist is no error."""
        self.writes += 1
        self._known[kind][key] = None
        self._changed[kind][key] = None

    def scan(self, kind: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Rows whose key starts with `prefix`, ordered by key; a row changed meanwhile shows as it then is."""
        after: str | None = None
        while True:
            self._flush_kind(kind)
            page = self._state.page(self._space(kind), self._partition, prefix, after, _PAGE_ROWS)
            yield from page
            if len(page) < _PAGE_ROWS:
                return
            after = page[-1][0]

    def due(self, kind: str, at: int, limit: int) -> list[tuple[str, bytes]]:
        """Rows with wake <= `at`, by wake, then key."""
        self._flush_kind(kind)
        return self._state.due(self._space(kind), self._partition, at, limit)

    def wake_waiting(self, kind: str, waits_for: str, at: int) -> int:
        """Bring the wakes of rows that wait for a signal forward to `at`; returns how many rows wait for it."""
        self._flush_kind(kind)
        self.writes += 1
        return self._state.wake_waiting(self._space(kind), self._partition, waits_for, at)

    def wake_prefix(self, kind: str, prefix: str, at: int) -> int:
        """Bring the wakes of rows whose key starts with `prefix` forward to `at`; returns how many rows these are."""
        self._flush_kind(kind)
        self.writes += 1
        return self._state.wake_prefix(self._space(kind), self._partition, prefix, at)

    def next_wake(self, kind: str) -> int | None:
        """The earliest wake of a kind."""
        self._flush_kind(kind)
        return self._state.next_wake(self._space(kind), self._partition)

    def flush(self) -> None:
        """Write all changed rows."""
        for kind in self._changed:
            self._flush_kind(kind)

    def flush_wakes(self) -> None:
        """Write the changed rows of kinds in which rows have a wake, so that the store knows the earliest one."""
        waking = self._state.spaces_that_wake()
        for kind in self._changed:
            if kind in self._waking or self._space(kind) in waking:
                self._flush_kind(kind)

    def trim(self) -> None:
        """Write and forget all rows when too many are kept."""
        if sum(map(len, self._known.values())) > _KEPT_ROWS:
            self.flush()
            self._known.clear()

    def _flush_kind(self, kind: str) -> None:
        changed = self._changed.get(kind)
        if not changed:
            return
        space = self._space(kind)
        # In the order of their keys: neighbours in the tree are written while their page is at hand.
        rows = [row for _, row in sorted(changed.items()) if row is not None]
        gone = [key for key, row in changed.items() if row is None]
        if rows:
            self._state.save(space, self._partition, rows)
        if gone:
            self._state.remove(space, self._partition, gone)
        changed.clear()

    def _space(self, kind: str) -> int:
        number = self._spaces.get(kind)
        if number is None:
            number = self._spaces[kind] = self._state.space(self._worker, kind)
        return number
