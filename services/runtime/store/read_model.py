"""What a unit writes into the relational read model, gathered until the commit."""

from __future__ import annotations

from collections.abc import Mapping

from services.runtime.store.port import Scalar, TableStore

_Key = tuple[Scalar, ...]


class ReadModel:
    """Rows to replace and to delete, by table and primary key: the last change of a key counts, and is written once."""

    def __init__(self, tables: TableStore) -> None:
        self._tables = tables
        self._changed: dict[str, dict[_Key, Mapping[str, Scalar] | None]] = {}
        self.writes = 0
        """Rows upserted or deleted so far; it only rises."""

    def upsert(self, table: str, row: Mapping[str, Scalar]) -> None:
        """Insert or replace a whole row: columns not given become NULL.

        Raises LookupError for a table nobody declared, ValueError for a column the table does not have or a row
        without its whole primary key.
        """
        unknown = row.keys() - set(self._tables.columns(table))
        if unknown:
            raise ValueError(f"read model: {table} has no column {', '.join(sorted(unknown))}")
        self._change(table, self._key(table, row), dict(row))

    def delete(self, table: str, key: Mapping[str, Scalar]) -> None:
        """Delete the row with this primary key; or, given fewer of its columns, all rows that have these values."""
        if key.keys() >= set(self._tables.key_columns(table)):
            self._change(table, self._key(table, key), None)
            return
        if not key:
            raise ValueError(f"read model: a delete in {table} names no column; it would empty the table")
        self._flush_table(table)
        self.writes += 1
        self._tables.delete(table, [key])

    def flush(self) -> None:
        """Write what was gathered."""
        for table in self._changed:
            self._flush_table(table)

    def _change(self, table: str, key: _Key, row: Mapping[str, Scalar] | None) -> None:
        self.writes += 1
        self._changed.setdefault(table, {})[key] = row

    def _key(self, table: str, row: Mapping[str, Scalar]) -> _Key:
        columns = self._tables.key_columns(table)
        if not columns or any(column not in row for column in columns):
            raise ValueError(f"read model: a row of {table} needs its whole primary key ({', '.join(columns)})")
        return tuple(row[column] for column in columns)

    def _flush_table(self, table: str) -> None:
        changed = self._changed.get(table)
        if not changed:
            return
        columns = self._tables.key_columns(table)
        self._tables.delete(table, [dict(zip(columns, k, strict=True)) for k, row in changed.items() if row is None])
        self._tables.upsert(table, [row for row in changed.values() if row is not None])
        changed.clear()
