"""The public events as facts: when each became known, and what was known at a moment.

A moment is the pair (instant, order). A fact is known at a moment when its own pair is not later; a tick comes after
every fact of its instant.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from tests.simulation.oracle import days

# Reference rates by the notices of the Bank of Finland, in percent, each for the half-year that starts on the day.
SHIPPED_RATES = {
    (2011, 2): "1.5", (2012, 1): "1.0", (2012, 2): "1.0", (2013, 1): "1.0", (2013, 2): "0.5",
    (2014, 1): "0.5", (2014, 2): "0.5", (2015, 1): "0.5", (2015, 2): "0.5", (2016, 1): "0.5",
    (2016, 2): "0.0", (2017, 1): "0.0", (2017, 2): "0.0", (2018, 1): "0.0", (2018, 2): "0.0",
    (2019, 1): "0.0", (2019, 2): "0.0", (2020, 1): "0.0", (2020, 2): "0.0", (2021, 1): "0.0",
    (2021, 2): "0.0", (2022, 1): "0.0", (2022, 2): "0.0", (2023, 1): "2.5", (2023, 2): "4.0",
    (2024, 1): "4.5", (2024, 2): "4.5", (2025, 1): "3.5", (2025, 2): "2.5", (2026, 1): "2.5",
}  # fmt: skip

LAST = math.inf
Known = tuple[datetime, float]


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def money(amount: int) -> str:
    return f"{Decimal(amount) / 100:.2f}"


def as_date(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Fact:
    kind: str
    at: datetime
    order: int
    id: str
    data: dict[str, Any] = field(hash=False)

    @property
    def known(self) -> Known:
        return (self.at, self.order)


@dataclass(frozen=True)
class Invoice:
    """An invoice as it was issued; the due date and the party may change later."""

    fact: Fact = field(hash=False)
    creditor: str
    debtor: str
    id: str
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

    @property
    def known(self) -> Known:
        return self.fact.known


def _invoice(fact: Fact) -> Invoice:
    d = fact.data
    issued = as_date(d["issued"])
    return Invoice(
        fact=fact,
        creditor=d["creditor"],
        debtor=d["debtor"],
        id=d["invoice"],
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
    )


def _natural_key(kind: str, d: dict[str, Any]) -> tuple[Any, ...] | None:
    if kind == "invoice.issued":
        return (kind, d["creditor"], d["invoice"])
    if kind == "payment.received":
        return (kind, d["account"], d["payment"])
    if kind == "invoice.credited":
        return (kind, d["creditor"], d["credit_note"])
    if kind == "policy.published":
        return (kind, d["policy"], d["version"])
    return None


Question = TypeVar("Question", bound=Callable[..., Any])


def remembered(question: Question) -> Question:
    """Facts never change, so a question about one moment has one answer: no need to work it out twice."""

    @functools.wraps(question)
    def ask(world: "World", *args: Any) -> Any:
        key = (question.__name__, args)
        if key not in world.answers:
            world.answers[key] = question(world, *args)
        return world.answers[key]

    return cast("Question", ask)


class World:
    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.answers: dict[Any, Any] = {}
        self.facts: list[Fact] = []
        seen_ids: set[tuple[str, str]] = set()
        seen_keys: dict[tuple[Any, ...], dict[str, Any]] = {}
        in_order = sorted(events, key=lambda e: datetime.fromisoformat(e["time"]))
        for order, event in enumerate(in_order):
            kind = event["type"].removesuffix(".v1")
            name, key = (event["source"], event["id"]), _natural_key(kind, event["data"])
            if name in seen_ids:
                continue
            seen_ids.add(name)
            if key is not None:
                if key in seen_keys:
                    if seen_keys[key] != event["data"]:
                        raise ValueError(f"conflicting content for {key}: not a history this oracle can judge")
                    continue
                seen_keys[key] = event["data"]
            self.facts.append(Fact(kind, datetime.fromisoformat(event["time"]), order, event["id"], event["data"]))
        self.by_kind: dict[str, list[Fact]] = {}
        for fact in self.facts:
            self.by_kind.setdefault(fact.kind, []).append(fact)
        self.invoices = [_invoice(f) for f in self.by_kind.get("invoice.issued", ())]

    # -- what was known -----------------------------------------------------------------------------------------

    def known(self, kind: str, now: Known, **match: str) -> list[Fact]:
        """Facts of a kind known at the moment, in the order they became known."""
        return [
            f
            for f in self.by_kind.get(kind, ())
            if f.known <= now and all(f.data.get(k) == v for k, v in match.items())
        ]

    def latest(self, facts: list[Fact]) -> Fact | None:
        """What replaces goes by the event's time, then id."""
        return max(facts, key=lambda f: (f.at, f.id), default=None)

    @remembered
    def creditor(self, creditor: str, now: Known) -> dict[str, Any] | None:
        found = self.latest(self.known("creditor.registered", now, creditor=creditor))
        return found.data if found else None

    @remembered
    def zone(self, creditor: str) -> ZoneInfo:
        for fact in self.by_kind.get("creditor.registered", ()):
            if fact.data["creditor"] == creditor:
                return ZoneInfo(fact.data["timezone"])
        return ZoneInfo("Europe/Helsinki")

    def day_of(self, creditor: str, now: Known) -> date:
        return now[0].astimezone(self.zone(creditor)).date()

    def accounts(self) -> list[tuple[str, str]]:
        return sorted({(i.creditor, i.debtor) for i in self.invoices})

    def invoices_of(self, creditor: str, debtor: str, now: Known) -> list[Invoice]:
        return [i for i in self.invoices if (i.creditor, i.debtor) == (creditor, debtor) and i.known <= now]

    @remembered
    def party(self, creditor: str, debtor: str, now: Known) -> dict[str, Any]:
        """The party as last known: whole with an invoice, piece by piece with debtor.updated."""
        events = self.known("invoice.issued", now, creditor=creditor, debtor=debtor)
        events += self.known("debtor.updated", now, creditor=creditor, debtor=debtor)
        party: dict[str, Any] = {}
        for fact in sorted(events, key=lambda f: (f.at, f.id)):
            if fact.kind == "invoice.issued":
                party = dict(fact.data["party"])
            else:
                party.update(fact.data["party"])
        return party

    @remembered
    def policy(self, creditor: str, debtor: str, now: Known) -> dict[str, Any] | None:
        """The latest version in force on the moment's day."""
        day = self.day_of(creditor, now)
        record = self.creditor(creditor, now)
        kind = self.party(creditor, debtor, now).get("kind")
        if record is None or kind is None:
            return None
        in_force = [
            f.data
            for f in self.known("policy.published", now, policy=record["policies"][kind])
            if as_date(f.data["in_force"]) <= day
        ]
        return max(in_force, key=lambda p: p["version"], default=None)

    # -- due dates (C2, M7) -------------------------------------------------------------------------------------

    @remembered
    def due(self, invoice: Invoice, now: Known) -> date:
        """The due date as it stands: rescheduled to any day, extended only to a later one."""
        moved = self.known("invoice.rescheduled", now, creditor=invoice.creditor, invoice=invoice.id)
        for fact in self.known("extension.granted", now, creditor=invoice.creditor, debtor=invoice.debtor):
            if fact.data.get("invoice") in (None, invoice.id) and fact.known >= invoice.known:
                moved.append(fact)
        due = invoice.due
        for fact in sorted(moved, key=lambda f: (f.at, f.id)):
            if fact.kind == "invoice.rescheduled":
                due = as_date(fact.data["due"])
            else:
                due = max(due, as_date(fact.data["until"]))
        return due

    def effective_due(self, invoice: Invoice, now: Known) -> date:
        return days.rolled(self.due(invoice, now))

    def due_is_agreed(self, invoice: Invoice, now: Known) -> bool:
        if invoice.agreed is not None:
            return invoice.agreed
        return bool(self.party(invoice.creditor, invoice.debtor, now)["kind"] == "business")

    # -- bank feeds ---------------------------------------------------------------------------------------------

    @remembered
    def fed_through(self, creditor: str, account: str, now: Known) -> date | None:
        """The last day an account is fed through; a feed with count and sum, and those behind it, wait to tie."""
        payments = self.known("payment.received", now, account=account)
        through: date | None = None
        used, whole = 0, True
        for feed in self.known("bank-feed.completed", now, creditor=creditor, account=account):
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
                    tied = tied and sum(cents(p.data["amount"]) for p in batch) == cents(d["sum"])
                whole = whole and tied
            if whole:
                day = as_date(d["through"])
                through = day if through is None else max(through, day)
        return through

    # -- rates (I2, I3) -----------------------------------------------------------------------------------------

    @remembered
    def reference_rate(self, day: date, now: Known) -> Decimal | None:
        for fact in reversed(self.known("reference-rate.published", now, country="FI")):
            if as_date(fact.data["from"]) <= day <= as_date(fact.data["to"]):
                return Decimal(fact.data["rate"])
        shipped = SHIPPED_RATES.get((day.year, 1 if day.month <= 6 else 2))
        return Decimal(shipped) if shipped is not None else None

    @remembered
    def rate_on(self, invoice: Invoice, day: date, now: Known) -> Decimal | None:
        """The yearly rate in percent for one day, or None where it is not known."""
        party = self.party(invoice.creditor, invoice.debtor, now)
        if party["kind"] == "business" and invoice.late_interest is not None:
            return invoice.late_interest
        reference = self.reference_rate(day, now)
        if reference is None:
            return None
        if party["kind"] == "business" and party.get("trader", True):
            return reference + 8
        rate = reference + 7
        if party["kind"] == "consumer" and invoice.late_interest is not None:
            rate = min(rate, invoice.late_interest)
        return rate
