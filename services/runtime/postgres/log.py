"""Topics in PostgreSQL: rows by (topic, partition, offset), which is also the order they are read in."""

from __future__ import annotations

from services.runtime.postgres.connection import PostgresConnection

_BUFFER_ROWS = 2_000
"""Appends kept back for one COPY; read and commit write them first."""

_TYPES = ("int4", "int4", "int8", "bytea", "bytea")

# Each inner query is one look-up at the end of an index.
_ENDS = """
SELECT t.name, p.partition, last."offset" + 1
FROM topics t CROSS JOIN generate_series(0, %s - 1) AS p(partition) CROSS JOIN LATERAL (
    SELECT "offset" FROM log WHERE topic = t.id AND log.partition = p.partition ORDER BY "offset" DESC LIMIT 1) AS last
"""


class PostgresLog:
    """The log of one store. Offsets are given from memory; `notice_appends` corrects them after other writers."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._ends: dict[str, list[int]] = {}
        self._buffer: list[tuple[int, int, int, bytes, bytes]] = []
        self._buffered: set[str] = set()
        self._partitions = 0

    def append(self, topic: str, partition: int, key: str, value: bytes) -> int:
        """Append inside the open transaction and return the record's offset."""
        number = self._numbers.get(topic) or self._add_topic(topic)
        ends = self.ends(topic)
        offset = ends[partition]
        ends[partition] = offset + 1
        self._buffer.append((number, partition, offset, key.encode(), value))
        self._buffered.add(topic)
        if len(self._buffer) >= _BUFFER_ROWS:
            self.flush()
        return offset

    def ends(self, topic: str) -> list[int]:
        """By partition, the offset the next record will get: one list for as long as the store is open."""
        return self._ends.setdefault(topic, [0] * self._partitions)

    def read(self, topic: str, partition: int, from_offset: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Up to `limit` records (offset, key, value) from `from_offset` on, in order."""
        if topic in self._buffered:
            self.flush()
        rows = self._connection.execute(
            'SELECT "offset", key, value FROM log WHERE topic = %s AND partition = %s AND "offset" >= %s'
            ' ORDER BY "offset" LIMIT %s',
            (self._numbers.get(topic, 0), partition, from_offset, limit),
        )
        return [(offset, key.decode(), value) for offset, key, value in rows]

    def flush(self) -> None:
        """Write the appends kept back."""
        if self._buffer:
            self._connection.copy("log", _TYPES, self._buffer)
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
        found = {topic: [0] * self._partitions for topic in self._numbers.keys() | self._ends.keys()}
        for topic, partition, end in self._connection.execute(_ENDS, (self._partitions,)):
            found[topic][partition] = end
        for topic, ends in found.items():
            self._ends.setdefault(topic, [])[:] = ends

    def set_partitions(self, count: int) -> None:
        """Set how many partitions each topic has."""
        self._partitions = count
        self.notice_appends()

    def _add_topic(self, topic: str) -> int:
        assert self._connection.in_transaction, "a topic is added by a writer, inside its transaction"
        add = "INSERT INTO topics (name) VALUES (%s) RETURNING id"
        number = self._numbers[topic] = int(self._connection.one(add, (topic,))[0])
        return number
