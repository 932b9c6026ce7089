"""Customer service tells of a dispute, as a CloudEvent in binary mode: python binary_mode.py BROKER:PORT."""

import json
import sys

from kafka import KafkaProducer

HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "case-4711",
    "ce_source": "//kuitu.example/customer-service",
    "ce_type": "dispute.raised.v1",
    "ce_time": "2026-02-02T10:00:00+02:00",
    "content-type": "application/json",
}
DATA = {"creditor": "kuitu", "debtor": "C-7", "invoice": "1001", "ground": "the line was down", "amount": "15.00"}

producer = KafkaProducer(bootstrap_servers=sys.argv[1], acks="all", enable_idempotence=True)
delivery = producer.send(
    "instructions",
    key=DATA["creditor"].encode(),
    value=json.dumps(DATA).encode(),
    headers=[(name, text.encode()) for name, text in HEADERS.items()],
)
delivery.get(timeout=120)
producer.close()
