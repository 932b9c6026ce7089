"""Money in: payments, how they are addressed, reversals, and the bank's feed every banking morning."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter, cents, iban
from tests.simulation.invoice_forms import PaidForms
from tests.simulation.oracle.days import DAY, banking_day_after, banking_day_before, is_banking_day, rolled
from tests.simulation.telling import Telling


class Bank:
    """The creditor's banks and those who pay through them."""

    def __init__(self, history_writer: HistoryWriter) -> None:
        self.t = history_writer
        self.numbers = 0
        self.payments: list[tuple[datetime, date, str, int]] = []  # known, booked, account, minor units
        self.counted = history_writer.chance(history_writer.p.counted_feeds)
        self.telling = Telling(history_writer)
        self.forms = PaidForms(history_writer)

    def payments_for(self, bill: Bill) -> None:
        """What comes in for one invoice: nothing, a part, too much, late, early, or to the cent."""
        rng, p = self.t.rng, self.t.p
        self.forms.payments_for_what_was_added(bill, self)
        if bill.parts or "discounts" in bill.data:
            self.forms.payments_for(bill, self)
            return
        if not self.t.chance(p.paid):
            return
        left = bill.amount
        for _ in range(rng.choice((1, 1, 2, 3))):
            amount = left if self.t.chance(0.4) else max(1, int(left * rng.uniform(0.05, 1.0)))
            if self.t.chance(0.15):
                amount = max(1, left - rng.choice((1, 30, 300, 499, 700, 1500)))
            if self.t.chance(p.overpaid):
                amount = left + rng.choice((1, 500, 1200, 2500, 6000, 30000))
            day = self.t.day_between(
                max(bill.known.date() - 3 * DAY, bill.anchor - 12 * DAY),
                max(bill.known.date() + 20 * DAY, bill.anchor + 110 * DAY),
            )
            if self.t.chance(p.early):
                day = bill.known.date() - timedelta(days=rng.randint(2, 9))
            self.pay(bill, day, amount)
            left -= amount
            if left <= 0:
                break

    def pay(self, bill: Bill, paid: date, amount: int, lag: int | None = None, by: str | None = None) -> None:
        """One payment; with a lag it is booked that many days later and comes by the invoice's own reference."""
        rng, p = self.t.rng, self.t.p
        booked = rolled(paid + timedelta(days=rng.choice((0, 0, 1, 3)) if lag is None else lag))
        if booked <= self.t.start or paid <= self.t.start:
            return
        known_day = banking_day_after(booked)
        if lag is None and self.t.chance(p.late_known):
            known_day = banking_day_after(known_day, rng.randint(1, 4))
        instant = self.t.person_at(known_day) if self.t.chance(p.in_window) else self.t.at(known_day, "06:00")
        data = self.received(paid, amount, bill.currency, booked)
        data |= {"reference": by or bill.reference, "payer": self._payer(bill)}
        self.telling.name(bill, data)
        self.payments.append((instant, booked, data["account"], amount))
        placed = True
        if lag is None:
            placed = self._address(bill, data, paid, instant)
            if placed and self._restated(bill, data, known_day):
                return
            self._date_ahead(data, known_day)
            self.telling.again(bill, data, instant)
        self.t.tell(instant, "payment.received", data)
        if lag is None and placed and self.t.chance(p.reversed):
            back = known_day + timedelta(days=rng.randint(2, 20))
            part = cents(max(1, amount // 2)) if self.t.chance(0.15) else None
            self.telling.returned(bill, data, back, part)
        elif lag is None and placed and self.t.sometimes(p.refunded_used):
            self._refund(data, known_day, amount)

    def _restated(self, bill: Bill, data: dict[str, Any], known_day: date) -> bool:
        """The payment stands in a statement that the bank corrects, beside or instead of one for some other invoice."""
        if data.get("recurs") or data.get("reference") != bill.reference or not self.t.p.restated:
            return False
        meant = self.t.rng.choice(self.t.bills)
        amount = self.t.rng.choice((meant.amount, max(1, meant.amount // 2)))
        other = self.received(date.fromisoformat(data["paid"]), amount, data["currency"])
        other |= {"booked": data["booked"], "reference": meant.reference, "payer": self._payer(meant)}
        return self.telling.by_a_statement_that_is_corrected(data, known_day, other)

    def received(self, paid: date, amount: int, currency: str, booked: date | None = None) -> dict[str, Any]:
        """A payment's data without what it says; it is booked on the day it was paid unless said."""
        self.numbers += 1
        return {
            "creditor": CREDITOR,
            "account": self.t.rng.choice(self.t.banks),
            "payment": f"P{self.t.seed}-{self.numbers}",
            "amount": cents(amount),
            "currency": currency,
            "paid": paid.isoformat(),
            "booked": (booked or paid).isoformat(),
        }

    def _date_ahead(self, data: dict[str, Any], known_day: date) -> None:
        """A payer's date that has not come yet (K2)."""
        if self.t.sometimes(self.t.p.paid_ahead):
            data["paid"] = (known_day + timedelta(days=self.t.rng.randint(1, 40))).isoformat()

    def _refund(self, data: dict[str, Any], known_day: date, amount: int) -> None:
        """The creditor gives back money that may have paid something (M5)."""
        day = known_day + timedelta(days=self.t.rng.randint(2, 60))
        part = cents(max(1, amount // 2)) if self.t.chance(0.25) else None
        named = self.telling.spoken_of(data, "payment_booked")
        self.t.write(self.t.person_at(day), "payment.refunded", **named, amount=part, reason="palautettu")

    def _address(self, bill: Bill, data: dict[str, Any], paid: date, instant: datetime) -> bool:
        """How the payer says what the money is for; the invoice's own reference by default."""
        rng, p = self.t.rng, self.t.p
        name = bill.data["party"]["name"]
        theirs = [b for b in self.t.bills if b.debtor == bill.debtor]
        if self.t.chance(p.by_debtor) and self._quiet(theirs, paid, instant):
            del data["reference"]
            data["debtor"] = bill.debtor
            return True
        if self.t.chance(p.by_letter):
            day = banking_day_before(paid, rng.randint(1, 6))
            data["reference"] = f"@letter:{bill.debtor}:{day}"
            return True
        if self.t.chance(p.unmatched):
            del data["reference"]
            data["message"] = f"lasku {bill.id}"
            data["payer"] = {**self._payer(bill), "name": rng.choice((name, name.upper(), "Joku Muu"))}
            self._sort_out(bill, data, instant)
            return False
        return True

    def _payer(self, bill: Bill) -> dict[str, str]:
        """Somebody, sometimes paying from the debtor's own account."""
        payer = {"name": "Maksaja"}
        if self.t.chance(self.t.p.unmatched):
            payer["iban"] = iban(f"{57200000000000 + int(bill.debtor.removeprefix('C-'))}")
        return payer

    def _sort_out(self, bill: Bill, data: dict[str, Any], instant: datetime) -> None:
        """A person assigns or refunds unmatched money, or leaves it."""
        day = instant.date() + timedelta(days=self.t.rng.randint(1, 15))
        what = self.t.rng.random()
        if what < 0.55 and bill.known < self.t.at(day):
            named = self.telling.spoken_of(data, "booked")
            self.t.write(self.t.person_at(day), "payment.assigned", **named, debtor=bill.debtor, invoice=bill.id)
        elif what < 0.85:
            named = self.telling.spoken_of(data, "payment_booked")
            self.t.write(self.t.person_at(day), "payment.refunded", **named, reason="ei meidän")

    def _quiet(self, theirs: list[Bill], paid: date, instant: datetime) -> bool:
        """No due date or stop is near the days on which the money may count as received."""
        first, last = paid - 12 * DAY, instant.date() + 3 * DAY
        for bill in theirs:
            if bill.known.date() >= last or any(first <= d <= last for d in [bill.due, *bill.quiet]):
                return bill.known.date() >= last and bill.due > last
        return True

    def mornings(self) -> None:
        """The bank feeds of the whole history, some missing, some late."""
        for account in self.t.banks:
            fed: set[int] = set()
            day = self.t.start
            while day <= self.t.until:
                if is_banking_day(day) and not self.t.chance(self.t.p.missed_feeds):
                    self._feed(account, day, fed)
                day += DAY

    def _feed(self, account: str, day: date, fed: set[int]) -> None:
        instant = self.t.at(day, "07:00")
        if self.t.chance(self.t.p.late_feeds):
            instant = self.t.person_at(day)
        through = banking_day_before(day)
        data: dict[str, Any] = {"creditor": CREDITOR, "account": account, "through": through.isoformat()}
        if self.counted:
            new = [
                n
                for n, (known, booked, to, _) in enumerate(self.payments)
                if to == account and n not in fed and (booked <= through or known <= instant)
            ]
            fed.update(new)
            data["count"] = len(new)
            data["sum"] = cents(sum(self.payments[n][3] for n in new))
        self.t.write(instant, "bank-feed.completed", **data)
        self._correct(account, day, instant)

    def _correct(self, account: str, day: date, instant: datetime) -> None:
        """A feed that reaches today, or is taken back (K2); that of the next morning counts anew."""
        p, about = self.t.p, {"creditor": CREDITOR, "account": account}
        if self.t.sometimes(p.through_today):
            self.t.write(self.t.at(day, "17:00"), "bank-feed.completed", **about, through=day.isoformat())
        if self.t.sometimes(p.withdrawn_feeds):
            back = banking_day_before(day, self.t.rng.randint(2, 6))
            later = self.t.rng.choice((instant + timedelta(minutes=30), self.t.at(day, "11:07")))
            self.t.write(later, "bank-feed.withdrawn", **about, through=back.isoformat())

    def mistaken_feed(self) -> None:
        """A feed that says more than can be known holds the creditor's letters from then on (K2, K5)."""
        if self.t.sometimes(self.t.p.through_tomorrow):
            day = self.t.day_between(self.t.start + 60 * DAY, self.t.until)
            ahead = (day + timedelta(days=self.t.rng.choice((1, 30, 365)))).isoformat()
            instant = self.t.at(day, "07:20")
            self.t.write(instant, "bank-feed.completed", creditor=CREDITOR, account=self.t.banks[0], through=ahead)
