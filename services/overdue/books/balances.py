"""What the books of an account hold on a day: balances by receivable, unused credit, and what each letter booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from services.law.figures import Law
from services.overdue.account import Receivable, Reduction
from services.overdue.entry_terms import EntryTerms

RefusalReason = Literal["lapsed", "other-currency"]
"""Why an account does not take a payment that was placed on it (rules.md M3)."""


@dataclass(slots=True)
class OpenReceivable:
    """A receivable in the books: its open amounts by class, and what fees and dates past entries left.

    ``fees`` counts reminder fees whole (rules.md F3, F4); ``history`` holds the principal after each day's entries;
    ``discounts`` are those offered, each with the last day on which it is earned, in minor units (M8); ``reopened`` the
    days of refunds that opened it again (M5, G9); ``given_up`` the principal written off on each day; ``lapses`` is the
    day from which the debt may no longer be collected (act 728/2003; G8).
    """

    receivable: Receivable
    effective_due: date
    lapses: date
    principal: int
    interest: int = 0
    costs: int = 0
    fees: int = 0
    compensated: bool = False
    first_interest_letter: date | None = None
    claimed_through: date | None = None
    received: int = 0
    credited: int = 0
    waived: int = 0
    written_off: int = 0
    discount_taken: int = 0
    discounts: list[tuple[date, int]] = field(default_factory=list)
    reopened: list[date] = field(default_factory=list)
    given_up: list[tuple[date, int]] = field(default_factory=list)
    history: list[tuple[date, int]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        """Principal, interest and costs together."""
        return self.principal + self.interest + self.costs

    @property
    def reduced(self) -> bool:
        """Whether money or a credit note has lessened it, and was not taken back (rules.md M5, M6)."""
        return self.received > 0 or self.credited > 0

    def remember(self, day: date) -> None:
        """Note the principal that is open after entries of a day, from which interest is counted."""
        if self.history and self.history[-1][0] == day:
            self.history[-1] = (day, self.principal)
        else:
            self.history.append((day, self.principal))

    def interrupt(self, day: date, law: Law) -> None:
        """A letter, a payment or an acknowledgement starts limitation anew (act 728/2003 10, 13 §; rules.md G8)."""
        if day < self.lapses:
            self.lapses = max(self.lapses, law.limitation_end(day))


def reduce_all(entries: Sequence[OpenReceivable], cut: Reduction) -> None:
    """Waive or write off class by class of a receivable; of an invoice in parts the last one first (rules.md M9)."""
    names = ("costs",) if cut.of == "costs" else ("principal", "interest", "costs")
    left = sum(entry.balance for entry in entries) if cut.amount is None else cut.amount
    for entry in reversed(entries):
        for name in names:
            part = min(left, getattr(entry, name))
            setattr(entry, name, getattr(entry, name) - part)
            if name == "principal" and part:
                entry.given_up.append((cut.day, part))
            entry.written_off += part
            left -= part
        entry.remember(cut.day)


@dataclass(slots=True)
class Booking:
    """What a letter booked on one receivable, in minor units."""

    interest: int = 0
    fee: int = 0
    compensation: int = 0


@dataclass(slots=True)
class UnusedCredit:
    """Money of the debtor that is not used: on which day it arose, how much, in which currency, from which payment.

    ``payment`` is the payment's key; of the credit of credit notes the currency. ``terms`` are those of its entry.
    ``known``: the instant from which it is known to be credit, which may lie after its day.
    """

    day: date
    amount: int
    currency: str
    payment: str
    terms: EntryTerms
    known: datetime


@dataclass(slots=True)
class AllocatedMoney:
    """How much of a payment paid principal, interest and costs, and how much refunds gave back, in minor units."""

    principal: int = 0
    interest: int = 0
    costs: int = 0
    given_back: int = 0


@dataclass(slots=True)
class Books:
    """An account's balances on a day.

    ``open`` are the receivables by invoice, paid ones too; ``credit`` is money that is not used. ``bookings`` are what
    each letter booked, by notice and invoice; ``fee_days`` the days on which fees were booked or forgiven. ``refused``
    says why payments are not taken, by payment. ``paid_by`` says how much each payment paid on each invoice, ``uses``
    by class. ``plan_paid`` is what counts as paid of each plan in force, by its id (G5).
    """

    open: dict[str, OpenReceivable]
    credit: list[UnusedCredit] = field(default_factory=list)
    fee_days: list[date] = field(default_factory=list)
    bookings: dict[str, dict[str, Booking]] = field(default_factory=dict)
    refused: dict[str, RefusalReason] = field(default_factory=dict)
    paid_by: dict[str, dict[str, int]] = field(default_factory=dict)
    uses: dict[str, AllocatedMoney] = field(default_factory=dict)
    plan_paid: dict[str, int] = field(default_factory=dict)

    def principal_of(self, receivable: Receivable) -> int:
        """The open principal of a receivable, in minor units."""
        return self.open[receivable.invoice].principal
