"""What is told: some weeks of several creditors, each a random history with money, stops and mistakes of its own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from schemas.topics import partition_of
from services.commands.playback.play_files import TimedPiece, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from tests.simulation.banking import Bank
from tests.simulation.billing import Billing
from tests.simulation.history_writer import ZONE, HistoryWriter, iban
from tests.simulation.people import People
from tests.simulation.playing import is_unnamed
from tests.simulation.profiles import SIMPLE

FIRST_DAY: Final = date(2026, 1, 12)
_OPENING: Final = time(1)
_TOLD: Final = time(6)
_FED: Final = time(7)
_PROFILE: Final = replace(
    SIMPLE,
    name="chaos",
    starts=(FIRST_DAY.isoformat(), "2026-01-13"),
    invoices=(1, 4),
    missed_feeds=0.02,
    paid=0.7,
    reversed=0.1,
    credited=0.1,
    disputed=0.1,
    held=0.1,
    suspended=0.05,
    promised=0.08,
    extended=0.05,
    rescheduled=0.05,
    plan=0.03,
    cancelled=0.03,
    written_off=0.02,
    waived=0.03,
    by_debtor=0.05,
    unmatched=0.05,
    early=0.1,
    overpaid=0.1,
    late_known=0.1,
    print_only=0.05,
    duplicates=0.05,
    whole_account=0.1,
    recurring=0.1,
    twice=0.15,
    own_returns=0.5,
    lost_returns=0.01,
    restated=0.05,
    refunded_used=0.1,
    granted=0.05,
    discounts=0.1,
    parts=0.1,
    corrected=0.1,
    switched=0.3,
    reshaped=0.5,
    turns_consumer=0.1,
    turns_business=0.05,
    policy={"approval": 0.1, "versions": 0.3},
)
_MISTAKES: Final = 0.01
"""The share of invoices and holds that are followed by one that contradicts them, and of those that make no sense."""

Event = dict[str, Any]


def company(seed: int, creditors: int, debtors: int, days: int, partitions: int, old: float = 0.0) -> list[Event | str]:
    """The events of all creditors in order of time, with some lines between them that are no events.

    Creditors and their bank accounts lie on all partitions alike. ``old``: the share of debts that were overdue before.
    """
    profile = replace(_PROFILE, debtors=(debtors, debtors), days=(days, days), old=old)
    told = [
        event
        for number in range(creditors)
        for event in _creditor(HistoryWriter(seed * 100 + number, profile), number, partitions)
    ]
    told.sort(key=lambda event: str(event["time"]))
    return [each for event in told for each in _with_mistakes(event, Random(f"{seed}:{_text(event)}"))]


def given(folder: Path, told: list[Event | str]) -> list[TimedPiece]:
    """The same as pieces of a file, ready to be published."""
    path = folder / "told.jsonl"
    path.write_text("".join(f"{_text(each)}\n" for each in told), encoding="utf-8")
    return merged_pieces([path], CreditorDirectory())


def _creditor(telling: HistoryWriter, number: int, partitions: int) -> Iterator[Event]:
    """One creditor's history under its own names, its events at few instants of each day."""
    creditor = _on(number % partitions, partitions, (f"creditor-{number}-{n}" for n in count()))
    account = _on(number % partitions, partitions, (iban(f"{12345600000000 + 100 * number + n}") for n in count()))
    for event in _history(telling):
        data = event["data"]
        if is_unnamed(event):
            continue
        if "creditor" in data:
            data = {**data, "creditor": creditor}
        if "accounts" in data:
            data = {**data, "accounts": [{"iban": account, "bic": "NDEAFIHH"}]}
        if "account" in data:
            data = {**data, "account": account}
        yield {**event, "time": _instant(event).isoformat(), "data": data}


def _history(telling: HistoryWriter) -> list[Event]:
    bank, billing = Bank(telling), Billing(telling)
    billing.settings()
    people = People(telling, bank, billing.policies)
    for n in range(telling.p.debtors[0]):
        theirs = billing.debtor(n)
        if telling.chance(telling.p.plan):
            people.agree_on_a_plan(telling.rng.choice(theirs))
    for bill in telling.bills:
        people.speak_of(bill)
    for bill in telling.bills:
        bank.payments_for(bill)
    bank.mornings()
    return [event for event in telling.events() if datetime.fromisoformat(event["time"]).date() <= telling.until]


def _instant(event: Event) -> datetime:
    """A few instants a day, so that a run is long in days and not in ticks."""
    at = datetime.fromisoformat(event["time"])
    clock = _OPENING if at.hour < _TOLD.hour - 1 else _FED if event["type"] == "bank-feed.completed.v1" else _TOLD
    return datetime.combine(at.date(), clock, ZONE)


def _on(partition: int, partitions: int, names: Iterator[str]) -> str:
    return next(name for name in names if partition_of(name, partitions) == partition)


def _with_mistakes(event: Event, rng: Random) -> Iterator[Event | str]:
    """An event, and perhaps one that contradicts it, one that breaks the contract, or a line that is cut."""
    yield event
    if event["type"] not in ("invoice.issued.v1", "hold.placed.v1"):
        return
    data = event["data"]
    if rng.random() < _MISTAKES:
        yield {**event, "data": {**data, **({"amount": "1.23"} if "amount" in data else {"reason": "insolvency"})}}
    if rng.random() < _MISTAKES:
        yield {**event, "id": f"{event['id']}-bad", "data": {**data, "invoice": ["not", "a", "name"]}}
    if rng.random() < _MISTAKES:
        named = f'"creditor": "{data["creditor"]}", "debtor": "{data["debtor"]}"'  # else it would hold all creditors
        yield f'{{"id": "{event["id"]}-cut", {named}, "type": "invoice.is'


def _text(event: Event | str) -> str:
    return event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
