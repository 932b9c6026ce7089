"""Payments per second through cash application alone: facts lie on the log, money is placed on the journal, durable.

100,000 invoices of 20,000 debtors are known. Then 100,000 payments come with the invoice's own reference, and 20,000
with their reference or number in free text only, which a policy lets place money; these are weighed at the tick.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from schemas.events import CreditorRegistered
from schemas.facts import Fact, Tick, content_of
from schemas.journal import MoneyPlaced
from schemas.messages import encode
from schemas.money import decimal_text
from schemas.parsing import parse_event
from schemas.reference_schemes import FINNISH
from schemas.references import printed_reference
from schemas.topics import FACTS, JOURNAL, PUBLIC_TOPICS
from services.cash_application.worker import CashApplication
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from tests.bench.business import CREDITOR, IBAN, Bill, event, instant, issued, paid, registered
from tests.bench.measuring import Figure, Stopwatch

_BILLS: Final = 100_000
_IN_TEXT: Final = 20_000
_DEBTORS: Final = 20_000
_DAY: Final = date(2026, 2, 2)
_PARTITIONS: Final = 4
_TEXTS: Final = (
    "Kiitos! viite {reference}",
    "lasku {number} / {debtor}",
    "Lasku nro {number}\nsähkö helmikuu 2026",
    "INVOICE {number}, REF {reference}, PAID 2.2.2026",
)


def measure(folder: Path, scale: float) -> list[Figure]:
    """Place money by references, then by words."""
    bills = [Bill(1_000_000 + number, number % _DEBTORS, _DAY) for number in range(max(1, int(_BILLS * scale)))]
    with SqliteStore(folder / "matching.db") as store:
        engine = EmbeddedEngine(store, [CashApplication()], _PARTITIONS)
        _applied(engine, [registered(_DAY), *_policies()], instant(_DAY, "06:00"))
        known = _applied(engine, map(issued, bills))
        references = _applied(engine, (paid(bill, _DAY) for bill in bills))
        told = bills[: max(1, int(_IN_TEXT * scale))]
        words = _applied(engine, (_in_text(bill) for bill in told), instant(_DAY + timedelta(days=1), "09:00"))
        placed = _placed(engine)
    assert placed == len(bills) + len(told), "a payment found no place"
    return [
        Figure("invoices known", len(bills) / known.seconds, "invoices/s"),
        known.each("  an invoice, of the processor", len(bills), "invoice"),
        Figure("payments placed by their reference", len(bills) / references.seconds, "payments/s", 20_000),
        references.each("  by reference, of the processor", len(bills), "payment"),
        Figure("payments placed by free text", len(told) / words.seconds, "payments/s"),
        words.each("  by free text, of the processor", len(told), "payment"),
        Figure("both", placed / (references.seconds + words.seconds), "payments/s", 20_000),
    ]


def _applied(engine: EmbeddedEngine, lines: Iterable[bytes], then: datetime | None = None) -> Stopwatch:
    """How long it takes from facts on the log, and a tick behind them, to all of it applied and durable."""
    for line in lines:
        fact = _fact(line)
        if fact.creditor is not None and not isinstance(fact.data, CreditorRegistered):
            engine.publish(FACTS, fact.creditor, encode(fact))
        else:
            for partition in range(engine.partitions):
                engine.publish(FACTS, "", encode(fact), partition)
    for tick in _ticks(engine, then) if then is not None else ():
        for partition in range(engine.partitions):
            engine.publish(FACTS, "", encode(tick), partition)
    engine.commit()
    with Stopwatch() as watch:
        engine.settle()
    return watch


def _ticks(engine: EmbeddedEngine, at: datetime) -> Iterator[Tick]:
    """Time reaches an instant in every partition of the public topics."""
    for topic in PUBLIC_TOPICS:
        for partition in range(engine.partitions):
            yield Tick(instant=at, origin=f"{topic.name}/{partition}")


def _fact(line: bytes) -> Fact:
    """What intake makes of an event."""
    told = parse_event(line)
    return Fact(
        type=told.envelope.type,
        source=told.envelope.source,
        id=told.envelope.id,
        time=told.envelope.time,
        creditor=getattr(told.data, "creditor", None),
        content=content_of(told.data),
        data=told.data,
    )


def _policies() -> Iterator[bytes]:
    """Both kinds' policies, which let words place money."""
    letter: dict[str, Any] = {"name": "nudge", "action": "letter", "tone": "friendly", "after_due_days": 5}
    letter |= {"response_days": 14, "fee": "0.00", "interest": False}
    for kind in ("consumer", "business"):
        yield event(
            "policy.published.v1",
            instant(_DAY, "02:00"),
            kind,
            policy=f"fi-{kind}",
            version=2,
            country="FI",
            kind=kind,
            in_force="2026-01-01",
            steps=[letter],
            channels=["email"],
            window={"from": "09:00", "to": "16:00"},
            calendar="FI",
            minimum="10.00",
            residual={"waive_below": "5.00"},
            match_confidence=90,
        )


def _in_text(bill: Bill) -> bytes:
    """A payment of the invoice's sum that names it in its message only."""
    text = _TEXTS[bill.number % len(_TEXTS)]
    message = text.format(number=bill.number, reference=printed_reference(bill.reference, FINNISH), debtor=bill.debtor)
    return event(
        "payment.received.v1",
        instant(_DAY, "07:00"),
        f"text-{bill.number}",
        creditor=CREDITOR,
        account=IBAN,
        payment=f"T{bill.number:010}",
        amount=decimal_text(bill.cents, "EUR"),
        currency="EUR",
        paid=_DAY.isoformat(),
        booked=_DAY.isoformat(),
        payer={"name": f"Payer {bill.debtor}", "iban": f"FI{bill.debtor:016}"},
        message=message,
    )


def _placed(engine: EmbeddedEngine) -> int:
    """How many payments were placed."""
    log = engine.store.log
    return sum(
        isinstance(JOURNAL.decode(value), MoneyPlaced)
        for partition, end in enumerate(log.ends(JOURNAL.name))
        for _, _, value in log.read(JOURNAL.name, partition, 0, end)
    )
