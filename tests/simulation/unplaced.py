"""Money that nobody can place at once: names in variants, references gone wrong, other currencies, and what people say.

Each is for an invoice that is paid by nothing else, so that its sum is, or is not, exactly that of the invoice.
"""

from datetime import datetime, timedelta
from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter
from tests.simulation.names_of_debtors import a_weaker, anothers, the_same
from tests.simulation.oracle.days import banking_day_after, rolled

NAMES = (the_same, a_weaker, a_weaker, anothers)


class UnplacedMoney:
    """Who pays without saying for what."""

    def __init__(self, history_writer: HistoryWriter, bank: Bank) -> None:
        self.t, self.bank = history_writer, bank

    def payment_for(self, bill: Bill) -> None:
        """One payment that may be for the invoice, and mostly what a person makes of it."""
        rng = self.t.rng
        amount = bill.amount if self.t.chance(0.5) else bill.amount + 137 + rng.randint(0, 2000) * 10
        paid = rolled(max(bill.known.date(), bill.anchor) + timedelta(days=rng.randint(-5, 50)))
        if paid <= self.t.start:
            return
        data = self.bank.received(paid, amount, bill.currency)
        way = rng.choice(("name", "name", "name", "slip", "currency"))
        if way == "name":
            data["payer"] = {"name": rng.choice(NAMES)(rng, bill.data["party"]["name"])}
            data["message"] = "kiitos"
        elif way == "slip":
            data["reference"] = self._slipped(bill.reference)
        else:
            data["reference"] = bill.reference
            data["currency"] = "NOK"
        known = self.t.at(banking_day_after(paid), "06:00")
        self.t.tell(known, "payment.received", data)
        self._decided(bill, data, known)

    def _slipped(self, reference: str) -> str:
        """One digit wrong, or two neighbours changed."""
        at = self.t.rng.randrange(1, len(reference) - 1)
        if reference[at] != reference[at + 1] and self.t.chance(0.5):
            return f"{reference[:at]}{reference[at + 1]}{reference[at]}{reference[at + 2 :]}"
        return f"{reference[:at]}{(int(reference[at]) + self.t.rng.randint(1, 9)) % 10}{reference[at + 1 :]}"

    def _decided(self, bill: Bill, data: dict[str, Any], known: datetime) -> None:
        """A person says that it is theirs, or not, gives it back, or says nothing."""
        if bill.known >= known:
            return
        instant = self.t.person_at(known.date() + timedelta(days=self.t.rng.randint(1, 25)))
        common = {"creditor": CREDITOR, "account": data["account"], "payment": data["payment"]}
        what = self.t.rng.random()
        if what < 0.25:
            same = data["currency"] == bill.currency
            self.t.write(instant, "payment.assigned", **common, debtor=bill.debtor, invoice=bill.id if same else None)
        elif what < 0.45:
            self.t.write(instant, "payment.refunded", **common, reason="ei meidän")
        elif what < 0.7:
            self.t.write(instant, "payment.not-of", **common, debtor=bill.debtor)

    def shared_reference(self, one: Bill, other: Bill) -> None:
        """Two debtors were given one reference; somebody pays the sum of one of them."""
        rng = self.t.rng
        meant = rng.choice((one, other))
        day = max(one.known, other.known).date()
        paid = rolled(max(day, meant.anchor) + timedelta(days=rng.randint(1, 30)))
        data = self.bank.received(paid, meant.amount, meant.currency)
        data["reference"] = one.reference
        known = self.t.at(banking_day_after(paid), "06:00")
        self.t.tell(known, "payment.received", data)
        self._decided(meant, data, known)

    def namesakes_payment(self, theirs: list[Bill]) -> None:
        """One of many who have the same name pays, with the sum of an invoice or another."""
        bill = self.t.rng.choice(theirs)
        amount = bill.amount if self.t.chance(0.6) else bill.amount + 137
        paid = rolled(bill.anchor + timedelta(days=self.t.rng.randint(1, 20)))
        data = self.bank.received(paid, amount, bill.currency)
        data["payer"] = {"name": the_same(self.t.rng, bill.data["party"]["name"])}
        self.t.tell(self.t.at(banking_day_after(paid), "06:00"), "payment.received", data)
