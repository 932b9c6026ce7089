"""State rows in SQLite: one table, two partial indexes (wake, signal), so that a day touches only what is due."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from services.runtime.sqlite.connection import SqliteConnection
from services.runtime.store.port import StateRow
from services.runtime.store.prefixes import end_of_prefix
from services.runtime.store.texts import refuse_nul

_SAVE = """
INSERT INTO state (space, partition, key, value, wake, waits_for) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value, wake = excluded.wake, waits_for = excluded.waits_for
"""

# The inner subquery is one index look-up per space and partition.
_EARLIEST = """
SELECT min(earliest) FROM (
    SELECT (SELECT min(wake) FROM state WHERE space = s.value AND partition = p.value AND wake IS NOT NULL) AS earliest
    FROM json_each(?) AS s, json_each(?) AS p)
"""

_AFTER_ALL_KEYS = b""  # SQLite sorts every blob after every text


class SqliteState:
    """The state of all workers of one store."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._spaces: dict[tuple[str, str], int] = {}
        self._waking: set[int] = set()
        self._partitions = "[]"
        self.reload()

    def space(self, worker: str, kind: str) -> int:
        """The number of a worker's kind of row, given on first use in a transaction; 0 for an unused one outside."""
        return self._spaces.get((worker, kind)) or self._find_or_add_space(worker, kind)

    def spaces_of(self, worker: str) -> dict[str, int]:
        """The spaces a worker has used so far, by kind."""
        return {kind: number for (owner, kind), number in self._spaces.items() if owner == worker}

    def load(self, space: int, partition: int, key: str) -> bytes | None:
        """The value of one row."""
        row = self._connection.execute(
            "SELECT value FROM state WHERE space = ? AND partition = ? AND key = ?", (space, partition, key)
        ).fetchone()
        return None if row is None else row[0]

    def load_many(self, space: int, partition: int, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those rows that exist."""
        rows = self._connection.execute(
            "SELECT key, value FROM state"
            " WHERE space = ? AND partition = ? AND key IN (SELECT value FROM json_each(?))",
            (space, partition, json.dumps(keys)),
        )
        return dict(rows.fetchall())

    def save(self, space: int, partition: int, rows: Iterable[StateRow]) -> None:
        """Insert or replace rows, wake and signal included."""
        assert space > 0, "a space is given out inside the transaction that first writes to it"
        parameters = [(space, partition, *row) for row in rows]
        refuse_nul(row[2] for row in parameters)
        if any(row[4] is not None for row in parameters):
            self._waking.add(space)
        self._connection.executemany(_SAVE, parameters)

    def remove(self, space: int, partition: int, keys: Iterable[str]) -> None:
        """Delete rows; one that does not exist is no error."""
        self._connection.executemany(
            "DELETE FROM state WHERE space = ? AND partition = ? AND key = ?", ((space, partition, key) for key in keys)
        )

    def page(self, space: int, partition: int, prefix: str, after: str | None, limit: int) -> list[tuple[str, bytes]]:
        """Up to `limit` rows whose key starts with `prefix` and is greater than `after`, in the order of their keys."""
        first = prefix if after is None else after
        return self._connection.execute(
            "SELECT key, value FROM state WHERE space = ? AND partition = ? AND key >= ? AND key < ? AND key IS NOT ?"
            " ORDER BY key LIMIT ?",
            (space, partition, first, end_of_prefix(prefix) or _AFTER_ALL_KEYS, after, limit),
        ).fetchall()

    def due(self, space: int, partition: int, at: int, limit: int) -> list[tuple[str, bytes]]:
        """Rows with wake <= `at`, by wake, then key."""
        return self._connection.execute(
            "SELECT key, value FROM state WHERE space = ? AND partition = ? AND wake IS NOT NULL AND wake <= ?"
            " ORDER BY wake, key LIMIT ?",
            (space, partition, at, limit),
        ).fetchall()

    def wake_waiting(self, space: int, partition: int, waits_for: str, at: int) -> int:
        """Bring the wakes of rows that wait for a signal forward to `at`; returns how many rows wait for it."""
        self._waking.add(space)
        return self._connection.execute(
            "UPDATE state SET wake = min(coalesce(wake, ?4), ?4)"
            " WHERE space = ?1 AND partition = ?2 AND waits_for IS NOT NULL AND waits_for = ?3",
            (space, partition, waits_for, at),
        ).rowcount

    def wake_prefix(self, space: int, partition: int, prefix: str, at: int) -> int:
        """Bring the wakes of rows whose key starts with `prefix` forward to `at`; returns how many rows these are."""
        self._waking.add(space)
        return self._connection.execute(
            "UPDATE state SET wake = min(coalesce(wake, ?5), ?5)"
            " WHERE space = ?1 AND partition = ?2 AND key >= ?3 AND key < ?4",
            (space, partition, prefix, end_of_prefix(prefix) or _AFTER_ALL_KEYS, at),
        ).rowcount

    def next_wake(self, space: int, partition: int) -> int | None:
        """The earliest wake of a space in a partition."""
        return self._earliest(f"[{space}]", f"[{partition}]")

    def earliest_wake(self) -> int | None:
        """The earliest wake of all rows of all workers."""
        return self._earliest(json.dumps(sorted(self._waking)), self._partitions)

    def spaces_that_wake(self) -> frozenset[int]:
        """The spaces that have, or once had, a row with a wake."""
        return frozenset(self._waking)

    def set_partitions(self, count: int) -> None:
        """Set how many partitions there are."""
        self._partitions = json.dumps(list(range(count)))

    def reload(self) -> None:
        """Read from the database which spaces there are; also after a rollback."""
        rows = self._connection.execute("SELECT worker, kind, id FROM spaces").fetchall()
        self._spaces = {(worker, kind): number for worker, kind, number in rows}
        self._waking = {number for number in self._spaces.values() if self._has_wake(number)}

    def _earliest(self, spaces: str, partitions: str) -> int | None:
        earliest: int | None = self._connection.execute(_EARLIEST, (spaces, partitions)).fetchone()[0]
        return earliest

    def _has_wake(self, space: int) -> bool:
        return bool(
            self._connection.execute(
                "SELECT EXISTS (SELECT 1 FROM state WHERE space = ? AND wake IS NOT NULL)", (space,)
            ).fetchone()[0]
        )

    def _find_or_add_space(self, worker: str, kind: str) -> int:
        find = "SELECT id FROM spaces WHERE worker = ? AND kind = ?"
        row = self._connection.execute(find, (worker, kind)).fetchone()  # another process may have added it meanwhile
        if row is None and not self._connection.in_transaction:
            return 0
        if row is None:
            add = "INSERT INTO spaces (worker, kind) VALUES (?, ?) RETURNING id"
            row = self._connection.execute(add, (worker, kind)).fetchone()
        number = self._spaces[worker, kind] = int(row[0])
        return number
