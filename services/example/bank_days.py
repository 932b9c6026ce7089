"""The example's bank, day by day: what it tells on a banking morning of the banking day before."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.example.books import Booking, Books, mornings
from services.example.company import COUNTRY
from services.law.calendar import banking_days_before

_FEE_CENTS: Final = 12_40
"""What the bank takes for its services on the last banking day of a month."""


@dataclass(frozen=True)
class Payment:
    """A booking with the name and the reference that the bank tells of it."""

    booking: Booking
    payer: str
    reference: str


@dataclass(frozen=True)
class Day:
    """A banking day as the bank tells of it on the next ``morning``; ``number``: of its statement in the year."""

    morning: date
    booked: date
    number: int
    payments: tuple[Payment, ...]

    @property
    def received(self) -> int:
        """Cents that came."""
        return sum(payment.booking.paid.cents for payment in self.payments)

    @property
    def fee(self) -> int:
        """Cents that the bank took."""
        return _FEE_CENTS if self.booked.month != self.morning.month else 0

    @property
    def archive_id(self) -> str:
        """The bank's reference for the sum of the day's reference payments."""
        return f"{self.booked:%y%m%d}EXAMPLESUM"


def bank_days(books: Books) -> list[Day]:
    """All days of which the bank tells, in their order."""
    return [
        Day(
            morning,
            banking_days_before(morning, 1, COUNTRY),
            number,
            tuple(_told(booking, books) for booking in books.bookings if booking.known == morning),
        )
        for number, morning in enumerate(mornings(), start=1)
    ]


def _told(booking: Booking, books: Books) -> Payment:
    paid = booking.paid
    invoice = books.invoice(paid.debtor, paid.nth)
    reference = invoice.reference if paid.reference is None else paid.reference
    return Payment(booking, paid.payer or invoice.debtor.name, reference)
