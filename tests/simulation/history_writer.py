"""Writes a history: random numbers, instants, and the events written so far."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.oracle.days import DAY
from tests.simulation.profiles import Profile

ZONE = ZoneInfo("Europe/Helsinki")
CREDITOR = "acme"
MARKS = ("recurs",)
"""What the generator remembers in a payment's data, and no event has."""
MAY_BE_AHEAD = (
    "debtor.updated.v1",
    "hold.placed.v1",
    "hold.lifted.v1",
    "promise.made.v1",
    "extension.granted.v1",
    "invoice.rescheduled.v1",
    "payment.received.v1",
    "payment.reversed.v1",
)


MAY_BE_BEHIND = (
    "hold.placed.v1",
    "hold.lifted.v1",
    "dispute.raised.v1",
    "dispute.settled.v1",
    "promise.made.v1",
    "extension.granted.v1",
    "invoice.rescheduled.v1",
    "payment.received.v1",
)
"""What may come long after its time; not money that goes back: rules.md leaves open what it had paid."""


def reference(body: str) -> str:
    """A Finnish reference number: weights 7, 3, 1 from the right."""
    total = sum(int(d) * (7, 3, 1)[i % 3] for i, d in enumerate(reversed(str(body))))
    return f"{body}{-total % 10}"


def iban(bban: str) -> str:
    return f"FI{98 - int(f'{bban}151800') % 97:02d}{bban}"


def cents(amount: int) -> str:
    """Minor units as the decimal string of an event."""
    return f"{amount // 100}.{amount % 100:02d}"


@dataclass
class Bill:
    """An invoice as the generator thinks of it."""

    debtor: str
    id: str
    data: dict[str, Any]
    known: datetime
    amount: int  # cents
    due: date
    currency: str
    parts: list[tuple[date, int, str]] = field(default_factory=list)  # due, cents, the reference by which it is paid
    corrected: bool = False
    added: tuple[date, int, str] | None = None  # by a correction: its day, cents, the reference by which it is paid
    quiet: list[date] = field(default_factory=list)  # spans in which stops change: no automatic money there

    @property
    def reference(self) -> str:
        return str(self.data["reference"])

    @property
    def consumer(self) -> bool:
        return bool(self.data["party"]["kind"] == "consumer")

    @property
    def anchor(self) -> date:
        """The day around which things happen: the due date, or the day on which an old debt becomes known."""
        return max(self.due, self.known.date())


class HistoryWriter:
    """One seed's random numbers and the events of its history, in no order yet."""

    def __init__(self, seed: int, profile: Profile) -> None:
        self.seed, self.p = seed, profile
        self.rng = random.Random(f"{profile.name}:{seed}")
        self.written: list[tuple[datetime, str, dict[str, Any]]] = []
        self.bills: list[Bill] = []
        self._minutes: set[tuple[date, int]] = set()
        first, last = (date.fromisoformat(d) for d in profile.starts)
        self.start = first + timedelta(days=self.rng.randrange((last - first).days))
        self.until = self.start + timedelta(days=self.rng.randint(*profile.days))
        self.banks = [iban("12345600000785")]
        if self.chance(profile.second_bank):
            self.banks.append(iban("50001520000081"))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def sometimes(self, share: float) -> bool:
        """As `chance`, but a share of none takes no random number, so that older histories stay as they are."""
        return share > 0 and self.chance(share)

    def write(self, instant: datetime, kind: str, /, **data: Any) -> None:
        self.written.append((instant, f"{kind}.v1", {k: v for k, v in data.items() if v is not None}))

    def tell(self, instant: datetime, kind: str, data: dict[str, Any]) -> None:
        """As `write`, but what is put into the data until the history is told counts still."""
        self.written.append((instant, f"{kind}.v1", data))

    def about(self, instant: datetime, kind: str, bill: Bill, whole: bool = False, **data: Any) -> None:
        """An event about one invoice, or about its whole account."""
        invoice = None if whole else bill.id
        self.write(instant, kind, creditor=CREDITOR, debtor=bill.debtor, invoice=invoice, **data)

    def at(self, day: date, clock: str = "05:30") -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), ZONE)

    def person_at(self, day: date) -> datetime:
        """Mostly before the window; sometimes inside it, well apart from everything else of that day."""
        if self.chance(self.p.in_window):
            for _ in range(20):
                minute = 9 * 60 + 20 + 15 * self.rng.randrange(24)
                if (day, minute) not in self._minutes:
                    self._minutes.add((day, minute))
                    return self.at(day, f"{minute // 60:02d}:{minute % 60:02d}")
        return self.at(day, f"05:{self.rng.randrange(20, 50):02d}")

    def day_between(self, first: date, last: date) -> date:
        first = max(first, self.start + 2 * DAY)
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))

    def _ahead(self, instant: datetime) -> datetime:
        """A stamp that has not come yet when its event does (K1)."""
        return instant + timedelta(days=self.rng.choice((0, 0, 3, 40, 13000)), hours=self.rng.randint(1, 9))

    def _behind(self, instant: datetime) -> datetime:
        """When an event comes that was made at that instant."""
        return instant + timedelta(days=self.rng.choice((0, 1, 1, 3, 10, 25)), minutes=self.rng.randint(20, 500))

    def _taken_back(self) -> set[str]:
        """The ids that returns and refunds name."""
        kinds = ("payment.reversed.v1", "payment.refunded.v1")
        return {data["payment"] for _, kind, data in self.written if kind in kinds}

    def events(self) -> list[dict[str, Any]]:
        """All events in order of time; those of one instant in any order, some of them twice."""
        self.rng.shuffle(self.written)
        self.written.sort(key=lambda s: s[0])
        events: list[dict[str, Any]] = []
        taken_back = self._taken_back()
        for n, (instant, kind, data) in enumerate(self.written, 1):
            event = {
                "specversion": "1.0",
                "id": f"{self.seed}-{n}",
                "source": "//billing",
                "type": kind,
                "time": instant.isoformat(),
                "data": {n: value for n, value in data.items() if n not in MARKS and value is not None},
            }
            if kind in MAY_BE_AHEAD and self.sometimes(self.p.ahead):
                event |= {"arrives": event["time"], "time": self._ahead(instant).isoformat()}
            elif kind in MAY_BE_BEHIND and data.get("payment") not in taken_back and self.sometimes(self.p.behind):
                event |= {"arrives": self._behind(instant).isoformat()}
            events.append(event)
            if self.chance(self.p.duplicates):
                events.append(dict(event))
                if kind in ("payment.received.v1", "invoice.issued.v1") and self.chance(0.5):
                    events.append({**event, "id": f"{self.seed}-{n}-again"})
        return events
