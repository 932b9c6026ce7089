"""The stores beside each other: what a worker of the Kafka engine does to its store with each batch, durably.

A transaction checks the seat, loads 500 rows of state and saves them again (300 bytes each, one in ten with a wake),
writes 500 rows of the read model, holds 500 records to publish, lets go of those of the batch before, and moves on.
"""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.partition_tasks import PendingRecord
from services.runtime.store.port import Access, Scalar, Store
from tests.bench.measuring import Figure
from tests.servers.postgres import Postgres

_BATCHES: Final = 200
_ROWS: Final = 500
_ACCOUNTS: Final = 20_000
_VALUE: Final = bytes(n % 251 for n in range(300))
_WORKER: Final = "overdue"
_TABLE: Final = """CREATE TABLE IF NOT EXISTS balance (
    creditor TEXT NOT NULL, debtor TEXT NOT NULL, due TEXT, owed BIGINT NOT NULL, PRIMARY KEY (creditor, debtor))"""


def measure(folder: Path, scale: float) -> list[Figure]:
    """The same batches into either store."""
    batches = max(5, int(_BATCHES * scale))
    figures = _figures("SQLite", SqliteStore(folder / "keep.db", Access.WORKER), batches)
    with Postgres(durable=True) as server:
        database = server.dsn(server.fresh_database())
        figures += _figures("PostgreSQL", PostgresStore(database, access=Access.WORKER), batches)
    return figures


def _figures(name: str, store: Store, batches: int) -> list[Figure]:
    with store:
        store.fix_partitions(4)
        store.tables.ensure([_TABLE])
        store.begin()
        store.partition_tasks.take_over(_WORKER, 0)
        store.commit()
        times_s = [_batch(store, number) for number in range(batches)]
    return [
        Figure(f"{name}: rows of state saved", _ROWS * batches / sum(times_s), "rows/s"),
        Figure(f"{name}: a transaction, median", median(times_s) * 1_000, "ms"),
        Figure(f"{name}: a transaction, 99 of 100", sorted(times_s)[int(batches * 0.99)] * 1_000, "ms"),
    ]


def _batch(store: Store, number: int) -> float:
    """One batch, and how long it took, in seconds."""
    debtors = [f"acme\x1f{(number * 7_919 + n * 31) % _ACCOUNTS:06}" for n in range(_ROWS)]
    balances: list[dict[str, Scalar]] = [
        {"creditor": "acme", "debtor": debtor, "due": "2026-02-01", "owed": number} for debtor in debtors
    ]
    held = [PendingRecord(number * _ROWS + n, "journal", n % 4, n, "acme", _VALUE) for n in range(_ROWS)]
    began = perf_counter()
    store.begin()
    assert store.partition_tasks.token(_WORKER, 0).transactions == number, "nobody else has had a transaction"
    accounts = store.state.space(_WORKER, "account")
    store.state.load_many(accounts, 0, debtors)
    with store.together():
        store.state.save(
            accounts, 0, [(debtor, _VALUE, number if n % 10 == 0 else None, None) for n, debtor in enumerate(debtors)]
        )
        store.tables.upsert("balance", balances)
        store.partition_tasks.add_pending(_WORKER, 0, held)
        store.partition_tasks.remove_pending(_WORKER, 0, through=number * _ROWS - 1)
        store.move({(_WORKER, "facts", 0): (number + 1) * _ROWS})
        store.partition_tasks.finish_transaction(_WORKER, 0, b"", busy=False)
    store.commit()
    return perf_counter() - began
