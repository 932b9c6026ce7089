"""The letters of an account, day by day: when it is checked, what counts as sent before, and a letter's fields."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.simulation.oracle import days, mistyped, stops
from tests.simulation.oracle.fact import LAST, Known, as_date, cents, money
from tests.simulation.oracle.facts import Suggestion, World
from tests.simulation.oracle.feeds import reaches_tomorrow
from tests.simulation.oracle.identity import purse
from tests.simulation.oracle.invoices import Invoice
from tests.simulation.oracle.ledger import Books
from tests.simulation.oracle.moment import Moment
from tests.simulation.oracle.records import Call, HandOver, Letter, Move


def letters_of(
    events: list[dict[str, Any]], until: str | date, suggestions: Sequence[Suggestion] = ()
) -> list[dict[str, Any]]:
    """The accepted letters up to the end of the day `until`, as the objects of expected.jsonl."""
    world = World(events, suggestions)
    sent: list[dict[str, Any]] = []
    for creditor, debtor in world.accounts():
        account = Account(world, creditor, debtor)
        account.live(as_date(until) if isinstance(until, str) else until)
        sent += account.sent
    return sorted(sent, key=lambda x: (x["date"], x["debtor"]))


class Account:
    """One debtor of one creditor. Letters and hand-overs made are all it remembers."""

    def __init__(self, world: World, creditor: str, debtor: str) -> None:
        self.world, self.creditor, self.debtor = world, creditor, debtor
        self.letters: list[Letter] = []
        self.handovers: list[HandOver] = []
        self.calls: list[Call] = []
        self.sent: list[dict[str, Any]] = []

    def live(self, until: date) -> None:
        first = min(i.fact.at for i in self.world.invoices if (i.creditor, i.debtor) == (self.creditor, self.debtor))
        day = first.astimezone(self.world.zone(self.creditor)).date()
        while day <= until:
            if days.is_banking_day(day):
                for instant in self._instants(day):
                    self._decide((instant, LAST))
            day += days.DAY

    def _instants(self, day: date) -> list[datetime]:
        """The window's opening, and the first full minute at or after each event inside it."""
        zone = self.world.zone(self.creditor)
        end_of_day = (datetime.combine(day, time(23, 59), zone), LAST)
        policy = self.world.policy(self.creditor, self.debtor, end_of_day)
        if policy is None:
            return []
        opens = datetime.combine(day, time.fromisoformat(policy["window"]["from"]), zone)
        closes = datetime.combine(day, time.fromisoformat(policy["window"]["to"]), zone)
        instants = {opens}
        for fact in self.world.facts:
            if opens < fact.came < closes:
                local = fact.came.astimezone(zone)
                minute = local.replace(second=0, microsecond=0)
                instants.add(minute if minute == local else minute + timedelta(minutes=1))
        return sorted(i for i in instants if i < closes)

    # -- one moment ---------------------------------------------------------------------------------------------

    def _decide(self, now: Known) -> None:
        world = self.world
        policy = world.policy(self.creditor, self.debtor, now)
        if policy is None or not world.invoices_of(self.creditor, self.debtor, now):
            return
        if stops.stale_feed(world, self.creditor, self.debtor, now) or self._response_open(now):
            return
        if reaches_tomorrow(world, self.creditor, now) or self._in_doubt(now):
            return
        if mistyped.holds(world, self.creditor, self.debtor, now):
            return
        moment = Moment(self.world, self, policy, now)
        if moment.money_points_here():
            return
        moment.call()
        moment.hand_over()
        if self._contact_budget_spent(policy, now) or moment.channel() is None:
            return
        letter = moment.letter() or moment.plan_letter()
        if letter is not None:
            self.letters.append(letter)
            self._tell(letter, self.books(now), now)

    def _in_doubt(self, now: Known) -> bool:
        """B1, K5: a return whose payment is not found, of a reference that is this account's."""
        theirs = self.world.invoices_of(self.creditor, self.debtor, now)
        references = {r for i in theirs for r in (i.reference, i.fact.data["reference"])}
        return any(f.data.get("reference") in references for f in purse(self.world).doubts(now))

    def totals(self) -> list[int]:
        """What the letters so far asked."""
        return [cents(letter["total"]) for letter in self.sent]

    def books(self, now: Known) -> Books:
        return Books(self.world, self.creditor, self.debtor, self.letters, self.handovers, now)

    def _tell(self, letter: Letter, after: Books, now: Known) -> None:
        rows: list[dict[str, str | None]] = []
        totals = {"fee": 0, "interest": 0, "compensation": 0, "total": 0}
        for row in letter.rows:
            r = after.receivables[row.invoice]
            fee, interest, compensation = r.booked[letter.known]
            totals["fee"] += fee
            totals["interest"] += interest
            totals["compensation"] += compensation
            principal = max(0, r.principal - row.disputed)
            balance = principal + r.interest + r.costs
            totals["total"] += balance
            rows.append(
                {
                    "invoice": row.invoice,
                    "step": row.step,
                    "due": self.world.effective_due(r.invoice, now).isoformat(),
                    "principal": money(principal),
                    "interest": money(r.interest),
                    "costs": money(r.costs),
                    "balance": money(balance),
                }
            )
        self.sent.append(
            {
                "date": letter.day.isoformat(),
                "debtor": self.debtor,
                "step": letter.step,
                "fee": money(totals["fee"]),
                "interest": money(totals["interest"]),
                "fixed_compensation": money(totals["compensation"]),
                "total": money(totals["total"] if letter.plan is None else letter.asked),
                "response_by": letter.response_by.isoformat(),
                "receivables": rows,
            }
        )

    # -- letters so far, the taken ones too ---------------------------------------------------------------------

    def sent_so_far(self, now: Known) -> list[tuple[date, date, tuple[str, ...]]]:
        """(day, response_by, invoices listed) of every letter that counts as accepted."""
        sent = [(x.day, x.response_by, tuple(r.invoice for r in x.rows)) for x in self.letters]
        for invoice in self.world.invoices_of(self.creditor, self.debtor, now):
            sent += [(as_date(t["sent"]), as_date(t["response_by"]), (invoice.id,)) for t in invoice.taken]
        return sorted(sent)

    def _response_open(self, now: Known) -> bool:
        """S2: the response date of the last accepted letter has not passed."""
        sent = self.sent_so_far(now)
        return bool(sent) and not stops.passed(self.world, self.creditor, self.debtor, sent[-1][1], now)

    def _contact_budget_spent(self, policy: dict[str, Any], now: Known) -> bool:
        """G7."""
        contacts = policy.get("contacts")
        if contacts is None:
            return False
        today = self.world.day_of(self.creditor, now)
        recent = [day for day, _, _ in self.sent_so_far(now) if (today - day).days < contacts["days"]]
        return len(recent) >= int(contacts["max"])

    def last_listed(self, invoice: Invoice, now: Known) -> date | None:
        return max((day for day, _, listed in self.sent_so_far(now) if invoice.id in listed), default=None)

    def moves(self, invoice: Invoice, now: Known) -> list[Move]:
        world = self.world
        moves: list[Move] = []
        policy = world.policy(self.creditor, self.debtor, now)
        steps = policy["steps"] if policy else []
        for taken in invoice.taken:
            interest = any(s["name"] == taken["step"] and s.get("interest") for s in steps)
            moves.append(Move(as_date(taken["sent"]), invoice.known, taken["step"], interest, letter=True))
        for letter in self.letters:
            moves += [
                Move(letter.day, letter.known, row.step, row.interest, letter=True)
                for row in letter.rows
                if row.invoice == invoice.id and row.step is not None
            ]
        for done in world.known("task.done", now, creditor=self.creditor, debtor=self.debtor):
            for call in self.calls:
                if done.data["task"] == call.task and call.invoice == invoice.id and call.known < done.known:
                    day = world.day_of(self.creditor, done.known)
                    moves.append(Move(day, done.known, call.step, False, letter=False))
        return sorted(moves, key=lambda m: (m.day, m.known))
