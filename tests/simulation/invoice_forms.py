"""Invoices with cash discounts, in parts, and corrected ones, and how they are paid (rules.md M8 to M10)."""

from datetime import date, timedelta
from typing import Any, Protocol

from tests.simulation.history_writer import Bill, HistoryWriter, cents, reference
from tests.simulation.oracle.days import DAY


class Payer(Protocol):
    """Whoever writes a payment into the history."""

    def pay(self, bill: Bill, paid: date, amount: int, lag: int | None = None, by: str | None = None) -> None: ...


class InvoiceForms:
    """What an invoice offers or asks beside one sum on one day."""

    def __init__(self, history_writer: HistoryWriter) -> None:
        self.t = history_writer
        self.corrections: str | None = None
        """What the creditor lets corrections do; None: a person is asked."""

    def shape(self, bill: Bill) -> None:
        """Give an invoice a discount or parts, or correct it later."""
        p = self.t.p
        if "taken" in bill.data:
            return
        if bill.due > bill.known.date() + 6 * DAY and self.t.sometimes(p.discounts):
            self._discount(bill)
        elif self.t.sometimes(p.parts):
            self._parts(bill)
        elif self.t.sometimes(p.corrected):
            self._correct(bill)

    def _discount(self, bill: Bill) -> None:
        through = date.fromisoformat(bill.data["issued"]) + timedelta(days=self.t.rng.randint(3, 6))
        share = self.t.rng.choice((0.01, 0.02, 0.02, 0.1))
        discount = {"through": through.isoformat(), "amount": cents(max(1, int(bill.amount * share)))}
        bill.data["discounts"] = [discount]

    def _parts(self, bill: Bill) -> None:
        """Two or three, a month apart; some have references of their own."""
        rng, count = self.t.rng, self.t.rng.randint(2, 3)
        own = self.t.chance(0.5)
        part = bill.amount // count
        amounts = [part] * (count - 1) + [bill.amount - part * (count - 1)]
        parts: list[dict[str, Any]] = []
        for n, amount in enumerate(amounts):
            due = bill.due + timedelta(days=30 * n + rng.choice((0, 0, 1)))
            each: dict[str, Any] = {"due": due.isoformat(), "amount": cents(amount)}
            if own:
                each["reference"] = reference(f"{bill.reference}{n + 1}")
            parts.append(each)
            bill.parts.append((due, amount, each.get("reference", bill.reference)))
        bill.data["parts"] = parts

    def _correct(self, bill: Bill) -> None:
        """Another sum or another due date, and what a person says that this is, where nobody has said so before."""
        rng = self.t.rng
        day = bill.known.date() + timedelta(days=rng.randint(1, 70))
        adds = self.corrections == "add" or (self.corrections is None and self.t.chance(0.4))
        other = self._corrected(bill, adds)
        self.t.write(self.t.person_at(day), "invoice.issued", **other)
        bill.corrected = True
        if adds:
            bill.added = (day, int(other["amount"].replace(".", "")), other["reference"])
        if self.corrections != "add" and self.t.chance(0.7):
            settled = self.t.person_at(day + timedelta(days=rng.randint(1, 20)))
            about = {"creditor": bill.data["creditor"], "debtor": bill.debtor}
            number = rng.choice((bill.id, other["invoice"]))
            self.t.write(settled, "correction.settled", **about, invoice=number, **{"as": "add" if adds else "replace"})

    def _corrected(self, bill: Bill, adds: bool) -> dict[str, Any]:
        """The same number again or, as a UBL 384 does, another number; what adds has a reference of its own."""
        rng, other = self.t.rng, dict(bill.data)
        if self.t.chance(0.7):
            other["amount"] = cents(max(100, int(bill.amount * rng.choice((0.5, 0.9, 1.1, 2.0)))))
        if self.t.chance(0.5) or other["amount"] == bill.data["amount"]:
            other["due"] = (bill.due + timedelta(days=rng.choice((5, 14, 30)))).isoformat()
        if adds:
            other["reference"] = reference(f"{bill.reference}9")
        if self.t.chance(0.4):
            other |= {"invoice": f"{bill.id}-K", "corrects": bill.id}
        return other


class PaidForms:
    """How people pay what has a discount or parts."""

    def __init__(self, history_writer: HistoryWriter) -> None:
        self.t = history_writer

    def payments_for(self, bill: Bill, bank: Payer) -> None:
        """Most of what is asked, mostly in time."""
        if bill.parts:
            self._parts(bill, bank)
        else:
            self._discounted(bill, bank)

    def payments_for_what_was_added(self, bill: Bill, bank: Payer) -> None:
        """What a correction adds is paid by its own reference, perhaps before anybody has said that it adds (M10)."""
        if bill.added is not None and self.t.chance(0.6):
            day, amount, by = bill.added
            paid = day + timedelta(days=self.t.rng.choice((-3, 1, 15, 40, 70)))
            bank.pay(bill, paid, self.t.rng.choice((amount, amount, max(1, amount // 3), amount + 500)), lag=1, by=by)

    def _discounted(self, bill: Bill, bank: Payer) -> None:
        """In time or too late; all, the rest less the discount, or still less."""
        rng = self.t.rng
        (discount,) = bill.data["discounts"]
        through = date.fromisoformat(discount["through"])
        rest = bill.amount - int(discount["amount"].replace(".", ""))
        day = through - timedelta(days=rng.randint(0, 2)) if self.t.chance(0.6) else through + timedelta(days=9)
        amount = rng.choice((rest, rest, rest, bill.amount, max(1, rest - 100)))
        bank.pay(bill, day, amount, lag=0)
        if self.t.chance(0.3):
            bank.pay(bill, bill.due + timedelta(days=rng.randint(5, 40)), rng.choice((100, bill.amount - rest)), lag=0)

    def _parts(self, bill: Bill, bank: Payer) -> None:
        rng = self.t.rng
        for due, amount, by in bill.parts:
            if self.t.chance(0.6):
                day = due + timedelta(days=rng.choice((-3, 0, 2, 12, 40)))
                bank.pay(bill, day, rng.choice((amount, amount, max(1, amount // 2))), lag=1, by=by)
        if self.t.chance(0.2):
            bank.pay(bill, bill.due + timedelta(days=rng.randint(20, 60)), bill.amount, lag=1)
