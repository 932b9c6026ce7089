"""Public events for tests, as their senders would write them: dictionaries, to be changed by the test that needs it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.reference_schemes import FINNISH

Event = dict[str, Any]

ACME = "acme"
IBAN = "FI2112345600000785"
OTHER_IBAN = "FI1410093000123458"
MORNING = datetime(2026, 1, 9, 6, tzinfo=UTC)


def event(kind: str, data: Event, *, id: str, at: datetime = MORNING, source: str = "//billing") -> Event:  # noqa: A002
    """The envelope around data; ``kind`` without its version."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": f"{kind}.v1",
        "time": at.isoformat(),
        "data": data,
    }


def raw(event: Event) -> bytes:
    """One line of a file."""
    return json.dumps(event, ensure_ascii=False).encode()


def creditor(creditor: str = ACME, iban: str = IBAN, at: datetime = MORNING, **changes: Any) -> Event:
    """A creditor with one bank account."""
    data = {
        "creditor": creditor,
        "name": "Esimerkki Oy",
        "business_id": "1234567-1",
        "country": "FI",
        "timezone": "Europe/Helsinki",
        "language": "fi",
        "accounts": [{"iban": iban, "bic": "NDEAFIHH"}],
        "address": {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
        "contact": {
            "phone": "+358 9 123 456",
            "hours": "ma-pe 9-16",
            "email": "a@e.example",
            "url": "https://e.example",
        },
        "sender": {"name": "Esimerkki Oy", "email": "laskut@e.example"},
        "policies": {"consumer": "fi-consumer", "business": "fi-business"},
    }
    return event("creditor.registered", data | changes, id=f"creditor-{creditor}", at=at)


def reference_of(invoice: int) -> str:
    """The national reference of an invoice number."""
    return FINNISH.of_base(f"{invoice:05d}".lstrip("0") + "00")


def invoice(number: int, debtor: str = "D1", at: datetime = MORNING, name: str | None = None, **changes: Any) -> Event:
    """An invoice of 100.00 EUR."""
    data = {
        "creditor": ACME,
        "debtor": debtor,
        "party": {"kind": "consumer", "name": name or f"Name of {debtor}", "email": "d@asiakas.example"},
        "invoice": str(number),
        "reference": reference_of(number),
        "issued": "2026-01-09",
        "due": "2026-01-23",
        "amount": "100.00",
        "currency": "EUR",
    }
    return event("invoice.issued", data | changes, id=f"invoice-{number}", at=at)


def payment(archive_id: str, reference: str | None = None, at: datetime = MORNING, **changes: Any) -> Event:
    """A payment of 100.00 EUR."""
    data = {
        "creditor": ACME,
        "account": IBAN,
        "payment": archive_id,
        "amount": "100.00",
        "currency": "EUR",
        "paid": "2026-01-20",
        "booked": "2026-01-20",
    }
    if reference is not None:
        data["reference"] = reference
    return event("payment.received", data | changes, id=f"payment-{archive_id}", at=at, source="//bank")


def about_payment(kind: str, archive_id: str, id: str, at: datetime = MORNING, **said: Any) -> Event:  # noqa: A002
    """``payment.reversed``, ``payment.refunded`` or ``payment.assigned``."""
    data: Event = {"creditor": ACME, "account": IBAN, "payment": archive_id}
    if kind != "payment.assigned":
        data["reason"] = "palautus"
    return event(kind, data | said, id=id, at=at, source="//bank")


def completed(through: str, id: str, at: datetime | None = None, **said: Any) -> Event:  # noqa: A002
    """``bank-feed.completed``, sent on the morning after the day it names unless ``at`` says otherwise."""
    at = at or max(MORNING, datetime.fromisoformat(f"{through}T06:00:00+00:00") + timedelta(days=1))
    data = {"creditor": ACME, "account": IBAN, "through": through}
    return event("bank-feed.completed", data | said, id=id, at=at, source="//bank")


def said(kind: str, id: str, debtor: str = "D1", at: datetime = MORNING, **what: Any) -> Event:  # noqa: A002
    """An instruction, or anything else about a debtor."""
    return event(kind, {"creditor": ACME, "debtor": debtor} | what, id=id, at=at, source="//people")


def later(minutes: int) -> datetime:
    """That many minutes after the morning."""
    return MORNING + timedelta(minutes=minutes)
