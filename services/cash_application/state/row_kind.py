"""How a lane's rows are stored: under (kind, key), as JSON of a dataclass. The kinds are in `rows`."""

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from services.runtime.unit_of_work import UnitOfWork

SEPARATOR: Final = "\x1f"
"""Stands between the ids in a key. Ids hold no control characters, so no two lists of ids make the same key."""
Row = TypeVar("Row")


def key(*parts: str) -> str:
    """The key of a row, made of ids."""
    return SEPARATOR.join(parts)


class RowKind(Generic[Row]):
    """One kind of row of a lane: a dataclass in the code, JSON bytes in the unit of work.

    An empty row marks that the row does not exist yet and that a fact or a payment waits for it (see `waiting`).
    """

    def __init__(self, name: str, row: type[Row]) -> None:
        """``name`` is stored in the database; ``row`` is a dataclass."""
        self.name: Final = name
        adapter = TypeAdapter(row)
        self._read = adapter.validator.validate_json
        self._write = adapter.serializer.to_json

    def get(self, unit: UnitOfWork, row_key: str) -> Row | None:
        """The row under a key, None when there is none."""
        stored = unit.get(self.name, row_key)
        if not stored:
            return None
        row: Row = self._read(stored)
        return row

    def put(self, unit: UnitOfWork, row_key: str, row: Row) -> None:
        """Insert or replace a row."""
        unit.put(self.name, row_key, self._write(row, exclude_defaults=True, by_alias=True))

    def scan(self, unit: UnitOfWork, prefix: str = "") -> Iterator[tuple[str, Row]]:
        """The rows whose key starts with ``prefix``, each with its key, in the order of their keys."""
        for row_key, stored in unit.scan(self.name, prefix):
            if stored:
                row: Row = self._read(stored)
                yield row_key, row

    def expect(self, unit: UnitOfWork, row_key: str) -> None:
        """Mark a row that does not exist as waited for."""
        unit.put(self.name, row_key, b"")

    def is_expected(self, unit: UnitOfWork, row_key: str) -> bool:
        """Whether the row does not exist and is waited for."""
        return unit.get(self.name, row_key) == b""
