"""Rows of state version 1 brought to version 2, in which the creditor is part of every identity.

In version 1 a fact was identified by source and id, a payment by bank account and archive id; facts and payments that
waited for a row were listed apart from it; and payments were placed by references alone. What these rows lack is in the
facts of the store's own log. Every fact and payment that was known stays known, so that nothing counts twice when its
file comes again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.decisions import PaymentReturned, PaymentTaken
from schemas.messages import encode
from schemas.policy import SURE
from schemas.topics import DECISIONS, FACTS, partition_of
from services.cash_application.matching.payer_hints import within_a_key
from services.cash_application.matching.remittance import folded_number, remittance_words
from services.cash_application.state.row_kind import SEPARATOR, key
from services.runtime.refusal import Refusal
from services.runtime.store.port import Store

_WORKER: Final = "cash_application"
_END: Final = "\x1e"
_AT_ONCE: Final = 1_000
_FINAL: Final = ("assignment", "reference")
"""A payment with such a placement is never scored."""

Json = dict[str, Any]


def to_version_2(store: Store) -> None:
    """Convert the rows of all partitions, inside the open transaction.

    Raises Refusal for rows whose fact the log does not hold: their creditor cannot be known.
    """
    for partition in range(store.partitions):
        rows = _Rows(store, partition)
        facts = list(_facts(store, partition))
        _seen(rows, facts)
        _settings(rows, facts)
        _invoices(rows, facts)
        _numbers(rows)
        payments = _payments(rows, facts)
        _feeds(rows, facts)
        _doubts(rows)
        _hints(rows)
        _waiting(rows)
        _report_money(store, rows, payments)


class _Rows:
    """The worker's rows in one partition, as bytes by kind and key."""

    def __init__(self, store: Store, partition: int) -> None:
        self._state = store.state
        self._partition = partition
        self.name = store.name

    def all(self, kind: str) -> dict[str, bytes]:
        """All rows of a kind, by key."""
        space, found, after = self._state.space(_WORKER, kind), dict[str, bytes](), None
        while page := self._state.page(space, self._partition, "", after, _AT_ONCE):
            found.update(page)
            after = page[-1][0]
        return found

    def json(self, kind: str) -> dict[str, Json]:
        """All rows of a kind that is kept as JSON."""
        return {row_key: json.loads(value) for row_key, value in self.all(kind).items()}

    def replace(self, kind: str, rows: dict[str, bytes]) -> None:
        """Put these rows in the place of all of a kind."""
        space = self._state.space(_WORKER, kind)
        self._state.remove(space, self._partition, self.all(kind).keys() - rows.keys())
        self._state.save(
            space, self._partition, [(row_key, value, None, None) for row_key, value in sorted(rows.items())]
        )

    def replace_json(self, kind: str, rows: dict[str, Json]) -> None:
        """The same for a kind that is kept as JSON."""
        self.replace(kind, {row_key: _json(row) for row_key, row in rows.items()})

    def add(self, kind: str, row_key: str) -> None:
        """Add a row without content, unless there is one."""
        space = self._state.space(_WORKER, kind)
        if self._state.load(space, self._partition, row_key) is None:
            self._state.save(space, self._partition, [(row_key, b"", None, None)])


def _facts(store: Store, partition: int) -> Iterator[Json]:
    """The facts of a partition, in order; what else the topic holds is left out."""
    after = 0
    while records := store.log.read(FACTS.name, partition, after, _AT_ONCE):
        for offset, _, value in records:
            after = offset + 1
            message = json.loads(value)
            if "content" in message:
                yield message


def _json(row: Json) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


# -- identity ------------------------------------------------------------------------------------------------------


def _seen(rows: _Rows, facts: list[Json]) -> None:
    """Add the creditor to each identity (source, id); the fact with the content that was kept names it."""
    before, after, found = rows.all("seen"), dict[str, bytes](), set[str]()
    for fact in facts:
        row_key = key(fact["source"], fact["id"])
        if before.get(row_key) == bytes.fromhex(fact["content"]):
            after[key(fact.get("creditor") or "", row_key)] = before[row_key]
            found.add(row_key)
    if found != before.keys():
        raise Refusal(
            f"{rows.name}: {len(before.keys() - found)} events are known of which its log holds nothing; "
            "it cannot be brought up to date: feed its files into a new store"
        )
    rows.replace("seen", after)


