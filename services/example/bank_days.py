"""The example's bank, day by day: what it reports on a banking morning about the banking day before."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.example.books import ExampleBooking, ExampleBooks, mornings
from services.example.company import COUNTRY
from services.law.calendar import banking_days_before

_FEE_CENTS: Final = 12_40
"""What the bank takes for its services on the last banking day of a month."""


@dataclass(frozen=True)
class ExampleBankLine:
    """A booking with the payer's name and the reference that the bank reports with it."""

    booking: ExampleBooking
    payer: str
    reference: str


@dataclass(frozen=True)
class ExampleBankDay:
    """A banking day as the bank reports it on the next ``morning``; ``number``: of its statement in the year."""

    morning: date
    booked: date
    number: int
    payments: tuple[ExampleBankLine, ...]

    @property
    def received(self) -> int:
        """Cents received on the day."""
        return sum(payment.booking.paid.cents for payment in self.payments)

    @property
    def fee(self) -> int:
        """Cents that the bank charged."""
        return _FEE_CENTS if self.booked.month != self.morning.month else 0

    @property
    def archive_id(self) -> str:
        """The bank's reference for the sum of the day's reference payments."""
        return f"{self.booked:%y%m%d}EXAMPLESUM"


def bank_days(books: ExampleBooks) -> list[ExampleBankDay]:
    """All days that the bank reports, in their order."""
    return [
        ExampleBankDay(
            morning,
            banking_days_before(morning, 1, COUNTRY),
            number,
            tuple(_bank_line(booking, books) for booking in books.bookings if booking.known == morning),
        )
        for number, morning in enumerate(mornings(), start=1)
    ]


def _bank_line(booking: ExampleBooking, books: ExampleBooks) -> ExampleBankLine:
    paid = booking.paid
    invoice = books.invoice(paid.debtor, paid.nth)
    reference = invoice.reference if paid.reference is None else paid.reference
    return ExampleBankLine(booking, paid.payer or invoice.debtor.name, reference)
