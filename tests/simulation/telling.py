"""How a bank tells of a payment: under which ids, by which messages, how often (rules.md B1, B2)."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.simulation.history_writer import CREDITOR, Bill, HistoryWriter, cents
from tests.simulation.oracle.days import banking_day_after

Payment = dict[str, Any]
TRACES = ("end_to_end", "uetr", "instruction", "mandate")


class Telling:
    """The bank's messages about one payment at a time."""

    def __init__(self, history_writer: HistoryWriter) -> None:
        self.t = history_writer
        self._recurring: set[tuple[str, str, str]] = set()
        self._stated: set[str] = set()
        self.numbers = 0

    def name(self, bill: Bill, data: Payment) -> None:
        """Some banks give a debtor's recurring payments one archive id: another day is another payment."""
        if self.t.sometimes(self.t.p.recurring):
            again = f"A{self.t.seed}-{bill.debtor}"
            if (again, data["account"], data["booked"]) not in self._recurring:
                self._recurring.add((again, data["account"], data["booked"]))
                data["payment"] = again
                data["recurs"] = True

    def spoken_of(self, data: Payment, day: str) -> Payment:
        """How a later event names the payment; `day` is the field for its booking day, needed where its id recurs."""
        named = {name: data[name] for name in ("creditor", "account", "payment")}
        return {**named, day: data["booked"]} if data.get("recurs") else named

    def again(self, bill: Bill, data: Payment, known: datetime) -> None:
        """The same money by another message; `data`, not yet written, becomes the first."""
        if bill.known >= known or not self.t.sometimes(self.t.p.twice) or data.get("reference") != bill.reference:
            return
        ways = ["id", "place", "table", "no-id", "no-id"] + (["later"] if bill.consumer else [])
        self.numbers += 1
        number = f"{self.t.seed}-{self.numbers}"
        {
            "id": self._by_id,
            "later": self._by_id_later,
            "place": self._by_place,
            "table": self._by_tables,
            "no-id": self._without_a_common_id,
        }[self.t.rng.choice(ways)](data, known, number)

    def _write(self, known: datetime, data: Payment, **other: Any) -> None:
        self.t.write(known, "payment.received", **{**data, **other})

    def _by_id(self, data: Payment, known: datetime, number: str) -> None:
        data |= {"channel": "notification", "statement": f"N{number}"}
        self._write(self._later(known), data, channel="statement", statement=f"S{number}")

    def _by_id_later(self, data: Payment, known: datetime, number: str) -> None:
        """The statement books it some banking days after the notification did."""
        if data.get("recurs"):
            return
        data |= {"channel": "notification", "statement": f"N{number}"}
        booked = banking_day_after(date.fromisoformat(data["booked"]), self.t.rng.randint(1, 4))
        seen = max(self._later(known), self.t.at(banking_day_after(booked), "06:00"))
        self._write(seen, data, channel="statement", statement=f"S{number}", booked=booked.isoformat())

    def _by_place(self, data: Payment, known: datetime, number: str) -> None:
        """No id: the same statement is delivered twice."""
        data |= {"payment": f"{number}-1", "channel": "statement", "statement": f"S{number}", "place": 1}
        data.pop("recurs", None)
        self._write(self._later(known), data)

    def _by_tables(self, data: Payment, known: datetime, number: str) -> None:
        """No id: two tables overlap, and the second has one more of its like."""
        data |= {"payment": f"{number}-a1", "channel": "table", "statement": f"T{number}a", "place": 1}
        data.pop("recurs", None)
        later = self._later(known)
        for place in range(1, self.t.rng.randint(2, 3)):
            self._write(later, data, payment=f"{number}-b{place}", statement=f"T{number}b", place=place)

    def _without_a_common_id(self, data: Payment, known: datetime, number: str) -> None:
        """Two messages, two ids: a statement speaks for its day, without one the second waits for a person."""
        first, second = self.t.rng.sample(["notification", "notification", "statement", "ktl"], 2)
        if first == second:
            second = "table"
        data |= {"channel": first, "statement": f"F{number}"}
        later = self._later(known)
        self._write(later, data, payment=f"O{number}", channel=second, statement=f"G{number}")
        named = {"creditor": CREDITOR, "account": data["account"], "payment": f"O{number}"}
        said = self.t.person_at(later.date() + timedelta(days=self.t.rng.randint(1, 30)))
        what = self.t.rng.random() if "statement" not in (first, second) else 1.0
        if what < 0.4:
            self.t.write(said, "payment.same-as", **named, **{"as": data["payment"]})
        elif what < 0.7:
            debtor = next(b.debtor for b in self.t.bills if b.reference == data["reference"])
            self.t.write(said, "payment.assigned", **named, debtor=debtor)

    def _later(self, known: datetime) -> datetime:
        return self.t.at(banking_day_after(known.date()), "06:10")

    # -- corrected statements -----------------------------------------------------------------------------------

    def by_a_statement_that_is_corrected(self, data: Payment, known: date, other: Payment) -> bool:
        """The first statement of a bank account in a history tells the payment and is corrected some days later.

        Then it tells another one in its place, or one more, or one less. ``data`` and ``other`` are not yet written.
        """
        account, currency = data["account"], data["currency"]
        if account in self._stated or data["booked"] != other["booked"] or not self.t.sometimes(self.t.p.restated):
            return False
        self._stated.add(account)
        told = {"channel": "statement", "statement": f"{data['booked'][:4]}/{len(self._stated) + 40}"}
        one, two = {**data, **told}, {**other, **told, "account": account, "currency": currency}
        versions = self.t.rng.choice((([one], [two]), ([one], [one, two]), ([one, two], [one]), ([one, two], [two])))
        later = banking_day_after(known, self.t.rng.randint(1, 5))
        for day, lines in zip((known, later), versions, strict=True):
            self._statement(day, lines)
        return True

    def _statement(self, day: date, lines: list[Payment]) -> None:
        """The statement as it is sent on a day: its lines, then that they are complete."""
        for line in lines:
            self._write(self.t.at(day, "06:20"), line)
        received = cents(sum(int(line["amount"].replace(".", "")) for line in lines))
        (account, through, name) = {(line["account"], line["booked"], line["statement"]) for line in lines}.pop()
        statement = {"currency": lines[0]["currency"], "number": int(name[5:]), "opening": "0.00"}
        statement |= {"received": received, "closing": received}
        about = {"creditor": CREDITOR, "account": account, "through": through}
        self.t.write(self.t.at(day, "06:25"), "bank-feed.completed", **about, statement=statement)

    # -- returns ------------------------------------------------------------------------------------------------

    def returned(self, bill: Bill, data: Payment, day: date, amount: str | None) -> None:
        """The bank takes a payment back, sometimes under an id of its own; `data` is not yet written."""
        self.numbers += 1
        own = {"creditor": CREDITOR, "account": data["account"], "payment": f"R{self.t.seed}-{self.numbers}"}
        if self.t.sometimes(self.t.p.own_returns):
            own |= {"amount": amount or data["amount"], "booked": day.isoformat()}
            if self.t.chance(0.6):
                trace = {self.t.rng.choice(TRACES): f"E{self.t.seed}-{self.numbers}"}
                data["ids"] = trace
                own["ids"] = trace
            elif amount is None and data.get("reference") == bill.reference and "channel" not in data:
                own["reference"] = bill.reference
            else:
                return
        else:
            own = {**self.spoken_of(data, "payment_booked"), "amount": amount}
        self._take_back(day, own)

    def _take_back(self, day: date, own: Payment) -> None:
        """One return, perhaps told first by a notification and some days later by the statement: one return (B1)."""
        first = {**own, "reason": "palautus"}
        if "booked" in own and self.t.sometimes(self.t.p.twice):
            self.t.write(self.t.at(day, "06:30"), "payment.reversed", **first, channel="notification")
            first["channel"] = "statement"
            day = banking_day_after(day, self.t.rng.randint(1, 3))
        self.t.write(self.t.at(day, "06:30"), "payment.reversed", **first)

    def returned_from_nowhere(self, bill: Bill, day: date) -> None:
        """A return of which no payment is known: a doubt about the receivable of its reference."""
        self.numbers += 1
        self.t.write(
            self.t.at(day, "06:30"),
            "payment.reversed",
            creditor=CREDITOR,
            account=self.t.banks[0],
            payment=f"R{self.t.seed}-{self.numbers}",
            amount=cents(bill.amount + 7),
            reference=bill.reference,
            ids={"end_to_end": f"X{self.t.seed}-{self.numbers}"},
            booked=day.isoformat(),
            reason="palautus",
        )
