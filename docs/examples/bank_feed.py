"""A bank feed tells of a day's payments, then that the day is complete: python bank_feed.py BROKER:PORT."""

import json
import sys
from decimal import Decimal

from kafka import KafkaProducer

ACCOUNT = "FI5910000000000001"
DAY = "2026-01-19"
TOLD = "2026-01-20T07:00:00+02:00"

# The statement's entries: the bank's archive id, the reference, the sum, the payer's payment date.
STATEMENT = [
    ("20260119X001", "10016", "30.00", "2026-01-17"),
    ("20260119X002", "10029", "34.90", "2026-01-19"),
]


def event(identity: str, kind: str, data: dict[str, object]) -> dict[str, object]:
    """An event about the account; its id is made of what the bank calls it, so it never changes."""
    about = {"creditor": "kuitu", "account": ACCOUNT}
    head = {"specversion": "1.0", "id": identity, "source": "//bank.example/feed", "type": kind, "time": TOLD}
    return head | {"data": about | data}


def deliver(producer: KafkaProducer, events: list[dict[str, object]]) -> None:
    """Send all of them in their order under one key, and come back once the brokers have them."""
    sent = [producer.send("payments", key=ACCOUNT.encode(), value=json.dumps(each).encode()) for each in events]
    for delivery in sent:
        delivery.get(timeout=120)


payments = [
    event(
        f"payment-{archive_id}",
        "payment.received.v1",
        {
            "payment": archive_id,
            "reference": reference,
            "amount": amount,
            "currency": "EUR",
            "paid": paid,
            "booked": DAY,
        },
    )
    for archive_id, reference, amount, paid in STATEMENT
]
completed = event(
    f"completed-{ACCOUNT}-{DAY}",
    "bank-feed.completed.v1",
    {"through": DAY, "count": len(STATEMENT), "sum": str(sum(Decimal(amount) for _, _, amount, _ in STATEMENT))},
)

producer = KafkaProducer(bootstrap_servers=sys.argv[1], acks="all", enable_idempotence=True, linger_ms=20)
deliver(producer, payments)
deliver(producer, [completed])  # only now: it says that nothing is missing
producer.close()
print(f"{len(payments)} payments and the word that {DAY} is complete")
