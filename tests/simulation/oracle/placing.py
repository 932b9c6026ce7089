"""M3: where a payment goes, as far as it is known at a moment."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tests.simulation.oracle.fact import Known, as_date
from tests.simulation.oracle.facts import World, remembered
from tests.simulation.oracle.identity import Payment, purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.records import Letter


@dataclass
class Money:
    """A payment as placed: on one receivable or more that it names, on those of a letter, or on the account."""

    payment: Payment
    known: Known
    day: date
    amount: int
    currency: str
    named: tuple[str, ...] | None = None
    listed: tuple[str, ...] | None = None
    said: Known | None = None
    plan: str | None = None


class Target(NamedTuple):
    """Whose money it is: of receivables it names, those of a letter, or (both None) the account's.

    ``placed`` is false where the money names them in another currency than theirs (M3). ``said`` of the account's: when
    the money, or the person who assigned it, named the debtor; it pays what was known then, and is credit of the rest.
    """

    debtor: str
    known: Known
    named: tuple[str, ...] | None = None
    listed: tuple[str, ...] | None = None
    placed: bool = True
    said: Known | None = None
    plan: str | None = None


def target(world: World, paid: Payment, letters: list[Letter], now: Known) -> Target | None:
    """Where a payment belongs: by its reference, else as a person assigned it, else by its debtor; or None."""
    if purse(world).waits_as_twice(paid, now):
        return None
    if paid.data.get("reference"):
        if len(sharing(world, paid, now)) > 1:
            return _assigned(world, paid, now)
        found = _by_reference(world, paid, now) or _by_letter(paid, letters)
        if found is not None and found.placed:
            return found
        return _assigned(world, paid, now) or found
    return _assigned(world, paid, now) or _by_debtor(world, paid, now)


def carrying(world: World, paid: Payment, now: Known) -> list[Invoice]:
    """The receivables whose own reference the money has, or that of their whole invoice."""
    own, whole = _by_their_reference(world).get((paid.data["creditor"], paid.data["reference"]), ((), ()))
    denied = {f.data["debtor"] for f in purse(world).denials[paid] if f.known <= now}
    return [i for i in own or whole if i.known <= now and i.debtor not in denied]


_Carriers = dict[tuple[str, str], tuple[list[Invoice], list[Invoice]]]


@remembered
def _by_their_reference(world: World) -> _Carriers:
    """By creditor and reference: the receivables that have it, and the parts of invoices that have it."""
    found: _Carriers = {}
    for i in world.invoices:
        found.setdefault((i.creditor, i.reference), ([], []))[0].append(i)
        if i.is_part:
            found.setdefault((i.creditor, i.fact.data["reference"]), ([], []))[1].append(i)
    return found


def sharing(world: World, paid: Payment, now: Known) -> set[str]:
    """The debtors whose receivables share the payment's reference, as far as they were known when it came."""
    if not paid.data.get("reference"):
        return set()
    found = {i.debtor for i in carrying(world, paid, max(paid.known, _first_carrier(world, paid, now)))}
    return found - {f.data["debtor"] for f in purse(world).denials[paid] if f.known <= now}


def _first_carrier(world: World, paid: Payment, now: Known) -> Known:
    """When the first receivable of that reference was known: a placement stays (K3)."""
    return min((i.known for i in carrying(world, paid, now)), default=paid.known)


def _by_reference(world: World, paid: Payment, now: Known) -> Target | None:
    found = carrying(world, paid, now)
    if not found:
        return None
    found = [i for i in found if i.known <= max(paid.known, min(i.known for i in found))]
    first = found[0]
    denials = [f.known for f in purse(world).denials[paid] if f.known <= now]
    named = tuple(i.id for i in found if (i.debtor, i.number) == (first.debtor, first.number))
    return Target(first.debtor, max(paid.known, first.known, *denials), named, placed=_same_currency(first, paid))


def _by_letter(paid: Payment, letters: list[Letter]) -> Target | None:
    for letter in letters:
        if letter_reference(letter) == paid.data["reference"] and letter.known <= paid.known:
            listed = tuple(row.invoice for row in letter.rows)
            same = _same_currency(letter, paid)
            return Target(letter.debtor, paid.known, None, listed, placed=same, plan=letter.plan)
    return None


def _same_currency(owed: Invoice | Letter, paid: Payment) -> bool:
    return bool(owed.currency == paid.data["currency"])


def _assigned(world: World, paid: Payment, now: Known) -> Target | None:
    assigned = [f for f in purse(world).assignments[paid] if f.known <= now]
    if not assigned:
        return None
    last = assigned[-1]
    known = max(paid.known, last.known)
    if last.data.get("invoice") is None:
        return _on_account(world, paid, last.data["debtor"], known, now)
    theirs = world.invoices_of(paid.data["creditor"], last.data["debtor"], now)
    named = [i for i in theirs if i.is_named(last.data["invoice"])]
    same = all(_same_currency(i, paid) for i in named)
    return Target(last.data["debtor"], known, tuple(i.id for i in named), placed=same) if named else None


def _by_debtor(world: World, paid: Payment, now: Known) -> Target | None:
    debtor = paid.data.get("debtor")
    if debtor is None or paid.data.get("reference"):
        return None
    return _on_account(world, paid, debtor, paid.known, now)


def _on_account(world: World, paid: Payment, debtor: str, known: Known, now: Known) -> Target | None:
    theirs = world.invoices_of(paid.data["creditor"], debtor, now)
    if not theirs:
        return None
    same = [i.known for i in theirs if _same_currency(i, paid)]
    return Target(debtor, max(known, min(same or [i.known for i in theirs])), placed=bool(same), said=known)


def letter_reference(letter: Letter) -> str:
    """A letter's own reference cannot be foretold: histories name it like this, and compare puts in the real one."""
    return f"@letter:{letter.debtor}:{letter.day}"


def placed_money(
    world: World, creditor: str, debtor: str, letters: list[Letter], now: Known, undone: Known
) -> list[Money]:
    """The money of one account, each payment on its day (I5, K2) by the terms of its entry (K3).

    What was reversed by the moment ``undone`` never came.
    """
    found = []
    for paid in purse(world).known(now, creditor):
        to = target(world, paid, letters, now)
        if to is None or to.debtor != debtor or not to.placed or purse(world).is_other_money(paid, now):
            continue
        back = purse(world).returned(paid, undone)
        amount = 0 if back is None else paid.amount - back
        if amount <= 0:
            continue
        day = day_of_payment(world, paid, debtor, to.known)
        currency = paid.data["currency"]
        found.append(Money(paid, to.known, day, amount, currency, to.named, to.listed, to.said, to.plan))
    return found


def day_of_payment(world: World, paid: Payment, debtor: str, known: Known) -> date:
    """I5, K2: the payer's day or the bank's, never after the day on which it was known."""
    creditor = paid.data["creditor"]
    consumer = world.party(creditor, debtor, world.frontier(known)).get("kind") == "consumer"
    day = as_date(paid.data["paid"] if consumer else paid.data["booked"])
    return min(day, world.day_of(creditor, paid.known))


def unmatched_money(world: World, creditor: str, letters: list[Letter], now: Known) -> list[Payment]:
    """Payments that nobody has placed, refunded, reversed or called another's."""
    found = []
    for paid in purse(world).known(now, creditor):
        to = target(world, paid, letters, now)
        if to is not None and to.placed:
            continue
        gone = purse(world).returned(paid, now) != 0 or purse(world).refunded(paid, now)
        if not gone and not purse(world).is_other_money(paid, now):
            found.append(paid)
    return found
