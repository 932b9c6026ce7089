"""The public events as facts: when each became known, and what was known at a moment.

A moment is the pair (instant, order). A fact is known at a moment when its own pair is not later; a tick comes after
every fact of its instant. An event may say when it arrives (``arrives``, beside ``time``): K1.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from tests.simulation.oracle import days
from tests.simulation.oracle.fact import LAST, Fact, Known, as_date, cents
from tests.simulation.oracle.invoices import Invoice, receivables_of

# Reference rates by the notices of the Bank of Finland, in percent, each for the half-year that starts on the day.
SHIPPED_RATES = {
    (2011, 2): "1.5", (2012, 1): "1.0", (2012, 2): "1.0", (2013, 1): "1.0", (2013, 2): "0.5",
    (2014, 1): "0.5", (2014, 2): "0.5", (2015, 1): "0.5", (2015, 2): "0.5", (2016, 1): "0.5",
    (2016, 2): "0.0", (2017, 1): "0.0", (2017, 2): "0.0", (2018, 1): "0.0", (2018, 2): "0.0",
    (2019, 1): "0.0", (2019, 2): "0.0", (2020, 1): "0.0", (2020, 2): "0.0", (2021, 1): "0.0",
    (2021, 2): "0.0", (2022, 1): "0.0", (2022, 2): "0.0", (2023, 1): "2.5", (2023, 2): "4.0",
    (2024, 1): "4.5", (2024, 2): "4.5", (2025, 1): "3.5", (2025, 2): "2.5", (2026, 1): "2.5",
}  # fmt: skip


def _whole_minute(instant: datetime) -> datetime:
    """The first whole minute that is not before the instant."""
    minute = instant.replace(second=0, microsecond=0)
    return minute if minute == instant else minute + timedelta(minutes=1)


def _known_at(event: dict[str, Any]) -> datetime:
    """K1: its time, but no later than the first tick after it came."""
    stamp = datetime.fromisoformat(event["time"])
    if "arrives" not in event:
        return stamp
    return min(stamp, _whole_minute(datetime.fromisoformat(event["arrives"])))


def _natural_key(kind: str, d: dict[str, Any]) -> tuple[Any, ...] | None:
    if kind == "invoice.issued":
        return (kind, d["creditor"], d["invoice"])
    if kind == "credit.granted":
        return (kind, d["creditor"], d["credit"])
    if kind == "invoice.credited":
        return (kind, d["creditor"], d["credit_note"])
    if kind == "policy.published":
        return (kind, d["policy"], d["version"])
    return None


@dataclass(frozen=True)
class Suggestion:
    """What the program suggested for a payment on a day, for one debtor."""

    day: date
    payment: str
    debtor: str
    confidence: int
    why: str


Question = TypeVar("Question", bound=Callable[..., Any])


def remembered(question: Question) -> Question:
    """Facts never change, so a question about one moment has one answer: no need to work it out twice."""

    @functools.wraps(question)
    def ask(world: "World", *args: Any) -> Any:
        key = (question.__name__, args, world.looking_back)
        if key not in world.answers:
            world.answers[key] = question(world, *args)
        return world.answers[key]

    return cast("Question", ask)


class World:
    def __init__(self, events: list[dict[str, Any]], suggestions: Sequence[Suggestion] = ()) -> None:
        self.answers: dict[Any, Any] = {}
        self.looking_back: Known | None = None
        self.suggestions = suggestions
        self.facts: list[Fact] = []
        seen_ids: set[tuple[str, str]] = set()
        seen_keys: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.corrections: dict[tuple[str, str], list[Fact]] = {}
        in_order = sorted(((_known_at(e), e) for e in events), key=lambda each: each[0])
        for order, (at, event) in enumerate(in_order):
            kind = event["type"].removesuffix(".v1")
            name, key = (event["source"], event["id"]), _natural_key(kind, event["data"])
            if name in seen_ids:
                continue
            seen_ids.add(name)
            stamp = datetime.fromisoformat(event["time"])
            came = max(at, datetime.fromisoformat(event.get("arrives", event["time"])) if at == stamp else at)
            fact = Fact(kind, at, order, event["id"], event["data"], stamp, came)
            first = seen_keys.get(key) if key is not None else None
            if key is not None:
                seen_keys.setdefault(key, event["data"])
            if first == event["data"]:
                continue
            if self._is_correction(fact, first):
                number = event["data"].get("corrects", event["data"]["invoice"])
                self.corrections.setdefault((event["data"]["creditor"], number), []).append(fact)
            else:
                self.facts.append(fact)
        self.by_kind: dict[str, list[Fact]] = {}
        for fact in self.facts:
            self.by_kind.setdefault(fact.kind, []).append(fact)
        self.invoices = [i for f in self.by_kind.get("invoice.issued", ()) for i in receivables_of(f)]
        self.invoices += [i for found in self.corrections.values() for f in found for i in self._added(f)]

    def _is_correction(self, fact: Fact, first: dict[str, Any] | None) -> bool:
        """M10: the same number with other sums, dates or reference, or an invoice that corrects another one."""
        if first is None:
            return fact.kind == "invoice.issued" and "corrects" in fact.data
        others = {name for name in {*first, *fact.data} if first.get(name) != fact.data.get(name)}
        if fact.kind != "invoice.issued" or not others <= {"amount", "due", "reference"}:
            raise ValueError(f"conflicting content of {fact.id}: not a history this oracle can judge")
        return True

    def _added(self, correction: Fact) -> list[Invoice]:
        """M10: what a correction adds, a receivable under its own number, or 1001 (2) where that is taken."""
        since = self._decided_since(correction, "add")
        if since is None:
            return []
        number = correction.data["invoice"] if "corrects" in correction.data else f"{correction.data['invoice']} (2)"
        told = replace(correction, at=since[0], order=int(since[1]), data=correction.data | {"invoice": number})
        return receivables_of(told)

    # -- what was known -----------------------------------------------------------------------------------------

    def known(self, kind: str, now: Known, **match: str) -> list[Fact]:
        """Facts of a kind known at the moment, in the order they became known."""
        return [
            f
            for f in self.by_kind.get(kind, ())
            if f.known <= now
            and f.is_there(self.looking_back or now)
            and all(f.data.get(k) == v for k, v in match.items())
        ]

    @contextmanager
    def in_hindsight(self, now: Known) -> Iterator[None]:
        """What was known at moments before, as one sees it now: with what came later and had been known by then."""
        self.looking_back = now
        try:
            yield
        finally:
            self.looking_back = None

    def latest(self, facts: list[Fact]) -> Fact | None:
        """What replaces goes by known, then the event's time, then id (K1)."""
        return max(facts, key=lambda f: f.rank, default=None)

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

    def frontier(self, known: Known) -> Known:
        """The lane's first tick at which a fact is known: its terms are fixed then (K3)."""
        return (_whole_minute(known[0]), LAST)

    def accounts(self) -> list[tuple[str, str]]:
        return sorted({(i.creditor, i.debtor) for i in self.invoices})

    def invoices_of(self, creditor: str, debtor: str, now: Known) -> list[Invoice]:
        return [i for i in self.invoices if (i.creditor, i.debtor) == (creditor, debtor) and i.known <= now]

    @remembered
    def party(self, creditor: str, debtor: str, now: Known) -> dict[str, Any]:
        """The party as last known: whole with an invoice, piece by piece with debtor.updated.

        An invoice replaces only what came from invoices issued earlier, or from older updates (M10).
        """
        events = [
            (as_date(f.data["issued"]), f) for f in self.known("invoice.issued", now, creditor=creditor, debtor=debtor)
        ]
        events += [
            (self.day_of(creditor, f.known), f)
            for f in self.known("debtor.updated", now, creditor=creditor, debtor=debtor)
        ]
        party: dict[str, Any] = {}
        for _, fact in sorted(events, key=lambda each: (each[0], each[1].rank)):
            if fact.kind == "invoice.issued":
                party = dict(fact.data["party"])
            else:
                party.update(fact.data["party"])
        return party

    @remembered
    def names(self, creditor: str, debtor: str, now: Known) -> list[str]:
        """All names that the debtor ever had: money may still come under an older one (M10)."""
        told = self.known("invoice.issued", now, creditor=creditor, debtor=debtor)
        told += self.known("debtor.updated", now, creditor=creditor, debtor=debtor)
        return sorted({f.data["party"]["name"] for f in told if f.data["party"].get("name")})

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
        moved = [
            f
            for f in self.known("invoice.rescheduled", now, creditor=invoice.creditor)
            if f.data["invoice"] == invoice.id
        ]
        moved += self.replacements(invoice, now)
        for fact in self.known("extension.granted", now, creditor=invoice.creditor, debtor=invoice.debtor):
            if invoice.is_named(fact.data.get("invoice")) and fact.known >= invoice.known:
                moved.append(fact)
        due = invoice.due
        for fact in sorted(moved, key=lambda f: f.rank):
            if fact.kind != "extension.granted":
                due = as_date(fact.data["due"])
            else:
                due = max(due, as_date(fact.data["until"]))
        return due

    def effective_due(self, invoice: Invoice, now: Known) -> date:
        return days.rolled(self.due(invoice, now))

    # -- corrections (M10) --------------------------------------------------------------------------------------

    def replacements(self, invoice: Invoice, now: Known) -> list[Fact]:
        """The corrections that have taken the invoice's place, each known when that was so."""
        found = []
        for fact in self.corrections.get((invoice.creditor, invoice.number), ()):
            since = self._decided_since(fact, "replace")
            if since is not None and since <= now:
                found.append(replace(fact, at=since[0], order=int(since[1])))
        return found

    def corrections_in_force(self, invoice: Invoice, now: Known) -> list[Fact]:
        """The corrections that were decided, to replace the invoice or to add to it, each known when it came."""
        theirs = self.corrections.get((invoice.creditor, invoice.number), ())
        decided = [(f, self._decided_since(f, what)) for f in theirs for what in ("replace", "add")]
        return [f for f, since in decided if since is not None and since <= now]

    def _decided_since(self, correction: Fact, what: str) -> Known | None:
        """Since when a correction replaces, or adds: at once where the creditor chose so, else since a person did."""
        choice = self._choice(correction)
        if choice != "ask":
            return correction.known if choice == what else None
        settled = self.settlement(correction)
        return settled.known if settled is not None and settled.data["as"] == what else None

    def _choice(self, correction: Fact) -> str:
        """What the creditor's corrections do; where a credited invoice would be replaced, a person is asked."""
        frontier = self.frontier(correction.known)
        creditor, number = correction.data["creditor"], self._corrected(correction)
        choice: str = (self.creditor(creditor, frontier) or {}).get("corrections", "ask")
        if choice == "replace" and self.known("invoice.credited", frontier, creditor=creditor, invoice=number):
            return "ask"
        return choice

    def _corrected(self, correction: Fact) -> str:
        """The number of the invoice that is corrected."""
        return str(correction.data.get("corrects", correction.data["invoice"]))

    def settlement(self, correction: Fact) -> Fact | None:
        """What a person said that a correction is, by the number of either."""
        numbers = (self._corrected(correction), correction.data["invoice"])
        said = self.by_kind.get("correction.settled", ())
        return next((f for f in said if f.data["invoice"] in numbers and f.known > correction.known), None)

    def is_asked(self, invoice: Invoice, now: Known) -> bool:
        """A person is asked what a correction is, and has not said so."""
        for fact in self.corrections.get((invoice.creditor, invoice.number), ()):
            settled = self.settlement(fact)
            if fact.known <= now and self._choice(fact) == "ask" and (settled is None or settled.known > now):
                return True
        return False

    def amount(self, invoice: Invoice, now: Known) -> int:
        """What is invoiced, as last replaced."""
        last = self.latest(self.replacements(invoice, now))
        return cents(last.data["amount"]) if last is not None else invoice.amount

    def amount_of_all_parts(self, invoice: Invoice, now: Known) -> int:
        """The amount of the whole invoice, by which F3 counts (M9)."""
        theirs = [i for i in self.invoices if (i.creditor, i.number) == (invoice.creditor, invoice.number)]
        return sum(self.amount(i, now) for i in theirs)

    def due_is_agreed(self, invoice: Invoice, now: Known) -> bool:
        if invoice.agreed is not None:
            return invoice.agreed
        return bool(self.party(invoice.creditor, invoice.debtor, now)["kind"] == "business")

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