# -- settings and receivables --------------------------------------------------------------------------------------


def _settings(rows: _Rows, facts: list[Json]) -> None:
    """Add its policies to each creditor, and to each policy the confidence that version 1 required: ``SURE``."""
    registered, published = dict[tuple[str, str], Json](), defaultdict[str, dict[int, Json]](dict)
    for fact in facts:
        data = fact["data"]
        if fact["type"] == "creditor.registered.v1":
            registered[data["creditor"], f"{fact['source']}#{fact['id']}"] = data["policies"]
        elif fact["type"] == "policy.published.v1":
            version = {"version": data["version"], "in_force": data["in_force"], "confidence": SURE}
            published[data["policy"]].setdefault(data["version"], version)
    creditors = rows.json("creditor")
    for creditor, row in creditors.items():
        row["policies"] = registered[creditor, row["id"]]
    rows.replace_json("creditor", creditors)
    rows.replace_json("policy", {policy: {"versions": list(each.values())} for policy, each in published.items()})


def _invoices(rows: _Rows, facts: list[Json]) -> None:
    """Index each invoice, with its amount and its debtor's kind, by reference, number and amount."""
    known, indexed = rows.json("invoice"), dict[str, dict[str, Any]]()
    references, numbers, amounts = (defaultdict[str, list[Json]](list) for _ in range(3))
    for fact in facts:
        data = fact["data"]
        if fact["type"] != "invoice.issued.v1":
            continue
        row_key = key(data["creditor"], data["invoice"])
        if row_key in indexed or known.get(row_key, {}).get("content") != fact["content"]:
            continue
        row = {name: data[name] for name in ("due", "invoice", "debtor", "currency", "amount")}
        row["kind"] = data["party"]["kind"]
        indexed[row_key] = row
        references[key(data["creditor"], data["reference"])].append(row)
        number = folded_number(data["invoice"])
        if number is not None:
            numbers[key(data["creditor"], number)].append(row)
        parts = (data["creditor"], data["debtor"], data["currency"], str(data["amount"]), data["invoice"])
        amounts[key(*parts)].append(row)
    rows.replace_json("reference", {row_key: {"invoices": carried} for row_key, carried in references.items()})
    rows.replace_json("invoice-number", {row_key: {"invoices": carried} for row_key, carried in numbers.items()})
    rows.replace_json("amount", {row_key: carried[0] for row_key, carried in amounts.items()})


def _numbers(rows: _Rows) -> None:
    """Convert the debtor of each account number from bytes to JSON."""
    rows.replace_json(
        "number", {row_key: {"debtor": debtor.decode()} for row_key, debtor in rows.all("number").items()}
    )


# -- money ---------------------------------------------------------------------------------------------------------


def _payments(rows: _Rows, facts: list[Json]) -> dict[str, Json]:
    """Add the creditor to each payment's key, and queue payments without placement for scoring at the next frontier."""
    messages = {
        (fact["data"]["creditor"], fact["data"]["account"], fact["data"]["payment"]): fact["data"].get("message")
        for fact in facts
        if fact["type"] == "payment.received.v1"
    }
    after, fresh = dict[str, Json](), dict[str, bytes]()
    for row in rows.json("payment").values():
        identity = (row["creditor"], row["account"], row["payment"])
        row_key = key(*identity)
        place = row.get("place")
        if place is not None and (invoice := place.pop("invoice", None)) is not None:
            place["invoices"] = [invoice]
        if place is None or place["by"] not in _FINAL:
            words = remittance_words(messages.get(identity) or "")
            row["references"], row["numbers"] = words.references, words.numbers
        if row.pop("declared", False):
            row["told"] = {"amount": _left(row), "reason": row["reason"]}
        if place is None and _left(row):
            fresh[row_key] = b""
        after[row_key] = row
    rows.replace_json("payment", after)
    rows.replace("fresh", fresh)
    return after


def _left(payment: Json) -> int:
    """The minor units of a payment that were neither reversed nor refunded."""
    gone = 0
    for kind in ("reversed", "refunded"):
        of_kind = 0
        for back in payment.get("returns", ()):
            if back["kind"] == kind:
                of_kind = payment["amount"] if back.get("amount") is None else of_kind + back["amount"]
        gone += min(of_kind, payment["amount"])
    return max(0, int(payment["amount"]) - gone)


