"""K2, design.md §3: how far the bank's feed of an account reaches."""

from datetime import date

from tests.simulation.oracle import days
from tests.simulation.oracle.fact import Fact, Known, as_date, cents
from tests.simulation.oracle.facts import World, remembered
from tests.simulation.oracle.identity import Payment, purse


@remembered
def fed_through(world: World, creditor: str, account: str, now: Known) -> date | None:
    """The last day an account is fed through: feeds with count or sum count as far as all of them tie together."""
    payments = [p for p in purse(world).known(now, creditor) if p.data["account"] == account]
    feeds = world.known("bank-feed.completed", now, creditor=creditor, account=account)
    counted: list[Fact] = []
    waiting: list[Fact] = []
    money: list[int] = []
    came: list[Payment | Fact] = [*payments, *feeds]
    for each in sorted(came, key=lambda each: each.known):
        if isinstance(each, Payment):
            money.append(each.amount)
        else:
            waiting.append(each)
        believed = bool(waiting) and not _has_figures(waiting[-1])
        tied = len(waiting) if believed else _tied(waiting, money)
        if tied:
            counted += waiting[:tied]
            waiting, money = waiting[tied:], []
    return max((day for feed in counted if (day := _counted_through(world, feed, now)) is not None), default=None)


def _has_figures(feed: Fact) -> bool:
    return feed.data.get("count") is not None or _sum(feed) is not None


def _sum(feed: Fact) -> str | None:
    """What came in, as the feed or its statement says."""
    told: str | None = feed.data.get("sum", (feed.data.get("statement") or {}).get("received"))
    return told


def _tied(waiting: list[Fact], money: list[int]) -> int:
    """How many of the feeds that wait have the figures of the money together."""
    for last in range(len(waiting), 0, -1):
        counts = [feed.data.get("count") for feed in waiting[:last]]
        sums = [_sum(feed) for feed in waiting[:last]]
        count_ties = None in counts or sum(each or 0 for each in counts) == len(money)
        if count_ties and (None in sums or sum(cents(each) for each in sums if each) == sum(money)):
            return last
    return 0


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
