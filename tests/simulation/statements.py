"""The bank's statements of a history: what was booked on each account, day by day, between two balances."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.simulation.history_writer import CREDITOR, ZONE

Event = dict[str, Any]

OPENING, FEE = Decimal("1000.00"), Decimal("0.50")


def statements_of(events: list[Event], until: str) -> list[Event]:
    """One for each account, currency and day on which something was booked, numbered, all delivered on the last day.

    They hold what is known by then, once, however often it was delivered; the bank takes a fee each time.
    """
    once = {event["id"]: event for event in events if _day(event) <= until}
    received, returned = _booked(list(once.values()))
    statements: list[Event] = []
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: OPENING)
    numbers: defaultdict[tuple[str, str], int] = defaultdict(int)
    for account, currency, day in sorted({*received, *returned}, key=lambda each: each[2]):
        pocket, at = (account, currency), (account, currency, day)
        numbers[pocket] += 1
        opening = balances[pocket]
        balances[pocket] += received[at] - returned[at] - FEE
        amounts = {
            "opening": opening,
            "received": received[at],
            "returned": returned[at],
            "other": -FEE,
            "closing": balances[pocket],
        }
        statement = {"currency": currency, "number": numbers[pocket], **{name: str(it) for name, it in amounts.items()}}
        data = {"creditor": CREDITOR, "account": account, "through": day, "statement": statement}
        statements.append(
            {
                "specversion": "1.0",
                "id": f"statement {account} {currency} {numbers[pocket]}",
                "source": "//bank",
                "type": "bank-feed.completed.v1",
                "time": f"{until}T21:00:00+02:00",
                "data": data,
            }
        )
    return statements


_Booked = defaultdict[tuple[str, str, str], Decimal]


def _booked(events: list[Event]) -> tuple[_Booked, _Booked]:
    """What came and what the bank took back, by account, currency and day."""
    received, returned = _Booked(Decimal), _Booked(Decimal)
    payments: dict[str, tuple[str, str, Decimal]] = {}
    for event in sorted(events, key=lambda event: datetime.fromisoformat(event["time"])):
        data = event["data"]
        if event["type"] == "payment.received.v1" and data["payment"] not in payments:
            amount = Decimal(data["amount"])
            payments[data["payment"]] = (data["account"], data["currency"], amount)
            received[data["account"], data["currency"], data["booked"]] += amount
        elif event["type"] == "payment.reversed.v1":
            account, currency, left = payments[data["payment"]]
            amount = Decimal(data.get("amount", str(left)))
            payments[data["payment"]] = (account, currency, left - amount)
            returned[account, currency, _day(event)] += amount
    return received, returned


def _day(event: Event) -> str:
    """The local day on which it became known."""
    return datetime.fromisoformat(event["time"]).astimezone(ZONE).date().isoformat()
