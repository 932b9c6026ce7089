"""G5: instalment plans at a moment: which hold a receivable, what of them is due, missed and paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.simulation.oracle import days
from tests.simulation.oracle.fact import Fact, Known, as_date, cents
from tests.simulation.oracle.facts import World, remembered
from tests.simulation.oracle.invoices import Invoice

GRACE = 5


@dataclass(frozen=True)
class Plan:
    """A plan that holds some receivables, by their ids, at a moment."""

    fact: Fact
    held: tuple[str, ...]

    @property
    def instalments(self) -> list[tuple[date, int]]:
        found = ((as_date(part["due"]), cents(part["amount"])) for part in self.fact.data["instalments"])
        return sorted(found, key=lambda part: part[0])

    def asked_by(self, day: date) -> int:
        """All instalments due by a day, rolled, and the next one."""
        due = [amount for due, amount in self.instalments if days.rolled(due) <= day]
        coming = [amount for due, amount in self.instalments if days.rolled(due) > day]
        return sum(due + coming[:1])

    def missed_on(self, day: date) -> list[tuple[date, int]]:
        """The instalments that are missed by five banking days."""
        return [part for part in self.instalments if days.banking_day_after(days.rolled(part[0]), GRACE) <= day]

    def first_unpaid(self, paid: int) -> date:
        """When the earliest instalment is due of which something is unpaid."""
        for due, amount in self.instalments:
            paid -= amount
            if paid < 0:
                return due
        return date.max


@remembered
def plan_of(world: World, invoice: Invoice, now: Known) -> Fact | None:
    """The latest agreement over a receivable, unless that has ended."""
    agreed = world.known("plan.agreed", now, creditor=invoice.creditor, debtor=invoice.debtor)
    over = [fact for fact in agreed if _names(fact, invoice)]
    if not over:
        return None
    latest = max(over, key=lambda fact: fact.rank)
    for ended in world.known("plan.ended", now, creditor=invoice.creditor, debtor=invoice.debtor):
        named = ended.data.get("invoices") or latest.data["invoices"]
        if ended.rank > latest.rank and set(named) & set(latest.data["invoices"]):
            return None
    return latest


def _names(agreed: Fact, invoice: Invoice) -> bool:
    return any(invoice.is_named(named) for named in agreed.data["invoices"])


def plans_of(world: World, creditor: str, debtor: str, now: Known) -> list[Plan]:
    """The plans that hold receivables of an account."""
    held: dict[str, tuple[Fact, list[str]]] = {}
    for invoice in world.invoices_of(creditor, debtor, now):
        fact = plan_of(world, invoice, now)
        if fact is not None:
            held.setdefault(fact.id, (fact, []))[1].append(invoice.id)
    return [Plan(fact, tuple(invoices)) for fact, invoices in held.values()]


def in_turn(plans: list[Plan], paid: Callable[[Plan], int]) -> list[Plan]:
    """The one with the earliest unpaid instalment first, then by id."""
    return sorted(plans, key=lambda plan: (plan.first_unpaid(paid(plan)), plan.fact.id))


def days_of_use(agreed: dict[str, Any]) -> list[date]:
    """The days from which credit may pay another instalment."""
    return [days.rolled(as_date(part["due"])) for part in agreed["instalments"]]
