"""The relational read model in PostgreSQL. Rows are inserted as JSON objects, which name their columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from services.runtime.postgres.connection import PostgresConnection
from services.runtime.postgres.migrations import under_lock
from services.runtime.store.port import Scalar
from services.runtime.store.texts import refuse_nul

_DECLARATION: Final = re.compile(r"CREATE (?:TABLE|VIEW|INDEX) IF NOT EXISTS (\w+)")
_TEXT: Final = re.compile(r"\bTEXT\b")
_PARAMETER: Final = re.compile(r"'[^']*'|%|\?|:([a-z]\w*)")

_COLUMNS_AND_KEY: Final = """
SELECT a.attname, coalesce(array_position(i.indkey::int2[], a.attnum), -1)
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


class PostgresTables:
    """Tables that the reporting worker declares and fills."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._columns: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def ensure(self, ddl: Iterable[str]) -> None:
        """Run the `CREATE ... IF NOT EXISTS` statements of what is missing; on opening, outside a transaction.

        Only what is missing is touched, and by one process at a time, so that a start waits for no other process's
        queries.
        """
        assert not self._connection.in_transaction, "tables are declared before the engine runs"
        self._connection.begin()
        try:
            under_lock(self._connection)
            for statement in ddl:
                self._declare(statement)
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self._columns.clear()
        self._keys.clear()

    def alter(self, ddl: Iterable[str]) -> None:
        """Run statements that change tables, inside the open transaction: a step of `versions`."""
        assert self._connection.in_transaction, "a step is all or nothing"
        for statement in ddl:
            self._connection.execute(_TEXT.sub('TEXT COLLATE "C"', statement))
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
        keys = self.key_columns(table)
        latest = {tuple(row[key] for key in keys): row for row in rows}
        if latest:
            refuse_nul(value for row in latest.values() for value in row.values())
            self._connection.execute(_upsert(table, self.columns(table), keys), (_json(latest.values()),))

    def delete(self, table: str, keys: Sequence[Mapping[str, Scalar]]) -> None:
        """Delete the rows in which the named columns have these values; all keys name the same columns."""
        if not keys:
            return
        named = [column for column in self.columns(table) if column in keys[0]]
        assert len(named) == len(keys[0]), f"a key of {table} names a column that the table does not have"
        self._connection.execute(_delete(table, tuple(named)), (_json(keys),))

    def query(self, sql: str, params: Sequence[Scalar] | Mapping[str, Scalar] = ()) -> list[dict[str, Scalar]]:
        """Read rows as dicts by column name."""
        cursor = self._connection.execute(_with_parameters(sql), params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _declare(self, statement: str) -> None:
        declared = _DECLARATION.match(statement)
        assert declared is not None, "the read model is made of tables, views and indexes"
        if self._connection.one("SELECT to_regclass(%s)", (declared[1],))[0] is None:
            bytewise = _TEXT.sub('TEXT COLLATE "C"', statement)
            self._connection.execute(bytewise.replace(" IF NOT EXISTS", "", 1))

    def _read_columns(self, table: str) -> None:
        described = self._connection.execute(_COLUMNS_AND_KEY, (f'"{table}"',)).fetchall()
        if not described:
            raise LookupError(f"the read model has no table {table}: its worker has not declared it")
        self._columns[table] = tuple(name for name, _ in described)
        self._keys[table] = tuple(name for name, place in sorted(described, key=lambda c: int(c[1])) if place >= 0)


@lru_cache(maxsize=256)
def _with_parameters(sql: str) -> str:
    """A query with its parameters, `?` and `:name`, as psycopg writes them."""
    return _PARAMETER.sub(_parameter, sql)


def _parameter(found: re.Match[str]) -> str:
    if found[1]:
        return f"%({found[1]})s"
    return {"?": "%s", "%": "%%"}.get(found[0]) or found[0].replace("%", "%%")


@lru_cache(maxsize=256)
def _upsert(table: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column not in keys)
    named = ", ".join(f'"{key}"' for key in keys)
    return (
        f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s::json)'  # noqa: S608 (of the catalogue)
        f" ON CONFLICT ({named}) DO {f'UPDATE SET {replaced}' if replaced else 'NOTHING'}"
    )


@lru_cache(maxsize=256)
def _delete(table: str, columns: tuple[str, ...]) -> str:
    """OFFSET 0 keeps the planner from anything but one look-up for each key, whatever it knows of the table."""
    same = " AND ".join(f'kept."{column}" = given."{column}"' for column in columns)
    given = f'json_populate_recordset(NULL::"{table}", %s::json) AS given'
    found = f'SELECT kept.ctid FROM "{table}" AS kept WHERE {same} OFFSET 0'  # noqa: S608 (of the catalogue)
    each = f"SELECT found.ctid FROM {given} CROSS JOIN LATERAL ({found}) AS found"  # noqa: S608
    return f'DELETE FROM "{table}" WHERE ctid = ANY(ARRAY({each}))'  # noqa: S608 (of the catalogue)


def _json(rows: Iterable[Mapping[str, Scalar]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, default=_bytes_as_text)


def _bytes_as_text(value: bytes) -> str:
    """Bytes as PostgreSQL reads them."""
    return f"\\x{value.hex()}"
