"""Whatever a history holds, each row of the read model is written from one partition alone.

Reporting processes that have different partitions write at the same time: a row of two writers would be overwritten in
no order, or hold both processes up for ever.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from services.cli import main
from services.pipeline import WORKERS
from services.reporting.tables import TABLES
from services.reporting.worker import Reporting
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Scalar
from services.runtime.store.read_model import ReadModel
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record
from tests.simulation.histories import history
from tests.simulation.statements import statements_of

Columns = frozenset[tuple[str, Scalar]]
Writers = dict[tuple[str, Columns], set[int]]
"""By table and key, or the part of the key by which rows were deleted: the partitions that wrote."""


class NotedRows(ReadModel):
    """Passes rows on, and notes from which partition each key is written."""

    def __init__(self, rows: ReadModel, partition: int, keys: Mapping[str, frozenset[str]], writers: Writers) -> None:
        self._rows = rows
        self._partition = partition
        self._keys = keys
        self._writers = writers

    def upsert(self, table: str, row: Mapping[str, Scalar]) -> None:
        self._note(table, row)
        self._rows.upsert(table, row)

    def delete(self, table: str, key: Mapping[str, Scalar]) -> None:
        self._note(table, key)
        self._rows.delete(table, key)

    def _note(self, table: str, row: Mapping[str, Scalar]) -> None:
        key = frozenset((name, value) for name, value in row.items() if name in self._keys[table])
        self._writers[table, key].add(self._partition)


class NotedReporting:
    """The reporting worker, whose rows are noted."""

    name = Reporting.name
    reads = Reporting.reads

    def __init__(self, writers: Writers) -> None:
        self._worker = Reporting()
        self._writers = writers
        with SqliteStore() as store:
            store.tables.ensure(TABLES)
            tables = [made.split()[5] for made in TABLES if made.startswith("CREATE TABLE")]
            self._keys = {table: frozenset(store.tables.key_columns(table)) for table in tables}

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        unit.read_model = NotedRows(unit.read_model, unit.partition, self._keys, self._writers)
        return self._worker.handle(batch, unit)

    def pending(self, partition: int) -> bool:
        return self._worker.pending(partition)


def of_two_partitions(writers: Writers) -> Iterator[tuple[str, Columns]]:
    """The keys that were written, or deleted as part of many, from more than one partition."""
    for (table, part), partitions in writers.items():
        others = {each for (name, key), theirs in writers.items() if name == table and part <= key for each in theirs}
        if len(partitions | others) > 1:
            yield table, part


@pytest.mark.parametrize("profile", ["money", "rich", "old"])
def test_each_row_is_written_from_one_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    writers: Writers = defaultdict(set)
    noted = replace(WORKERS["reporting"], make=lambda _: NotedReporting(writers))
    monkeypatch.setitem(WORKERS, "reporting", noted)
    monkeypatch.setenv("ERAPAIVA_STORE__PARTITIONS", "5")
    events, until = history(1, profile)
    file = tmp_path / "history.jsonl"
    lines = [json.dumps(event) + "\n" for event in [*events, *statements_of(events, until)]]
    file.write_text("".join(lines) + "{\n", encoding="utf-8")

    assert main(["play", str(file), "--until", until, "--store", str(tmp_path), "--json"]) == 0

    assert len({partition for partitions in writers.values() for partition in partitions}) > 2
    assert {"account", "notice", "payment", "bank_statement", "dead_letter"} <= {table for table, _ in writers}
    assert list(of_two_partitions(writers)) == []


def test_a_row_that_two_partitions_write_is_found_also_where_one_deletes_it_among_others() -> None:
    row: Columns = frozenset({("creditor", "c"), ("payment", "P1"), ("rank", 1)})
    part: Columns = frozenset({("creditor", "c"), ("payment", "P1")})

    assert list(of_two_partitions({("suggested_place", row): {1, 2}})) == [("suggested_place", row)]
    assert list(of_two_partitions({("suggested_place", row): {1}, ("suggested_place", part): {2}})) == [
        ("suggested_place", part)
    ]
    assert list(of_two_partitions({("suggested_place", row): {1}, ("payment", part): {2}})) == []
