"""What has passed (C4, S1), what is stopped (G1-G5) and what must wait a while (G9)."""

from datetime import date, timedelta

from tests.simulation.oracle import days
from tests.simulation.oracle.fact import Fact, Known, as_date, cents
from tests.simulation.oracle.facts import World, remembered
from tests.simulation.oracle.feeds import fed_through
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.plans import plan_of


def passed(world: World, creditor: str, debtor: str, day: date, now: Known) -> bool:
    """C4: the day is over, and a payment made on it would be in."""
    today = world.day_of(creditor, now)
    policy = world.policy(creditor, debtor, now)
    if policy is None:
        return False
    if policy.get("feed_max_age") is None:
        return today >= days.banking_day_after(day, 2)
    return today > day and _all_fed(world, creditor, days.banking_day_after(day), now)


def stale_feed(world: World, creditor: str, debtor: str, now: Known) -> bool:
    """G1."""
    today = world.day_of(creditor, now)
    age = (world.policy(creditor, debtor, now) or {}).get("feed_max_age")
    if age is None:
        return False
    return not _all_fed(world, creditor, days.banking_day_before(today, age), now)


def _all_fed(world: World, creditor: str, day: date, now: Known) -> bool:
    record = world.creditor(creditor, now)
    if record is None:
        return False
    for account in record["accounts"]:
        through = fed_through(world, creditor, account["iban"], now)
        if through is None or through < day:
            return False
    return True


def _for(world: World, kind: str, invoice: Invoice, now: Known) -> list[Fact]:
    """Events of a kind about the invoice or its whole account."""
    return [
        f
        for f in world.known(kind, now, creditor=invoice.creditor, debtor=invoice.debtor)
        if invoice.is_named(f.data.get("invoice"))
    ]


def _first_ending(world: World, kind: str, start: Fact, invoice: Invoice, now: Known) -> Fact | None:
    """The first ending event of the same debtor and invoice (the whole speaks of all parts) that came after it."""
    for fact in world.known(kind, now, creditor=start.data["creditor"], debtor=start.data["debtor"]):
        if fact.known > start.known and _ends(fact, start, invoice):
            return fact
    return None


def _ends(ending: Fact, start: Fact, invoice: Invoice) -> bool:
    """An event about an invoice ends what is about that invoice, one about the account what is about the account."""
    named = ending.data.get("invoice")
    return (named is None) == (start.data.get("invoice") is None) and invoice.is_named(named)


# -- disputes ---------------------------------------------------------------------------------------------------


def _dispute_end(world: World, raised: Fact, invoice: Invoice, now: Known) -> Fact | None:
    """The fact that ended a dispute, or None while it lasts."""
    d = raised.data
    ends = []
    for settled in world.known("dispute.settled", now, creditor=d["creditor"], debtor=d["debtor"]):
        if settled.known < raised.known or not _ends(settled, raised, invoice):
            continue
        if settled.data["outcome"] in ("unfounded", "withdrawn"):
            ends.append(settled)
            continue
        for kind in ("invoice.credited", "invoice.cancelled", "receivable.written-off"):
            ends += [
                max(settled, answer, key=lambda f: f.known)
                for answer in world.known(kind, now, creditor=d["creditor"], debtor=d["debtor"])
                if answer.known > raised.known
                and (d.get("invoice") is None or invoice.is_named(answer.data["invoice"]))
            ]
        ends += [
            max(settled, answer, key=lambda f: f.known)
            for answer in world.corrections_in_force(invoice, now)
            if answer.known > raised.known
        ]
    return min(ends, key=lambda f: f.known, default=None)


@remembered
def disputed(world: World, invoice: Invoice, now: Known) -> tuple[bool, int]:
    """(is the whole receivable disputed, the disputed amount otherwise)."""
    whole, part = False, 0
    for raised in _for(world, "dispute.raised", invoice, now):
        if _dispute_end(world, raised, invoice, now) is None:
            if raised.data.get("amount") is None:
                whole = True
            else:
                part += cents(raised.data["amount"])
    return whole, part


