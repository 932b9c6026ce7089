"""Account rows of earlier state versions brought to this one. All accounts are checked at the next frontier.

Version 1: a credit note did not keep the day on which it became known, and a letter about a missed instalment did not
say which one it was about. Version 2: what was said of a debtor did not keep the issue day of the invoice that said it,
and money that pointed to an account not why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.law.calendar import banking_days_after, roll
from services.overdue.letters.instalments import GRACE_BANKING_DAYS
from services.overdue.state_rows import CREDITOR, WORKER, in_lane, lane_of_accounts
from services.runtime.store.port import Store

_AT_ONCE: Final = 1_000

Json = dict[str, Any]


def to_version_2(store: Store) -> None:
    """Convert the accounts of all partitions, inside the open transaction."""
    _convert_all(store, _change)


def to_version_3(store: Store) -> None:
    """Convert the accounts of all partitions, inside the open transaction."""
    _convert_all(store, _change_to_version_3)


def _convert_all(store: Store, change: Callable[[Json, Json], None]) -> None:
    spaces = store.state.spaces_of(WORKER)
    for partition in range(store.partitions):
        for kind, space in spaces.items():
            lane = lane_of_accounts(kind)
            if lane is not None:
                _convert(store, space, partition, lane, change)


def _convert(store: Store, space: int, partition: int, lane: int, change: Callable[[Json, Json], None]) -> None:
    creditors, after = store.state.space(WORKER, CREDITOR), None
    while page := store.state.page(space, partition, "", after, _AT_ONCE):
        after = page[-1][0]
        converted = []
        for at, value in page:
            account = json.loads(value)
            registered = store.state.load(creditors, partition, in_lane(lane, account["creditor"]))
            assert registered is not None, "an account's lane has a copy of its creditor's registration"
            change(account, json.loads(registered)["data"])
            changed = json.dumps(account, ensure_ascii=False, separators=(",", ":")).encode()
            converted.append((at, changed, 0, None))
        store.state.save(space, partition, converted)


def _change(account: Json, creditor: Json) -> None:
    zone = ZoneInfo(creditor["timezone"])
    for receivable in account.get("receivables", {}).values():
        for note in receivable.get("credit_notes", ()):
            note["told"] = datetime.fromisoformat(note["known"]).astimezone(zone).date().isoformat()
    plans = {plan["id"]: plan for plan in account.get("plans", ())}
    for letter in account.get("letters", ()):
        plan = plans.get(letter.get("subject_of") or "")
        if plan is not None:
            letter["subject_of"] = (
                f"{plan['id']} {_missed(plan, date.fromisoformat(letter['day']), creditor['country'])}"
            )


def _change_to_version_3(account: Json, _creditor: Json) -> None:
    _state_parties(account)
    account["pointed"] = [_pointed(key) for key in account.get("pointed", ())]


def _pointed(key: str) -> Json:
    """A payment that pointed to the account by its payer; cash application weighs it again at the next frontier."""
    bank_account, _, payment = key.partition(" ")
    return {"account": bank_account, "payment": payment, "pointers": [{"why": "payer"}]}


def _state_parties(account: Json) -> None:
    """What an invoice said was known when its receivable was; what no receivable fits was an update."""
    issued: dict[str, str] = {}
    for receivable in account.get("receivables", {}).values():
        day = receivable["issued"]
        issued[receivable["known"]] = max(day, issued.get(receivable["known"], day))
    account["stated_parties"] = [
        {"known": time, "time": time, "id": event, "issued": issued.get(time), "fields": fields}
        for time, event, fields in account.pop("party_changes", ())
    ]


def _missed(plan: Json, day: date, country: str) -> int:
    """How many instalments a letter of that day was about: those that had come due five banking days before."""
    dues = [roll(date.fromisoformat(part["due"]), country) for part in plan["instalments"]]
    return sum(banking_days_after(due, GRACE_BANKING_DAYS, country) <= day for due in dues)
