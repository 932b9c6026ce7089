"""The example's books: every invoice with its number, every payment with the morning on which the bank reports it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.reference_schemes import FINNISH
from services.example import FIRST_DAY, LAST_DAY
from services.example.company import COUNTRY
from services.example.customers import CUSTOMERS, ExampleCustomer
from services.example.stories import CARRIED_OVER, PAYMENTS, CarriedOver, ExamplePayment
from services.law.calendar import banking_days_before, next_banking_day, roll

_TERM: Final = {"consumer": timedelta(days=21), "business": timedelta(days=14)}
_FIRST_NUMBER: Final = 1001


@dataclass(frozen=True)
class ExampleInvoice:
    """A numbered invoice; ``carried`` where it is older than Eräpäivä."""

    debtor: ExampleCustomer
    number: str
    issued: date
    due: date
    cents: int
    carried: CarriedOver | None = None

    @property
    def reference(self) -> str:
        """Its national reference number."""
        return FINNISH.of_base(self.number)


@dataclass(frozen=True)
class ExampleBooking:
    """A payment as the bank reports it on the morning ``known``, under its archive id."""

    paid: ExamplePayment
    archive_id: str
    booked: date
    known: date


@dataclass(frozen=True)
class ExampleBooks:
    """Invoices by debtor, those carried over last, and bookings in the bank's order."""

    invoices: dict[str, list[ExampleInvoice]]
    bookings: list[ExampleBooking]

    def invoice(self, debtor: str, nth: int) -> ExampleInvoice:
        """The debtor's ``nth`` invoice, from 1."""
        return self.invoices[debtor][nth - 1]

    def booking(self, debtor: str, nth: int) -> ExampleBooking:
        """The debtor's ``nth`` payment, from 1."""
        return [booking for booking in self.bookings if booking.paid.debtor == debtor][nth - 1]


def example_books() -> ExampleBooks:
    """The books, from the customers and the stories."""
    invoices: dict[str, list[ExampleInvoice]] = defaultdict(list)
    for invoice in [*_issued(), *_carried_over()]:
        invoices[invoice.debtor.id].append(invoice)
    carried = [_carried_payment(invoice, len(invoices[invoice.debtor.id])) for invoice in _carried_over()]
    usual = [paid for listed in invoices.values() for paid in _as_usual(listed)]
    return ExampleBooks(invoices, [booking for booking in carried if booking] + _booked([*usual, *PAYMENTS]))


def mornings() -> list[date]:
    """The banking mornings on which the bank's file arrives."""
    days = [next_banking_day(FIRST_DAY, COUNTRY)]
    while (day := next_banking_day(days[-1], COUNTRY)) <= LAST_DAY:
        days.append(day)
    return days


def _issued() -> list[ExampleInvoice]:
    """The monthly invoices, numbered in the order they were issued."""
    billed = [
        (date(FIRST_DAY.year, debtor.first_month + nth, debtor.day), debtor)
        for debtor in CUSTOMERS
        for nth in range(len(debtor.pays))
    ]
    billed.sort(key=lambda bill: (bill[0], bill[1].id))
    return [
        ExampleInvoice(debtor, str(number), day, day + _TERM[debtor.kind], debtor.cents)
        for number, (day, debtor) in enumerate(billed, start=_FIRST_NUMBER)
    ]


def _carried_over() -> list[ExampleInvoice]:
    debtors = {debtor.id: debtor for debtor in CUSTOMERS}
    return [
        ExampleInvoice(debtors[old.debtor], str(number), old.issued, old.due, old.cents, old)
        for number, old in enumerate(CARRIED_OVER, start=_FIRST_NUMBER + 7000)
    ]


def _carried_payment(invoice: ExampleInvoice, nth: int) -> ExampleBooking | None:
    if invoice.carried is None or invoice.carried.paid is None:
        return None
    paid = ExamplePayment(invoice.carried.paid, invoice.debtor.id, nth, invoice.cents)
    return ExampleBooking(paid, _archive_id(paid.day, 1), paid.day, mornings()[0])


def _as_usual(invoices: list[ExampleInvoice]) -> list[ExamplePayment]:
    """What the debtor pays as it usually does."""
    debtor = invoices[0].debtor
    return [
        ExamplePayment(invoice.due + timedelta(days=lag), debtor.id, nth, invoice.cents)
        for nth, (lag, invoice) in enumerate(zip(debtor.pays, invoices, strict=False), start=1)
        if lag is not None
    ]


def _booked(payments: list[ExamplePayment]) -> list[ExampleBooking]:
    """What was booked on each banking day, known on the next banking morning."""
    by_day: dict[date, list[ExamplePayment]] = defaultdict(list)
    for paid in payments:
        by_day[roll(paid.day, COUNTRY)].append(paid)
    return [
        ExampleBooking(paid, _archive_id(day, place), day, morning)
        for morning in mornings()
        for day in [banking_days_before(morning, 1, COUNTRY)]
        for place, paid in enumerate(by_day[day], start=1)
    ]


def _archive_id(booked: date, place: int) -> str:
    return f"{booked:%y%m%d}EXAMPLE{place:03}"
