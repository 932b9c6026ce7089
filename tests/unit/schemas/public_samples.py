"""One event of every public type, in the form the outside writes it."""

import copy
from typing import Any

ACCOUNT = "FI2112345600000785"

POLICY: dict[str, Any] = {
    "policy": "own",
    "version": 3,
    "country": "FI",
    "kind": "consumer",
    "in_force": "2026-01-01",
    "steps": [
        {
            "name": "nudge",
            "tone": "friendly",
            "action": "letter",
            "after_due_days": 5,
            "response_days": 10,
            "fee": "0.00",
            "interest": False,
        },
        {
            "name": "reminder",
            "tone": "firm",
            "action": "letter",
            "after_previous_days": 15,
            "response_days": 14,
            "fee": "5.00",
            "interest": True,
        },
        {"name": "call", "action": "call", "after_previous_days": 15},
        {"name": "collection", "action": "hand-over", "after_previous_days": 15, "approval": True},
    ],
    "channels": ["email", "print"],
    "window": {"from": "09:00", "to": "16:00"},
    "calendar": "FI",
    "feed_max_age": 1,
    "allocation": "interest-first",
    "minimum": "10.00",
    "contacts": {"max": 3, "days": 30},
    "mercy_months": 12,
    "apology": True,
    "residual": {"waive_below": "5.00"},
}

_ON_ACCOUNT = {"creditor": "acme", "debtor": "C-1"}
_ON_INVOICE = _ON_ACCOUNT | {"invoice": "1001"}
_ON_BANK = {"creditor": "acme", "account": ACCOUNT}
_ON_PAYMENT = _ON_BANK | {"payment": "ARCHIVE-1"}

