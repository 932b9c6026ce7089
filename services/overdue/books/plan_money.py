"""Money and instalment plans: what counts as paid of a plan, and in which order money pays its receivables (G5).

A plan is a promise about money, not a wall against it: money that names no receivable pays a plan up to all instalments
that are due and the next one, then what is overdue, then the rest of the plan, then what is not due.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from services.law.calendar import roll
from services.overdue.account import Account, PaymentPlan, PlanInstalment
from services.overdue.books.balances import OpenReceivable
from services.overdue.books.parts import credited_of
from services.overdue.books.used_money import UsedMoney
from services.overdue.stops.in_force import held_plans


class PaidGroup(NamedTuple):
    """Receivables that money pays together; of a plan at most ``limit`` minor units."""

    entries: list[OpenReceivable]
    limit: int | None = None


class PlanInBooks(NamedTuple):
    """A plan in force, the ids of the receivables that it holds, and what is paid of it, in minor units."""

    plan: PaymentPlan
    held: frozenset[str]
    paid: int


def by_due(plan: PaymentPlan) -> list[PlanInstalment]:
    """The plan's instalments, the earliest due first."""
    return sorted(plan.instalments, key=lambda part: part.due)


def unpaid_of(plan: PaymentPlan, paid: int) -> list[int]:
    """What is unpaid of each instalment by due day, in minor units: what was paid pays the earliest first."""
    left = []
    for part in by_due(plan):
        left.append(max(0, part.amount - paid))
        paid = max(0, paid - part.amount)
    return left


def plan_order(item: PlanInBooks) -> tuple[date, str]:
    """Several plans: the one with the earliest unpaid instalment first, then by id (rules.md G5)."""
    unpaid = zip(by_due(item.plan), unpaid_of(item.plan, item.paid), strict=True)
    return next((part.due for part, left in unpaid if left), date.max), item.plan.id


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """The plans of an account in its books; ``used`` says what was paid so far."""

    account: Account
    used: UsedMoney
    country: str

    def in_force(self, at: datetime) -> list[PlanInBooks]:
        """The plans in force at an instant, in the order in which money pays them."""
        plans = held_plans(self.account, at)
        return sorted((PlanInBooks(plan, held, self._paid(plan, held)) for plan, held in plans), key=plan_order)

    def _paid(self, plan: PaymentPlan, held: frozenset[str]) -> int:
        """Payments and credit known after the agreement, as far as they stand, and credit notes; in minor units."""
        return self.used.paid_since(plan.known, held) + sum(self._credited(plan, invoice) for invoice in held)

    def _credited(self, plan: PaymentPlan, invoice: str) -> int:
        """What credit notes known after the agreement take of a receivable; more than its amount is credit."""
        receivable = self.account.receivables[invoice]
        if all(note.known <= plan.known for note in receivable.credit_notes):
            return 0
        before = [note for note in receivable.credit_notes if note.known <= plan.known]
        last = max(before, key=lambda note: (note.known, note.id), default=None)
        noted = 0 if last is None else credited_of(self.account, receivable, last)
        amount = receivable.amount_now
        return min(credited_of(self.account, receivable), amount) - min(noted, amount)

    def days_of_use(self) -> Iterator[date]:
        """The days on which plans let credit pay more: those of their agreements and instalments."""
        for plan in self.account.plans:
            yield plan.day
            yield from (roll(part.due, self.country) for part in plan.instalments)

    def groups(
        self,
        free: Sequence[OpenReceivable],
        at: datetime,
        day: date,
        is_overdue: Callable[[OpenReceivable], bool],
        first: str | None = None,
    ) -> Iterator[PaidGroup]:
        """In which order money of ``day`` pays the receivables that it may pay, but for those not in a plan or due.

        Plans are those in force at an instant; the plan ``first`` goes before the others.
        """
        plans = sorted(self.in_force(at), key=lambda item: item.plan.id != first) if self.account.plans else []
        in_plan = {invoice for item in plans for invoice in item.held}
        for item in plans:
            yield PaidGroup(_held(free, item), max(0, self._asked_by(item.plan, day) - item.paid))
        yield PaidGroup([each for each in free if each.receivable.invoice not in in_plan and is_overdue(each)])
        for item in plans:
            yield PaidGroup(_held(free, item))

    def _asked_by(self, plan: PaymentPlan, day: date) -> int:
        """All instalments due by a day and the next one, in minor units."""
        parts = by_due(plan)
        due = sum(roll(part.due, self.country) <= day for part in parts)
        return sum(part.amount for part in parts[: due + 1])


def _held(free: Sequence[OpenReceivable], item: PlanInBooks) -> list[OpenReceivable]:
    return [entry for entry in free if entry.receivable.invoice in item.held]
