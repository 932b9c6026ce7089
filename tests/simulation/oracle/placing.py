"""M3: where a payment goes, as far as it is known at a moment."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tests.simulation.oracle.facts import Fact, Invoice, Known, World, as_date, cents
from tests.simulation.oracle.records import Letter


@dataclass
class Money:
    """A payment as placed: on a receivable, on the receivables of a letter, or on the account."""

    fact: Fact
    known: Known
    day: date
    amount: int
    currency: str
    invoice: str | None = None
    invoices: tuple[str, ...] | None = None


def _reversed_amount(world: World, fact: Fact, now: Known) -> int | None:
    """What of a payment was taken back, or None for all of it."""
    amount = 0
    for reversal in world.known("payment.reversed", now, account=fact.data["account"], payment=fact.data["payment"]):
        if reversal.data.get("amount") is None:
            return None
        amount += cents(reversal.data["amount"])
    return amount


class Target(NamedTuple):
    """Whose money it is: an invoice's, that of the invoices of a letter, or (both None) the account's."""

    debtor: str
    known: Known
    invoice: str | None = None
    invoices: tuple[str, ...] | None = None


def target(world: World, fact: Fact, letters: list[Letter], now: Known) -> Target | None:
    """Where a payment belongs: by its reference, else as a person assigned it, else by its debtor; or None."""
    reference = fact.data.get("reference")
    if reference:
        for invoice in world.invoices:
            if (invoice.creditor, invoice.reference) == (fact.data["creditor"], reference) and invoice.known <= now:
                known = max(fact.known, invoice.known)
                return Target(invoice.debtor, known, invoice.id) if _same_currency(invoice, fact) else None
        for letter in letters:
            if letter_reference(letter) == reference and letter.known <= fact.known:
                listed = tuple(row.invoice for row in letter.rows)
                return Target(letter.debtor, fact.known, None, listed) if _same_currency(letter, fact) else None
    return _assigned(world, fact, now) or _by_debtor(world, fact, now)


def _same_currency(owed: Invoice | Letter, fact: Fact) -> bool:
    return bool(owed.currency == fact.data["currency"])


def _assigned(world: World, fact: Fact, now: Known) -> Target | None:
    assigned = world.known("payment.assigned", now, account=fact.data["account"], payment=fact.data["payment"])
    if not assigned:
        return None
    last = assigned[-1]
    return Target(last.data["debtor"], max(fact.known, last.known), last.data.get("invoice"))


def _by_debtor(world: World, fact: Fact, now: Known) -> Target | None:
    debtor = fact.data.get("debtor")
    if debtor is None or fact.data.get("reference"):
        return None
    theirs = world.invoices_of(fact.data["creditor"], debtor, now)
    return Target(debtor, max(fact.known, min(i.known for i in theirs))) if theirs else None


def letter_reference(letter: Letter) -> str:
    """A letter's own reference cannot be foretold: histories name it like this, and compare puts in the real one."""
    return f"@letter:{letter.debtor}:{letter.day}"


def placed_money(world: World, creditor: str, debtor: str, letters: list[Letter], now: Known) -> list[Money]:
    consumer = world.party(creditor, debtor, now).get("kind") == "consumer"
    found = []
    for fact in world.known("payment.received", now, creditor=creditor):
        to = target(world, fact, letters, now)
        if to is None or to.debtor != debtor:
            continue
        back = _reversed_amount(world, fact, now)
        amount = 0 if back is None else cents(fact.data["amount"]) - back
        if amount <= 0:
            continue
        day = as_date(fact.data["paid"] if consumer else fact.data["booked"])
        found.append(Money(fact, to.known, day, amount, fact.data["currency"], to.invoice, to.invoices))
    return found


def unmatched_money(world: World, creditor: str, letters: list[Letter], now: Known) -> list[Fact]:
    """Payments that nobody has placed, refunded or reversed."""
    found = []
    for fact in world.known("payment.received", now, creditor=creditor):
        if target(world, fact, letters, now) is None and _reversed_amount(world, fact, now) == 0:
            refunds = world.known("payment.refunded", now, account=fact.data["account"], payment=fact.data["payment"])
            if not refunds:
                found.append(fact)
    return found
