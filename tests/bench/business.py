"""An invented creditor, its debtors, their invoices and payments, as public events; the same in every run."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.money import decimal_text
from schemas.reference_schemes import FINNISH
from services.law.calendar import banking_days_before

CREDITOR: Final = "bench-power"
IBAN: Final = "FI2112345600000785"
ZONE: Final = ZoneInfo("Europe/Helsinki")
TERM: Final = timedelta(days=21)
_LANGUAGES: Final = ("fi", "fi", "fi", "sv", "en")
_DAY: Final = timedelta(days=1)

_LATE_DAYS: Final = (-3, -1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 7, 12, 25, 40, None)
"""How many days after the due date an invoice is paid, drawn evenly; None is never (within the bench's months)."""

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice; ``number`` makes its id, its reference and its amount."""

    number: int
    debtor: int
    issued: date
    creditor: str = CREDITOR

    @property
    def due(self) -> date:
        """Its due date."""
        return self.issued + TERM

    @property
    def cents(self) -> int:
        """Its amount: 20.00 to 519.99 €."""
        return 20_00 + self.number * 7919 % 500_00

    @property
    def reference(self) -> str:
        """Its own reference."""
        return FINNISH.of_base(str(100_000 + self.number))


def instant(day: date, clock: str) -> datetime:
    """An instant by the creditor's clock."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def debtor_id(number: int) -> str:
    """The id of a debtor."""
    return f"D-{number:07}"


def party(number: int) -> Raw:
    """A debtor as its invoices name it: two in five speak another language than Finnish, one in five is a business."""
    said = {
        "name": f"Debtor {number}",
        "email": f"debtor{number}@bench.example",
        "language": _LANGUAGES[number % len(_LANGUAGES)],
    }
    if number % 5 == 0:
        return {"kind": "business", "business_id": "1234567-1", **said}
    return {"kind": "consumer", **said}


def registered(day: date, creditor: str = CREDITOR, iban: str = IBAN) -> bytes:
    """A creditor, with the shipped policies."""
    return event(
        "creditor.registered.v1",
        instant(day, "01:00"),
        f"creditor-{creditor}",
        creditor=creditor,
        name="Esimerkkivoima Oy",
        business_id="1234567-1",
        country="FI",
        timezone=ZONE.key,
        language="fi",
        accounts=[{"iban": iban, "bic": "NDEAFIHH"}],
        address={"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
        contact={
            "phone": "+358 9 123 456",
            "hours": "ma-pe 9-16",
            "email": "asiakaspalvelu@bench.example",
            "url": "https://bench.example",
        },
        sender={"name": "Esimerkkivoima Oy", "email": "laskut@bench.example"},
        policies={"consumer": "fi-consumer", "business": "fi-business"},
    )


def fed(day: date) -> bytes:
    """The bank's word on a banking morning: everything booked until the banking day before is in."""
    through = banking_days_before(day, 1, "FI").isoformat()
    return event(
        "bank-feed.completed.v1", instant(day, "07:00"), f"feed-{day}", creditor=CREDITOR, account=IBAN, through=through
    )


def issued(bill: Bill) -> bytes:
    """The invoice goes out."""
    return event(
        "invoice.issued.v1",
        instant(bill.issued, "06:00"),
        f"invoice-{bill.number}",
        creditor=bill.creditor,
        debtor=debtor_id(bill.debtor),
        party=party(bill.debtor),
        invoice=str(bill.number),
        reference=bill.reference,
        issued=bill.issued.isoformat(),
        due=bill.due.isoformat(),
        due_agreed=True,
        amount=decimal_text(bill.cents, "EUR"),
        currency="EUR",
        subject="Electricity",
        interest_stated=True,
    )


def paid(bill: Bill, day: date) -> bytes:
    """The whole invoice is paid by its reference; the bank tells it on the next morning."""
    return event(
        "payment.received.v1",
        instant(day + _DAY, "06:30"),
        f"payment-{bill.number}",
        creditor=CREDITOR,
        account=IBAN,
        payment=f"{day:%Y%m%d}{bill.number:010}",
        reference=bill.reference,
        amount=decimal_text(bill.cents, "EUR"),
        currency="EUR",
        paid=day.isoformat(),
        booked=day.isoformat(),
        payer={"name": f"Debtor {bill.debtor}"},
    )


def monthly_business(debtors: int, first: date, days: int) -> Iterator[tuple[date, list[bytes]]]:
    """Each day's invoices and payments: every debtor is billed once a month, most pay in time, a few late or never."""
    chance = Random(1)
    payments: defaultdict[date, list[bytes]] = defaultdict(list)
    number = 0
    for day in (first + timedelta(days=passed) for passed in range(days)):
        invoices = []
        if day.day <= 28:
            for debtor in range(day.day - 1, debtors, 28):
                number += 1
                bill = Bill(number, debtor, day)
                invoices.append(issued(bill))
                late = chance.choice(_LATE_DAYS)
                if late is not None:
                    payments[bill.due + timedelta(days=late + 1)].append(paid(bill, bill.due + timedelta(days=late)))
        yield day, invoices + payments.pop(day, [])


def event(kind: str, at: datetime, key: str, /, **data: Any) -> bytes:
    """A public event on one line."""
    said = {"specversion": "1.0", "id": key, "source": "//bench", "type": kind, "time": at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False).encode()
