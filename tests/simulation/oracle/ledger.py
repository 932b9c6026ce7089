"""The balances of one account at one moment, replayed from its dated entries (I1-I5, M1-M6, G8).

Entries are ordered by day, then by when they became known. Nothing is remembered between replays: a payment that
became known late simply takes its earlier place, and everything after it comes out anew.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.oracle import days, stops
from tests.simulation.oracle.facts import LAST, Fact, Invoice, Known, World, as_date, cents
from tests.simulation.oracle.placing import Money, placed_money
from tests.simulation.oracle.records import HandOver, Letter, Row

PRINCIPAL, INTEREST, COSTS = "principal", "interest", "costs"
ORDERS = {
    "principal-first": (PRINCIPAL, INTEREST, COSTS),
    "interest-first": (INTEREST, PRINCIPAL, COSTS),
}
EURO = "EUR"


@dataclass
class FeeRecord:
    day: date
    whole: int
    booked: int
    forgiven: bool
    invoice: str


@dataclass
class Receivable:
    """The running balances of one invoice during a replay."""

    invoice: Invoice
    principal: int = 0
    interest: int = 0
    costs: int = 0
    history: list[tuple[date, int]] = field(default_factory=list)  # (day, principal after that entry)
    credited_to_zero: bool = False
    touched: bool = False  # a payment or credit has come
    counted_to: date | None = None
    compensated: bool = False
    fees: list[FeeRecord] = field(default_factory=list)
    interruptions: list[date] = field(default_factory=list)
    booked: dict[Known, tuple[int, int, int]] = field(default_factory=dict)  # letter -> (fee, interest, compensation)

    @property
    def balance(self) -> int:
        return self.principal + self.interest + self.costs

    def take(self, name: str, amount: int, day: date) -> None:
        setattr(self, name, getattr(self, name) - amount)
        if name == PRINCIPAL:
            self.history.append((day, self.principal))

    def close(self, day: date) -> None:
        for name in (PRINCIPAL, INTEREST, COSTS):
            self.take(name, getattr(self, name), day)

    def principal_bearing_on(self, day: date) -> int:
        """The part paid bears interest to its day, that day included."""
        standing = self.history[0][1]
        for at, principal in self.history:
            if at < day:
                standing = principal
        return standing


@dataclass
class Credit:
    payment: str
    amount: int
    currency: str
    day: date
    known: Known


class Books:
    """One account's ledger at one moment."""

    def __init__(
        self,
        world: World,
        creditor: str,
        debtor: str,
        letters: list[Letter],
        handovers: list[HandOver],
        now: Known,
    ) -> None:
        self.world, self.creditor, self.debtor, self.now = world, creditor, debtor, now
        self.letters = [x for x in letters if (x.creditor, x.debtor) == (creditor, debtor) and x.known <= now]
        self.handovers = handovers
        self.receivables: dict[str, Receivable] = {}
        self.credits: list[Credit] = []
        self.unplaced: list[Fact] = []  # payments that found a lapsed debt or another currency
        self.touched_by: dict[str, set[str]] = {}  # payment -> invoices its money reached
        self._queue: list[tuple[date, Known, int, Callable[..., None], tuple[Any, ...]]] = []
        self._ticket = 0
        self._replay()

    # -- the entries in order -----------------------------------------------------------------------------------

    def _push(self, day: date, known: Known, action: Callable[..., None], *args: Any) -> None:
        self._ticket += 1
        heapq.heappush(self._queue, (day, known, self._ticket, action, args))

    def _replay(self) -> None:
        world, now = self.world, self.now
        for invoice in world.invoices_of(self.creditor, self.debtor, now):
            self._open(invoice)
        for letter in self.letters:
            self._push(letter.day, letter.known, self._letter, letter)
        for paid in placed_money(world, self.creditor, self.debtor, self.letters, now):
            self._push(paid.day, paid.fact.known, self._payment, paid)
        for kind, action in (
            ("fee.waived", self._waiver),
            ("receivable.written-off", self._write_off),
            ("debt.acknowledged", self._acknowledgement),
        ):
            for fact in world.known(kind, now, creditor=self.creditor, debtor=self.debtor):
                self._push(world.day_of(self.creditor, fact.known), fact.known, action, fact)
        for fact in world.known("payment.refunded", now, creditor=self.creditor):
            self._push(world.day_of(self.creditor, fact.known), fact.known, self._refund, fact)
        while self._queue:
            day, known, _, action, args = heapq.heappop(self._queue)
            action(day, known, *args)

    def _open(self, invoice: Invoice) -> None:
        """The beginning of a receivable: its amount, then its credit notes before all else (M4)."""
        world, now = self.world, self.now
        r = self.receivables[invoice.id] = Receivable(invoice, principal=invoice.amount)
        begin = min(invoice.issued, invoice.sent)
        cancelled = world.known("invoice.cancelled", now, creditor=self.creditor, invoice=invoice.id)
        if cancelled:
            r.principal, r.credited_to_zero = 0, True
        total = 0
        for note in world.known("invoice.credited", now, creditor=self.creditor, invoice=invoice.id):
            amount = cents(note.data["amount"])
            total += amount
            used = min(amount, r.principal)
            r.principal -= used
            r.touched = True
            if amount > used and not cancelled:
                day = as_date(note.data["issued"])
                self._push(day, note.known, self._surplus_of_note, note, amount - used, invoice.currency)
            if invoice.currency == EURO and 0 < r.principal < self._waive_below(note.known):
                r.principal = 0
        if total >= invoice.amount:
            r.credited_to_zero = True
        r.history.append((begin, r.principal))
        for taken in invoice.taken:
            self._push(as_date(taken["sent"]), invoice.known, self._taken, r, taken)

    def _policy(self, known: Known) -> dict[str, Any]:
        then = self.world.policy(self.creditor, self.debtor, known)
        return then or self.world.policy(self.creditor, self.debtor, self.now) or {}

    def _waive_below(self, known: Known) -> int:
        residual = self._policy(known).get("residual") or {}
        return cents(residual.get("waive_below", "0.00"))

    # -- what each entry does -----------------------------------------------------------------------------------

    def _taken(self, day: date, _known: Known, r: Receivable, taken: dict[str, Any]) -> None:
        """S3: a step taken before Eräpäivä books its fee as open cost, nothing else."""
        r.interruptions.append(day)
        fee = cents(taken["fee"])
        if fee > 0 and r.principal > 0:
            r.costs += fee
            r.fees.append(FeeRecord(day, fee, fee, False, r.invoice.id))

    def _letter(self, day: date, _known: Known, letter: Letter) -> None:
        for row in letter.rows:
            r = self.receivables[row.invoice]
            r.interruptions.append(day)
            fee = interest = compensation = 0
            if row.interest:
                if r.principal > 0:
                    interest = self._accrued(r, row, letter.known)
                r.counted_to = max(filter(None, (r.counted_to, row.counted_to)))
            if r.principal > 0:
                before = sum(f.whole for f in r.fees if not f.forgiven)
                if row.compensate:
                    compensation = max(0, 4000 - before)
                    r.compensated = True
                if row.fee is not None:
                    fee = 0 if row.forgiven else row.fee
                    if r.compensated:
                        fee = max(0, before + fee - 4000) - max(0, before - 4000)
                    r.fees.append(FeeRecord(day, row.fee, fee, row.forgiven, r.invoice.id))
            r.interest += interest
            r.costs += fee + compensation
            r.booked[letter.known] = (fee, interest, compensation)

    def _accrued(self, r: Receivable, row: Row, known: Known) -> int:
        """I1, I4: what accrued after the start and the last claim, up to the day counted to; rounded once."""
        assert row.counted_to is not None, "a row that claims interest holds its last day"
        day = max(filter(None, (row.start, r.counted_to))) + timedelta(days=1)
        total = Fraction(0)
        while day <= row.counted_to:
            rate = self.world.rate_on(r.invoice, day, known)
            if rate is None:
                raise AssertionError("counted past the last known rate")
            bearing = max(0, r.principal_bearing_on(day) - row.disputed)
            total += Fraction(bearing) * Fraction(rate) / 100 / 365
            day += timedelta(days=1)
        return int(total + Fraction(1, 2))

    def _payment(self, day: date, _known: Known, paid: Money) -> None:
        payment = paid.fact.data["payment"]
        if paid.invoice is not None:
            r = self.receivables[paid.invoice]
            if self.lapsed(r, day):
                self.unplaced.append(paid.fact)
                return
            rest = self._pay([r], paid.amount, day, paid.known, payment, by_reference=True)
        elif paid.invoices is not None:
            found = [self.receivables[i] for i in paid.invoices]
            found = self._unstopped(found, day, paid.known, paid.currency)
            rest = self._pay(found, paid.amount, day, paid.known, payment)
        else:
            found = self._unstopped(self.receivables.values(), day, paid.known, paid.currency)
            found = [r for r in found if r.invoice.known <= paid.known]
            late = [r for r in found if self._due_has_passed(r, paid.known)]
            rest = self._pay(late, paid.amount, day, paid.known, payment)
            rest = self._pay([r for r in found if r not in late], rest, day, paid.known, payment)
        if rest > 0:
            self._new_credit(Credit(payment, rest, paid.currency, day, paid.known))

    def _surplus_of_note(self, day: date, known: Known, note: Fact, amount: int, currency: str) -> None:
        self._new_credit(Credit(note.data["credit_note"], amount, currency, day, known))

    def _new_credit(self, credit: Credit) -> None:
        """M3: used for the other receivables on the later of their effective due date and the day it arose."""
        self.credits.append(credit)
        places: dict[tuple[date, Known], list[Receivable]] = {}
        for r in self.receivables.values():
            if r.invoice.currency == credit.currency:
                place = self._credit_place(credit, r)
                if place is not None:
                    places.setdefault(place, []).append(r)
        for (day, known), found in places.items():
            self._push(day, known, self._use_credit, credit, found)

    def _credit_place(self, credit: Credit, r: Receivable) -> tuple[date, Known] | None:
        """The first moment at which the credit may be used for the receivable, with the day it is used on."""
        world = self.world
        known = max(credit.known, r.invoice.known)
        moments = {known} | {f.known for f in world.facts if known < f.known <= self.now}
        day = world.day_of(self.creditor, known)
        zone = world.zone(self.creditor)
        while day < world.day_of(self.creditor, self.now):
            day += days.DAY
            midnight = _midnight(day, zone)
            if known < midnight <= self.now:
                moments.add(midnight)
        for moment in sorted(moments):
            due = world.effective_due(r.invoice, moment)
            if world.day_of(self.creditor, moment) >= due and not self._is_stopped(r, moment):
                return (max(due, credit.day), moment)
        return None

    def _use_credit(self, day: date, known: Known, credit: Credit, found: list[Receivable]) -> None:
        found = [r for r in found if not self.lapsed(r, day)]
        credit.amount = self._pay(found, credit.amount, day, known, credit.payment)

    def _refund(self, _day: date, _known: Known, fact: Fact) -> None:
        for credit in self.credits:
            if credit.payment == fact.data["payment"]:
                amount = cents(fact.data["amount"]) if fact.data.get("amount") else credit.amount
                credit.amount -= min(amount, credit.amount)

    def _waiver(self, day: date, _known: Known, fact: Fact) -> None:
        r = self.receivables.get(fact.data["invoice"])
        if r is not None and r.invoice.currency == EURO:
            amount = cents(fact.data["amount"]) if fact.data.get("amount") else r.costs
            r.take(COSTS, min(amount, r.costs), day)

    def _write_off(self, day: date, _known: Known, fact: Fact) -> None:
        r = self.receivables.get(fact.data["invoice"])
        if r is None:
            return
        amount = cents(fact.data["amount"]) if fact.data.get("amount") else r.balance
        for name in (PRINCIPAL, INTEREST, COSTS):
            part: int = min(amount, getattr(r, name))
            r.take(name, part, day)
            amount -= part

    def _acknowledgement(self, day: date, _known: Known, fact: Fact) -> None:
        for r in self.receivables.values():
            if fact.data.get("invoice") in (None, r.invoice.id):
                r.interruptions.append(day)

    # -- allocation (M2, M6) ------------------------------------------------------------------------------------

    def _pay(
        self,
        found: Iterable[Receivable],
        amount: int,
        day: date,
        known: Known,
        payment: str,
        by_reference: bool = False,
    ) -> int:
        """Class by class across the receivables, earliest effective due first, then id; what is left comes back."""
        world = self.world
        found = sorted(found, key=lambda r: (world.effective_due(r.invoice, known), r.invoice.id))
        reached: list[Receivable] = []
        for name in ORDERS[self._policy(known).get("allocation", "principal-first")]:
            for r in found:
                part = getattr(r, name)
                if name == PRINCIPAL and not by_reference:
                    part = max(0, part - stops.disputed(world, r.invoice, known)[1])
                part = min(amount, part)
                if part > 0:
                    r.take(name, part, day)
                    amount -= part
                    reached.append(r)
        for r in reached:
            r.touched = True
            r.interruptions.append(day)
            self.touched_by.setdefault(payment, set()).add(r.invoice.id)
            if r.invoice.currency == EURO and 0 < r.balance < self._waive_below(known):
                r.close(day)
        return amount

    def _unstopped(self, found: Iterable[Receivable], day: date, known: Known, currency: str) -> list[Receivable]:
        return [
            r
            for r in found
            if r.invoice.currency == currency and not self._is_stopped(r, known) and not self.lapsed(r, day)
        ]

    def _is_stopped(self, r: Receivable, known: Known) -> bool:
        if any(r.invoice.id in h.invoices and h.known <= known for h in self.handovers):
            return True
        return bool(stops.stopped(self.world, r.invoice, known))

    def _due_has_passed(self, r: Receivable, known: Known) -> bool:
        due = self.world.effective_due(r.invoice, known)
        return stops.passed(self.world, self.creditor, self.debtor, due, known)

    # -- questions ----------------------------------------------------------------------------------------------

    def lapsed(self, r: Receivable, day: date) -> bool:
        """G8: three years since the due date (issued, when not agreed) or the last interruption."""
        world, invoice = self.world, r.invoice
        agreed = world.due_is_agreed(invoice, self.now)
        end = days.years_after(world.due(invoice, self.now) if agreed else invoice.issued, 3)
        for interruption in sorted(r.interruptions):
            if interruption < end:
                end = max(end, days.years_after(interruption, 3))
        return day >= end

    def standing_fees(self) -> list[FeeRecord]:
        """Fees booked or forgiven and not taken back, over the account."""
        return [f for r in self.receivables.values() for f in r.fees]


def _midnight(day: date, zone: ZoneInfo) -> Known:
    return (datetime(day.year, day.month, day.day, tzinfo=zone), LAST)
