"""Invoices and their parts as receivables (M9)."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.simulation.oracle.fact import Fact, Known, as_date, cents


@dataclass(frozen=True)
class Invoice:
    """A receivable as it was issued, an invoice or a part of one (M9); the due date and the party may change later."""

    fact: Fact = field(hash=False)
    creditor: str
    debtor: str
    id: str
    number: str
    """The whole invoice's."""
    reference: str
    issued: date
    sent: date
    due: date
    agreed: bool | None
    interest_stated: bool
    amount: int
    currency: str
    late_interest: Decimal | None
    taken: tuple[dict[str, Any], ...] = field(hash=False)
    discounts: tuple[dict[str, Any], ...] = field(hash=False)

    @property
    def known(self) -> Known:
        return self.fact.known

    @property
    def is_part(self) -> bool:
        return self.id != self.number

    def is_named(self, invoice: str | None) -> bool:
        """Whether an event about this invoice, or (None) about the account, speaks of this receivable."""
        return invoice in (None, self.id, self.number)


def receivables_of(fact: Fact) -> list[Invoice]:
    """The receivables of an invoice: itself, or its parts 1001/1, 1001/2, …"""
    whole = invoice_of(fact)
    return [
        replace(
            whole,
            id=f"{whole.number}/{n}",
            reference=part.get("reference", ""),
            due=as_date(part["due"]),
            amount=cents(part["amount"]),
        )
        for n, part in enumerate(fact.data.get("parts") or (), 1)
    ] or [whole]


def invoice_of(fact: Fact) -> Invoice:
    d = fact.data
    issued = as_date(d["issued"])
    return Invoice(
        fact=fact,
        creditor=d["creditor"],
        debtor=d["debtor"],
        id=d["invoice"],
        number=d["invoice"],
        reference=d["reference"],
        issued=issued,
        sent=as_date(d["sent"]) if d.get("sent") else issued,
        due=as_date(d["due"]),
        agreed=d.get("due_agreed"),
        interest_stated=bool(d.get("interest_stated", False)),
        amount=cents(d["amount"]),
        currency=d["currency"],
        late_interest=Decimal(d["late_interest"]) if d.get("late_interest") is not None else None,
        taken=tuple(d.get("taken") or ()),
        discounts=tuple(d.get("discounts") or ()),
    )
