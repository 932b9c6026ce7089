"""State rows in PostgreSQL: one table, two partial indexes (wake, signal), so that a day touches only what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.runtime.postgres.connection import PostgresConnection
from services.runtime.store.port import StateRow
from services.runtime.store.prefixes import end_of_prefix
from services.runtime.store.texts import refuse_nul

_SAVE = """
INSERT INTO state (space, partition, key, value, wake, waits_for)
SELECT %s, %s, given.* FROM unnest(%s::text[], %b::bytea[], %s::bigint[], %s::text[]) AS given
ON CONFLICT (space, partition, key)
DO UPDATE SET value = excluded.value, wake = excluded.wake, waits_for = excluded.waits_for
"""

# OFFSET 0 keeps the planner from anything but one look-up in the index for each key, whatever it knows of the table.
_LOAD_MANY = """
SELECT found.key, found.value FROM unnest(%s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT key, value FROM state WHERE space = %s AND partition = %s AND key = asked.key OFFSET 0) AS found
"""
_REMOVE = """
DELETE FROM state WHERE ctid = ANY(ARRAY(
    SELECT found.ctid FROM unnest(%s::text[]) AS asked(key) CROSS JOIN LATERAL (
        SELECT ctid FROM state WHERE space = %s AND partition = %s AND key = asked.key OFFSET 0) AS found))
"""

# The inner query is one index look-up per space and partition.
_EARLIEST = """
SELECT min(earliest.wake) FROM unnest(%s::int[]) AS s CROSS JOIN generate_series(0, %s - 1) AS p CROSS JOIN LATERAL (
    SELECT wake FROM state WHERE space = s AND partition = p AND wake IS NOT NULL ORDER BY wake LIMIT 1) AS earliest
"""

_NUMBERING = 0x4552500002
"""The lock under which spaces get their numbers: processes that start at once wait for each other here only."""


class PostgresState:
    """The state of all workers of one store."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._spaces: dict[tuple[str, str], int] = {}
        self._waking: set[int] = set()
        self._partitions = 0
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
            "SELECT value FROM state WHERE space = %s AND partition = %s AND key = %s", (space, partition, key)
        ).fetchone()
        return None if row is None else row[0]

    def load_many(self, space: int, partition: int, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those rows that exist."""
        rows = self._connection.execute(_LOAD_MANY, (list(keys), space, partition))
        return dict(rows.fetchall())

    def save(self, space: int, partition: int, rows: Iterable[StateRow]) -> None:
        """Insert or replace rows, wake and signal included."""
        assert space > 0, "a space is given out inside the transaction that first writes to it"
        last_rows = {row[0]: row for row in rows}
        if not last_rows:
            return
        keys, values, wakes, signals = (list(column) for column in zip(*last_rows.values(), strict=True))
        refuse_nul(keys)
        if any(wake is not None for wake in wakes):
            self._waking.add(space)
        self._connection.execute(_SAVE, (space, partition, keys, values, wakes, signals))

    def remove(self, space: int, partition: int, keys: Iterable[str]) -> None:
        """Delete rows; one that does not exist is no error."""
        self._connection.execute(_REMOVE, (list(keys), space, partition))

    def page(self, space: int, partition: int, prefix: str, after: str | None, limit: int) -> list[tuple[str, bytes]]:
        """Up to `limit` rows whose key starts with `prefix` and is greater than `after`, in the order of their keys."""
        within, edges = _range(prefix)
        beyond, last = ("", []) if after is None else (" AND key > %s", [after])
        return self._connection.execute(
            f"SELECT key, value FROM state WHERE space = %s AND partition = %s{within}{beyond} ORDER BY key LIMIT %s",  # noqa: S608 (conditions of ours)
            (space, partition, *edges, *last, limit),
        ).fetchall()

    def due(self, space: int, partition: int, at: int, limit: int) -> list[tuple[str, bytes]]:
        """Rows with wake <= `at`, by wake, then key."""
        return self._connection.execute(
            "SELECT key, value FROM state WHERE space = %s AND partition = %s AND wake IS NOT NULL AND wake <= %s"
            " ORDER BY wake, key LIMIT %s",
            (space, partition, at, limit),
        ).fetchall()

    def wake_waiting(self, space: int, partition: int, waits_for: str, at: int) -> int:
        """Bring the wakes of rows that wait for a signal forward to `at`; returns how many rows wait for it."""
        self._waking.add(space)
        return self._connection.execute(
            "UPDATE state SET wake = least(wake, %s)"
            " WHERE space = %s AND partition = %s AND waits_for IS NOT NULL AND waits_for = %s",
            (at, space, partition, waits_for),
        ).rowcount

    def wake_prefix(self, space: int, partition: int, prefix: str, at: int) -> int:
        """Bring the wakes of rows whose key starts with `prefix` forward to `at`; returns how many rows these are."""
        self._waking.add(space)
        within, edges = _range(prefix)
        return self._connection.execute(
            f"UPDATE state SET wake = least(wake, %s) WHERE space = %s AND partition = %s{within}",  # noqa: S608 (a condition of ours)
            (at, space, partition, *edges),
        ).rowcount

    def next_wake(self, space: int, partition: int) -> int | None:
        """The earliest wake of a space in a partition."""
        row = self._connection.execute(
            "SELECT wake FROM state WHERE space = %s AND partition = %s AND wake IS NOT NULL ORDER BY wake LIMIT 1",
            (space, partition),
        ).fetchone()
        return None if row is None else int(row[0])

    def earliest_wake(self) -> int | None:
        """The earliest wake of all rows of all workers."""
        earliest: int | None = self._connection.one(_EARLIEST, (sorted(self._waking), self._partitions))[0]
        return earliest

    def spaces_that_wake(self) -> frozenset[int]:
        """The spaces that have, or once had, a row with a wake."""
        return frozenset(self._waking)

    def set_partitions(self, count: int) -> None:
        """Set how many partitions there are."""
        self._partitions = count

    def reload(self) -> None:
        """Read from the database which spaces there are; also after a rollback."""
        rows = self._connection.execute(
            "SELECT worker, kind, id,"
            " EXISTS (SELECT 1 FROM state WHERE space = spaces.id AND wake IS NOT NULL) FROM spaces"
        ).fetchall()
        self._spaces = {(worker, kind): number for worker, kind, number, _ in rows}
        self._waking = {number for _, _, number, wakes in rows if wakes}

    def _find_or_add_space(self, worker: str, kind: str) -> int:
        if self._connection.in_transaction:
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_NUMBERING,))
        number = self._find_space(worker, kind)  # another process may have added it meanwhile
        if number is None and not self._connection.in_transaction:
            return 0
        if number is None:
            add = "INSERT INTO spaces (worker, kind) VALUES (%s, %s) RETURNING id"
            number = int(self._connection.one(add, (worker, kind))[0])
        self._spaces[worker, kind] = number
        return number

    def _find_space(self, worker: str, kind: str) -> int | None:
        find = "SELECT id FROM spaces WHERE worker = %s AND kind = %s"
        row = self._connection.execute(find, (worker, kind)).fetchone()
        return None if row is None else int(row[0])


def _range(prefix: str) -> tuple[str, list[str]]:
    """The condition that finds the keys that start with a prefix, and its parameters."""
    end = end_of_prefix(prefix)
    return (" AND key >= %s", [prefix]) if end is None else (" AND key >= %s AND key < %s", [prefix, end])
