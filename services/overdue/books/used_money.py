"""What each payment paid, in the order in which it did, so that a refund can open it again (rules.md M5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from services.overdue.books.balances import AllocatedMoney, Books, OpenReceivable

PaidClass = Literal["principal", "interest", "costs"]


@dataclass(slots=True)
class PaidPart:
    """What a payment paid of one class of a receivable, in minor units; ``turn`` counts the uses of money."""

    turn: int
    payment: str
    entry: OpenReceivable
    of: PaidClass
    amount: int


@dataclass(slots=True)
class WaivedRest:
    """The rest of a receivable that was waived after the use of money ``turn``, by class in minor units."""

    turn: int
    entry: OpenReceivable
    principal: int
    interest: int
    costs: int


@dataclass(slots=True)
class UsedMoney:
    """The uses of money in the books so far, the latest last, and what was waived after them."""

    books: Books
    parts: list[PaidPart] = field(default_factory=list)
    waived: list[WaivedRest] = field(default_factory=list)
    turn: int = 0

    def of(self, payment: str) -> AllocatedMoney:
        """How a payment is used so far."""
        return self.books.uses.setdefault(payment, AllocatedMoney())

    def pay(self, payment: str, entry: OpenReceivable, of: PaidClass, amount: int) -> None:
        """A payment pays a part of one class of a receivable."""
        self._move(PaidPart(self.turn, payment, entry, of, 0), amount)
        self.parts.append(PaidPart(self.turn, payment, entry, of, amount))

    def waive(self, entry: OpenReceivable) -> None:
        """All that is open of the receivable is waived (rules.md M6)."""
        self.waived.append(WaivedRest(self.turn, entry, entry.principal, entry.interest, entry.costs))
        entry.waived += entry.balance
        entry.principal = entry.interest = entry.costs = 0

    def give_back(self, amount: int, most: Callable[[str], int]) -> Iterator[tuple[OpenReceivable, int]]:
        """Open again what payments paid, the latest part first, for a refund of ``amount``.

        ``most`` says how much of a payment may be taken. Yields each receivable that was opened and the amount.
        """
        for part in reversed(self.parts):
            taken = min(amount, part.amount, most(part.payment))
            if taken > 0:
                part.amount -= taken
                self._move(part, -taken)
                self.of(part.payment).given_back += taken
                self._waive_no_more(part)
                amount -= taken
                yield part.entry, taken

    def _move(self, part: PaidPart, amount: int) -> None:
        """Money goes from a payment to a class of a receivable, or back where ``amount`` is below zero."""
        entry, use, name = part.entry, self.of(part.payment), part.of
        setattr(entry, name, getattr(entry, name) - amount)
        setattr(use, name, getattr(use, name) + amount)
        entry.received += amount
        paid = self.books.paid_by.setdefault(part.payment, {})
        paid[entry.receivable.invoice] = paid.get(entry.receivable.invoice, 0) + amount
        if not paid[entry.receivable.invoice]:
            del paid[entry.receivable.invoice]

    def _waive_no_more(self, part: PaidPart) -> None:
        """What was waived of the receivable after a payment that went back is owed again (rules.md M5)."""
        entry = part.entry
        for rest in [rest for rest in self.waived if rest.entry is entry and rest.turn >= part.turn]:
            self.waived.remove(rest)
            entry.principal += rest.principal
            entry.interest += rest.interest
            entry.costs += rest.costs
            entry.waived -= rest.principal + rest.interest + rest.costs
