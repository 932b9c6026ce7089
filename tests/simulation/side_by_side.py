"""Several creditors' random histories in one world, where their lanes differ.

What a random history lacks is added: the bank's corrected statements, and creditors who claim each other's accounts.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from services.commands.playback.play_files import TimedPiece, read_pieces
from services.intake.creditor_directory import CreditorDirectory
from tests.simulation.histories import history
from tests.simulation.history_writer import ZONE, cents, iban

Event = dict[str, Any]

UNTIDY: Final = {"acme": 48, "beta": 308, "kuitu": 61}
"""Creditors of three partitions, and seeds whose histories of the profile `crowded` hold all that it has a share of."""
CORRECTED: Final = date(2026, 2, 3)
"""The day whose statement each bank corrects."""
CLAIMED: Final = datetime(2026, 3, 2, 4, 0, tzinfo=ZONE)
"""When the creditors register each other's bank accounts."""


def side_by_side(seeds: dict[str, int], profile: str) -> tuple[list[Event], date]:
    """The events of these creditors' seeds until the last day of all, as they arrive, and that day."""
    events: list[Event] = []
    last = date.min
    registered: dict[str, Event] = {}
    for number, (creditor, seed) in enumerate(seeds.items()):
        theirs, until = history(seed, profile)
        account = iban(f"500015{20000081 + number}")
        theirs = [_of(event, creditor, account) for event in theirs]
        registered[creditor] = [each for each in theirs if each["type"] == "creditor.registered.v1"][-1]
        events += [*theirs, *corrected_statement(creditor, account)]
        last = max(last, date.fromisoformat(until))
    events += _claims(list(registered.values()))
    return sorted((each for each in events if _arrival(each).date() <= last), key=_arrival), last


def _of(event: Event, creditor: str, account: str) -> Event:
    """The event of a creditor with its own name and bank account."""
    data = dict(event["data"])
    if "creditor" in data:
        data["creditor"] = creditor
    if "account" in data:
        data["account"] = account
    if "accounts" in data:
        data["accounts"] = [{**data["accounts"][0], "iban": account}]
    return {**event, "data": data}


def corrected_statement(creditor: str, account: str) -> list[Event]:
    """A statement of two payments, and the next morning the same statement with another second payment."""
    day, number = CORRECTED.isoformat(), 15
    lines = [("A", 8000), ("B", 5000)], [("A", 8000), ("C", 7100)]
    events: list[Event] = []
    for told, payments in enumerate(lines, 1):
        at = datetime.combine(CORRECTED + timedelta(days=told), datetime.min.time(), ZONE)
        name = f"2026/{number}"
        about = {"creditor": creditor, "account": account}
        for payment, amount in payments:
            data = about | {
                "payment": f"{creditor}-{payment}",
                "amount": cents(amount),
                "currency": "EUR",
                "paid": day,
                "booked": day,
                "payer": {"name": "Joku Muu"},
                "channel": "statement",
                "statement": name,
            }
            events.append(
                _event(f"{name} {told} {payment}", "payment.received", at + timedelta(hours=6, minutes=20), data)
            )
        received = cents(sum(amount for _, amount in payments))
        sums = {"opening": "0.00", "received": received, "returned": "0.00", "other": "0.00", "closing": received}
        statement = {"currency": "EUR", "number": number, **sums}
        data = about | {"through": day, "statement": statement}
        events.append(_event(f"{name} {told}", "bank-feed.completed", at + timedelta(hours=7, minutes=5), data))
    return events


def _claims(registered: list[Event]) -> list[Event]:
    """Each creditor registers its neighbour's account too, all at one instant, and the next day what it had."""
    events = []
    for creditor, neighbour in zip(registered, [*registered[1:], registered[0]], strict=True):
        both = [*creditor["data"]["accounts"], *neighbour["data"]["accounts"]]
        for days, accounts in enumerate((both, both[:1])):
            data = {**creditor["data"], "accounts": accounts}
            events.append(_event("claim", "creditor.registered", CLAIMED + timedelta(days=days), data))
    return events


def _event(name: str, kind: str, at: datetime, data: Event) -> Event:
    return {
        "specversion": "1.0",
        "id": f"{data['creditor']} {name}",
        "source": "//billing",
        "type": f"{kind}.v1",
        "time": at.isoformat(),
        "data": data,
    }


def as_they_arrive(events: list[Event], file: Path) -> list[TimedPiece]:
    """The events as pieces of a file that is written here, each at the instant at which it arrives (rules.md K1)."""
    told = [{name: value for name, value in event.items() if name != "arrives"} for event in events]
    file.write_text("".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in told), encoding="utf-8")
    pieces = read_pieces([file], CreditorDirectory())
    return [TimedPiece(_arrival(event), each.piece) for event, each in zip(events, pieces, strict=True)]


def _arrival(event: Event) -> datetime:
    return datetime.fromisoformat(str(event.get("arrives", event["time"])))
