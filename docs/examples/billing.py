"""A billing system tells of an invoice and of a credit note: python billing.py BROKER:PORT."""

import json
import sys

from kafka import KafkaProducer

SOURCE = "//kuitu.example/billing"

# What waits in the billing system's own table of events, written together with the invoice itself. An event keeps its
# id and its time for ever: sent again, it is the same event.
OUTBOX = [
    {
        "specversion": "1.0",
        "id": "invoice-1001",
        "source": SOURCE,
        "type": "invoice.issued.v1",
        "time": "2026-01-09T08:00:00+02:00",
        "data": {
            "creditor": "kuitu",
            "debtor": "C-7",
            "party": {"kind": "consumer", "name": "Aino Mallila", "email": "aino.mallila@asukas.example"},
            "invoice": "1001",
            "reference": "10016",
            "issued": "2026-01-09",
            "due": "2026-01-30",
            "due_agreed": True,
            "amount": "100.00",
            "currency": "EUR",
            "subject": "Kotikuitu, tammikuu 2026",
        },
    },
    {
        "specversion": "1.0",
        "id": "credit-note-H-1001",
        "source": SOURCE,
        "type": "invoice.credited.v1",
        "time": "2026-01-12T08:00:00+02:00",
        "data": {
            "creditor": "kuitu",
            "debtor": "C-7",
            "invoice": "1001",
            "credit_note": "H-1001",
            "amount": "20.00",
            "currency": "EUR",
            "issued": "2026-01-12",
        },
    },
]

producer = KafkaProducer(bootstrap_servers=sys.argv[1], acks="all", enable_idempotence=True, linger_ms=20)
sent = [
    (event["id"], producer.send("invoices", key=event["data"]["creditor"].encode(), value=json.dumps(event).encode()))
    for event in OUTBOX
]
for identity, delivery in sent:
    record = delivery.get(timeout=120)  # raises when it was not delivered: then it stays in the table
    print(f"{identity} is at {record.topic}/{record.partition}, offset {record.offset}")  # now take it out of the table
producer.close()
