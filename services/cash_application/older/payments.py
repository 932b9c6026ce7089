"""Payments of older stores, indexed as state version 3 finds them (docs/upgrading.md; rules.md B3).

Older versions knew a payment by its archive id alone, and gave a line without one a digest of all that it said. Their
payments are found by what such a line says, so that it stays known when its file comes again, and by their reference,
so that a return finds them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from services.cash_application.identity_of_money.likeness import ANY_PLACE, like_digest
from services.cash_application.state.row_kind import key
from services.runtime.store.port import Store

_WORKER: Final = "cash_application"
_AT_ONCE: Final = 1_000

Json = dict[str, Any]


def to_version_3(store: Store) -> None:
    """Write the rows by which the payments of all partitions are found, inside the open transaction."""
    for partition in range(store.partitions):
        for rows in _payments(store, partition):
            _save(store, partition, "alike", [_by_like(row) for row in rows])
            _save(store, partition, "return-id", [_by_reference(row) for row in rows if row.get("reference")])


def _by_like(row: Json) -> str:
    told = row.get("reference"), row.get("iban"), row.get("name")
    like = like_digest(row["booked"], row["currency"], row["amount"], *told)
    return key(row["creditor"], row["account"], like, ANY_PLACE, row["payment"])


def _by_reference(row: Json) -> str:
    return key(row["creditor"], row["account"], "reference", row["reference"], row["payment"])


def _payments(store: Store, partition: int) -> Iterator[list[Json]]:
    """The payments, some at once. An empty row is that of a payment which is only waited for."""
    space = store.state.space(_WORKER, "payment")
    after: str | None = None
    while page := store.state.page(space, partition, "", after, _AT_ONCE):
        yield [json.loads(stored) for _, stored in page if stored]
        after = page[-1][0]


def _save(store: Store, partition: int, kind: str, keys: list[str]) -> None:
    space = store.state.space(_WORKER, kind)
    store.state.save(space, partition, [(row_key, b"", None, None) for row_key in sorted(set(keys))])
