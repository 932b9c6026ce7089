"""A notice as the account keeps it: what it lists, moves and books, and its course (rules.md S4–S6)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from schemas.fields import Kind
from schemas.letters import LetterPurpose

Settled = Literal["accepted", "failed", "came-back"]
LetterStatus = Literal["planned", "claimed", "granted", "attempting", "unknown", "accepted", "closed"]


@dataclass(slots=True)
class InterestSegment:
    """Days ``first`` to ``last`` (both counted) that bear ``rate`` millionths of a percent a year."""

    first: date
    last: date
    rate: int


@dataclass(slots=True)
class RecordedLine:
    """One receivable in a letter; ``step`` is the one it moves to, or None when it is only listed (rules.md S4).

    Interest runs from the day after ``start`` to ``through`` at the rates of ``segments``. ``booked_interest`` and
    ``booked_costs`` are what the line booked when the letter was made, in minor units.
    """

    invoice: str
    step: str | None
    effective_due: date
    interest: bool = False
    start: date | None = None
    through: date | None = None
    segments: list[InterestSegment] = field(default_factory=list)
    compensation: bool = False
    disputed: int = 0
    booked_interest: int = 0
    booked_costs: int = 0


@dataclass(slots=True)
class AskedInstalment:
    """An instalment of a payment plan, due on a day, and what is ``unpaid`` of its ``amount``, in minor units."""

    due: date
    amount: int
    unpaid: int


@dataclass(slots=True)
class AskedPlan:
    """What a letter about a missed instalment says of its plan (rules.md G5).

    ``missed`` are the instalments that are missed, by due day, of which the letter is about the last; ``following`` is
    the next one that is not paid; ``left`` what is unpaid of the whole plan, in minor units.
    """

    missed: list[AskedInstalment]
    following: AskedInstalment | None
    left: int


@dataclass(slots=True)
class LetterRecord:
    """A notice and its course; only an accepted one moves steps and books (rules.md S6).

    ``fee`` is the step's fee, before the law's maximum, caps and compensation (rules.md F1); ``granted`` is
    the instant that orders its bookings among the entries of its day. ``bounced``: it came back after a
    later step, so its step stays and its bookings fall. ``subject_of`` is what a letter without a step is about: the
    plan's instalment, or the notice it apologises for; ``asked`` what an instalment letter asks and ``plan`` what it
    says of its plan; ``total`` what any letter asks in all (those of older stores do not say it); ``kind`` the debtor's
    when it was made (rules.md K3); ``address`` the one it goes to, as it is flagged; ``came_back`` the day on which it
    was known to have come back; ``settled`` what was said first of one that was unknown.
    """

    notice: str
    number: int
    day: date
    granted: datetime
    purpose: LetterPurpose
    channel: str
    recipient: str
    currency: str
    step: str | None
    response_by: date | None
    policy: str
    policy_version: int
    lines: list[RecordedLine]
    status: LetterStatus = "planned"
    claimed: datetime | None = None
    fee_invoice: str | None = None
    fee: int = 0
    forgiven: bool = False
    bounced: bool = False
    subject_of: str | None = None
    asked: int | None = None
    total: int | None = None
    kind: Kind | None = None
    plan: AskedPlan | None = None
    address: str | None = None
    came_back: date | None = None
    settled: Settled | None = None

    @property
    def plan_id(self) -> str | None:
        """The id of the plan whose instalment the letter is about, or None (rules.md G5)."""
        return self.subject_of.rsplit(" ", 1)[0] if self.purpose == "instalment" and self.subject_of else None

    def moves(self) -> set[tuple[str, str]]:
        """The (invoice, step) pairs that this letter moves."""
        return {(line.invoice, line.step) for line in self.lines if line.step is not None}

    def attempts(self) -> set[tuple[str, str]]:
        """What this letter is an attempt at: its (invoice, step) pairs, else (what it is about, its purpose)."""
        return self.moves() or {(self.subject_of or "", self.purpose)}
