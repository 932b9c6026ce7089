"""What each payment paid, in the order in which it did, so that a refund can open it again (rules.md M5)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from services.overdue.books.balances import AllocatedMoney, Books, OpenReceivable
from services.overdue.entry_terms import EntryTerms

PaidClass = Literal["principal", "interest", "costs"]


@dataclass(frozen=True, slots=True)
class PayingMoney:
    """Money that pays: its payment's key, the day on which its payer ``paid``, and the terms under which it does.

    Credit pays on the day on which it is used. ``known`` is the instant at which the money became known, of credit the
    end of the day on which it is used, where that is later.
    """

    payment: str
    paid: date
    terms: EntryTerms
    known: datetime


@dataclass(slots=True)
class PaidPart:
    """What money paid of one class of a receivable, in minor units; ``turn`` counts the uses of money."""

    turn: int
    money: PayingMoney
    entry: OpenReceivable
    of: PaidClass
    amount: int


@dataclass(slots=True)
class RestLetGo:
    """What was let go of a receivable after the use of money ``turn``, by class in minor units, and how.

    ``earned_by`` are the payments that earned a discount which later notes lessen; it falls with any of them.
    ``known`` is the instant at which what let it go became known.
    """

    turn: int
    known: datetime
    entry: OpenReceivable
    how: Literal["waived", "discount_taken"]
    principal: int
    interest: int
    costs: int
    earned_by: frozenset[str] = frozenset()

    def falls_with(self, part: PaidPart) -> bool:
        """Whether it is owed again when what a payment paid goes back (rules.md M5)."""
        after = part.money.payment in self.earned_by if self.earned_by else self.turn >= part.turn
        return self.entry is part.entry and after


@dataclass(slots=True)
class UsedMoney:
    """The uses of money in the books so far, the latest last, and what was let go after them."""

    books: Books
    parts: list[PaidPart] = field(default_factory=list)
    let_go: list[RestLetGo] = field(default_factory=list)
    turn: int = 0

    def of(self, payment: str) -> AllocatedMoney:
        """How a payment is used so far."""
        return self.books.uses.setdefault(payment, AllocatedMoney())

    def pay(self, money: PayingMoney, entry: OpenReceivable, of: PaidClass, amount: int) -> None:
        """A payment pays a part of one class of a receivable."""
        part = PaidPart(self.turn, money, entry, of, amount)
        self._move(part, amount)
        self.parts.append(part)

    def principal_paid_by(self, entry: OpenReceivable, day: date) -> int:
        """How much principal of the receivable its payers had paid by the end of a day (rules.md M8)."""
        parts = (part for part in self.parts if part.entry is entry and part.of == "principal")
        return sum(part.amount for part in parts if part.money.paid <= day)

    def paid_since(self, known: datetime, invoices: frozenset[str]) -> int:
        """What money known after an instant paid of receivables, with what was let go after it; in minor units."""
        paid = sum(part.amount for part in self.parts if part.money.known > known and _is_of(part.entry, invoices))
        rests = [rest for rest in self.let_go if rest.known > known and _is_of(rest.entry, invoices)]
        return paid + sum(rest.principal + rest.interest + rest.costs for rest in rests)

    def waive(self, entry: OpenReceivable, known: datetime) -> None:
        """All that is open of the receivable is waived, after money or a note known at an instant (rules.md M6)."""
        self.let_go.append(RestLetGo(self.turn, known, entry, "waived", entry.principal, entry.interest, entry.costs))
        entry.waived += entry.balance
        entry.principal = entry.interest = entry.costs = 0

    def take_discount(self, entry: OpenReceivable) -> None:
        """The principal that is open of the receivable is discount taken, after the money that paid last (M8)."""
        known = next((it.money.known for it in reversed(self.parts) if it.entry is entry), entry.receivable.known)
        self.let_go.append(RestLetGo(self.turn, known, entry, "discount_taken", entry.principal, 0, 0))
        entry.discount_taken += entry.principal
        entry.principal = 0

    def settle_discount(self, entry: OpenReceivable, amount: int, earned_by: frozenset[str]) -> None:
        """A discount of ``amount`` that these payments earned before the receivable changed (rules.md M8)."""
        known = entry.receivable.known
        self.let_go.append(RestLetGo(self.turn, known, entry, "discount_taken", amount, 0, 0, earned_by))
        entry.discount_taken += amount
        entry.principal -= amount

    def give_back(self, payment: str, amount: int) -> list[OpenReceivable]:
        """Open again what a payment paid, the latest part first, for a refund of ``amount``; what was opened."""
        opened: list[OpenReceivable] = []
        for part in reversed(self.parts):
            taken = min(amount, part.amount) if part.money.payment == payment else 0
            if taken > 0:
                part.amount -= taken
                self._move(part, -taken)
                self._ask_again(part)
                amount -= taken
                if part.entry not in opened:
                    opened.append(part.entry)
        return opened

    def _move(self, part: PaidPart, amount: int) -> None:
        """Money goes from a payment to a class of a receivable, or back where ``amount`` is below zero."""
        entry, use, name = part.entry, self.of(part.money.payment), part.of
        setattr(entry, name, getattr(entry, name) - amount)
        setattr(use, name, getattr(use, name) + amount)
        entry.received += amount
        paid = self.books.paid_by.setdefault(part.money.payment, {})
        paid[entry.receivable.invoice] = paid.get(entry.receivable.invoice, 0) + amount
        if not paid[entry.receivable.invoice]:
            del paid[entry.receivable.invoice]

    def _ask_again(self, part: PaidPart) -> None:
        """What was let go of the receivable after a payment that went back is owed again (rules.md M5)."""
        entry = part.entry
        for rest in [rest for rest in self.let_go if rest.falls_with(part)]:
            self.let_go.remove(rest)
            entry.principal += rest.principal
            entry.interest += rest.interest
            entry.costs += rest.costs
            setattr(entry, rest.how, getattr(entry, rest.how) - rest.principal - rest.interest - rest.costs)


def _is_of(entry: OpenReceivable, invoices: frozenset[str]) -> bool:
    return entry.receivable.invoice in invoices
