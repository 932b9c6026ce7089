"""What holds of every history, whatever its letters say: no cent is lost or doubled, no letter asks what was paid."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from services.reporting.reconcile.reconciliation import Reconciliation
from tests.simulation.oracle.fact import LAST, Known, cents, money
from tests.simulation.oracle.facts import World
from tests.simulation.oracle.identity import Payment, purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.placing import carrying

Letter = dict[str, Any]


def violations(world: World, creditor: str, letters: list[Letter], books: Reconciliation, until: str) -> list[str]:
    """Each as a sentence; none when all is well. ``letters``: those that the program wrote, with their receivables."""
    end = _end_of(world, creditor, date.fromisoformat(until))
    return [*_money_nowhere(books), *_money_miscounted(world, creditor, books, end), *_asked_twice(world, letters)]


def _end_of(world: World, creditor: str, day: date) -> Known:
    return (datetime.combine(day, time(23, 59, 59, 999999), world.zone(creditor)), LAST)


def _money_nowhere(books: Reconciliation) -> Iterator[str]:
    """Received is placed, credit, unmatched, refunded or returned: each cent in exactly one of these."""
    for each in books.accounts:
        if each.places.difference:
            yield f"{each.account} {each.currency}: {money(each.places.difference)} received lies nowhere"
    for found in books.discrepancies:
        if found.what == "payment":
            yield f"payment {found.words}"


def _money_miscounted(world: World, creditor: str, books: Reconciliation, end: Known) -> Iterator[str]:
    """What came in and stayed is what the oracle counts, each money once (B1, B2)."""
    expected: defaultdict[tuple[str, str], int] = defaultdict(int)
    for paid in purse(world).known(end, creditor):
        returned = purse(world).returned(paid, end)
        if returned is not None and not purse(world).is_other_money(paid, end):
            expected[paid.data["account"], paid.data["currency"]] += max(0, paid.amount - returned)
    counted = {(x.account, x.currency): x.places.received - x.places.returned for x in books.accounts}
    for account, currency in sorted({*expected, *counted}):
        ours, theirs = expected[account, currency], counted.get((account, currency), 0)
        if ours != theirs:
            yield f"{account} {currency}: {money(theirs)} came in and stayed, the oracle counts {money(ours)}"


# -- letters ----------------------------------------------------------------------------------------------------------


def _asked_twice(world: World, letters: list[Letter]) -> Iterator[str]:
    """A letter asks no more than invoices less credit notes and their own money, and what letters have added.

    Not so where money went back or an invoice was corrected: what letters had added is then counted anew (M1).
    """
    for creditor, debtor in world.accounts():
        if _is_counted_anew(world, creditor, debtor):
            continue
        added = _taken(world, (creditor, debtor))
        for letter in (x for x in letters if x["debtor"] == debtor):
            added += sum(cents(letter[name]) for name in ("fee", "interest", "fixed_compensation"))
            before: Known = (datetime.combine(date.fromisoformat(letter["date"]), time(), world.zone(creditor)), 0)
            after = _end_of(world, creditor, date.fromisoformat(letter["date"]))
            listed = {line["invoice"] for line in letter["receivables"]}
            theirs = [i for i in world.invoices_of(creditor, debtor, after) if i.id in listed]
            most = added + sum(_open_at_most(world, i, before, after) for i in theirs)
            if cents(letter["total"]) > most:
                yield f"{letter['date']} {debtor}: asks {letter['total']}, at most {money(most)} is open"


def _is_counted_anew(world: World, creditor: str, debtor: str) -> bool:
    told = purse(world)
    references = {i.reference for i in world.invoices if (i.creditor, i.debtor) == (creditor, debtor)}
    back = [p for p in told.payments if p in told.gone or told.returns[p] or told.refunds[p]]
    theirs = any(p.data.get("reference") in references or p.data.get("debtor") == debtor for p in back)
    letters = any(str(p.data.get("reference")).startswith(f"@letter:{debtor}:") for p in back)
    assigned = any(f.data["debtor"] == debtor for p in back for f in told.assignments[p])
    corrected = any(f.data["debtor"] == debtor for found in world.corrections.values() for f in found)
    return theirs or letters or assigned or corrected


def _taken(world: World, account: tuple[str, str]) -> int:
    """The fees of steps taken before Eräpäivä."""
    return sum(cents(t["fee"]) for i in world.invoices if (i.creditor, i.debtor) == account for t in i.taken)


def _open_at_most(world: World, invoice: Invoice, before: Known, after: Known) -> int:
    """The invoice less what was known to be credited and paid on the day before, and never given back."""
    left = max(world.amount(invoice, before), world.amount(invoice, after))
    if not invoice.is_part:
        notes = world.known("invoice.credited", before, creditor=invoice.creditor, invoice=invoice.number)
        left -= sum(cents(note.data["amount"]) for note in notes)
    left -= sum(p.amount for p in purse(world).known(before, invoice.creditor) if _is_its_own(world, p, invoice, after))
    return max(0, left)


def _is_its_own(world: World, paid: Payment, invoice: Invoice, now: Known) -> bool:
    """Money with the invoice's own reference that no one else's bears, and that stays."""
    if paid.data.get("reference") != invoice.reference or paid.data["currency"] != invoice.currency:
        return False
    told = purse(world)
    gone = (
        paid in told.gone
        or told.returns[paid]
        or told.refunds[paid]
        or told.assignments[paid]
        or told.denials[paid]
        or told.sames[paid]
    )
    return not gone and paid.twice_of is None and carrying(world, paid, now) == [invoice]
