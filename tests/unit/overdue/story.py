"""Stories of one debtor, in the public events of the design, so that a test of a rule is a few lines long.

A story begins with the policy of the worked example of rules.md (without mercy), a creditor with one bank account and
a feed that arrives every banking morning at 07:00, complete through the banking day before. Invoices become
known at 06:00, payments at 06:00 of the banking day after they were booked, people's events come at 08:00; the window
opens at 09:00.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from schemas.reference_schemes import FINNISH
from services.law.calendar import banking_day, banking_days_before, next_banking_day
from services.overdue.fold import AccountMessage
from tests.unit.overdue.harness import AccountHarness, TimedMessage

CREDITOR, DEBTOR = "acme", "C-1"
BANK, SECOND_BANK = "FI2112345600000785", "FI1350001520000081"
ZONE = ZoneInfo("Europe/Helsinki")

Event = dict[str, Any]


def day_of(day: date | str) -> date:
    """A date as given, or from its ISO text."""
    return date.fromisoformat(day) if isinstance(day, str) else day


# -- policies --------------------------------------------------------------------------------------------------


def step(name: str, **changes: Any) -> dict[str, Any]:
    """A free, friendly letter that claims nothing and gives ten days to answer, but for ``changes``."""
    letter = {"action": "letter", "tone": "friendly", "response_days": 10, "fee": "0.00", "interest": False}
    return {"name": name, **letter, **changes}


NUDGE = step("nudge", after_due_days=5)
REMINDER = step("reminder", after_previous_days=15, response_days=14, fee="5.00", interest=True)
SECOND_REMINDER = {**REMINDER, "name": "second-reminder", "tone": "firm"}
DEMAND = {**REMINDER, "name": "demand", "tone": "final", "fee": "0.00"}
COLLECTION = {"name": "collection", "action": "hand-over", "after_previous_days": 15, "approval": True}
CALL = {"name": "call", "action": "call", "after_previous_days": 15}


def consumer_policy(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The policy of the worked example without mercy; other steps when given, a change of None leaves a field out."""
    policy = {
        "policy": "ours",
        "version": 1,
        "country": "FI",
        "kind": "consumer",
        "in_force": "2020-01-01",
        "steps": list(steps) or [NUDGE, REMINDER, SECOND_REMINDER, DEMAND, COLLECTION],
        "channels": ["email", "print"],
        "window": {"from": "09:00", "to": "16:00"},
        "calendar": "FI",
        "feed_max_age": 1,
        "allocation": "principal-first",
        "minimum": "10.00",
        "contacts": {"max": 3, "days": 30},
        "residual": {"waive_below": "5.00"},
    }
    return {name: value for name, value in {**policy, **changes}.items() if value is not None}


