"""Payment plans of random histories: over some invoices of a debtor, kept, missed, paid in every way, made anew."""

from datetime import date, timedelta
from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter, cents
from tests.simulation.oracle.days import DAY, banking_day_after, banking_day_before, rolled


class Plans:
    """The plans of one history."""

    def __init__(self, history_writer: HistoryWriter, bank: Bank) -> None:
        self.t, self.bank = history_writer, bank

    def agree(self, bills: list[Bill]) -> None:
        """Perhaps a plan over some of a debtor's invoices, and what becomes of it."""
        euros = [b for b in bills if b.currency == "EUR" and not b.parts]
        if not euros or not self.t.sometimes(self.t.p.plans):
            return
        rng = self.t.rng
        for _ in range(rng.choice((1, 1, 2))):
            over = rng.sample(euros, rng.choice((1, len(euros), len(euros), rng.randint(1, len(euros)))))
            first = max(max(b.known.date() for b in over) + DAY, max(b.due for b in over) - 5 * DAY)
            self._live(over, self.t.day_between(first, first + 50 * DAY))

    def _live(self, over: list[Bill], agreed: date) -> None:
        rng = self.t.rng
        amounts = self._amounts(sum(b.amount for b in over))
        every = rng.choice((7, 14, 30, 30))
        dues = [agreed + timedelta(days=rng.randint(3, 12) + every * n) for n in range(len(amounts))]
        parts = [{"due": d.isoformat(), "amount": cents(a)} for d, a in zip(dues, amounts, strict=True)]
        about = {"creditor": CREDITOR, "debtor": over[0].debtor}
        invoices = [b.id for b in over]
        self.t.write(self.t.person_at(agreed), "plan.agreed", **about, invoices=invoices, instalments=parts)
        for due, amount in zip(dues, amounts, strict=True):
            if self.t.chance(0.6):
                self._pay(over, due, amount)
        if self.t.chance(0.3):
            ended = agreed + timedelta(days=rng.randint(5, 90))
            named = invoices[:1] if self.t.chance(0.4) else None
            self.t.write(self.t.person_at(ended), "plan.ended", **about, invoices=named, reason="sovittu")

    def _amounts(self, total: int) -> list[int]:
        """Instalments that come to the invoices' sum, or to a little more or less."""
        total = max(400, total + self.t.rng.choice((0, 0, 0, -300, 2500)))
        count = self.t.rng.randint(2, 5)
        each = total // count
        return [each] * (count - 1) + [total - each * (count - 1)]

    def _pay(self, over: list[Bill], due: date, amount: int) -> None:
        """An instalment is paid, more or less of it, before its day, late, or after its letter."""
        rng, bill = self.t.rng, self.t.rng.choice(over)
        amount = rng.choice((amount, amount, amount, amount // 2, amount + 700))
        missed = banking_day_after(rolled(due), 5)
        day = rng.choice((banking_day_before(due), due, due + 3 * DAY, missed + 3 * DAY, missed + 20 * DAY))
        how = rng.choice(("reference", "debtor", "debtor", "letter", "letter", "note", "credit"))
        if how == "letter" and self.t.chance(0.8):
            day = max(day, missed + 3 * DAY)
        if how in ("note", "credit"):
            self._give(bill, day, amount, how)
            return
        booked = rolled(day)
        data: dict[str, Any] = self.bank.received(day, amount, "EUR", booked)
        letter = f"@letter:{bill.debtor}:{missed if day > missed else banking_day_before(day, rng.randint(1, 9))}"
        named = {"reference": bill.reference, "letter": letter}
        data |= {"debtor": bill.debtor} if how == "debtor" else {"reference": named[how]}
        instant = self.t.person_at(banking_day_after(booked))
        if booked <= self.t.start:
            return
        self.bank.payments.append((instant, booked, data["account"], amount))
        self.t.tell(instant, "payment.received", data)
        if self.t.chance(0.12):
            back = {name: data[name] for name in ("creditor", "account", "payment")}
            kind = rng.choice(("payment.reversed", "payment.refunded"))
            returned = self.t.person_at(instant.date() + timedelta(days=rng.randint(2, 25)))
            self.t.write(returned, kind, **back, reason="takaisin")

    def _give(self, bill: Bill, day: date, amount: int, how: str) -> None:
        """A credit note, or credit without an invoice."""
        number = sum(1 for _, kind, _ in self.t.written if kind in ("credit.granted.v1", "invoice.credited.v1")) + 1
        instant = self.t.person_at(max(day, bill.known.date() + DAY))
        about = {"creditor": CREDITOR, "debtor": bill.debtor, "currency": "EUR"}
        if how == "credit":
            self.t.write(
                instant, "credit.granted", **about, credit=f"KP-{number}", amount=cents(amount), reason="hyvitys"
            )
            return
        noted = sum(
            int(d["amount"].replace(".", ""))
            for _, kind, d in self.t.written
            if kind == "invoice.credited.v1" and d["invoice"] == bill.id
        )
        left = min(amount, bill.amount - noted)
        if left > 0:
            note = {"invoice": bill.id, "credit_note": f"HP-{number}", "issued": day.isoformat()}
            self.t.write(instant, "invoice.credited", **about, **note, amount=cents(left))
