"""One public event as a fact: when it became known, and the small things that all of the oracle reads it with."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

LAST = math.inf
Known = tuple[datetime, float]


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def money(amount: int) -> str:
    return f"{Decimal(amount) / 100:.2f}"


def as_date(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Fact:
    kind: str
    at: datetime
    """When it became known (K1)."""
    order: int
    id: str
    data: dict[str, Any] = field(hash=False)
    stamp: datetime
    """The event's time, which may lie ahead of when it became known."""
    came: datetime
    """When anybody could reckon with it: later than it became known where its time lies behind (K1)."""

    @property
    def known(self) -> Known:
        return (self.at, self.order)

    def is_there(self, now: Known) -> bool:
        """Whether it has come by the moment."""
        return (self.came, self.order) <= now

    @property
    def rank(self) -> tuple[datetime, datetime, str]:
        """What replaces what goes by known, then time, then id (K1)."""
        return (self.at, self.stamp, self.id)
