"""Writes the example's event files from its cast and stories: ``python -m services.example.write``.

The same bytes each time; a test holds the shipped files to it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from schemas.money import decimal_text
from services.example import CREDITOR, EVENTS, FIRST_DAY
from services.example.books import COUNTRY, Booking, Books, Invoice, mornings, open_books
from services.example.cast import Debtor
from services.example.stories import CREDITED, RETURNED, SAID, Credited, Returned, Said
from services.law.calendar import banking_days_before

_IBAN: Final = "FI5910000000000001"
_ZONE: Final = ZoneInfo("Europe/Helsinki")
_CURRENCY: Final = "EUR"
_TOWN: Final = {"postcode": "00000", "city": "Esimerkkilä", "country": COUNTRY}
_SUBJECT: Final = {
    "home": {"fi": "Kotikuitu", "sv": "Hemfiber", "en": "Home fibre"},
    "office": {"fi": "Yrityskuitu", "sv": "Företagsfiber", "en": "Business fibre"},
    "house": {"fi": "Talokuitu", "sv": "Husfiber", "en": "Building fibre"},
    "installation": {"fi": "Kuidun asennus", "sv": "Installation av fiber", "en": "Fibre installation"},
}
_MAILBOX: Final = str.maketrans({" ": ".", "ä": "a", "å": "a", "ö": "o"})

Data = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One line of an event file; ``at`` is the local time of ``day`` at which the fact became known."""

    source: str
    id: str
    type: str
    day: date
    at: str
    data: Data

    @property
    def instant(self) -> datetime:
        """When the fact became known."""
        return datetime.combine(self.day, time.fromisoformat(self.at), _ZONE)

    def line(self) -> str:
        """The event as CloudEvents JSON."""
        envelope = {
            "specversion": "1.0",
            "id": self.id,
            "source": f"//esimerkkilankuitu.example/{self.source}",
            "type": f"{self.type}.v1",
            "time": self.instant.isoformat(),
            "data": self.data,
        }
        return json.dumps(envelope, ensure_ascii=False)


def main() -> None:
    """Writes all event files."""
    EVENTS.mkdir(exist_ok=True)
    for source, text in written().items():
        (EVENTS / f"{source}.jsonl").write_text(text, encoding="utf-8")


def written() -> dict[str, str]:
    """The text of each event file, by source: its events in order of time."""
    books = open_books()
    invoices = [invoice for listed in books.invoices.values() for invoice in listed]
    events = [
        _creditor(),
        *(_issued(invoice) for invoice in sorted(invoices, key=lambda invoice: invoice.number)),
        *(_credited(credited, books) for credited in CREDITED),
        *_bank(books),
        *(_said(said, books) for said in SAID),
    ]
    events.sort(key=lambda event: event.instant)
    texts = dict.fromkeys(("creditor", "billing", "bank", "people"), "")
    for event in events:
        texts[event.source] += f"{event.line()}\n"
    return texts


def _creditor() -> Event:
    data = {
        "creditor": CREDITOR,
        "name": "Esimerkkilän Kuitu Oy",
        "business_id": "0000001-9",
        "country": COUNTRY,
        "timezone": str(_ZONE),
        "language": "fi",
        "accounts": [{"iban": _IBAN, "bic": "NDEAFIHH"}],
        "address": {"street": "Kuvitelmakatu 1"} | _TOWN,
        "contact": {
            "phone": "+358 00 000 0001",
            "hours": "9.00–16.00",
            "email": "asiakaspalvelu@esimerkkilankuitu.example",
            "url": "https://esimerkkilankuitu.example/maksut",
        },
        "sender": {"name": "Esimerkkilän Kuitu Oy", "email": "laskut@esimerkkilankuitu.example"},
        "policies": {"consumer": "fi-consumer", "business": "fi-business"},
    }
    return Event("creditor", "creditor-1", "creditor.registered", FIRST_DAY, "06:00", data)


# --- billing -------------------------------------------------------------------------------------


