"""K2, design.md §3: how far the bank's feed of an account reaches."""

from datetime import date

from tests.simulation.oracle import days
from tests.simulation.oracle.facts import Fact, Known, World, as_date, cents, remembered
from tests.simulation.oracle.identity import purse


@remembered
def fed_through(world: World, creditor: str, account: str, now: Known) -> date | None:
    """The last day an account is fed through; a feed with count and sum, and those behind it, wait to tie."""
    payments = [p for p in purse(world).known(now, creditor) if p.data["account"] == account]
    through: date | None = None
    used, whole = 0, True
    for feed in world.known("bank-feed.completed", now, creditor=creditor, account=account):
        d = feed.data
        if d.get("count") is None and d.get("sum") is None:
            whole, used = True, len([p for p in payments if p.known <= feed.known])
        else:
            count = d.get("count")
            if count is None:
                count = len([p for p in payments[used:] if p.known <= feed.known])
            batch = payments[used : used + count]
            used += count
            tied = len(batch) == count
            if d.get("sum") is not None:
                tied = tied and sum(p.amount for p in batch) == cents(d["sum"])
            whole = whole and tied
        day = _counted_through(world, feed, now)
        if whole and day is not None:
            through = day if through is None else max(through, day)
    return through


def _counted_through(world: World, feed: Fact, now: Known) -> date | None:
    """K2: the last of a feed's days that counts, or None: today from its end on, what was withdrawn no longer."""
    d = feed.data
    through, told = as_date(d["through"]), world.day_of(d["creditor"], feed.known)
    if through > told:
        return None
    if through == told and world.day_of(d["creditor"], now) <= told:
        through -= days.DAY
    for back in world.known("bank-feed.withdrawn", now, creditor=d["creditor"], account=d["account"]):
        if (back.at, back.id) > (feed.at, feed.id):
            through = min(through, as_date(back.data["through"]))
    return through


@remembered
def reaches_tomorrow(world: World, creditor: str, now: Known) -> bool:
    """K2: a feed that said more than anybody can know is a dead letter, and holds (K5)."""
    return any(
        as_date(f.data["through"]) > world.day_of(creditor, f.known)
        for f in world.known("bank-feed.completed", now, creditor=creditor)
    )
