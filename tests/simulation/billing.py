"""The creditor's side of a history: its settings, its debtors, their invoices."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter, cents, reference
from tests.simulation.invoice_forms import InvoiceForms
from tests.simulation.names_of_debtors import invented
from tests.simulation.oracle.days import DAY, banking_day_before, rolled
from tests.simulation.policies import business_policy, consumer_policy, next_version, other_numbers


class Billing:
    """The creditor and its invoices."""

    def __init__(self, history_writer: HistoryWriter) -> None:
        self.t = history_writer
        self.forms = InvoiceForms(history_writer)
        self.numbers = 1000
        self.policies: list[dict[str, Any]] = []
        self.namesake: str | None = None

    def settings(self) -> None:
        """Policies, the creditor, and perhaps the next reference rate."""
        rng, shares = self.t.rng, self.t.p.policy
        opening = self.t.at(self.t.start, "01:00")
        common: dict[str, Any] = {
            "allocation": rng.choice(("principal-first", "interest-first")),
            "minimum": rng.choice(("0.01", "10.00", "10.00", "25.00")),
            "residual": {"waive_below": rng.choice(("0.50", "5.00", "20.00"))},
            "feed_max_age": 1,
            "channels": ["email", "print"] if self.t.p.print_only else ["email"],
        }
        if self.t.chance(shares.get("old_feed", 0)):
            common["feed_max_age"] = rng.randint(2, 4)
        if self.t.chance(shares.get("no_feed", 0)):
            del common["feed_max_age"]
        if self.t.chance(0.4):
            common["contacts"] = {"max": rng.randint(1, 3), "days": rng.choice((14, 30))}
        if self.t.chance(0.4):
            common["mercy_months"] = rng.choice((1, 2, 3, 6, 12))
        if self.t.chance(self.t.p.apology):
            common["apology"] = True
        if self.t.sometimes(self.t.p.corrected):
            self.forms.corrections = rng.choice(("replace", "add"))
        self.policies = [
            consumer_policy(rng, f"c-{self.t.seed}", common, shares),
            business_policy(rng, f"b-{self.t.seed}", common, shares),
        ]
        for policy in self.policies:
            self.t.write(opening, "policy.published", **policy)
            if self.t.chance(shares.get("versions", 0)):
                day = self.t.day_between(self.t.start + 40 * DAY, self.t.until - 30 * DAY)
                known = self.t.day_between(self.t.start + 2 * DAY, day - DAY)
                self.t.write(self.t.at(known, "03:00"), "policy.published", **next_version(rng, policy, day))
        choice = {"consumer": f"c-{self.t.seed}", "business": f"b-{self.t.seed}"}
        self._register(self.t.at(self.t.start, "02:00"), choice)
        self._switch(choice)
        if self.t.until >= date(2026, 7, 1) and self.t.chance(0.6):
            day = max(self.t.start + 2 * DAY, date(2026, 6, 28) + timedelta(days=rng.randint(0, 50)))
            self.t.write(
                self.t.at(day, "04:00"),
                "reference-rate.published",
                country="FI",
                **{"from": "2026-07-01", "to": "2026-12-31"},
                rate=rng.choice(("2.0", "2.5", "3.0")),
            )

    def _switch(self, choice: dict[str, str]) -> None:
        """The creditor chooses other policies in mid ladder: other numbers (K3), perhaps other steps too (S1)."""
        if not self.t.sometimes(self.t.p.switched):
            return
        day = self.t.day_between(self.t.start + 40 * DAY, self.t.until - 20 * DAY)
        for policy in self.policies:
            other = other_numbers(self.t.rng, policy, f"{policy['policy']}-other")
            if self.t.sometimes(self.t.p.reshaped):
                other["steps"] = next_version(self.t.rng, other, day)["steps"]
            self.t.write(self.t.at(day, "03:00"), "policy.published", **other)
        self._register(self.t.at(day, "03:30"), {kind: f"{name}-other" for kind, name in choice.items()})

    def _register(self, instant: datetime, policies: dict[str, str]) -> None:
        self.t.write(
            instant,
            "creditor.registered",
            creditor=CREDITOR,
            name="Esimerkki Oy",
            business_id="1234567-1",
            country="FI",
            timezone="Europe/Helsinki",
            language="fi",
            accounts=[{"iban": i, "bic": "NDEAFIHH"} for i in self.t.banks],
            address={"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
            contact={
                "phone": "+358 9 123 456",
                "hours": "ma-pe 9-16",
                "email": "asiakaspalvelu@esimerkki.example",
                "url": "https://esimerkki.example",
            },
            sender={"name": "Esimerkki Oy", "email": "laskut@esimerkki.example"},
            policies=policies,
            corrections=self.forms.corrections,
        )

    def debtor(self, n: int) -> list[Bill]:
        """A debtor with some invoices."""
        rng = self.t.rng
        consumer = self.t.chance(0.6)
        party: dict[str, Any] = {"kind": "consumer" if consumer else "business", "name": f"Asiakas {n}"}
        if self.t.sometimes(self.t.p.real_names):
            party["name"] = self.namesake or invented(rng, n, consumer)
        printed = self.t.chance(self.t.p.print_only)
        if printed:
            party["address"] = {"street": "Tie 2", "postcode": "00200", "city": "Helsinki", "country": "FI"}
        else:
            party["email"] = f"c{n}@asiakas.example"
        party["language"] = rng.choice(("fi", "sv", "en"))
        if not consumer:
            party["business_id"] = "7654321-2"
            if self.t.chance(0.3):
                party["trader"] = self.t.chance(0.3)
        theirs = [self._bill(f"C-{n}", party) for _ in range(rng.randint(*self.t.p.invoices))]
        self.t.bills += theirs
        if self.t.sometimes(self.t.p.turns_business if consumer else self.t.p.turns_consumer):
            self._turn(f"C-{n}", consumer, max(b.known.date() for b in theirs) + DAY)
        if printed and self.t.chance(0.3):
            day = self.t.day_between(self.t.start + 30 * DAY, self.t.until)
            after = max([b.known for b in theirs if b.known < self.t.at(day)], default=None)
            if after is not None and all(b.known < self.t.at(day) for b in theirs):
                self.t.write(
                    self.t.at(day),
                    "debtor.updated",
                    creditor=CREDITOR,
                    debtor=f"C-{n}",
                    party={"email": f"c{n}@asiakas.example"},
                )
        return theirs

    def _turn(self, debtor: str, consumer: bool, earliest: date) -> None:
        """The debtor turns out to be of the other kind, here and there of the first one after all (K3)."""
        kinds = ("business", "consumer") if consumer else ("consumer", "business")
        for kind in kinds[: self.t.rng.choice((1, 1, 1, 2))]:
            day = self.t.day_between(earliest, self.t.until)
            self.t.write(self.t.at(day), "debtor.updated", creditor=CREDITOR, debtor=debtor, party={"kind": kind})
            earliest = day + DAY

    def _amount(self) -> int:
        rng = self.t.rng
        low, high = rng.choice(((5, 15), (15, 100), (95, 105), (100, 600), (450, 1100), (1000, 4000), (2400, 13000)))
        return rng.randint(low * 100, high * 100) if not self.t.chance(0.05) else rng.choice((10000, 100000, 50000))

    def _bill(self, debtor: str, party: dict[str, Any]) -> Bill:
        rng, consumer = self.t.rng, party["kind"] == "consumer"
        self.numbers += 1
        number = self.numbers
        term = rng.choice((7, 7, 13, 14, 14, 15, 21, 30))
        issued = self.t.start + timedelta(days=rng.randint(1, max(30, (self.t.until - self.t.start).days - 40)))
        known = issued
        if self.t.chance(self.t.p.old):
            known = self.t.start + timedelta(days=rng.randint(1, 5))
            term_ago = rng.randint(200, 900) if self.t.chance(0.5) else 1095 - rng.randint(-25, 130)
            issued = known - timedelta(days=term_ago)
        data: dict[str, Any] = {
            "creditor": CREDITOR,
            "debtor": debtor,
            "party": party,
            "invoice": str(number),
            "reference": reference(f"{self.t.seed % 900 + 10}{number}"),
            "issued": issued.isoformat(),
            "due": (issued + timedelta(days=term)).isoformat(),
        }
        amount = self._amount()
        currency = rng.choice(("SEK", "USD")) if self.t.chance(self.t.p.foreign) else "EUR"
        data |= {"amount": cents(amount), "currency": currency, "subject": "Palvelu"}
        if self.t.chance(0.4):
            data["sent"] = (issued + timedelta(days=rng.choice((0, 0, 1, 1, 3)))).isoformat()
        if self.t.chance(0.6):
            data["due_agreed"] = self.t.chance(0.5)
        if self.t.chance(0.5):
            data["interest_stated"] = self.t.chance(0.6)
        if self.t.chance(0.2):
            data["late_interest"] = rng.choice(("6.0", "9.0", "12.0", "15.0", "9.75"))
        due = date.fromisoformat(data["due"])
        if known - due > 40 * DAY and self.t.chance(self.t.p.taken) and not self._has_taken(debtor):
            data["taken"] = self._taken_steps(consumer, due, known)
        bill = Bill(debtor, str(number), data, self.t.at(known, "06:00"), amount, due, currency)
        self.forms.shape(bill)
        self.t.tell(bill.known, "invoice.issued", data)
        return bill

    def _has_taken(self, debtor: str) -> bool:
        return any(d.get("debtor") == debtor and "taken" in d for _, _, d in self.t.written)

    def _taken_steps(self, consumer: bool, due: date, known: date) -> list[dict[str, str]] | None:
        rng = self.t.rng
        taken: list[dict[str, str]] = []
        steps = [s for s in self.policies[0 if consumer else 1]["steps"] if s["action"] == "letter"]
        latest = known - timedelta(days=rng.choice((5, 14, 20, 40)))
        count = rng.randint(1, len(steps))
        for n, step in enumerate(steps[:count]):
            sent = banking_day_before(latest - timedelta(days=20 * (count - 1 - n)) + DAY)
            if sent <= due + 2 * DAY:
                continue
            if len(taken) < n:
                break
            fee = rng.choice(("0.00", "5.00", "5.00", "4.00" if consumer else "12.00"))
            respond = rolled(sent + 14 * DAY).isoformat()
            taken.append({"step": step["name"], "sent": sent.isoformat(), "response_by": respond, "fee": fee})
        return taken or None