# -- the other stops --------------------------------------------------------------------------------------------


def held(world: World, invoice: Invoice, now: Known) -> bool:
    return world.is_asked(invoice, now) or _held_by_a_person(world, invoice, now)


def _held_by_a_person(world: World, invoice: Invoice, now: Known) -> bool:
    return bool(_holds(world, invoice, now))


def _holds(world: World, invoice: Invoice, now: Known) -> list[Fact]:
    """The holds that last."""
    today = world.day_of(invoice.creditor, now)
    return [
        placed
        for placed in _for(world, "hold.placed", invoice, now)
        if (placed.data.get("until") is None or today <= as_date(placed.data["until"]))
        and _first_ending(world, "hold.lifted", placed, invoice, now) is None
    ]


def suspended(world: World, invoice: Invoice, now: Known) -> bool:
    return any(
        _first_ending(world, "suspension.ended", request, invoice, now) is None
        for request in _suspension_requests(world, invoice, now)
    )


def _suspension_requests(world: World, invoice: Invoice, now: Known) -> list[Fact]:
    if world.party(invoice.creditor, invoice.debtor, now)["kind"] != "consumer":
        return []
    return _for(world, "suspension.requested", invoice, now)


def ever_suspended(world: World, invoice: Invoice, now: Known) -> bool:
    """G3: from the request on the receivable never again bears a fee."""
    for request in _suspension_requests(world, invoice, now):
        ended = _first_ending(world, "suspension.ended", request, invoice, now)
        if ended is None or ended.known > invoice.known:
            return True
    return False


def promised(world: World, invoice: Invoice, now: Known) -> bool:
    return any(
        not passed(world, invoice.creditor, invoice.debtor, days.rolled(as_date(f.data["until"])), now)
        for f in _for(world, "promise.made", invoice, now)
    )


def extended(world: World, invoice: Invoice, now: Known) -> bool:
    """M7: more time was granted, and that has not gone by."""
    granted = [f for f in _for(world, "extension.granted", invoice, now) if f.known >= invoice.known]
    return bool(granted) and world.due(invoice, now) >= world.day_of(invoice.creditor, now)


@remembered
def stopped(world: World, invoice: Invoice, now: Known) -> list[str]:
    """The codes of G2-G5 under which the whole receivable is (G0)."""
    codes = []
    if disputed(world, invoice, now)[0]:
        codes.append("disputed")
    if held(world, invoice, now):
        codes.append("held")
    if suspended(world, invoice, now):
        codes.append("suspended")
    if promised(world, invoice, now):
        codes.append("promised")
    if plan_of(world, invoice, now) is not None:
        codes.append("in-plan")
    return codes


def keeps_money_out(world: World, invoice: Invoice, now: Known) -> bool:
    """M3, G0: whether money that does not name the receivable passes by it.

    A plan, a promise, a hold for investigating and a correction that waits (M10) are no walls against money.
    """
    if disputed(world, invoice, now)[0] or suspended(world, invoice, now):
        return True
    return any("investigating" not in hold.data["reason"] for hold in _holds(world, invoice, now))


def waits_after_a_stop(world: World, invoice: Invoice, reversals: list[Fact], now: Known) -> bool:
    """G9: ten days after a dispute or suspension ended, or a payment was reversed."""
    ends = [_dispute_end(world, f, invoice, now) for f in _for(world, "dispute.raised", invoice, now)]
    ends += [
        _first_ending(world, "suspension.ended", f, invoice, now) for f in _suspension_requests(world, invoice, now)
    ]
    ends += reversals
    for fact in ends:
        if fact is not None:
            day = world.day_of(invoice.creditor, fact.known)
            until = days.rolled(day + timedelta(days=10))
            if not passed(world, invoice.creditor, invoice.debtor, until, now):
                return True
    return False
