"""One account at one moment: what a letter would list, move and ask (S1-S7, F1-F6, G6-G10)."""

from datetime import date, timedelta
from typing import Any, Protocol

from tests.simulation.oracle import days, stops
from tests.simulation.oracle.balances import EURO, Receivable
from tests.simulation.oracle.ceilings import FEE_CEILING, fee_cap
from tests.simulation.oracle.fact import Fact, Known, cents
from tests.simulation.oracle.facts import World
from tests.simulation.oracle.identity import purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.ledger import Books
from tests.simulation.oracle.plans import Plan, in_turn, plans_of
from tests.simulation.oracle.pointing import Pointing
from tests.simulation.oracle.records import Call, HandOver, Letter, Move, Row

Step = dict[str, Any]

DELIVERY_DAYS = {"email": 0, "print": 7}


class Past(Protocol):
    """What an account remembers, and what it answers about it."""

    creditor: str
    debtor: str
    letters: list[Letter]
    handovers: list[HandOver]
    calls: list[Call]

    def totals(self) -> list[int]: ...

    def moves(self, invoice: Invoice, now: Known) -> list[Move]: ...

    def last_listed(self, invoice: Invoice, now: Known) -> date | None: ...


class Moment:
    """One account at one moment inside the window of a banking day, fresh feed, no answer awaited."""

    def __init__(self, world: World, account: "Past", policy: dict[str, Any], now: Known) -> None:
        self.world, self.account, self.policy, self.now = world, account, policy, now
        self.creditor, self.debtor = account.creditor, account.debtor
        self.today = self.world.day_of(self.creditor, now)
        self.party = self.world.party(self.creditor, self.debtor, now)
        self.consumer = self.party["kind"] == "consumer"
        self.books = Books(world, self.creditor, self.debtor, account.letters, account.handovers, now)
        self.reversals = self._reversals()
        self.out: dict[str, bool] = {}
        for r in self.books.receivables.values():
            handed = any(r.invoice.id in h.invoices for h in account.handovers)
            stopped = stops.stopped(self.world, r.invoice, now)
            self.out[r.invoice.id] = handed or bool(stopped) or self.books.lapsed(r, self.today)

    def _reversals(self) -> dict[str, list[Fact]]:
        """For each invoice the reversals of money that had reached it, and the refunds that opened it again (G9)."""
        found: dict[str, list[Fact]] = {i: list(facts) for i, facts in self.books.reopened.items()}
        for paid in purse(self.world).known(self.now, self.creditor):
            for fact in purse(self.world).returns[paid]:
                if fact.known > self.now:
                    continue
                just_before = (fact.at, fact.order - 1)
                letters = [x for x in self.account.letters if x.known <= just_before]
                then = Books(self.world, self.creditor, self.debtor, letters, self.account.handovers, just_before)
                for invoice in then.touched_by(paid):
                    found.setdefault(invoice, []).append(fact)
        return found

    # -- what a letter lists ------------------------------------------------------------------------------------

    def due(self, r: Receivable) -> date:
        return self.world.effective_due(r.invoice, self.now)

    def in_order(self, found: list[Receivable]) -> list[Receivable]:
        return sorted(found, key=lambda r: (self.due(r), r.invoice.id))

    def open_principal(self, r: Receivable) -> int:
        """Open and not disputed."""
        return max(0, r.principal - stops.disputed(self.world, r.invoice, self.now)[1])

    def overdue(self, currency: str) -> list[Receivable]:
        """S1, without what is stopped."""
        return [
            r
            for r in self.books.receivables.values()
            if r.invoice.currency == currency
            and not self.out[r.invoice.id]
            and self.open_principal(r) > 0
            and stops.passed(self.world, self.creditor, self.debtor, self.due(r), self.now)
        ]

    def rests(self, currency: str) -> list[Receivable]:
        """M6: principal paid, interest or costs left."""
        return [
            r
            for r in self.books.receivables.values()
            if r.invoice.currency == currency and not self.out[r.invoice.id] and r.principal == 0 and r.balance > 0
        ]

    def below_minimum(self, currency: str) -> bool:
        """G6, euros only (F6)."""
        if currency != EURO:
            return False
        listed = sum(self.open_principal(r) for r in self.overdue(currency))
        return listed < cents(self.policy.get("minimum", "0.00"))

    # -- steps --------------------------------------------------------------------------------------------------

    def step_index(self, step: Step) -> int:
        return [s["name"] for s in self.policy["steps"]].index(step["name"])

    def next_step(self, r: Receivable) -> Step | None:
        """S1: the step after that behind which the receivable stands."""
        steps: list[Step] = self.policy["steps"]
        at = self.stands(r) + 1
        return steps[at] if at < len(steps) else None

    def stands(self, r: Receivable) -> int:
        """S1: by name, then a letter step for each letter without a name here, never past the last letter."""
        names = [s["name"] for s in self.policy["steps"]]
        moves = self.account.moves(r.invoice, self.now)
        shared = [(names.index(m.step), n) for n, m in enumerate(moves) if m.step in names]
        furthest, since = max(shared, default=(-1, -1))
        nameless = [m for m in moves[since + 1 :] if m.letter and m.step not in names]
        at, last = furthest, max((n for n, s in enumerate(self.policy["steps"]) if s["action"] == "letter"), default=-1)
        for _ in nameless:
            ahead = [n for n, s in enumerate(self.policy["steps"]) if n > at and s["action"] == "letter"]
            if ahead and ahead[0] < last:
                at = ahead[0]
            elif ahead:
                at = last - 1
        return at

    def is_due(self, r: Receivable, step: Step) -> bool:
        """S2 and M7: each wait the step has."""
        moves = self.account.moves(r.invoice, self.now)
        due = self.due(r)
        if step.get("after_due_days") is not None and self.today < due + timedelta(days=step["after_due_days"]):
            return False
        if step.get("after_previous_days") is not None and moves:
            since = max(moves[-1].day, due)
            if self.today < since + timedelta(days=step["after_previous_days"]):
                return False
        return True

    def may_take(self, r: Receivable, action: str) -> Step | None:
        """The step of this kind which the receivable may take now, or None."""
        step = self.next_step(r)
        if step is None or step["action"] != action or not self.is_due(r, step):
            return None
        if step.get("approval") and not self.approved(r, step):
            return None
        if self.residual(r):
            return None
        reversals = self.reversals.get(r.invoice.id, [])
        if stops.waits_after_a_stop(self.world, r.invoice, reversals, self.now):
            return None
        return step

    def approved(self, r: Receivable, step: Step) -> bool:
        given = self.world.known(
            "step.approved", self.now, creditor=self.creditor, debtor=self.debtor, step=step["name"]
        )
        return any(r.invoice.is_named(f.data["invoice"]) for f in given)

    def residual(self, r: Receivable) -> bool:
        """M6: open principal below the residual after a payment or credit never moves."""
        if r.invoice.currency != EURO or not r.touched:
            return False
        return r.principal < cents((self.policy.get("residual") or {}).get("waive_below", "0.00"))

    # -- hand-overs, guards -------------------------------------------------------------------------------------

    def call(self) -> None:
        """S7: a task, once; the receivable moves when it is done."""
        made = {c.task for c in self.account.calls}
        for currency in self.currencies():
            if self.below_minimum(currency):
                continue
            for r in self.in_order(self.overdue(currency)):
                step = self.may_take(r, "call")
                if step is not None:
                    task = Call(self.now, r.invoice.id, step["name"])
                    if task.task not in made:
                        self.account.calls.append(task)

    def hand_over(self) -> None:
        """S7: before any letter of the day."""
        for currency in self.currencies():
            if self.below_minimum(currency):
                continue
            ready = [r for r in self.overdue(currency) if self.may_take(r, "hand-over")]
            if ready:
                invoices = tuple(r.invoice.id for r in self.in_order(ready))
                self.account.handovers.append(HandOver(self.today, self.now, invoices))
                for invoice in invoices:
                    self.out[invoice] = True

    def currencies(self) -> list[str]:
        return sorted({r.invoice.currency for r in self.books.receivables.values()}, key=lambda c: (c != EURO, c))

    def channel(self) -> str | None:
        channels: list[str] = self.policy["channels"]
        for channel in channels:
            if channel == "email" and self.party.get("email"):
                return channel
            if channel == "print" and self.party.get("address"):
                return channel
        return None

    def money_points_here(self) -> bool:
        """G10: money not placed that may be the account's."""
        return Pointing(self.world, self.books, self.account.totals()).holds()

    # -- the letter ---------------------------------------------------------------------------------------------

    def letter(self) -> Letter | None:
        """S4: the letter of this moment, or None."""
        channel, choices = self.channel(), []
        for currency in self.currencies():
            overdue = self.overdue(currency)
            movers = {r.invoice.id: s for r in overdue if (s := self.may_take(r, "letter"))}
            if movers and not self.below_minimum(currency):
                first = min(self.due(r) for r in overdue if r.invoice.id in movers)
                choices.append((first, currency, overdue, movers))
        if not choices or channel is None:
            return None
        _, currency, overdue, movers = min(choices, key=lambda c: (c[0], c[1] != EURO, c[1]))
        rows = []
        for r in self.in_order(overdue + self.rests(currency)):
            row = Row(r.invoice.id, disputed=stops.disputed(self.world, r.invoice, self.now)[1])
            if r.invoice.id in movers:
                self._fill(row, r, movers[r.invoice.id], currency)
            rows.append(row)
        self._put_fee(rows, movers, currency)
        furthest = max(movers.values(), key=self.step_index)
        answer = max(s["response_days"] for s in movers.values()) + DELIVERY_DAYS[channel]
        return Letter(
            day=self.today,
            known=self.now,
            creditor=self.creditor,
            debtor=self.debtor,
            currency=currency,
            step=furthest["name"],
            response_by=days.rolled(self.today + timedelta(days=answer)),
            rows=rows,
        )

    # -- plans (G5) ---------------------------------------------------------------------------------------------

    def plan_letter(self) -> Letter | None:
        """One letter per missed instalment; of several missed since the last one, the latest brings it."""
        channel = self.channel()
        plans = in_turn(plans_of(self.world, self.creditor, self.debtor, self.now), self.books.paid_of)
        for plan in plans if channel is not None else ():
            missed = plan.missed_on(self.today)
            told = any((x.plan, x.missed) == (plan.fact.id, len(missed)) for x in self.account.letters)
            theirs = self.in_order([r for r in self.books.receivables.values() if r.invoice.id in plan.held])
            theirs = [r for r in theirs if r.balance > 0]
            asked = min(sum(map(self._may_be_asked, theirs)), sum(a for _, a in missed) - self.books.paid_of(plan))
            if asked > 0 and not told and not any(map(self._makes_wait, theirs)):
                return self._about(plan, len(missed), theirs, asked, channel or "")
        return None

    def _may_be_asked(self, r: Receivable) -> int:
        return self.open_principal(r) + r.interest + r.costs

    def _makes_wait(self, r: Receivable) -> bool:
        """Another stop on one of the plan's receivables makes the whole letter wait."""
        codes = [code for code in stops.stopped(self.world, r.invoice, self.now) if code != "in-plan"]
        handed = any(r.invoice.id in h.invoices for h in self.account.handovers)
        all_disputed = r.principal > 0 and self.open_principal(r) == 0
        extended = r.principal > 0 and stops.extended(self.world, r.invoice, self.now)
        return bool(codes) or handed or all_disputed or extended or self.books.lapsed(r, self.today)

    def _about(self, plan: Plan, missed: int, theirs: list[Receivable], asked: int, channel: str) -> Letter:
        answer = self.today + timedelta(days=10 + DELIVERY_DAYS[channel])
        disputed = [stops.disputed(self.world, r.invoice, self.now)[1] for r in theirs]
        return Letter(
            day=self.today,
            known=self.now,
            creditor=self.creditor,
            debtor=self.debtor,
            currency=theirs[0].invoice.currency,
            step=None,
            response_by=days.rolled(answer),
            rows=[Row(r.invoice.id, disputed=part) for r, part in zip(theirs, disputed, strict=True)],
            plan=plan.fact.id,
            missed=missed,
            asked=asked,
        )

    def _fill(self, row: Row, r: Receivable, step: Step, currency: str) -> None:
        row.step, row.interest = step["name"], bool(step.get("interest"))
        row.start = self.interest_start(r)
        if row.interest:
            row.counted_to = self.countable_to(r, row.start)
        row.compensate = (
            currency == EURO
            and not self.consumer
            and self.party.get("trader", True)
            and step.get("fixed_compensation") == "claim"
            and self.today > row.start
            and not r.compensated
        )

    def interest_start(self, r: Receivable) -> date:
        """I1, M7."""
        invoice, start = r.invoice, self.due(r)
        if self.world.due_is_agreed(invoice, self.now):
            return start
        start = max(start, invoice.sent + timedelta(days=30))
        if self.consumer and not invoice.interest_stated:
            claims = [m.day for m in self.account.moves(invoice, self.now) if m.interest]
            start = max(start, min(claims, default=self.today))
        return start

    def countable_to(self, r: Receivable, start: date) -> date:
        """I3: up to today, or to the day before the first one whose rate is not known."""
        day = max(filter(None, (start, r.counted_to)))
        while day < self.today and self.world.rate_on(r.invoice, day + days.DAY, self.now) is not None:
            day += days.DAY
        return min(day, self.today)

    # -- the one fee of a letter (F1-F5) ------------------------------------------------------------------------

    def _put_fee(self, rows: list[Row], movers: dict[str, Step], currency: str) -> None:
        if currency != EURO:
            return
        candidates = [
            r
            for r in (self.books.receivables[i] for i in movers)
            if cents(movers[r.invoice.id].get("fee", "0.00")) > 0 and self.may_bear_fee(r)
        ]
        if not candidates:
            return
        r = min(
            candidates,
            key=lambda r: (-self.step_index(movers[r.invoice.id]), self.due(r), r.invoice.id),
        )
        fee = min(cents(movers[r.invoice.id]["fee"]), FEE_CEILING[self.party["kind"]])
        before = sum(f.whole for f in self.books.fees_of_the_whole(r) if not f.forgiven)
        fee = max(0, min(fee, self._fee_cap(r) - before))
        row = next(row for row in rows if row.invoice == r.invoice.id)
        if fee > 0:
            row.fee, row.forgiven = fee, self._mercy()

    def _fee_cap(self, r: Receivable) -> int:
        return fee_cap(self.world.amount_of_all_parts(r.invoice, self.now), self.consumer)

    def may_bear_fee(self, r: Receivable) -> bool:
        """F2."""
        if stops.ever_suspended(self.world, r.invoice, self.now):
            return False
        listed = self.account.last_listed(r.invoice, self.now)
        fees = [f.day for f in self.books.standing_fees()]
        gap = 15 if self.consumer else 11
        if self.consumer:
            if (self.world.due(r.invoice, self.now) - r.invoice.sent).days < 14:
                return False
            if (self.today - self.due(r)).days < 15:
                return False
        if listed is not None and (self.today - listed).days < gap:
            return False
        return not fees or (self.today - max(fees)).days >= gap

    def _mercy(self) -> bool:
        """F5."""
        months = self.policy.get("mercy_months")
        if not months or not self.consumer:
            return False
        since = days.months_before(self.today, months)
        issued = min(i.issued for i in self.world.invoices_of(self.creditor, self.debtor, self.now))
        recent = [f for f in self.books.standing_fees() if f.day > since]
        return issued <= since and not recent
