"""Topics in SQLite: rows by (topic, partition, offset), which is also the order they are read in."""

from __future__ import annotations

from collections.abc import Sequence

from services.runtime.sqlite.connection import SqliteConnection

_BUFFER_ROWS = 2_000
"""Appends kept back for one executemany; read and commit write them first."""


class SqliteLog:
    """The log of one store. Offsets are given from memory; `notice_appends` corrects them after other writers."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._ends: dict[str, list[int]] = {}
        self._buffer: list[tuple[int, int, int, str, bytes]] = []
        self._buffered: set[str] = set()
        self._partitions = 0

    def append(self, topic: str, partition: int, key: str, value: bytes) -> int:
        """Append inside the open transaction and return the record's offset."""
        number = self._numbers.get(topic) or self._add_topic(topic)
        ends = self._ends[topic]
        offset = ends[partition]
        ends[partition] = offset + 1
        self._buffer.append((number, partition, offset, key, value))
        self._buffered.add(topic)
        if len(self._buffer) >= _BUFFER_ROWS:
            self.flush()
        return offset

    def ends(self, topic: str) -> Sequence[int]:
        """By partition, the offset the next record will get: one list for as long as the store is open."""
        return self._ends.setdefault(topic, [0] * self._partitions)

    def read(self, topic: str, partition: int, from_offset: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Up to `limit` records (offset, key, value) from `from_offset` on, in order."""
        if topic in self._buffered:
            self.flush()
        return self._connection.execute(
            'SELECT "offset", key, value FROM log WHERE topic = ? AND partition = ? AND "offset" >= ?'
            ' ORDER BY "offset" LIMIT ?',
            (self._numbers.get(topic), partition, from_offset, limit),
        ).fetchall()

    def flush(self) -> None:
        """Write the appends kept back."""
        self._connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", self._buffer)
        self._buffer.clear()
        self._buffered.clear()

    def forget(self) -> None:
        """Drop the appends kept back, after a rollback."""
        self._buffer.clear()
        self._buffered.clear()
        self.notice_appends()

    def notice_appends(self) -> None:
        """Read from the database which topics there are and where they end."""
        assert not self._buffer, "offsets given to kept-back appends would be taken away from them"
        self._numbers = dict(self._connection.execute("SELECT name, id FROM topics").fetchall())
        for topic in self._numbers.keys() | self._ends.keys():
            number = self._numbers.get(topic)
            ends = self._ends.setdefault(topic, [])
            ends[:] = [self._end_on_disk(number, partition) for partition in range(self._partitions)]

    def set_partitions(self, count: int) -> None:
        """Set how many partitions each topic has."""
        self._partitions = count
        self.notice_appends()

    def number(self, topic: str) -> int:
        """The number by which positions name a topic."""
        return self._numbers.get(topic) or self._add_topic(topic)

    def _end_on_disk(self, number: int | None, partition: int) -> int:
        last = self._connection.execute(
            'SELECT max("offset") FROM log WHERE topic = ? AND partition = ?', (number, partition)
        ).fetchone()[0]
        return 0 if last is None else int(last) + 1

    def _add_topic(self, topic: str) -> int:
        assert self._connection.in_transaction, "a topic is added by a writer, inside its transaction"
        number = len(self._numbers) + 1
        self._connection.execute("INSERT INTO topics VALUES (?, ?)", (number, topic))
        self._numbers[topic] = number
        self.ends(topic)
        return number
