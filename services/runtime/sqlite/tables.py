"""The relational read model in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.runtime.sqlite.connection import SqliteConnection
from services.runtime.store.port import Scalar
from services.runtime.store.texts import refuse_nul


class SqliteTables:
    """Tables that the reporting worker declares and fills."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._columns: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def ensure(self, ddl: Iterable[str]) -> None:
        """Run `CREATE ... IF NOT EXISTS` statements; called on opening, outside a transaction."""
        assert not self._connection.in_transaction, "tables are declared before the engine runs"
        for statement in ddl:
            self._connection.execute(statement)
        self._columns.clear()
        self._keys.clear()

    def alter(self, ddl: Iterable[str]) -> None:
        """Run statements that change tables, inside the open transaction: a step of `versions`."""
        assert self._connection.in_transaction, "a step is all or nothing"
        for statement in ddl:
            self._connection.execute(statement)
        self._columns.clear()
        self._keys.clear()

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table. Raises LookupError for a table that nobody declared."""
        if table not in self._columns:
            self._read_columns(table)
        return self._columns[table]

    def key_columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table's primary key, in its order."""
        if table not in self._keys:
            self._read_columns(table)
        return self._keys[table]

    def upsert(self, table: str, rows: Iterable[Mapping[str, Scalar]]) -> None:
        """Insert or replace whole rows; a column not given becomes NULL."""
        columns = self.columns(table)
        places = ", ".join("?" * len(columns))
        values = [[row.get(c) for c in columns] for row in rows]
        refuse_nul(value for row in values for value in row)
        self._connection.executemany(
            f'INSERT OR REPLACE INTO "{table}" VALUES ({places})',  # noqa: S608 (a table of the catalogue)
            values,
        )

    def delete(self, table: str, keys: Sequence[Mapping[str, Scalar]]) -> None:
        """Delete the rows in which the named columns have these values; all keys name the same columns."""
        if not keys:
            return
        named = [column for column in self.columns(table) if column in keys[0]]
        assert len(named) == len(keys[0]), f"a key of {table} names a column that the table does not have"
        where = " AND ".join(f'"{column}" = ?' for column in named)
        self._connection.executemany(
            f'DELETE FROM "{table}" WHERE {where}',  # noqa: S608 (columns of the catalogue)
            ([key[c] for c in named] for key in keys),
        )

    def query(self, sql: str, params: Sequence[Scalar] | Mapping[str, Scalar] = ()) -> list[dict[str, Scalar]]:
        """Read rows as dicts by column name."""
        cursor = self._connection.execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _read_columns(self, table: str) -> None:
        described = self._connection.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
        if not described:
            raise LookupError(f"the read model has no table {table}: its worker has not declared it")
        self._columns[table] = tuple(name for name, _ in described)
        self._keys[table] = tuple(name for name, place in sorted(described, key=lambda c: int(c[1])) if place)
