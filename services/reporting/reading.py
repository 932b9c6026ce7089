"""Queries on the read model, and the columns of their rows as Python values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from services.runtime.store.port import Store

Value = str | int | None
"""The value of a column: the read model has no column of bytes."""
QueryRow = Mapping[str, Value]
"""One row of a query, by column name."""


def query_rows(store: Store, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> list[QueryRow]:
    """The rows of a `SELECT`, its parameters given by position or by name."""
    return cast("list[QueryRow]", store.tables.query(sql, parameters))


def text(row: QueryRow, column: str) -> str:
    """The text in a column that is never NULL."""
    value = row[column]
    assert isinstance(value, str), f"{column} holds text"
    return value


def text_or_none(row: QueryRow, column: str) -> str | None:
    """The text in a column, None where it is NULL."""
    return None if row[column] is None else text(row, column)


def number(row: QueryRow, column: str) -> int:
    """The whole number in a column: a count, or an amount in minor units; NULL, a sum over no rows, is 0."""
    value = row[column]
    assert value is None or isinstance(value, int), f"{column} holds whole numbers"
    return value or 0


def day(row: QueryRow, column: str) -> date:
    """The day in a column that is never NULL."""
    return date.fromisoformat(text(row, column))


def instant(row: QueryRow, column: str) -> datetime:
    """The instant in a column that is never NULL, in UTC."""
    return datetime.fromisoformat(text(row, column))
