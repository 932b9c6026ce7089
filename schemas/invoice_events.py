"""The public events of billing systems about one invoice (design.md §4; rules.md M4, M7, M9, M10)."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from schemas.data import AccountData
from schemas.fields import (
    Currency,
    Day,
    Flag,
    Identifier,
    Part,
    PercentFromZero,
    PositiveAmount,
    Reference,
    Text,
)
from schemas.parties import Party
from schemas.policy import TakenStep


class InvoiceData(AccountData):
    """The data of a billing system's event about one invoice; ``invoice`` is unique per creditor."""

    topic: ClassVar[str] = "invoices"

    invoice: Identifier


class CashDiscount(Part):
    """What is taken off an invoice that is paid by the day ``through``; ``amount`` is in its currency (rules.md M8)."""

    through: Day
    amount: PositiveAmount


class InvoicePart(Part):
    """One of the parts in which an invoice is to be paid; without ``reference`` by the invoice's (rules.md M9)."""

    due: Day
    amount: PositiveAmount
    reference: Reference | None = None


def part_number(invoice: str, number: int) -> str:
    """The id of an invoice's part as of a receivable; ``number`` counts from 1 (rules.md M9)."""
    return f"{invoice}/{number}"


class InvoiceIssued(InvoiceData):
    """An invoice was issued: a receivable begins.

    Without ``sent`` it was sent on the day ``issued``. ``late_interest`` is percent a year (rules.md I2); ``taken`` are
    dunning steps taken before Eräpäivä (rules.md S3); ``discounts`` what is taken off for early payment (rules.md M8).
    With ``parts`` each of them is a receivable, due on its own day (rules.md M9). ``corrects`` is the number of the
    invoice that this one corrects (rules.md M10).
    """

    event_type: ClassVar[str] = "invoice.issued.v1"

    party: Party
    reference: Reference
    issued: Day
    sent: Day | None = None
    due: Day
    due_agreed: Flag | None = None
    interest_stated: Flag | None = None
    amount: PositiveAmount
    currency: Currency
    subject: Text | None = None
    late_interest: PercentFromZero | None = None
    taken: Annotated[tuple[TakenStep, ...], Field(max_length=100)] = ()
    discounts: Annotated[tuple[CashDiscount, ...], Field(max_length=10)] = ()
    parts: Annotated[tuple[InvoicePart, ...], Field(max_length=100)] = ()
    corrects: Identifier | None = None

    @model_validator(mode="after")
    def _discounts_leave_something(self) -> Self:
        if any(discount.amount >= self.amount for discount in self.discounts):
            raise ValueError("a discount takes off the whole invoice; let each be less than amount")
        if self.discounts and self.parts:
            raise ValueError("discounts of an invoice in parts say not of which part; leave discounts or parts out")
        return self

    @model_validator(mode="after")
    def _parts_make_the_invoice(self) -> Self:
        if len(self.parts) == 1:
            raise ValueError("parts has only one; leave parts out and give its day as due")
        if self.parts and sum(part.amount for part in self.parts) != self.amount:
            raise ValueError("parts do not sum to amount; give every part with its whole amount, or leave parts out")
        return self


class InvoiceCredited(InvoiceData):
    """A credit note reduces an invoice, as if from its beginning (rules.md M4)."""

    event_type: ClassVar[str] = "invoice.credited.v1"

    credit_note: Identifier
    amount: PositiveAmount
    currency: Currency
    issued: Day


class InvoiceCancelled(InvoiceData):
    """An invoice was cancelled: its receivable is closed as if it had never been (rules.md M4)."""

    event_type: ClassVar[str] = "invoice.cancelled.v1"

    reason: Text


class InvoiceRescheduled(InvoiceData):
    """An invoice has a new due date (rules.md M7)."""

    event_type: ClassVar[str] = "invoice.rescheduled.v1"

    due: Day
