"""The balances of one account at one moment, replayed from its dated entries (I1-I5, M1-M11, G8).

Entries are ordered by day, then by when they became known. Nothing is remembered between replays: a payment that
became known late simply takes its earlier place, and everything after it comes out anew, by the terms that were in
force when each entry became known (K3).
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.oracle import days, stops
from tests.simulation.oracle.balances import (
    COSTS,
    EURO,
    INTEREST,
    ORDERS,
    PRINCIPAL,
    Credit,
    FeeRecord,
    Receivable,
    Use,
    Waived,
)
from tests.simulation.oracle.ceilings import fee_cap
from tests.simulation.oracle.fact import LAST, Fact, Known, as_date, cents
from tests.simulation.oracle.facts import World
from tests.simulation.oracle.identity import Payment, purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.placing import Money, placed_money
from tests.simulation.oracle.plans import Plan, days_of_use, in_turn, plans_of
from tests.simulation.oracle.records import HandOver, Letter, Row

CONSUMERS_FEE = 500
COMPENSATION = 4000
END_OF_DAY: Known = (datetime.max.replace(tzinfo=UTC), LAST)


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
        undone: Known | None = None,
    ) -> None:
        self.undone = undone or now
        self.world, self.creditor, self.debtor, self.now = world, creditor, debtor, now
        self.letters = [x for x in letters if (x.creditor, x.debtor) == (creditor, debtor) and x.known <= now]
        self.handovers = handovers
        self.consumer = world.party(creditor, debtor, now).get("kind") == "consumer"
        self.receivables: dict[str, Receivable] = {}
        self.credits: list[Credit] = []
        self.unplaced: list[Payment] = []  # payments that found a lapsed debt
        self.uses: defaultdict[Payment, list[Use]] = defaultdict(list)
        self.turn = 0
        self.waived: defaultdict[Payment, list[Waived]] = defaultdict(list)
        self.other_uses: list[Use] = []  # of credit that came from no payment
        self.other_rests: list[Waived] = []  # after that credit, and after credit notes
        self.reopened: dict[str, list[Fact]] = {}  # invoice -> the refunds by which its principal is open again
        self._queue: list[tuple[date, Known, int, Callable[..., None], tuple[Any, ...]]] = []
        self._ticket = 0
        self._replay()

    # -- the entries in order -----------------------------------------------------------------------------------

    def _push(self, day: date, known: Known, action: Callable[..., None], *args: Any) -> None:
        self._ticket += 1
        heapq.heappush(self._queue, (day, known, self._ticket, action, args))

    def _replay(self) -> None:
        world, now = self.world, self.now
        numbers: dict[str, list[Invoice]] = {}
        for invoice in world.invoices_of(self.creditor, self.debtor, now):
            numbers.setdefault(invoice.number, []).append(invoice)
        for parts in numbers.values():
            self._open(parts)
        for letter in self.letters:
            self._push(letter.day, letter.known, self._letter, letter)
        for paid in placed_money(world, self.creditor, self.debtor, self.letters, now, self.undone):
            self._push(paid.day, paid.payment.known, self._payment, paid)
            for fact in purse(world).refunded(paid.payment, now):
                self._push(self._day_of_refund(fact), fact.known, self._refund, fact, paid.payment)
        for kind, action in (
            ("fee.waived", self._waiver),
            ("receivable.written-off", self._write_off),
            ("debt.acknowledged", self._acknowledgement),
            ("credit.granted", self._granted),
        ):
            for fact in world.known(kind, now, creditor=self.creditor, debtor=self.debtor):
                self._push(world.day_of(self.creditor, fact.known), fact.known, action, fact)
        while self._queue:
            day, known, _, action, args = heapq.heappop(self._queue)
            action(day, known, *args)

    def _open(self, parts: list[Invoice]) -> None:
        """The beginning of an invoice: its amount, then its credit notes before all else, the last part first (M4)."""
        world, now, whole = self.world, self.now, parts[0]
        found = [Receivable(i, principal=world.amount(i, now)) for i in parts]
        cancelled = world.known("invoice.cancelled", now, creditor=self.creditor, invoice=whole.number)
        for r in found:
            self.receivables[r.invoice.id] = r
            if cancelled:
                r.principal = 0
        for note in world.known("invoice.credited", now, creditor=self.creditor):
            if note.data["invoice"] == whole.number:
                self._credit_note(note, found, bool(cancelled))
        for r in found:
            r.begun = r.principal
            if r.invoice.discounts and r.principal > 0:
                self._keep_discount(r)
            r.history.append((min(r.invoice.issued, r.invoice.sent), r.principal))
            for taken in r.invoice.taken:
                self._push(as_date(taken["sent"]), r.invoice.known, self._taken, r, taken)
            for discount in r.invoice.discounts:
                self._push(days.rolled(as_date(discount["through"])), END_OF_DAY, self._discount, r, discount)

    def _keep_discount(self, r: Receivable) -> None:
        """M8: a discount earned before the last credit note stays, lessened in proportion."""
        notes = self.world.known("invoice.credited", self.now, creditor=self.creditor, invoice=r.invoice.number)
        if not notes:
            return
        before = (notes[-1].at, notes[-1].order - 1)
        then = Books(self.world, self.creditor, self.debtor, self.letters, self.handovers, before, self.undone)
        was = then.receivables.get(r.invoice.id)
        earned = 0 if was is None else was.discount_taken + (was.principal if then.will_be_discount(was) else 0)
        if was is not None and earned:
            kept = int(Fraction(earned * r.begun, was.begun) + Fraction(1, 2))
            r.principal -= kept
            self._let_go_as_discount(r, kept, [p for p in then.uses if r.invoice.id in then.touched_by(p)])

    def _let_go_as_discount(self, r: Receivable, amount: int, earned_by: Iterable[Payment]) -> None:
        r.discount_taken += amount
        fallen = Waived(r, {PRINCIPAL: amount}, r.invoice.known, as_discount=True)
        for payment in earned_by:
            self.waived[payment].append(fallen)

    def _use_again(self, opened: list[Receivable], day: date, known: Known) -> None:
        """Credit is there for what is open again."""
        for credit in self.credits:
            found = [r for r in opened if r.invoice.currency == credit.currency and not self._is_stopped(r, known)]
            if credit.amount > 0 and found:
                self._push(day, known, self._use_credit, credit, found)

    def _credit_note(self, note: Fact, parts: list[Receivable], cancelled: bool) -> None:
        left = cents(note.data["amount"])
        for r in sorted(parts, key=lambda r: (r.invoice.due, r.invoice.id), reverse=True):
            used = min(left, max(0, r.principal - self._written_off_of(r, note)))
            left -= used
            r.principal -= used
            r.notes.append((note.known, used))
            r.noted = r.noted or used > 0 or len(parts) == 1
            r.touched = r.noted
            if used and r.invoice.currency == EURO and 0 < r.principal < self._waive_below(note.known):
                self.other_rests.append(Waived(r, {PRINCIPAL: r.principal}, note.known))
                r.principal = 0
        if left > 0 and not cancelled:
            day = as_date(note.data["issued"])
            self._push(day, note.known, self._surplus_of_note, left, parts[0].invoice.currency)

    def _written_off_of(self, r: Receivable, note: Fact) -> int:
        """M9: what was written off of this part alone by then; a credit note of the whole takes nothing of it."""
        if not r.invoice.is_part:
            return 0
        facts = self.world.known("receivable.written-off", note.known, creditor=self.creditor, invoice=r.invoice.id)
        return sum(cents(f.data["amount"]) if f.data.get("amount") else r.invoice.amount for f in facts)

    def _policy(self, known: Known) -> dict[str, Any]:
        """The terms of an entry: those in force at the tick at which it became known (K3)."""
        then = self.world.policy(self.creditor, self.debtor, self.world.frontier(known))
        return then or self.world.policy(self.creditor, self.debtor, self.now) or {}

    def _day_of_refund(self, fact: Fact) -> date:
        known = self.world.day_of(self.creditor, fact.known)
        return min(as_date(fact.data["booked"]), known) if fact.data.get("booked") else known

    def _waive_below(self, known: Known) -> int:
        residual = self._policy(known).get("residual") or {}
        return cents(residual.get("waive_below", "0.00"))

    # -- what each entry does -----------------------------------------------------------------------------------

    def _taken(self, day: date, _known: Known, r: Receivable, taken: dict[str, Any]) -> None:
        """S3: a step taken before Eräpäivä books its fee as open cost, nothing else."""
        r.interruptions.append(day)
        fee = self._lawful_now(cents(taken["fee"]), r, r.invoice.known)
        if fee > 0 and r.principal > 0:
            r.costs += fee
            r.fees.append(FeeRecord(day, fee, fee, False, r.invoice.id))

    def _lawful_now(self, fee: int, r: Receivable, known: Known) -> int:
        """K3: a fee asked of a business that turned out to be a consumer is cut to 5.00, then to F3's ceiling."""
        if not self._turned_consumer(known):
            return fee
        before = sum(f.whole for f in self.fees_of_the_whole(r) if not f.forgiven)
        cap = fee_cap(self.world.amount_of_all_parts(r.invoice, self.now), consumer=True)
        return max(0, min(fee, CONSUMERS_FEE, cap - before))

    def _turned_consumer(self, known: Known) -> bool:
        then = self.world.party(self.creditor, self.debtor, known).get("kind")
        return self.consumer and then == "business"

    def fees_of_the_whole(self, r: Receivable) -> list[FeeRecord]:
        """The fees of all parts of an invoice, over which F3 counts (M9)."""
        return [f for each in self.receivables.values() if each.invoice.number == r.invoice.number for f in each.fees]

    def _letter(self, day: date, _known: Known, letter: Letter) -> None:
        for row in letter.rows:
            r = self.receivables[row.invoice]
            r.interruptions.append(day)
            fee = interest = compensation = 0
            if row.interest and r.principal > 0:
                interest = self._accrued(r, row, letter.known)
                r.counted_to = max(filter(None, (r.counted_to, row.counted_to)))
            if r.principal > 0:
                before = sum(f.whole for f in r.fees if not f.forgiven)
                if row.compensate and not self._turned_consumer(letter.known):
                    compensation = max(0, COMPENSATION - before)
                    r.compensated = True
                if row.fee is not None:
                    whole = self._lawful_now(row.fee, r, letter.known)
                    fee = 0 if row.forgiven else whole
                    if r.compensated:
                        fee = max(0, before + fee - COMPENSATION) - max(0, before - COMPENSATION)
                    if whole > 0:
                        r.fees.append(FeeRecord(day, whole, fee, row.forgiven, r.invoice.id))
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
        day_paid = as_date(paid.payment.data["paid"])
        if paid.named is not None:
            found = [r for i in paid.named if not self.lapsed(r := self.receivables[i], day)]
            if not found:
                self.unplaced.append(paid.payment)
                return
            rest = self._pay(found, paid.amount, day, paid.known, paid.payment, by_reference=True, paid=day_paid)
        elif self._finds_only_lapsed(paid, day):
            self.unplaced.append(paid.payment)
            return
        elif paid.listed is not None and paid.plan not in self._plans(paid.known):
            found = [self.receivables[i] for i in paid.listed]
            found = self._unstopped(found, day, paid.known, paid.currency)
            rest = self._pay(found, paid.amount, day, paid.known, paid.payment, paid=day_paid)
        else:
            found = self._unstopped(self.receivables.values(), day, paid.known, paid.currency)
            found = [r for r in found if r.invoice.known <= (paid.said or paid.known)]
            rest = self._pay_plans(found, paid, day, day_paid)
            rest = self._pay(found, rest, day, paid.known, paid.payment, paid=day_paid)
        self._discounts_of(paid.payment, day)
        if rest > 0:
            self._new_credit(Credit(paid.payment, rest, paid.currency, day, paid.known))

    def _finds_only_lapsed(self, paid: Money, day: date) -> bool:
        """M3: money that names no receivable, where only lapsed debts are open, is for a person."""
        meant = self.receivables.values() if paid.listed is None else [self.receivables[i] for i in paid.listed]
        found = [r for r in meant if r.invoice.currency == paid.currency and r.invoice.known <= paid.known]
        found = [r for r in found if r.balance > 0]
        return bool(found) and all(self.lapsed(r, day) for r in found)

    def _discounts_of(self, payment: Payment, day: date) -> None:
        """M8: money paid in time that is booked behind the discount's day."""
        for r in {use.receivable for use in self.uses[payment]}:
            for discount in r.invoice.discounts:
                if days.rolled(as_date(discount["through"])) < day:
                    self._discount(day, END_OF_DAY, r, discount)

    def _discount(self, day: date, _known: Known, r: Receivable, discount: dict[str, Any]) -> None:
        """M8: what is open once money paid in time has reached the rest is discount taken."""
        through = days.rolled(as_date(discount["through"]))
        if self._earned(r, discount) and self.world.day_of(self.creditor, self.now) > through and r.principal > 0:
            amount = r.principal
            r.take(PRINCIPAL, amount, day)
            self._let_go_as_discount(r, amount, [p for p in self.uses if r.invoice.id in self.touched_by(p)])

    def will_be_discount(self, r: Receivable) -> bool:
        """Whether what is open has only to wait for the end of the discount's day."""
        today = self.world.day_of(self.creditor, self.now)
        return any(
            self._earned(r, discount) and today <= days.rolled(as_date(discount["through"]))
            for discount in r.invoice.discounts
        )

    def _earned(self, r: Receivable, discount: dict[str, Any]) -> bool:
        """Whether money paid in time has reached the rest."""
        through = days.rolled(as_date(discount["through"]))
        amount = self.world.amount(r.invoice, self.now)
        lessened = int(Fraction(cents(discount["amount"]) * r.begun, amount) + Fraction(1, 2))
        reached = sum(
            use.amount
            for uses in self.uses.values()
            for use in uses
            if use.paid <= through and use.receivable is r and use.name == PRINCIPAL
        )
        forgiven = sum(part for when, part in r.given_up if when <= through)
        return reached > 0 and reached >= r.begun - lessened - forgiven

    def _surplus_of_note(self, day: date, known: Known, amount: int, currency: str) -> None:
        self._new_credit(Credit(None, amount, currency, day, known))

    def _granted(self, day: date, known: Known, fact: Fact) -> None:
        """M11: credit without an invoice."""
        self._new_credit(Credit(None, cents(fact.data["amount"]), fact.data["currency"], day, known))

    def _new_credit(self, credit: Credit) -> None:
        """M3: used for the other receivables on the later of their effective due date and the day it arose."""
        self.credits.append(credit)
        places: dict[tuple[date, Known], list[Receivable]] = {}
        for r in self.receivables.values():
            if r.invoice.currency == credit.currency:
                place = self._credit_place(credit, r)
                if place is not None:
                    places.setdefault(place, []).append(r)
        for place in self._plan_places(credit):
            places.setdefault(place, [])
        for (day, known), found in places.items():
            self._push(day, known, self._use_credit, credit, found)

    def _plan_places(self, credit: Credit) -> set[tuple[date, Known]]:
        """When an instalment of a plan may take the credit: from its agreement on, as each one comes due (G5)."""
        world, places = self.world, set()
        for agreed in world.known("plan.agreed", self.now, creditor=self.creditor, debtor=self.debtor):
            for day in (world.day_of(self.creditor, agreed.known), *days_of_use(agreed.data)):
                for r in self.receivables.values():
                    if any(r.invoice.is_named(i) for i in agreed.data["invoices"]):
                        places.add(self._first_free(credit, r, max(day, credit.day), agreed.known))
        return {place for place in places if place is not None}

    def _first_free(self, credit: Credit, r: Receivable, day: date, since: Known) -> tuple[date, Known] | None:
        """The day, with the first moment from it on at which no stop keeps the credit from the receivable."""
        with self.world.in_hindsight(self.now):
            for moment in self._moments(max(credit.known, r.invoice.known, since)):
                if self.world.day_of(self.creditor, moment) >= day and not self._is_stopped(r, moment):
                    return (day, moment)
        return None

    def _credit_place(self, credit: Credit, r: Receivable) -> tuple[date, Known] | None:
        """The first moment at which the credit may be used for the receivable, with the day it is used on."""
        world = self.world
        with world.in_hindsight(self.now):
            for moment in self._moments(max(credit.known, r.invoice.known)):
                due = world.effective_due(r.invoice, moment)
                if world.day_of(self.creditor, moment) >= due and not self._is_stopped(r, moment):
                    return (max(due, credit.day), moment)
        return None

    def _moments(self, known: Known) -> list[Known]:
        """The moments from one on at which something may be otherwise."""
        world = self.world
        moments = {known} | {f.known for f in world.facts if known < f.known <= self.now}
        day = world.day_of(self.creditor, known)
        zone = world.zone(self.creditor)
        while day < world.day_of(self.creditor, self.now):
            day += days.DAY
            midnight = _midnight(day, zone)
            if known < midnight <= self.now:
                moments.add(midnight)
        return sorted(moments)

    def _use_credit(self, day: date, known: Known, credit: Credit, found: list[Receivable]) -> None:
        """G5: up to the next instalment of each plan, then what is due and in none, then the rest of the plans."""
        found = [r for r in found if not self.lapsed(r, day)]
        end = _end_of(day, self.world.zone(self.creditor))
        since = max(credit.known, end)
        plans = list(self._plans(end).values())
        free = self._unstopped(self.receivables.values(), day, known, credit.currency) if plans else []
        for plan in plans:
            theirs = [r for r in free if r.invoice.id in plan.held]
            most = min(credit.amount, self._still_asked(plan, day))
            credit.amount -= most - self._pay(theirs, most, day, known, credit.payment, since=since)
        held = {i for plan in plans for i in plan.held}
        for in_plan in (False, True):
            group = [r for r in found if (r.invoice.id in held) == in_plan]
            credit.amount = self._pay(group, credit.amount, day, known, credit.payment, since=since)

    # -- plans (G5) ---------------------------------------------------------------------------------------------

    def _plans(self, known: Known) -> dict[str, Plan]:
        """The plans that hold receivables, in the order in which money pays them."""
        found = plans_of(self.world, self.creditor, self.debtor, self.world.frontier(known))
        return {plan.fact.id: plan for plan in in_turn(found, self.paid_of)}

    def paid_of(self, plan: Plan) -> int:
        """What was paid of a plan since its agreement: money, credit, credit notes, and rests let go after them."""
        since = plan.fact.known
        uses = [use for uses in (*self.uses.values(), self.other_uses) for use in uses if use.known > since]
        paid = sum(use.amount for use in uses if use.receivable.invoice.id in plan.held)
        for rests in (*self.waived.values(), self.other_rests):
            for let_go in rests:
                if let_go.known > since and let_go.receivable.invoice.id in plan.held:
                    paid += sum(let_go.rest.values())
        notes = (note for i in plan.held for note in self.receivables[i].notes)
        return paid + sum(taken for known, taken in notes if known > since)

    def _still_asked(self, plan: Plan, day: date) -> int:
        """What is not paid yet of all instalments due by a day and the next one."""
        return max(0, plan.asked_by(day) - self.paid_of(plan))

    def _pay_plans(self, found: list[Receivable], paid: Money, day: date, day_paid: date) -> int:
        """Plans up to the next instalment, then what is overdue, then the rest of the plans; what is left."""
        amount = paid.amount
        plans = sorted(self._plans(paid.known).values(), key=lambda plan: plan.fact.id != paid.plan)
        theirs = [[r for r in found if r.invoice.id in plan.held] for plan in plans]
        for plan, group in zip(plans, theirs, strict=True):
            most = min(amount, self._still_asked(plan, day))
            amount -= most - self._pay(group, most, day, paid.known, paid.payment, paid=day_paid)
        held = {i for plan in plans for i in plan.held}
        late = [r for r in found if r.invoice.id not in held and self._was_due_before(r, day, paid.known)]
        for group in (late, *theirs):
            amount = self._pay(group, amount, day, paid.known, paid.payment, paid=day_paid)
        return amount

    def _refund(self, day: date, known: Known, fact: Fact, payment: Payment) -> None:
        """M5: unused credit first, then what the payment paid, the latest use first; what was waived after it falls."""
        left = cents(fact.data["amount"]) if fact.data.get("amount") else payment.amount
        for credit in self.credits:
            if credit.payment is payment:
                given = min(left, credit.amount)
                credit.amount -= given
                left -= given
        opened: list[Receivable] = []
        for use in reversed(self.uses[payment]):
            given = min(left, use.amount)
            if given > 0:
                use.receivable.take(use.name, -given, day)
                use.amount -= given
                left -= given
                opened.append(use.receivable)
        self._waivers_fall(payment, opened, day)
        for r in opened:
            self.reopened.setdefault(r.invoice.id, []).append(fact)
            r.touched = r.noted or any(u.receivable is r and u.amount > 0 for us in self.uses.values() for u in us)
        self._use_again(opened, day, known)

    def _waivers_fall(self, payment: Payment, opened: list[Receivable], day: date) -> None:
        paid = {use.receivable: use.turn for use in reversed(self.uses[payment])}
        later = [w for w in self._rests_let_go() if w.turn >= paid.get(w.receivable, w.turn + 1)]
        for waived in [*self.waived[payment], *later]:
            if waived.receivable in opened:
                for name, amount in waived.rest.items():
                    waived.receivable.take(name, -amount, day)
                    waived.receivable.discount_taken -= amount if waived.as_discount else 0
                waived.rest = {}

    def _rests_let_go(self) -> list[Waived]:
        return [w for rests in (*self.waived.values(), self.other_rests) for w in rests if not w.as_discount]

    def _named(self, invoice: str | None) -> list[Receivable]:
        """The receivables that an event speaks of, the last part first (M9)."""
        found = [r for r in self.receivables.values() if r.invoice.is_named(invoice)]
        return sorted(found, key=lambda r: (r.invoice.due, r.invoice.id), reverse=True)

    def _waiver(self, day: date, _known: Known, fact: Fact) -> None:
        for r in self._named(fact.data["invoice"]):
            if r.invoice.currency == EURO:
                amount = cents(fact.data["amount"]) if fact.data.get("amount") else r.costs
                r.take(COSTS, min(amount, r.costs), day)

    def _write_off(self, day: date, _known: Known, fact: Fact) -> None:
        found = self._named(fact.data["invoice"])
        amount = cents(fact.data["amount"]) if fact.data.get("amount") else sum(r.balance for r in found)
        for r in found:
            for name in (PRINCIPAL, INTEREST, COSTS):
                part: int = min(amount, getattr(r, name))
                r.take(name, part, day)
                amount -= part
                if name == PRINCIPAL:
                    r.given_up.append((day, part))

    def _acknowledgement(self, day: date, _known: Known, fact: Fact) -> None:
        for r in self._named(fact.data.get("invoice")):
            r.interruptions.append(day)

    # -- allocation (M2, M6) ------------------------------------------------------------------------------------

    def _pay(
        self,
        found: Iterable[Receivable],
        amount: int,
        day: date,
        known: Known,
        payment: Payment | None,
        by_reference: bool = False,
        paid: date | None = None,
        since: Known | None = None,
    ) -> int:
        """Class by class across the receivables, earliest effective due first, then id; what is left comes back."""
        since = since or known
        self.turn += 1
        world, known = self.world, self.world.frontier(known)
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
                    use = Use(r, name, part, paid or day, since, self.turn)
                    (self.other_uses if payment is None else self.uses[payment]).append(use)
        for r in reached:
            r.touched = True
            r.noted = r.noted or payment is None
            r.interruptions.append(day)
            as_discount = any(self._earned(r, discount) for discount in r.invoice.discounts)
            if r.invoice.currency == EURO and 0 < r.balance < self._waive_below(known) and not as_discount:
                rest = {PRINCIPAL: r.principal, INTEREST: r.interest, COSTS: r.costs}
                r.close(day)
                let_go = Waived(r, rest, since, turn=self.turn)
                (self.other_rests if payment is None else self.waived[payment]).append(let_go)
        return amount

    def _unstopped(self, found: Iterable[Receivable], day: date, known: Known, currency: str) -> list[Receivable]:
        return [
            r
            for r in found
            if r.invoice.currency == currency
            and not self._is_stopped(r, self.world.frontier(known))
            and not self.lapsed(r, day)
        ]

    def _is_stopped(self, r: Receivable, known: Known) -> bool:
        if any(r.invoice.id in h.invoices and h.known <= known for h in self.handovers):
            return True
        return stops.keeps_money_out(self.world, r.invoice, known)

    def _was_due_before(self, r: Receivable, day: date, known: Known) -> bool:
        """Overdue for money by debtor: due before the payment's day."""
        return self.world.effective_due(r.invoice, self.world.frontier(known)) < day

    def touched_by(self, payment: Payment) -> set[str]:
        """The invoices that a payment's money reached."""
        return {use.receivable.invoice.id for use in self.uses[payment]}

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


def _end_of(day: date, zone: ZoneInfo) -> Known:
    """The last moment of a day."""
    return (datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=zone), LAST)
