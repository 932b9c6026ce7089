"""Instructions that wait in a store of state version 2: from version 3 on they hold whom they mean (rules.md K4)."""

from __future__ import annotations

import json
from typing import Any, Final

from services.runtime.store.port import Store

_WORKER: Final = "cash_application"
_SEPARATOR: Final = "\x1f"
_END: Final = "\x1e"
_AT_ONCE: Final = 1_000
_FIRST: Final = "1970-01-01T00:00:00.000000+00:00"
_BESIDE_ACCOUNTS: Final = ("payment.assigned.v1", "payment.not-of.v1")

Json = dict[str, Any]


def to_version_3(store: Store) -> None:
    """Have each waiting instruction looked at at its lane's next frontier. Inside the open transaction."""
    for partition in range(store.partitions):
        space, after = store.state.space(_WORKER, "waiting"), None
        while page := store.state.page(space, partition, "", after, _AT_ONCE):
            for row_key, stored in page:
                _note(store, partition, row_key, stored)
            after = page[-1][0]


def _note(store: Store, partition: int, row_key: str, stored: bytes) -> None:
    offset, _, raw = stored.partition(b"\n")
    message: Json = json.loads(raw)
    kind = row_key.partition(_END)[0].partition(_SEPARATOR)[0]
    if kind not in ("invoice", "account") or not _is_instruction(message):
        return
    data: Json = message["data"]
    doubt = f"facts/{partition}/{int(offset)}"
    named = [("debtor", data["debtor"]), *(("invoice", name) for name in _invoices(data))]
    rows = {_SEPARATOR.join((data["creditor"], what, name, doubt)): b"" for what, name in named}
    _save(store, partition, "instruction-waiting", {doubt: json.dumps({"row": row_key}).encode()})
    _save(store, partition, "instruction-news", {_FIRST + _SEPARATOR + doubt: b""})
    _save(store, partition, "named-in-vain", rows)


def _is_instruction(message: Json) -> bool:
    kind: str = message["type"]
    if kind.startswith("payment."):
        return kind in _BESIDE_ACCOUNTS
    return "debtor" in message.get("data", {}) and kind != "invoice.issued.v1"


def _invoices(data: Json) -> list[str]:
    one = data.get("invoice")
    return [*data.get("invoices", ()), *(() if one is None else (one,))]


def _save(store: Store, partition: int, kind: str, rows: dict[str, bytes]) -> None:
    space = store.state.space(_WORKER, kind)
    store.state.save(space, partition, [(row_key, row, None, None) for row_key, row in sorted(rows.items())])