DATA: dict[str, dict[str, Any]] = {
    "creditor.registered.v1": {
        "creditor": "acme",
        "name": "Esimerkki Oy",
        "business_id": "1234567-1",
        "country": "FI",
        "timezone": "Europe/Helsinki",
        "language": "fi",
        "accounts": [{"iban": ACCOUNT, "bic": "NDEAFIHH"}],
        "address": {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
        "contact": {
            "phone": "+358 9 123 456",
            "hours": "ma-pe 9-16",
            "email": "palvelu@esimerkki.example",
            "url": "https://esimerkki.example",
        },
        "sender": {"name": "Esimerkki Oy", "email": "laskut@esimerkki.example"},
        "policies": {"consumer": "fi-consumer", "business": "fi-business"},
    },
    "policy.published.v1": POLICY,
    "reference-rate.published.v1": {"country": "FI", "from": "2026-07-01", "to": "2026-12-31", "rate": "2.5"},
    "account.confirmed.v1": {"creditor": "kuura", "iban": ACCOUNT, "holder": "Kuura Energia Oy"},
    "invoice.issued.v1": _ON_INVOICE
    | {
        "party": {
            "kind": "business",
            "name": "Asiakas Oy",
            "email": "c1@asiakas.example",
            "language": "sv",
            "address": {"street": "Gata 2", "postcode": "00200", "city": "Helsingfors"},
            "business_id": "7654321-0",
            "trader": True,
        },
        "reference": "11015",
        "issued": "2026-01-09",
        "sent": "2026-01-10",
        "due": "2026-01-23",
        "due_agreed": True,
        "interest_stated": False,
        "amount": "100.00",
        "currency": "EUR",
        "subject": "Palvelu",
        "late_interest": "9.5",
        "taken": [{"step": "nudge", "sent": "2026-02-01", "response_by": "2026-02-11", "fee": "5.00"}],
        "discounts": [{"through": "2026-01-16", "amount": "2.00"}],
    },
    "invoice.credited.v1": _ON_INVOICE
    | {"credit_note": "H1", "amount": "5.10", "currency": "EUR", "issued": "2026-02-01"},
    "invoice.cancelled.v1": _ON_INVOICE | {"reason": "väärä asiakas"},
    "invoice.rescheduled.v1": _ON_INVOICE | {"due": "2026-03-01"},
    "payment.received.v1": _ON_PAYMENT
    | {
        "reference": "11015",
        "amount": "100.00",
        "currency": "EUR",
        "paid": "2026-02-01",
        "booked": "2026-02-02",
        "payer": {"name": "Maksaja", "iban": "FI3715903000000776"},
        "message": "lasku 1001\nkiitos",
        "debtor": "C-1",
    },
    "payment.reversed.v1": _ON_PAYMENT
    | {
        "amount": "10.00",
        "reason": "palautus",
        "booked": "2026-02-05",
        "payment_booked": "2026-02-02",
        "reference": "11015",
        "channel": "statement",
        "statement": "S-22",
        "ids": {"end_to_end": "Q-1"},
    },
    "payment.refunded.v1": _ON_PAYMENT | {"reason": "liikaa", "booked": "2026-02-05", "payment_booked": "2026-02-02"},
    "payment.assigned.v1": _ON_PAYMENT | {"debtor": "C-1", "invoice": "1001", "booked": "2026-02-02"},
    "payment.not-of.v1": _ON_PAYMENT | {"debtor": "C-1", "booked": "2026-02-02"},
    "payment.same-as.v1": _ON_PAYMENT | {"as": "A-7", "booked": "2026-02-02"},
    "bank-feed.withdrawn.v1": _ON_BANK | {"through": "2026-02-02"},
    "bank-feed.completed.v1": _ON_BANK
    | {
        "through": "2026-02-01",
        "count": 3,
        "sum": "300.10",
        "statement": {
            "currency": "EUR",
            "number": 22,
            "from": "2026-02-01",
            "opening": "-20.00",
            "received": "300.10",
            "returned": "0.10",
            "other": "-30.00",
            "closing": "250.00",
        },
    },
    "dispute.raised.v1": _ON_INVOICE | {"ground": "viallinen", "amount": "20.00"},
    "dispute.settled.v1": _ON_INVOICE | {"outcome": "upheld"},
    "hold.placed.v1": _ON_INVOICE | {"until": "2026-03-01", "reason": "sovittu"},
    "hold.lifted.v1": _ON_INVOICE,
    "suspension.requested.v1": _ON_ACCOUNT,
    "suspension.ended.v1": _ON_ACCOUNT,
    "promise.made.v1": _ON_ACCOUNT | {"until": "2026-03-01"},
    "extension.granted.v1": _ON_INVOICE | {"until": "2026-03-01"},
    "plan.agreed.v1": _ON_ACCOUNT
    | {
        "invoices": ["1001", "1002"],
        "instalments": [{"due": "2026-03-01", "amount": "50.00"}, {"due": "2026-04-01", "amount": "50.00"}],
    },
    "plan.ended.v1": _ON_ACCOUNT | {"invoices": ["1001"], "reason": "maksettu"},
    "debt.acknowledged.v1": _ON_ACCOUNT,
    "debtor.updated.v1": _ON_ACCOUNT | {"party": {"language": "en"}},
    "fee.waived.v1": _ON_INVOICE | {"amount": "5.00", "reason": "hyvitys"},
    "receivable.written-off.v1": _ON_INVOICE | {"reason": "perusteeton"},
    "credit.granted.v1": _ON_ACCOUNT | {"credit": "H-1", "amount": "12.50", "currency": "EUR", "reason": "hyvitys"},
    "step.approved.v1": _ON_INVOICE | {"step": "collection"},
    "task.done.v1": _ON_INVOICE | {"task": "call-1", "outcome": "puhuttu"},
    "correction.settled.v1": _ON_INVOICE | {"as": "replace", "correction": "1002"},
    "notice.settled.v1": _ON_ACCOUNT | {"notice": "n-1", "outcome": "accepted"},
    "notice.came-back.v1": _ON_ACCOUNT | {"notice": "n-1", "address_is_wrong": True},
    "address.cleared.v1": _ON_ACCOUNT | {"email": "aino@debtor.example"},
}


def cloud_event(name: str, /, **changes: Any) -> dict[str, Any]:
    """A whole event of a type; ``changes`` replace fields of its data, and ``...`` takes one away."""
    data = copy.deepcopy(DATA[name]) | changes
    return {
        "specversion": "1.0",
        "id": "event-1",
        "source": "//billing",
        "type": name,
        "time": "2026-02-02T08:00:00+02:00",
        "data": {field: value for field, value in data.items() if value is not ...},
    }