def _feeds(rows: _Rows, facts: list[Json]) -> None:
    """Add to each feed the day last published to accounts, and the latest completion without figures."""
    believed = dict[str, str]()
    for fact in facts:
        data = fact["data"]
        if fact["type"] == "bank-feed.completed.v1" and data.get("count") is None and data.get("sum") is None:
            row_key = key(data["creditor"], data["account"])
            believed[row_key] = max(data["through"], believed.get(row_key, data["through"]))
    feeds = rows.json("feed")
    for row_key, row in feeds.items():
        if "through" in row:
            row["told"] = row["through"]
        if row_key in believed:
            row["believed"] = believed[row_key]
    rows.replace_json("feed", feeds)


def _doubts(rows: _Rows) -> None:
    """Reduce each doubt to the one thing that it holds: the debtor's account, where it names a debtor."""
    doubts = rows.json("doubt")
    for row in doubts.values():
        if row.get("creditor") is not None and row.get("debtor") is not None:
            row.pop("account", None)
    rows.replace_json("doubt", doubts)


def _hints(rows: _Rows) -> None:
    """Put the digest in place of long payer hints, and add the creditor to the keys of unmatched payments."""
    for kind in ("hint", "sought"):
        rows.replace(kind, {_short(row_key): value for row_key, value in rows.all(kind).items()})
    seeking = {}
    for row_key, value in rows.all("seeking").items():
        creditor, hint, account, payment = row_key.split(SEPARATOR)
        seeking[key(creditor, within_a_key(hint), creditor, account, payment)] = value
    rows.replace("seeking", seeking)


def _short(row_key: str) -> str:
    creditor, hint, *debtor = row_key.split(SEPARATOR)
    return key(creditor, within_a_key(hint), *debtor)


# -- what waits ----------------------------------------------------------------------------------------------------


def _waiting(rows: _Rows) -> None:
    """Mark the key of each row that facts or payments wait for, and add the creditor to payments' keys."""
    waiting, wanting = dict[str, bytes](), dict[str, bytes]()
    for row_key, kept in rows.all("waiting").items():
        what, _, order = row_key.partition(_END)
        creditor: str = json.loads(kept.partition(b"\n")[2]).get("creditor")
        waiting[_renamed(what, creditor) + _END + order] = kept
    for row_key, value in rows.all("wanting").items():
        what, _, payment = row_key.partition(_END)
        wanting[what + _END + key(what.split(SEPARATOR)[1], payment)] = value
    released = {}
    for what, moment in rows.all("released").items():
        for name in {
            row_key.partition(_END)[0] for row_key in waiting if _old_name(row_key.partition(_END)[0]) == what
        } or {what}:
            released[name] = moment
    rows.replace("waiting", waiting)
    rows.replace("wanting", wanting)
    rows.replace("released", released)
    rows.replace("awaited", {})
    for row_key in (*waiting, *wanting):
        what = row_key.partition(_END)[0]
        if what not in released:
            kind, _, row = what.partition(SEPARATOR)
            rows.add(kind, row)


def _renamed(what: str, creditor: str) -> str:
    kind, _, row_key = what.partition(SEPARATOR)
    return key(kind, creditor, row_key) if kind == "payment" else what


def _old_name(what: str) -> str:
    kind, *parts = what.split(SEPARATOR)
    return key(kind, *parts[1:]) if kind == "payment" else what


# -- decisions -----------------------------------------------------------------------------------------------------


def _report_money(store: Store, rows: _Rows, payments: dict[str, Json]) -> None:
    """Publish the receipt and the returns of every payment, which version 1 did not: one side of a reconciliation."""
    zones = {creditor: ZoneInfo(row["timezone"]) for creditor, row in rows.json("creditor").items()}
    for row in payments.values():
        names = {name: row[name] for name in ("creditor", "account", "payment")}
        taken = PaymentTaken(**names, amount=row["amount"], currency=row["currency"], booked=row["booked"])
        returns = [
            PaymentReturned(
                **names,
                id=back["id"],
                kind=back["kind"],
                amount=back.get("amount"),
                booked=datetime.fromisoformat(back["time"]).astimezone(zones[row["creditor"]]).date(),
            )
            for back in row.get("returns", ())
        ]
        to = partition_of(row["creditor"], store.partitions)
        for message in (taken, *returns):
            store.log.append(DECISIONS.name, to, row["creditor"], encode(message))
