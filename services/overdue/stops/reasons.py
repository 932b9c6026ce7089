"""Why a step waits, and when each reason is examined again (design.md §5).

Every rule returns its reasons as values. When the account is checked next is computed from what all of them carry.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.policy import Policy
from services.overdue.creditor_context import CreditorContext

Signal = Literal["feed"]
FEED: Final[Signal] = "feed"
"""A bank feed of the creditor moves. Policies, rates and creditors need no signal: each wakes all accounts it concerns.
"""

Recheck = date | Signal
"""When an answer may change: on a day, or at a signal."""


@dataclass(frozen=True, slots=True)
class StopReason:
    """A reason code of rules.md "Stops" and the invoice it concerns, None for the whole account.

    ``recheck`` is when the reason may no longer hold; None where only an event about the account can end it. ``stop``
    is the code under which the gate knows it, which tells a hold for the debtor's own state from others.
    """

    code: str
    invoice: str | None = None
    recheck: Recheck | None = None
    personal: bool = False

    @property
    def stop(self) -> str:
        """Its code at the gate (`stops.gate`)."""
        return f"{self.code}-personally" if self.personal else self.code

    @property
    def until(self) -> date | None:
        """The date from which the reason may no longer hold, or None where that is not a date."""
        return self.recheck if isinstance(self.recheck, date) else None


def recheck_passing(day: date, today: date, policy: Policy, context: CreditorContext) -> Recheck:
    """When a day that has not passed may have: on the earliest such date or, once that came, as the feed moves (C4)."""
    earliest = context.passes(day, policy)
    return earliest if earliest > today else FEED


def rechecks_of(reasons: Iterable[StopReason]) -> Iterator[Recheck]:
    """The days and signals of those reasons that have one."""
    for reason in reasons:
        if reason.recheck is not None:
            yield reason.recheck
