"""Rows of state version 2 brought to version 3, in which each lane knows whose every bank account is (rules.md M3).

An account that two creditors of an older store have registered stays both's; an alert asks for an end of that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from schemas.topics import partition_of
from services.runtime.store.port import Store

_WORKER: Final = "cash_application"
_SEPARATOR: Final = "\x1f"
_AT_ONCE: Final = 1_000

Json = dict[str, Any]


def to_version_3(store: Store) -> None:
    """Write the registered accounts of all creditors, and their holders, into every partition.

    Inside the open transaction.
    """
    registered = dict(sorted(_creditors(store)))
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for creditor, row in registered.items():
        for iban in row["accounts"]:
            holders[iban].append(creditor)
    accounts = {
        creditor: {name: row[name] for name in ("known", "time", "id", "accounts")}
        for creditor, row in registered.items()
    }
    for partition in range(store.partitions):
        _save(store, partition, "registered-accounts", {creditor: _json(row) for creditor, row in accounts.items()})
        _save(store, partition, "account-holders", {iban: _json({"creditors": of}) for iban, of in holders.items()})
        shared = [(of, iban) for iban, all_of in holders.items() if len(all_of) > 1 for of in all_of]
        own = {of + _SEPARATOR + iban: b"" for of, iban in shared if partition_of(of, store.partitions) == partition}
        _save(store, partition, "shared-account", own)


def _creditors(store: Store) -> Iterator[tuple[str, Json]]:
    """The registrations in force of all lanes. An empty row is that of a creditor who is only waited for."""
    space, frontiers = store.state.space(_WORKER, "creditor"), store.state.space(_WORKER, "frontier")
    for partition in range(store.partitions):
        frontier = json.loads(store.state.load(frontiers, partition, "frontier") or b"{}").get("reached")
        after: str | None = None
        while page := store.state.page(space, partition, "", after, _AT_ONCE):
            for creditor, stored in page:
                if stored:
                    row = json.loads(stored)
                    yield creditor, row | {"known": min(filter(None, (row["time"], frontier)), key=_instant)}
            after = page[-1][0]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _save(store: Store, partition: int, kind: str, rows: dict[str, bytes]) -> None:
    space = store.state.space(_WORKER, kind)
    store.state.save(space, partition, [(row_key, row, None, None) for row_key, row in sorted(rows.items())])


def _json(row: Json) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
