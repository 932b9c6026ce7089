"""B1, B2: which tellings speak of one payment, and of which payment a later event speaks.

Payments of jsonl without a channel are told by nobody's bank message: only their ids and days count.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.simulation.oracle.days import banking_day_after
from tests.simulation.oracle.fact import Fact, Known, as_date, cents
from tests.simulation.oracle.facts import World

NOTIFICATION, STATEMENT = "notification", "statement"
FAR_TELLINGS = 5
"""So many banking days may lie between two tellings under one id (B2)."""
TRACES = ("end_to_end", "uetr", "instruction")


@dataclass(eq=False)
class Payment:
    """One money, with everything that was told of it."""

    fact: Fact
    tellings: list[Fact] = field(default_factory=list)
    twice_of: "Payment | None" = None

    @property
    def data(self) -> dict[str, Any]:
        return self.fact.data

    @property
    def known(self) -> Known:
        return self.fact.known

    @property
    def booked(self) -> date:
        return as_date(self.data["booked"])

    @property
    def amount(self) -> int:
        return cents(self.data["amount"])

    @property
    def ids(self) -> set[str]:
        """The archive ids of entry and transaction."""
        return {i for told in self.tellings for i in _archive_ids(told.data)}

    @property
    def channels(self) -> set[str | None]:
        return {told.data.get("channel") for told in self.tellings}

    def traces(self) -> set[tuple[str, str]]:
        return {t for told in self.tellings for t in _traces(told.data)}


def _archive_ids(d: dict[str, Any]) -> set[str]:
    entry = (d.get("ids") or {}).get("entry")
    return {d["payment"], entry} if entry else {d["payment"]}


def _traces(d: dict[str, Any]) -> set[tuple[str, str]]:
    ids = d.get("ids") or {}
    return {(name, ids[name]) for name in TRACES if ids.get(name) not in (None, "NOTPROVIDED")}


def _like(d: dict[str, Any]) -> tuple[Any, ...]:
    payer = d.get("payer") or {}
    words = d.get("reference") or d.get("message")
    return (d["booked"], d["amount"], d["currency"], words, payer.get("name"), payer.get("iban"))


class Purse:
    """All payments of a history, each once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.payments: list[Payment] = []
        self._of_account: defaultdict[str, list[Payment]] = defaultdict(list)
        for fact in world.by_kind.get("payment.received", ()):
            self._take(fact)
        self.returns: defaultdict[Payment, list[Fact]] = defaultdict(list)
        self.unfound: list[tuple[Fact, Payment | None]] = []
        for fact in world.by_kind.get("payment.reversed", ()):
            paid = self._returned(fact)
            if paid is None or paid.known > fact.known:
                self.unfound.append((fact, paid))
            if paid is not None:
                self.returns[paid].append(fact)
        self.gone = {paid: fact.known for fact, paid in self._no_longer_told()}
        self.refunds = self._spoken_of("payment.refunded", "payment_booked")
        self.assignments = self._spoken_of("payment.assigned", "booked")
        self.denials = self._spoken_of("payment.not-of", "booked")
        self.sames = self._spoken_of("payment.same-as", "booked")

    # -- one money told several times ---------------------------------------------------------------------------

    def _take(self, fact: Fact) -> None:
        theirs = self._of_account[fact.data["account"]]
        for paid in theirs:
            if self._is_told_again(paid, fact):
                paid.tellings.append(fact)
                return
        new = Payment(fact, [fact])
        new.twice_of = next((paid for paid in theirs if self._may_be_twice(paid, new)), None)
        theirs.append(new)
        self.payments.append(new)

    def _is_told_again(self, paid: Payment, fact: Fact) -> bool:
        d, first = fact.data, paid.data
        if "table" == d.get("channel") == first.get("channel") and "place" in d and "place" in first:
            return _like(d) == _like(first) and d["place"] == first["place"]
        if not paid.ids & _archive_ids(d):
            return self._is_paired(paid, fact)
        if d["booked"] == first["booked"]:
            if d["amount"] != first["amount"]:
                raise ValueError(f"two contents of {fact.id}: not a history this oracle can judge")
            return True
        same = (d["amount"], d.get("reference")) == (first["amount"], first.get("reference"))
        only_noted = paid.channels == {NOTIFICATION} or d.get("channel") == NOTIFICATION
        return same and only_noted and _are_near(as_date(d["booked"]), paid.booked)

    def _is_paired(self, paid: Payment, fact: Fact) -> bool:
        """No common id, but a statement tells one of the two: it speaks for its day, line by line."""
        alike = self._tell_alike(paid, fact.data)
        return alike and STATEMENT in {*paid.channels, fact.data["channel"]}

    def _tell_alike(self, paid: Payment, d: dict[str, Any]) -> bool:
        """Two channels tell money of the same like."""
        channel = d.get("channel")
        if channel is None or None in paid.channels or channel in paid.channels:
            return False
        return _like(paid.data) == _like(d)

    def _may_be_twice(self, paid: Payment, new: Payment) -> bool:
        return self._tell_alike(paid, new.data) and paid.twice_of is None

    # -- corrected statements -----------------------------------------------------------------------------------

    def _no_longer_told(self) -> list[tuple[Fact, Payment]]:
        """B2: each payment that a corrected statement leaves out, and the completion by which it is no money."""
        gone: list[tuple[Fact, Payment]] = []
        before: dict[tuple[str, ...], tuple[Fact, list[Payment]]] = {}
        for fact in self.world.by_kind.get("bank-feed.completed", ()):
            statement = fact.data.get("statement") or {}
            if statement.get("number") is None:
                continue
            name = (fact.data["account"], statement["currency"], f"{fact.data['through'][:4]}/{statement['number']}")
            since = before[name][0].known if name in before else None
            lines = [p for p in self._of_account[name[0]] if any(_stands_in(t, name, since, fact) for t in p.tellings)]
            if name in before:
                if sum(p.amount for p in lines) != cents(statement["received"]):
                    raise ValueError(f"{fact.id} does not tie: not a history this oracle can judge")
                gone += [(fact, p) for p in before[name][1] if p not in lines]
            before[name] = (fact, lines)
        return gone

    # -- who is spoken of ---------------------------------------------------------------------------------------

    def _spoken_of(self, kind: str, day: str) -> defaultdict[Payment, list[Fact]]:
        found: defaultdict[Payment, list[Fact]] = defaultdict(list)
        for fact in self.world.by_kind.get(kind, ()):
            paid = self.named(fact.data, fact.data["payment"], fact.data.get(day))
            if paid is not None:
                found[paid].append(fact)
        return found

    def named(self, d: dict[str, Any], name: str, booked: str | None) -> Payment | None:
        """The one payment of this id, booked on that day where the event says one."""
        fits = [p for p in self._of_account[d["account"]] if name in p.ids]
        if booked is not None:
            fits = [p for p in fits if p.data["booked"] == booked]
        if len(fits) > 1:
            raise ValueError(f"{name} is the id of several payments: not a history this oracle can judge")
        return fits[0] if fits else None

    def _returned(self, fact: Fact) -> Payment | None:
        """B1: by archive id, else the payer's and the banks' ids, else the latest equal sum of that reference."""
        d = fact.data
        by_id = self.named(d, d["payment"], d.get("payment_booked"))
        if by_id is not None:
            return by_id
        day = as_date(d["booked"]) if d.get("booked") else fact.at.date()
        before = [p for p in self._of_account[d["account"]] if p.booked <= day]
        traced = [p for p in before if p.traces() & _traces(d)]
        if not traced:
            traced = [p for p in before if _same_mandate(p.data, d) or _same_reference(p.data, d)]
            traced = [p for p in traced if d.get("amount") in (None, p.data["amount"])]
        return max(traced, key=lambda p: (p.booked, p.known), default=None)

    # -- at a moment --------------------------------------------------------------------------------------------

    def known(self, now: Known, creditor: str) -> list[Payment]:
        """Money known at the moment, without what is, or may be, other money told again."""
        told = [p for p in self.payments if p.fact.is_there(now) and p.data["creditor"] == creditor]
        return [p for p in told if p not in self.gone or self.gone[p] > now]

    def waits_as_twice(self, paid: Payment, now: Known) -> bool:
        """B2: the second telling waits until a person has said that it is money of its own."""
        return paid.twice_of is not None and not any(f.known <= now for f in self.assignments[paid])

    def is_other_money(self, paid: Payment, now: Known) -> bool:
        """A person said that it is the same as another."""
        return any(f.known <= now for f in self.sames[paid])

    def returned(self, paid: Payment, now: Known) -> int | None:
        """What of a payment was taken back, or None for all of it."""
        amount = 0
        for fact in self.returns[paid]:
            if fact.known <= now:
                if fact.data.get("amount") is None:
                    return None
                amount += cents(fact.data["amount"])
        return amount

    def refunded(self, paid: Payment, now: Known) -> list[Fact]:
        return [f for f in self.refunds[paid] if f.known <= now]

    def doubts(self, now: Known) -> list[Fact]:
        """Returns whose payment is not found, or not yet."""
        return [f for f, paid in self.unfound if f.known <= now and (paid is None or paid.known > now)]


def _stands_in(told: Fact, name: tuple[str, ...], since: Known | None, until: Fact) -> bool:
    """Whether a telling is a line of the statement as it was sent after ``since`` and completed by ``until``."""
    d = told.data
    if d.get("channel") != STATEMENT or (d["currency"], d.get("statement")) != name[1:]:
        return False
    return (since is None or told.known > since) and told.known <= until.known


def _same_mandate(paid: dict[str, Any], returned: dict[str, Any]) -> bool:
    ours, theirs = ((d.get("ids") or {}).get("mandate") for d in (paid, returned))
    return ours is not None and ours == theirs


def _same_reference(paid: dict[str, Any], returned: dict[str, Any]) -> bool:
    return returned.get("reference") is not None and paid.get("reference") == returned["reference"]


def _are_near(one: date, other: date) -> bool:
    first, last = sorted((one, other))
    return last <= banking_day_after(first, FAR_TELLINGS)


def purse(world: World) -> Purse:
    """The payments of a world, found once."""
    if "purse" not in world.answers:
        world.answers["purse"] = Purse(world)
    found: Purse = world.answers["purse"]
    return found
