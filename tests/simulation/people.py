"""What people say about invoices: holds, disputes, promises, plans, credit notes and the like."""

from datetime import date, timedelta
from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter, cents
from tests.simulation.oracle.days import DAY, banking_day_after, banking_day_before


class People:
    """The creditor's people and its debtors."""

    def __init__(self, history_writer: HistoryWriter, bank: Bank, policies: list[dict[str, Any]]) -> None:
        self.t, self.bank, self.policies = history_writer, bank, policies

    def speak_of(self, bill: Bill) -> None:
        """All events of people about one invoice."""
        whole = self.t.chance(self.t.p.whole_account)
        self._hold(bill, whole)
        if self.t.chance(self.t.p.disputed):
            self._dispute(bill, self._some_day(bill), whole)
        self._suspend(bill, whole)
        self._promise(bill, whole)
        self._move_the_due_date(bill, whole)
        self._forgive(bill)
        for policy in self.policies:
            for step in policy["steps"]:
                if policy["kind"] == bill.data["party"]["kind"]:
                    self._answers_to(step, bill)
        if self.t.chance(self.t.p.credited):
            share = self.t.rng.choice((0.1, 0.3, 0.5, 0.9, 1.0))
            self._credit_note(bill, self._some_day(bill, -10, 90), max(1, int(bill.amount * share)))
        if self.t.sometimes(self.t.p.mistyped):
            self._mistype(bill)
        if self.t.sometimes(self.t.p.granted):
            self._grant(bill)
        if self.t.sometimes(self.t.p.lost_returns):
            self.bank.telling.returned_from_nowhere(bill, self._some_day(bill))

    def _grant(self, bill: Bill) -> None:
        """Credit without an invoice (M11)."""
        number = sum(1 for _, kind, _ in self.t.written if kind == "credit.granted.v1") + 1
        self.t.write(
            self.t.person_at(self._some_day(bill, -20, 60)),
            "credit.granted",
            creditor=CREDITOR,
            debtor=bill.debtor,
            credit=f"K-{number}",
            amount=cents(self.t.rng.choice((500, 2500, 10000, bill.amount))),
            currency=bill.currency,
            reason="hyvitys",
        )

    def _mistype(self, bill: Bill) -> None:
        """A stop under a number or for a debtor that is not there, or before its invoice is (K4); a wrong step."""
        day, which = self._some_day(bill), self.t.rng.randrange(4)
        instant, about = self.t.person_at(day), {"creditor": CREDITOR, "debtor": bill.debtor}
        if which == 0:
            self.t.write(instant, "dispute.raised", **about | {"invoice": self._typo(bill.id)})
        elif which == 1:
            debtor = self._typo(bill.debtor)
            self.t.write(instant, "hold.placed", **about | {"debtor": debtor, "reason": "agreed"})
        elif which == 2:
            before = bill.known - timedelta(days=self.t.rng.randint(1, 12))
            until = (bill.due + timedelta(days=self.t.rng.randint(5, 30))).isoformat()
            self.t.write(before, "promise.made", **about | {"invoice": bill.id, "until": until})
        else:
            self.t.about(instant, "step.approved", bill, step="colection")
            self.t.about(instant, "task.done", bill, task="call-1", outcome="ok")

    def _typo(self, name: str) -> str:
        """One sign more, less or other, or two swapped."""
        place, digit = self.t.rng.randrange(len(name)), str(self.t.rng.randrange(10))
        before, sign, behind = name[:place], name[place], name[place + 1 :]
        swapped = before + behind[:1] + sign + behind[1:]
        return self.t.rng.choice((before + behind, before + digit + sign + behind, before + digit + behind, swapped))

    def _some_day(self, bill: Bill, first: int = -2, last: int = 70) -> date:
        """A day so many days after the due date, never before the invoice was known."""
        known = bill.known.date() + DAY
        day = self.t.day_between(
            max(known, bill.anchor + timedelta(days=first)), max(known, bill.anchor + timedelta(days=last))
        )
        bill.quiet.append(day)
        return day

    def _later(self, bill: Bill, day: date, first: int, last: int, days: int = 1) -> date:
        """Some days later; automatic money keeps away from the days on which it takes effect."""
        later = day + timedelta(days=self.t.rng.randint(first, last))
        bill.quiet += [later + n * DAY for n in range(days)]
        return later

    def _hold(self, bill: Bill, whole: bool) -> None:
        if not self.t.chance(self.t.p.held):
            return
        day = self._some_day(bill)
        until = self._later(bill, day, 3, 40, days=2).isoformat() if self.t.chance(0.6) else None
        reason = self.t.rng.choice(("agreed", "investigating", "other"))
        if self.t.sometimes(self.t.p.plans):
            reason = self.t.rng.choice((reason, "deceased"))
        self.t.about(self.t.person_at(day), "hold.placed", bill, whole, until=until, reason=reason)
        if until is None or self.t.chance(0.3):
            lifted = self._later(bill, day, 2, 35)
            self.t.about(self.t.person_at(lifted), "hold.lifted", bill, whole)

    def _suspend(self, bill: Bill, whole: bool) -> None:
        if not bill.consumer or not self.t.chance(self.t.p.suspended):
            return
        day = self._some_day(bill)
        self.t.about(self.t.person_at(day), "suspension.requested", bill, whole)
        if self.t.chance(0.7):
            self.t.about(self.t.person_at(self._later(bill, day, 3, 40)), "suspension.ended", bill, whole)

    def _promise(self, bill: Bill, whole: bool) -> None:
        if self.t.chance(self.t.p.promised):
            day = self._some_day(bill)
            until = self._later(bill, day, 2, 25, days=6)
            self.t.about(self.t.person_at(day), "promise.made", bill, whole, until=until.isoformat())

    def _move_the_due_date(self, bill: Bill, whole: bool) -> None:
        if self.t.chance(self.t.p.extended):
            day = self._some_day(bill)
            until = self._later(bill, day, -10, 30, days=6)
            whole = whole and all(b.known < self.t.at(day) for b in self.t.bills if b.debtor == bill.debtor)
            instant = self.t.person_at(day)
            named = None if whole else self._part_of(bill)
            about = {"creditor": CREDITOR, "debtor": bill.debtor, "invoice": named}
            self.t.write(instant, "extension.granted", **about, until=until.isoformat())
        if self.t.chance(self.t.p.rescheduled):
            day = self._some_day(bill, -10, 40)
            due = bill.due + timedelta(days=self.t.rng.choice((-5, -2, 3, 7, 10, 14, 21, 30, 45)))
            bill.quiet += [due + n * DAY for n in range(6)]
            data = {"creditor": CREDITOR, "debtor": bill.debtor, "invoice": self._part_of(bill), "due": due.isoformat()}
            self.t.write(self.t.person_at(day), "invoice.rescheduled", **data)

    def _part_of(self, bill: Bill) -> str:
        """The invoice, or one of its parts: a new due date is a part's own (M9)."""
        return f"{bill.id}/{self.t.rng.randint(1, len(bill.parts))}" if bill.parts else bill.id

    def _forgive(self, bill: Bill) -> None:
        p = self.t.p
        if self.t.chance(p.acknowledged):
            day = self._some_day(bill, 0, 90)
            self.t.about(self.t.person_at(day), "debt.acknowledged", bill, self.t.chance(0.3))
        if self.t.chance(p.waived) and bill.consumer and bill.currency == "EUR":
            day = self._some_day(bill, 20, 120)
            self.t.about(self.t.person_at(day), "fee.waived", bill, reason="sovittu")
        if self.t.chance(p.written_off):
            day = self._some_day(bill, 20, 120)
            self.t.about(self.t.person_at(day), "receivable.written-off", bill, reason="pieni")
        if self.t.chance(p.cancelled):
            day = self._some_day(bill, -5, 90)
            self.t.about(self.t.person_at(day), "invoice.cancelled", bill, reason="virhe")

    def _answers_to(self, step: dict[str, Any], bill: Bill) -> None:
        day = self.t.day_between(bill.anchor + 30 * DAY, bill.anchor + 120 * DAY)
        if step.get("approval") and self.t.chance(0.6):
            self.t.about(self.t.person_at(day), "step.approved", bill, step=step["name"])
        if step["action"] == "call" and self.t.chance(0.7):
            self.t.write(
                self.t.person_at(day),
                "task.done",
                creditor=CREDITOR,
                debtor=bill.debtor,
                invoice=bill.id,
                task=f"@call:{bill.id}:{step['name']}",
                outcome="done",
            )

    def _dispute(self, bill: Bill, day: date, whole: bool) -> None:
        rng = self.t.rng
        amount = None
        if self.t.chance(self.t.p.partly_disputed):
            whole, amount = False, cents(max(1, int(bill.amount * rng.choice((0.1, 0.4, 0.8)))))
        self.t.about(self.t.person_at(day), "dispute.raised", bill, whole, ground="viallinen", amount=amount)
        if not self.t.chance(0.75):
            return
        settled = day + timedelta(days=rng.randint(2, 45))
        bill.quiet.append(settled)
        outcome = rng.choice(("unfounded", "withdrawn")) if whole else rng.choice(("unfounded", "upheld", "upheld"))
        self.t.about(self.t.person_at(settled), "dispute.settled", bill, whole, outcome=outcome)
        if outcome == "upheld" and self.t.chance(0.7):
            noted = settled + timedelta(days=rng.randint(-3, 10))
            bill.quiet.append(noted)
            self._credit_note(bill, max(noted, day + DAY), max(1, int(bill.amount * rng.choice((0.1, 0.4, 1.0)))))

    def _credit_note(self, bill: Bill, day: date, amount: int) -> None:
        used = sum(
            int(d["amount"].replace(".", ""))
            for _, kind, d in self.t.written
            if kind == "invoice.credited.v1" and d["invoice"] == bill.id
        )
        if used + amount > bill.amount:
            return
        number = sum(1 for _, kind, _ in self.t.written if kind == "invoice.credited.v1") + 1
        self.t.about(
            self.t.person_at(day),
            "invoice.credited",
            bill,
            credit_note=f"H-{number}",
            amount=cents(amount),
            currency=bill.currency,
            issued=day.isoformat(),
        )

    def agree_on_a_plan(self, bill: Bill) -> None:
        """A plan that is kept: paid by the invoice's own reference, or ended in time."""
        rng = self.t.rng
        agreed = max(bill.known.date() + DAY, bill.anchor + timedelta(days=rng.randint(0, 40)))
        count = rng.randint(2, 4)
        part = bill.amount // count
        amounts = [part] * (count - 1) + [bill.amount - part * (count - 1)]
        dues = [banking_day_after(agreed + timedelta(days=20 * (n + 1)), 1) for n in range(count)]
        self.t.write(
            self.t.at(agreed),
            "plan.agreed",
            creditor=CREDITOR,
            debtor=bill.debtor,
            invoices=[bill.id],
            instalments=[{"due": d.isoformat(), "amount": cents(a)} for d, a in zip(dues, amounts, strict=True)],
        )
        bill.quiet += [agreed, *dues]
        kept = rng.randint(0, count)
        for due, amount in zip(dues[:kept], amounts[:kept], strict=True):
            self.bank.pay(bill, banking_day_before(due, rng.randint(1, 2)), amount, lag=0)
        ended = dues[kept] if kept < count else dues[-1] + 4 * DAY
        bill.quiet.append(ended)
        self.t.write(self.t.at(ended), "plan.ended", creditor=CREDITOR, debtor=bill.debtor, reason="sovittu")
