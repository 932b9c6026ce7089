"""Rows of state version 2 brought to version 3, in which names are compared by more than spaces and capitals.

Names move from the payer hints to an index of their own, accounts say in which currencies they have invoices, and every
payment without certain placement is scored at the next frontier: then it points to whom it may belong to, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from services.cash_application.matching.name_index import keys_of_name
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import ACCOUNTS, AMOUNTS, HINTS, NAMES, PAYMENTS, UNSCORED
from services.cash_application.state.tally import WORKER
from services.runtime.store.port import Store

_SEEKING: Final = ("sought", "seeking")
"""Rows by which names found unmatched payments."""
_AT_ONCE: Final = 1_000

Json = dict[str, Any]


def to_version_3(store: Store) -> None:
    """Convert the rows of all partitions, inside the open transaction."""
    for partition in range(store.partitions):
        rows = _Partition(store, partition)
        names = list(_names_of_hints(rows))
        accounts = {row_key: json.loads(row) for row_key, row in rows.all(ACCOUNTS.name) if row}
        names += [(row_key, account["name"]) for row_key, account in accounts.items()]
        _add_currencies(rows, accounts)
        for row_key, name in names:
            creditor, debtor = row_key.split(SEPARATOR)
            rows.save(NAMES, ((name_key, name.encode()) for name_key in keys_of_name(creditor, debtor, name)))
        for kind in _SEEKING:
            rows.remove(kind, (row_key for row_key, _ in rows.all(kind)))
        _score_payments(rows)


class _Partition:
    """The worker's rows in one partition, as bytes by kind and key."""

    def __init__(self, store: Store, partition: int) -> None:
        self._state = store.state
        self._partition = partition

    def all(self, kind: str) -> list[tuple[str, bytes]]:
        """All rows of a kind."""
        space, after, found = self._state.space(WORKER, kind), None, list[tuple[str, bytes]]()
        while page := self._state.page(space, self._partition, "", after, _AT_ONCE):
            found += page
            after = page[-1][0]
        return found

    def save(self, kind: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Insert or replace rows of a kind."""
        space = self._state.space(WORKER, kind)
        self._state.save(space, self._partition, [(row_key, value, None, None) for row_key, value in sorted(rows)])

    def remove(self, kind: str, keys: Iterable[str]) -> None:
        """Delete rows of a kind."""
        self._state.remove(self._state.space(WORKER, kind), self._partition, list(keys))


def _names_of_hints(rows: _Partition) -> Iterator[tuple[str, str]]:
    """The account and each name that it ever had; of a name too long for a key only the digest was kept."""
    gone = []
    for row_key, _ in rows.all(HINTS):
        creditor, hint, debtor = row_key.split(SEPARATOR)
        if hint.startswith("n:"):
            yield key(creditor, debtor), hint.removeprefix("n:")
        if not hint.startswith("i:"):
            gone.append(row_key)
    rows.remove(HINTS, gone)


def _add_currencies(rows: _Partition, accounts: dict[str, Json]) -> None:
    for row_key, row in rows.all(AMOUNTS.name):
        if row:
            creditor, debtor, currency, *_ = row_key.split(SEPARATOR)
            currencies = accounts[key(creditor, debtor)].setdefault("currencies", [])
            if currency not in currencies:
                currencies.append(currency)
    rows.save(ACCOUNTS.name, ((row_key, _json(row)) for row_key, row in accounts.items()))


def _score_payments(rows: _Partition) -> None:
    payments, unscored = [], []
    for row_key, row in rows.all(PAYMENTS.name):
        if not row:
            continue
        payment = json.loads(row)
        payment["pointed"] = dict.fromkeys(payment.get("pointed", ()), "")
        placed = payment.get("place")
        if placed is not None and placed["by"] in ("words", "payer"):
            payment["reason"] = "no-reference" if payment.get("reference") is None else "unknown-reference"
        if payment.get("reason") is not None:
            unscored.append((row_key, b""))
        payments.append((row_key, _json(payment)))
    rows.save(PAYMENTS.name, payments)
    rows.save(UNSCORED, unscored)


def _json(row: Json) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
