"""Rows of the read model as Python values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from services.runtime.store.port import Store

Value = str | int | None
"""What a column of the read model holds: it has none of bytes."""
Found = Mapping[str, Value]
"""A row as a query gives it."""


def ask(store: Store, question: str, about: Sequence[Value] | Mapping[str, Value] = ()) -> list[Found]:
    """The rows that answer a `SELECT`."""
    return cast("list[Found]", store.tables.query(question, about))


def text(row: Found, column: str) -> str:
    """A text that is always there."""
    value = row[column]
    assert isinstance(value, str), f"{column} holds text"
    return value


def text_or_none(row: Found, column: str) -> str | None:
    """A text that may be missing."""
    return None if row[column] is None else text(row, column)


def number(row: Found, column: str) -> int:
    """A count, or an amount in minor units; a sum over nothing is 0."""
    value = row[column]
    assert value is None or isinstance(value, int), f"{column} holds whole numbers"
    return value or 0


def day(row: Found, column: str) -> date:
    """A day that is always there."""
    return date.fromisoformat(text(row, column))


def instant(row: Found, column: str) -> datetime:
    """An instant that is always there, in UTC."""
    return datetime.fromisoformat(text(row, column))
