"""Histories of a few events on which `play` and the oracle once disagreed, each with the letters that the rules ask."""

from datetime import date, datetime, time
from typing import Any

import pytest

from tests.simulation.compare import disagreement
from tests.simulation.history_writer import ZONE, iban, reference
from tests.simulation.oracle import letters_of
from tests.simulation.oracle.days import DAY, banking_day_before, is_banking_day

ACCOUNT = iban("12345600000785")
FIRST = date(2026, 1, 5)
Event = dict[str, Any]


def _step(name: str, wait: str, days: int, response: int, fee: str, interest: bool) -> dict[str, Any]:
    step = {"name": name, "tone": "friendly", "action": "letter", wait: days, "response_days": response}
    return {**step, "fee": fee, "interest": interest}


POLICY = {
    "version": 1,
    "country": "FI",
    "in_force": "2026-01-01",
    "steps": [
        _step("nudge", "after_due_days", 5, 10, "0.00", False),
        _step("reminder", "after_previous_days", 15, 14, "5.00", True),
        _step("demand", "after_previous_days", 15, 14, "0.00", True),
    ],
    "channels": ["email"],
    "window": {"from": "09:00", "to": "16:00"},
    "calendar": "FI",
    "feed_max_age": 1,
    "minimum": "10.00",
    "residual": {"waive_below": "5.00"},
}


class SmallHistory:
    """Events about one creditor under the policy of rules.md, with the bank's feed every banking morning."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        for kind in ("consumer", "business"):
            self._tell(FIRST, "policy.published", "01:00", **{**POLICY, "policy": f"small-{kind}", "kind": kind})
        self._tell(
            FIRST,
            "creditor.registered",
            name="Esimerkki Oy",
            business_id="1234567-1",
            country="FI",
            timezone="Europe/Helsinki",
            language="fi",
            accounts=[{"iban": ACCOUNT, "bic": "NDEAFIHH"}],
            address={"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
            contact={"phone": "+358 9 1", "hours": "9-16", "email": "a@esimerkki.example", "url": "https://e.example"},
            sender={"name": "Esimerkki Oy", "email": "laskut@esimerkki.example"},
            policies={"consumer": "small-consumer", "business": "small-business"},
        )

    def _tell(self, day: date, kind: str, clock: str = "05:40", /, **data: Any) -> "SmallHistory":
        event = {
            "specversion": "1.0",
            "id": f"e-{len(self.events)}",
            "source": "//small",
            "type": f"{kind}.v1",
            "time": datetime.combine(day, time.fromisoformat(clock), ZONE).isoformat(),
            "data": data if kind == "policy.published" else {"creditor": "acme", **data},
        }
        self.events.append(event)
        return self

    def invoice(self, number: str, amount: str, due: str, debtor: str = "C-1", **more: Any) -> "SmallHistory":
        party = {"kind": "consumer", "name": f"Asiakas {debtor[2:]}", "email": "c@asiakas.example"}
        data = {"party": party, "reference": reference(number), "issued": FIRST.isoformat(), "due": due} | more
        data |= {"debtor": debtor, "invoice": number, "amount": amount, "currency": "EUR", "due_agreed": True}
        return self._tell(FIRST, "invoice.issued", "06:00", **data)

    def paid(self, payment: str, day: str, amount: str, **more: Any) -> "SmallHistory":
        data = {"payment": payment, "account": ACCOUNT, "amount": amount, "currency": "EUR", "paid": day, "booked": day}
        return self._tell(date.fromisoformat(day) + DAY, "payment.received", "06:00", **data, **more)

    def about(self, payment: str, day: str, kind: str, **more: Any) -> "SmallHistory":
        return self._tell(date.fromisoformat(day), kind, payment=payment, account=ACCOUNT, **more)

    def told(self, until: str) -> list[Event]:
        """All events, those of the bank's mornings too."""
        day = FIRST
        while day <= date.fromisoformat(until):
            if is_banking_day(day):
                through = banking_day_before(day).isoformat()
                self._tell(day, "bank-feed.completed", "07:00", account=ACCOUNT, through=through)
            day += DAY
        return self.events


SMALL = {
    "the day of a refund after a weekend is the day on which it is known (M5, G9)": (
        SmallHistory()
        .invoice("1001", "100.00", "2026-01-23")
        .paid("P1", "2026-01-20", "100.00", reference=reference("1001"))
        .about("P1", "2026-02-15", "payment.refunded", reason="palautettu"),
        [("2026-02-27", "100.00")],
    ),
    "a slip in a reference may mean two invoices of one debtor: the one of that sum holds (G10)": (
        SmallHistory()
        .invoice("1004", "473.14", "2026-01-23", reference="1710043")
        .invoice("1001", "225.02", "2026-01-23", reference="1710014")
        .paid("P1", "2026-01-22", "225.02", reference="1710041"),
        [("2026-02-06", "698.16"), ("2026-02-23", "708.80")],
    ),
}


@pytest.mark.parametrize("what", SMALL)
def test_both_write_the_letters_that_the_rules_ask(what: str) -> None:
    history, letters = SMALL[what]
    events = history.told("2026-03-01")

    assert [(each["date"], each["total"]) for each in letters_of(events, "2026-03-01")] == letters
    assert disagreement(events, "2026-03-01") is None