def business_policy(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A business policy: a free letter on day 1, then letters with a fee of 12.00 every 14 days."""
    letters = steps or (
        step("reminder", after_due_days=1, interest=True),
        *(step(name, after_previous_days=14, fee="12.00", interest=True) for name in ("second", "third", "demand")),
    )
    return consumer_policy(*letters, kind="business", **{"contacts": None, **changes})


# -- the story -------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """What happens to one debtor; each method adds an event and gives the story back."""

    policy: dict[str, Any] = field(default_factory=consumer_policy)
    starts: str = "2026-01-05"
    party: dict[str, Any] = field(default_factory=dict)
    banks: tuple[str, ...] = (BANK,)
    silent: dict[str, set[date]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    messages: list[TimedMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Settings come first."""
        kind = self.policy["kind"]
        named = {"consumer": "fi-consumer", "business": "fi-business", kind: self.policy["policy"]}
        self.party = {"kind": kind, "name": "Aino Esimerkki", "email": "aino@debtor.example", **self.party}
        self.publish(self.policy, self.starts)
        self._add("creditor.registered", self.starts, "05:00", _creditor(named, self.banks))

    def _add(self, kind: str, day: date | str, clock: str, data: dict[str, Any]) -> Self:
        said = {name: value for name, value in data.items() if value is not None}
        self.events.append(
            {
                "specversion": "1.0",
                "id": f"{len(self.events) + 1:04d}",
                "source": "//story",
                "type": f"{kind}.v1",
                "time": datetime.combine(day_of(day), time.fromisoformat(clock), ZONE).isoformat(),
                "data": said,
            }
        )
        return self

    def publish(self, policy: dict[str, Any], day: date | str) -> Self:
        """A policy, or its next version."""
        return self._add("policy.published", day, "04:00", policy)

    def chooses(self, consumer: str, day: date | str) -> Self:
        """The creditor is registered anew, with this policy for its consumers."""
        named = {"consumer": consumer, "business": "fi-business"}
        return self._add("creditor.registered", day, "05:00", _creditor(named, self.banks))

    def rate(self, first: str, last: str, percent: str, day: str) -> Self:
        """A reference rate is published."""
        return self._add("reference-rate.published", day, "04:00", _rate(first, last, percent))

    def invoice(
        self,
        due: str = "2026-01-23",
        amount: str = "100.00",
        invoice: str = "1001",
        known: str | None = None,
        **more: Any,
    ) -> Self:
        """An invoice issued two weeks before an agreed due date, and known at once, unless given otherwise."""
        issued = more.pop("issued", (day_of(due) - timedelta(days=14)).isoformat())
        data = {
            "creditor": CREDITOR,
            "debtor": DEBTOR,
            "party": self.party,
            "invoice": invoice,
            "reference": FINNISH.of_base(invoice),
            "issued": issued,
            "due": due,
            "due_agreed": True,
            "amount": amount,
            "currency": "EUR",
            **more,
        }
        return self._add("invoice.issued", known or max(issued, self.starts), "06:00", data)

    def paid(
        self,
        amount: str,
        day: str,
        invoice: str | None = "1001",
        payment: str = "P1",
        booked: str | None = None,
        known: date | str | None = None,
        **more: Any,
    ) -> Self:
        """A payment by an invoice's own reference; with ``invoice`` None by ``reference`` or ``debtor`` in ``more``."""
        said = {
            "creditor": CREDITOR,
            "account": BANK,
            "payment": payment,
            "reference": None if invoice is None else FINNISH.of_base(invoice),
            "amount": amount,
            "currency": "EUR",
            "paid": day,
            "booked": booked or day,
            **more,
        }
        return self._add("payment.received", known or next_banking_day(day_of(booked or day), "FI"), "06:00", said)

    def money_back(
        self, kind: str, day: str, payment: str = "P1", amount: str | None = None, booked: str | None = None
    ) -> Self:
        """``reversed`` or ``refunded``: money goes back, known on ``day``."""
        data = {"creditor": CREDITOR, "account": BANK, "payment": payment, "amount": amount, "booked": booked}
        data["reason"] = "back"
        return self._add(f"payment.{kind}", day, "06:30", data)

    def credited(self, amount: str, day: str, invoice: str = "1001", issued: str | None = None) -> Self:
        """A credit note, issued on the day it becomes known unless given otherwise."""
        note = {"credit_note": f"K{len(self.events)}", "amount": amount, "currency": "EUR", "issued": issued or day}
        return self.says("invoice.credited", day, invoice=invoice, **note)

    def says(self, kind: str, day: date | str, /, at: str = "08:00", **data: Any) -> Self:
        """A person's event about the debtor or, with ``invoice``, about one receivable."""
        return self._add(kind, day, at, {"creditor": CREDITOR, "debtor": DEBTOR, **data})

    def journal(self, message: AccountMessage, day: str, at: str = "08:00") -> Self:
        """A message of the journal that is no public event comes for the account."""
        self.messages.append((datetime.combine(day_of(day), time.fromisoformat(at), ZONE), message))
        return self

    def without_feed(self, first: str, last: str | None = None, bank: str = BANK) -> Self:
        """The bank's mornings from ``first`` to ``last`` bring no feed."""
        days = (day_of(last or first) - day_of(first)).days
        self.silent.setdefault(bank, set()).update(day_of(first) + timedelta(days=n) for n in range(days + 1))
        return self

    def play(self, until: str, **harness: Any) -> AccountHarness:
        """The accounts at the end of a day."""
        return AccountHarness(**harness).play(
            [*self.events, *self._mornings(day_of(until))], day_of(until), self.messages
        )

    def _mornings(self, until: date) -> list[Event]:
        feeds = Story(self.policy, self.starts, events=[])
        feeds.events = []
        day = day_of(self.starts)
        while day <= until:
            for bank in self.banks if banking_day(day, "FI") else ():
                if day not in self.silent.get(bank, ()):
                    through = banking_days_before(day, 1, "FI").isoformat()
                    data = {"creditor": CREDITOR, "account": bank, "through": through}
                    feeds._add("bank-feed.completed", day, "07:00", data)
            day += timedelta(days=1)
        return [{**event, "source": "//bank"} for event in feeds.events]


def reminded(policy: dict[str, Any] | None = None) -> Story:
    """Invoice 1001, reminded on 12.2.: 100.00 principal, 0.52 interest, 5.00 costs."""
    return Story(policy or consumer_policy()).invoice("2026-01-23")


STOPS: dict[str, tuple[str, dict[str, Any]]] = {
    "disputed": ("dispute.raised", {"ground": "broken"}),
    "held": ("hold.placed", {"reason": "investigating"}),
    "suspended": ("suspension.requested", {}),
    "promised": ("promise.made", {"until": "2026-03-02"}),
}
"""The reason code of each stop, and the event that begins it."""


def stopped(code: str, day: str = "2026-01-26", invoice: str | None = "1001", story: Story | None = None) -> Story:
    """A story, of invoice 1001 when none is given, with a stop from a day on."""
    kind, data = STOPS[code]
    return (story or Story().invoice("2026-01-23")).says(kind, day, invoice=invoice, **data)


def _creditor(policies: dict[str, str], banks: tuple[str, ...]) -> dict[str, Any]:
    return {
        "creditor": CREDITOR,
        "name": "Acme Oy",
        "business_id": "1234567-1",
        "country": "FI",
        "timezone": "Europe/Helsinki",
        "language": "fi",
        "accounts": [{"iban": bank, "bic": "NDEAFIHH"} for bank in banks],
        "address": {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"},
        "contact": {
            "phone": "+358 9 1",
            "hours": "ma-pe 9-16",
            "email": "a@acme.example",
            "url": "https://acme.example",
        },
        "sender": {"name": "Acme Oy", "email": "laskut@acme.example"},
        "policies": policies,
    }


def _rate(first: str, last: str, percent: str) -> dict[str, Any]:
    return {"country": "FI", "from": first, "to": last, "rate": percent}
