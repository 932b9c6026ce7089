"""Writes the example's files from its customers and stories: ``python -m services.example.write``.

The same bytes each time; a test holds the shipped files to it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from babel.dates import format_date

from schemas.money import decimal_text
from services.example import CREDITOR, EVENTS, FIRST_DAY, company
from services.example.bank_days import ExampleBankDay, ExampleBankLine, bank_days
from services.example.books import ExampleBooks, ExampleInvoice, example_books
from services.example.customers import ExampleCustomer
from services.example.file_kinds import is_finvoice, payments_come_as
from services.example.foreign import finvoices, ktl, notifications, statements
from services.example.stories import (
    CREDIT_NOTES,
    INSTRUCTIONS,
    RETURNS,
    ExampleCreditNote,
    ExampleInstruction,
    ExampleReturn,
)

_TOWN: Final = {"postcode": company.POSTCODE, "city": company.TOWN, "country": company.COUNTRY}
_SUBJECT: Final = {
    "home": {"fi": "Kotikuitu", "sv": "Hemfiber", "en": "Home fibre"},
    "office": {"fi": "Yrityskuitu", "sv": "Företagsfiber", "en": "Business fibre"},
    "house": {"fi": "Talokuitu", "sv": "Husfiber", "en": "Building fibre"},
    "installation": {"fi": "Kuidun asennus", "sv": "Installation av fiber", "en": "Fibre installation"},
}

Data = dict[str, Any]


@dataclass(frozen=True)
class ExampleEvent:
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
        return datetime.combine(self.day, time.fromisoformat(self.at), company.ZONE)

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
    """Writes all files."""
    EVENTS.mkdir(exist_ok=True)
    for name, content in written().items():
        (EVENTS / name).write_bytes(content)


def written() -> dict[str, bytes]:
    """What each file holds, by its name: events in order of time, and what comes as the files of other systems."""
    books = example_books()
    invoices = sorted(
        (invoice for listed in books.invoices.values() for invoice in listed), key=lambda each: each.number
    )
    events = [
        _creditor(),
        *(_issued(invoice) for invoice in invoices if not is_finvoice(invoice)),
        *(_credited(credited, books) for credited in CREDIT_NOTES),
        *_bank(books),
        *(_instruction(given, books) for given in INSTRUCTIONS),
    ]
    events.sort(key=lambda event: event.instant)
    texts = dict.fromkeys(("creditor", "billing", "bank", "people"), "")
    for event in events:
        texts[event.source] += f"{event.line()}\n"
    days = bank_days(books)
    by_camt = [day for day in days if payments_come_as(day.morning) == "camt"]
    (by_ktl,) = (day for day in days if payments_come_as(day.morning) == "ktl")
    return {
        **{f"{source}.jsonl": text.encode() for source, text in texts.items()},
        "billing.finvoice.xml": finvoices([(each, _subject(each)) for each in invoices if is_finvoice(each)]),
        "bank.ktl": ktl(by_ktl),
        "bank.camt.054.xml": notifications(by_camt),
        "bank.camt.053.xml": statements(by_camt),
    }


def _creditor() -> ExampleEvent:
    data = {
        "creditor": CREDITOR,
        "name": company.NAME,
        "business_id": company.BUSINESS_ID,
        "country": company.COUNTRY,
        "timezone": str(company.ZONE),
        "language": "fi",
        "accounts": [{"iban": company.IBAN, "bic": company.BIC}],
        "address": {"street": company.STREET} | _TOWN,
        "contact": {
            "phone": "+358 00 000 0001",
            "hours": "9.00–16.00",
            "email": "asiakaspalvelu@esimerkkilankuitu.example",
            "url": "https://esimerkkilankuitu.example/maksut",
        },
        "sender": {"name": company.NAME, "email": "laskut@esimerkkilankuitu.example"},
        "policies": {"consumer": "fi-consumer", "business": "fi-business"},
    }
    return ExampleEvent("creditor", "creditor-1", "creditor.registered", FIRST_DAY, "06:00", data)


# --- billing -------------------------------------------------------------------------------------


def _issued(invoice: ExampleInvoice) -> ExampleEvent:
    debtor, carried = invoice.debtor, invoice.carried
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
        "currency": company.CURRENCY,
        "subject": _subject(invoice),
    }
    if carried and carried.taken:
        data["taken"] = list(carried.taken)
    day, at = (FIRST_DAY, "06:10") if carried else (invoice.issued, "06:00")
    return ExampleEvent("billing", f"invoice-{invoice.number}", "invoice.issued", day, at, data)


def _subject(invoice: ExampleInvoice) -> str:
    debtor = invoice.debtor
    month = format_date(invoice.issued, "LLLL y", locale=debtor.language)
    return f"{_SUBJECT[debtor.service][debtor.language]}, {month}"


def _party(debtor: ExampleCustomer) -> Data:
    party = {
        "kind": debtor.kind,
        "name": debtor.name,
        "language": debtor.language,
        "email": debtor.email,
        "address": {"street": debtor.street} | _TOWN if debtor.street else None,
        "trader": debtor.trader,
    }
    return {name: value for name, value in party.items() if value is not None}


def _credited(credited: ExampleCreditNote, books: ExampleBooks) -> ExampleEvent:
    number = f"H-{books.invoice(credited.debtor, credited.nth).number}"
    data = {
        "creditor": CREDITOR,
        "debtor": credited.debtor,
        "invoice": books.invoice(credited.debtor, credited.nth).number,
        "credit_note": number,
        "amount": _amount(credited.cents),
        "currency": company.CURRENCY,
        "issued": credited.day.isoformat(),
    }
    return ExampleEvent("billing", f"credit-note-{number}", "invoice.credited", credited.day, "06:05", data)


# --- the bank ------------------------------------------------------------------------------------


def _bank(books: ExampleBooks) -> Iterator[ExampleEvent]:
    """What the bank reports as events: payments, returned payments, and through which day the feed is complete."""
    for day in bank_days(books):
        for payment in day.payments if payments_come_as(day.morning) == "events" else ():
            for _ in range(payment.booking.paid.times):
                yield _received(payment)
    for returned in RETURNS:
        yield _returned(returned, books)
    for day in bank_days(books):
        if payments_come_as(day.morning) != "camt":
            yield _fed(day)


def _received(payment: ExampleBankLine) -> ExampleEvent:
    booking, paid = payment.booking, payment.booking.paid
    data = {
        "creditor": CREDITOR,
        "account": company.IBAN,
        "payment": booking.archive_id,
        "reference": payment.reference,
        "amount": _amount(paid.cents),
        "currency": company.CURRENCY,
        "paid": paid.day.isoformat(),
        "booked": booking.booked.isoformat(),
        "payer": {"name": payment.payer},
        "debtor": paid.debtor if paid.names_debtor else "",
    }
    present = {name: value for name, value in data.items() if value}
    return ExampleEvent("bank", booking.archive_id, "payment.received", booking.known, "07:00", present)


def _returned(returned: ExampleReturn, books: ExampleBooks) -> ExampleEvent:
    archive_id = books.booking(returned.debtor, returned.nth).archive_id
    data = {"creditor": CREDITOR, "account": company.IBAN, "payment": archive_id, "reason": returned.reason}
    return ExampleEvent("bank", f"{archive_id}-{returned.how}", f"payment.{returned.how}", returned.day, "07:00", data)


def _fed(day: ExampleBankDay) -> ExampleEvent:
    through = day.booked.isoformat()
    data: Data = {"creditor": CREDITOR, "account": company.IBAN, "through": through}
    if all(returned.day != day.morning for returned in RETURNS):
        data |= {"count": len(day.payments), "sum": _amount(day.received)}
    return ExampleEvent("bank", f"feed-{through}", "bank-feed.completed", day.morning, "07:05", data)


# --- people --------------------------------------------------------------------------------------


def _instruction(given: ExampleInstruction, books: ExampleBooks) -> ExampleEvent:
    data: Data = {"creditor": CREDITOR, "debtor": given.debtor}
    if given.type == "payment.assigned":
        data |= {"account": company.IBAN, "payment": books.booking(given.debtor, 1).archive_id}
    if given.nth is not None:
        number = books.invoice(given.debtor, given.nth).number
        data |= {"invoices": [number]} if given.type == "plan.agreed" else {"invoice": number}
    source = "billing" if given.type.startswith("invoice.") else "people"
    return ExampleEvent(
        source, f"{given.type}-{given.debtor}-{given.day}", given.type, given.day, given.at, data | given.data
    )


def _amount(cents: int) -> str:
    return decimal_text(cents, company.CURRENCY)


if __name__ == "__main__":
    main()
