"""A day's run: the tick at which the window opens, over a store that holds a million open receivables.

The store is seeded in bulk, straight into the state table and the read model, with 250,000 accounts of four receivables
each. Of 33,000 receivables the first letter is due that day; all others come later. The run ends when the letters of
all of them are planned and in the read model.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.parties import Party
from schemas.topics import account_key, partition_of
from services.law.calendar import roll
from services.overdue.account import Account, Receivable, dump_account
from services.overdue.state_rows import WORKER, account_kind
from services.runtime.engine import EmbeddedEngine
from services.runtime.store.port import Scalar, StateRow
from tests.bench.business import CREDITOR, TERM, Bill, debtor_id, fed, instant, party, registered
from tests.bench.engine_room import notices, publish, reach, running
from tests.bench.measuring import Figure, Stopwatch, followed

_ACCOUNTS: Final = 250_000
_INVOICES_EACH: Final = 4
_DUE_ACCOUNTS: Final = 8_250
_TODAY: Final = date(2026, 3, 18)
_WAITS: Final = {"consumer": timedelta(days=5), "business": timedelta(days=7)}
"""The first step's wait in the shipped policies."""
_STORE: Final = "day.db"
_CHUNK: Final = 5_000
_MONTH: Final = 28


def seed(folder: Path, scale: float) -> list[Figure]:
    """Make the store: settings and the morning's bank feed as events, accounts in bulk."""
    accounts = int(_ACCOUNTS * scale)
    with running(folder / _STORE) as engine:
        with Stopwatch() as watch:
            publish(engine, [registered(_TODAY), fed(_TODAY)])
            reach(engine, _TODAY, "07:01")
            for first in followed(range(0, accounts, _CHUNK), -(-accounts // _CHUNK), "Seeding"):
                _write(engine, [_account(number, scale) for number in range(first, min(first + _CHUNK, accounts))])
        return [Figure("seeding the store", watch.seconds, "s", better="less")]


def run(folder: Path, scale: float) -> list[Figure]:
    """Open the store, let the window open, plan all that is due."""
    with running(folder / _STORE) as engine:
        with Stopwatch() as watch:
            reach(engine, _TODAY, "09:00")
        letters = notices(engine, "planned")
    assert letters == int(_DUE_ACCOUNTS * scale), f"{letters} letters are planned"
    return [
        Figure("day's run, until all letters are planned", watch.seconds, "s", 10, "less"),
        watch.each("  a letter planned, of the processor", letters, "letter"),
        Figure("open receivables", int(_ACCOUNTS * scale) * _INVOICES_EACH, ""),
        Figure("of them due that day", letters * _INVOICES_EACH, ""),
        Figure("letters planned", letters, "letters"),
    ]


def _account(number: int, scale: float) -> tuple[Account, datetime]:
    """An account with four open invoices, and the opening of the window on the day its first letter is due."""
    every = _ACCOUNTS // _DUE_ACCOUNTS
    is_due = number % every == 0 and number // every < int(_DUE_ACCOUNTS * scale)
    who = Party.model_validate(party(number))
    ahead = timedelta(days=0 if is_due else 1 + number % _MONTH)
    due = _TODAY + ahead - _WAITS[who.kind]
    bills = [Bill(number * _INVOICES_EACH + nth, number, due - TERM) for nth in range(_INVOICES_EACH)]
    account = Account(CREDITOR, debtor_id(number), 100_000_000 + number, who)
    account.receivables = {str(bill.number): _receivable(bill) for bill in bills}
    return account, instant(roll(due, "FI") + _WAITS[who.kind], "09:00")


def _receivable(bill: Bill) -> Receivable:
    return Receivable(
        invoice=str(bill.number),
        reference=bill.reference,
        currency="EUR",
        amount=bill.cents,
        issued=bill.issued,
        sent=bill.issued,
        due=bill.due,
        due_agreed=True,
        interest_stated=True,
        late_interest=None,
        subject="Electricity",
        known=instant(bill.issued, "06:00").astimezone(UTC),
    )


def _write(engine: EmbeddedEngine, accounts: list[tuple[Account, datetime]]) -> None:
    """Into the overdue worker's state and the read model, as if events had made them."""
    store, partitions = engine.store, engine.partitions
    rows: list[list[StateRow]] = [[] for _ in range(partitions)]
    for account, wake in accounts:
        key = account_key(account.creditor, account.debtor)
        rows[partition_of(key, partitions)].append((key, dump_account(account), int(wake.timestamp()), None))
    store.begin()
    space = store.state.space(WORKER, account_kind(partition_of(CREDITOR, partitions)))
    for partition in range(partitions):
        store.state.save(space, partition, rows[partition])
    store.tables.upsert("account", (_account_row(account) for account, _ in accounts))
    store.tables.upsert("receivable", (row for account, _ in accounts for row in _receivable_rows(account)))
    store.commit()


def _account_row(account: Account) -> dict[str, Scalar]:
    assert account.party is not None, "an account of the bench has a party"
    return {
        "creditor": account.creditor,
        "debtor": account.debtor,
        "number": account.number,
        "name": account.party.name,
        "kind": account.kind,
        "as_of": instant(_TODAY, "07:01").astimezone(UTC).isoformat(),
        "position": 0,
    }


def _receivable_rows(account: Account) -> Iterator[dict[str, Scalar]]:
    for receivable in account.receivables.values():
        yield {
            "creditor": account.creditor,
            "debtor": account.debtor,
            "invoice": receivable.invoice,
            "currency": receivable.currency,
            "issued": receivable.issued.isoformat(),
            "due": receivable.due.isoformat(),
            "effective_due": roll(receivable.due, "FI").isoformat(),
            "original": receivable.amount,
            "principal": receivable.amount,
            "interest": 0,
            "costs": 0,
            "status": "open",
            "subject": receivable.subject,
            "reference": receivable.reference,
        }
