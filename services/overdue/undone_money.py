"""The entry of an account that says which payment was reversed, and what it had paid (rules.md M5, G9)."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(slots=True)
class UndoneMoney:
    """A reversal of ``amount`` minor units of a payment, and the ``invoices`` that this had paid or named.

    ``money`` is the payment's key within the account (`books.entries.payment_key`); ``invoices`` are found at each
    frontier (`books.reversed_money`).
    """

    known: datetime
    id: str
    day: date
    money: str
    amount: int
    invoices: tuple[str, ...] = ()