def _issued(invoice: Invoice) -> Event:
    debtor, carried = invoice.debtor, invoice.carried
    month = format_date(invoice.issued, "LLLL y", locale=debtor.language)
    data: Data = {
        "creditor": CREDITOR,
        "debtor": debtor.id,
        "party": _party(debtor),
        "invoice": invoice.number,
        "reference": invoice.reference,
        "issued": invoice.issued.isoformat(),
        "due": invoice.due.isoformat(),
        "due_agreed": debtor.agreed,
        "interest_stated": debtor.agreed,
        "amount": _amount(invoice.cents),
        "currency": _CURRENCY,
        "subject": f"{_SUBJECT[debtor.service][debtor.language]}, {month}",
    }
    if carried and carried.taken:
        data["taken"] = list(carried.taken)
    day, at = (FIRST_DAY, "06:10") if carried else (invoice.issued, "06:00")
    return Event("billing", f"invoice-{invoice.number}", "invoice.issued", day, at, data)


def _party(debtor: Debtor) -> Data:
    mailbox = f"{debtor.name.lower().translate(_MAILBOX)}@asukas.example"
    party = {
        "kind": debtor.kind,
        "name": debtor.name,
        "language": debtor.language,
        "email": mailbox if debtor.e_mail == "its own" else debtor.e_mail,
        "address": {"street": debtor.street} | _TOWN if debtor.street else None,
        "trader": debtor.trader,
    }
    return {name: value for name, value in party.items() if value is not None}


def _credited(credited: Credited, books: Books) -> Event:
    number = f"H-{books.invoice(credited.debtor, credited.nth).number}"
    data = {
        "creditor": CREDITOR,
        "debtor": credited.debtor,
        "invoice": books.invoice(credited.debtor, credited.nth).number,
        "credit_note": number,
        "amount": _amount(credited.cents),
        "currency": _CURRENCY,
        "issued": credited.day.isoformat(),
    }
    return Event("billing", f"credit-note-{number}", "invoice.credited", credited.day, "06:05", data)


# --- the bank ------------------------------------------------------------------------------------


def _bank(books: Books) -> Iterator[Event]:
    """Each banking morning the payments, what went back, and how far the feed reaches."""
    for booking in books.bookings:
        for _ in range(booking.paid.times):
            yield _received(booking, books)
    for returned in RETURNED:
        yield _returned(returned, books)
    for morning in mornings():
        yield _fed(morning, books)


def _received(booking: Booking, books: Books) -> Event:
    paid = booking.paid
    invoice = books.invoice(paid.debtor, paid.nth)
    data = {
        "creditor": CREDITOR,
        "account": _IBAN,
        "payment": booking.archive_id,
        "reference": invoice.reference if paid.reference is None else paid.reference,
        "amount": _amount(paid.cents),
        "currency": _CURRENCY,
        "paid": paid.day.isoformat(),
        "booked": booking.booked.isoformat(),
        "payer": {"name": paid.payer or invoice.debtor.name},
        "debtor": paid.debtor if paid.names_debtor else "",
    }
    told = {name: value for name, value in data.items() if value}
    return Event("bank", booking.archive_id, "payment.received", booking.known, "07:00", told)


def _returned(returned: Returned, books: Books) -> Event:
    archive_id = books.booking(returned.debtor, returned.nth).archive_id
    data = {"creditor": CREDITOR, "account": _IBAN, "payment": archive_id, "reason": returned.reason}
    return Event("bank", f"{archive_id}-{returned.how}", f"payment.{returned.how}", returned.day, "07:00", data)


def _fed(morning: date, books: Books) -> Event:
    told = [booking.paid.cents for booking in books.bookings if booking.known == morning]
    through = banking_days_before(morning, 1, COUNTRY)
    data: Data = {"creditor": CREDITOR, "account": _IBAN, "through": through.isoformat()}
    if all(returned.day != morning for returned in RETURNED):
        data |= {"count": len(told), "sum": _amount(sum(told))}
    return Event("bank", f"feed-{through}", "bank-feed.completed", morning, "07:05", data)


# --- people --------------------------------------------------------------------------------------


def _said(said: Said, books: Books) -> Event:
    data: Data = {"creditor": CREDITOR, "debtor": said.debtor}
    if said.type == "payment.assigned":
        data |= {"account": _IBAN, "payment": books.booking(said.debtor, 1).archive_id}
    if said.nth is not None:
        number = books.invoice(said.debtor, said.nth).number
        data |= {"invoices": [number]} if said.type == "plan.agreed" else {"invoice": number}
    source = "billing" if said.type.startswith("invoice.") else "people"
    return Event(source, f"{said.type}-{said.debtor}-{said.day}", said.type, said.day, said.at, data | said.data)


def _amount(cents: int) -> str:
    return decimal_text(cents, _CURRENCY)


if __name__ == "__main__":
    main()
