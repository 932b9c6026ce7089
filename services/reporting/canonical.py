"""The canonical dump: the whole business state as text that is equal whenever the facts are equal.

Whatever depends on how the facts arrived is left out: offsets, instants of arrival and of sending, the order of
accounts (and the letter references made from it), positions of dead letters. What stays is named by business keys:
creditor, debtor, invoice, payment, notice.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeVar

from schemas.money import decimal_text
from services.reporting import timeline
from services.reporting.reading import QueryRow, Value, number, query_rows, text
from services.runtime.store.port import Store

DumpEntry = Mapping[str, object]
GroupKey = TypeVar("GroupKey")

_AMOUNTS: Final = frozenset(
    {"amount", "original", "principal", "interest", "costs", "fee", "compensation", "total", "received", "credited"}
    | {"disputed", "waived", "discount_taken", "balance", "interest_new", "fee_new", "compensation_new"}
    | {"opening", "returned", "other", "closing"}
)


def canonical_dump(store: Store, more: Iterable[DumpEntry] = ()) -> list[str]:
    """The state as JSON lines, ordered by kind and business key.

    `more` are entries from outside the read model (the overdue worker's accounts); each entry has a `kind`, and
    amounts in `more` are decimal texts already.
    """
    lines = [(_business_key(entry), _json(entry)) for entry in chain(_entries(store), more)]
    return [line for _, line in sorted(lines)]


def _business_key(entry: DumpEntry) -> list[str]:
    return [str(entry.get(name) or "") for name in _BUSINESS_KEYS]


def _json(entry: DumpEntry) -> str:
    """Names sorted, nothing that is absent or empty, text as it is."""
    present = {name: value for name, value in entry.items() if value not in (None, "")}
    return json.dumps(present, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_BUSINESS_KEYS: Final = ("kind", "creditor", "debtor", "invoice", "account", "payment", "date", "notice")


def _entries(store: Store) -> Iterator[DumpEntry]:
    for kind, question in _PLAIN:
        for row in query_rows(store, question):
            yield {**_public(row), "kind": kind}
    yield from _notices(store)
    yield from _withheld(store)
    yield from _unmatched(store)
    yield from _payments(store)


_PLAIN: Final = (
    ("account", "SELECT creditor, debtor, kind AS party, next_check FROM account"),
    ("credit", "SELECT creditor, debtor, currency, amount FROM account_credit_now WHERE amount <> 0"),
    (
        "receivable",
        "SELECT creditor, debtor, invoice, currency, issued, due, effective_due, original, principal, interest, costs,"
        " step, status, subject, reference, discount_taken FROM receivable",
    ),
    ("task", "SELECT creditor, debtor, date, task, invoice, reason, account, payment, debtors, correction FROM task"),
    (
        "handover",
        "SELECT creditor, debtor, date, currency, status, invoices, principal, interest, costs FROM handover",
    ),
    (
        "received",
        "SELECT creditor, account, payment, amount, currency, booked FROM payment",
    ),
    (
        "statement",
        "SELECT creditor, account, currency, through AS date, number, first_day, opening, received, returned, other,"
        " closing FROM bank_statement",
    ),
    (
        "dead-letter",
        "SELECT source, id, event, creditor, debtor, reason FROM dead_letter"
        " WHERE key NOT IN (SELECT key FROM dead_letter_closed)",
    ),
)


def _public(row: QueryRow) -> dict[str, Value]:
    """A row with its amounts as decimal texts."""
    if row.get("currency") is None:
        return dict(row)
    currency = text(row, "currency")
    return {name: _decimal(value, currency) if name in _AMOUNTS else value for name, value in row.items()}


def _decimal(minor: Value, currency: str) -> str | None:
    assert minor is None or isinstance(minor, int), "amounts are whole minor units"
    return None if minor is None else decimal_text(minor, currency)


def _notices(store: Store) -> Iterator[DumpEntry]:
    lines = _grouped(
        store,
        "SELECT l.*, n.currency FROM notice_line_now l JOIN notice n ON n.notice = l.notice",
        lambda row: text(row, "notice"),
    )
    for row in query_rows(store, "SELECT * FROM notice"):
        notice = text(row, "notice")
        entry = _public(row)
        entry["party"] = entry["kind"]
        for name in ("kind", "ended", "reference", "position"):
            del entry[name]
        receivables = [_without_none(_public(line), "notice", "currency", "position") for line in lines[notice]]
        yield {**entry, "kind": "notice", "receivables": sorted(receivables, key=_as_listed)}


def _as_listed(line: QueryRow) -> tuple[str, str]:
    """The order in which a letter lists receivables (rules.md S4)."""
    return text(line, "effective_due"), text(line, "invoice")


def _withheld(store: Store) -> Iterator[DumpEntry]:
    reasons = _grouped(
        store,
        "SELECT creditor, debtor, position, code, invoice, until FROM withheld_reason",
        _withheld_key,
    )
    for row in query_rows(store, "SELECT * FROM withheld"):
        given = [_without_none(reason, "creditor", "debtor", "position") for reason in reasons[_withheld_key(row)]]
        yield {"kind": "withheld", **_without_none(row, "position"), "reasons": sorted(given, key=_json)}


def _withheld_key(row: QueryRow) -> tuple[Value, ...]:
    return row["creditor"], row["debtor"], row["position"]


def _unmatched(store: Store) -> Iterator[DumpEntry]:
    """Money that is placed on no account, with the debtors who may have paid it, the best suggestion first."""
    suggested = _grouped(store, "SELECT * FROM suggested_place ORDER BY rank", _suggested_for)
    for row in query_rows(store, "SELECT * FROM unmatched_payment_now"):
        named = [
            _without_none(each, "creditor", "placed_on", "account", "payment", "rank")
            for each in suggested[row["debtor"], *_payment_of(row)]
        ]
        yield {"kind": "unmatched", **_without_none(_public(row), "since"), "suggestions": named or None}


def _suggested_for(row: QueryRow) -> tuple[Value, ...]:
    return row["placed_on"], *_payment_of(row)


def _payment_of(row: QueryRow) -> tuple[Value, ...]:
    return row["creditor"], row["account"], row["payment"]


def _payments(store: Store) -> Iterator[DumpEntry]:
    """Each payment with its present placement: the last placing or moving counts, reversals and refunds add up."""
    rows = query_rows(
        store,
        "SELECT creditor, debtor, account, payment, type, invoice, letter_number, amount, currency, words AS how,"
        " day AS paid, booked FROM happening WHERE payment IS NOT NULL"
        " ORDER BY creditor, debtor, account, payment, position",
    )
    placed: dict[tuple[Value, ...], QueryRow] = {}
    taken_back: dict[tuple[Value, ...], list[str]] = {}
    for row in rows:
        key: tuple[Value, ...] = (row["creditor"], row["debtor"], row["account"], row["payment"])
        match text(row, "type"):
            case timeline.PLACED:
                placed[key] = _without_none(row, "type")
            case "money-moved":
                placed.pop(key, None)
            case taken:
                taken_back.setdefault(key, []).append(_taken_back(taken, row, placed.get(key)))
    for key, entry in placed.items():
        yield {"kind": "payment", **_public(entry), "taken_back": sorted(taken_back.get(key, ()))}


def _taken_back(kind: str, row: QueryRow, payment: QueryRow | None) -> str:
    """A reversal or refund in words that do not depend on when it came: of an amount, or of all."""
    if row["amount"] is None or payment is None:
        return f"{kind} all"
    return f"{kind} {decimal_text(number(row, 'amount'), text(payment, 'currency'))}"


def _without_none(row: QueryRow, *left_out: str) -> dict[str, Value]:
    return {name: value for name, value in row.items() if value is not None and name not in left_out}


def _grouped(store: Store, question: str, key_of: Callable[[QueryRow], GroupKey]) -> dict[GroupKey, list[QueryRow]]:
    groups: defaultdict[GroupKey, list[QueryRow]] = defaultdict(list)
    for row in query_rows(store, question):
        groups[key_of(row)].append(row)
    return groups
