"""The row of a payment: its money, its placement, and what was published about it while it was unmatched."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.payment_events import MoneyChannel
from services.cash_application.state.row_kind import key


@dataclass(slots=True)
class Placement:
    """The account, and there the invoices or the letter, to which a payment's money goes, and by what evidence.

    ``by``: a person's assignment, an invoice's own reference, a letter's own reference or the debtor that the payment
    names are certain; ``words`` (the remittance text) and ``payer`` (who paid) were scored. Then ``why`` is the code of
    the way of matching (see `confidence`) and ``confidence`` its percent.
    """

    by: Literal["assignment", "reference", "letter", "debtor", "words", "payer"]
    debtor: str
    invoices: tuple[str, ...] = ()
    letter: int | None = None
    why: str | None = None
    confidence: int = 100

    @property
    def invoice(self) -> str | None:
        """The invoice, when there is exactly one."""
        return self.invoices[0] if len(self.invoices) == 1 else None

    @property
    def several(self) -> tuple[str, ...] | None:
        """The invoices, when there are more than one."""
        return self.invoices if len(self.invoices) > 1 else None

    @property
    def is_final(self) -> bool:
        """Whether only a person's assignment can move the money; what names no invoice may still find one."""
        return self.by == "reference" or (self.by == "assignment" and bool(self.invoices))

    @property
    def is_scored(self) -> bool:
        """Whether a score placed the payment: it is scored again when more is known, and teaches no payer hint."""
        return self.by in ("words", "payer")


def certain_debtor(placement: Placement | None) -> str | None:
    """The debtor to whom certain evidence places money; None for a score, which proves nothing about its payer."""
    return None if placement is None or placement.is_scored else placement.debtor


@dataclass(slots=True)
class Suggested:
    """A debtor who may have paid; ``confidence`` in percent, ``why`` the code of a way of matching (`confidence`)."""

    debtor: str
    invoices: tuple[str, ...]
    confidence: int
    why: str


@dataclass(slots=True)
class DeclaredUnmatched:
    """What was last published about an unmatched payment; ``amount`` in minor units."""

    amount: int
    reason: str
    suggestions: tuple[Suggested, ...] = ()


@dataclass(slots=True)
class Assignment:
    """A person's assignment of a payment to a debtor; the latest counts (`version`)."""

    time: datetime
    id: str
    debtor: str
    invoice: str | None = None
    known: datetime | None = None

    @property
    def version(self) -> tuple[datetime, datetime, str]:
        """By what the latest assignment counts: known, time, id (rules.md K1)."""
        return self.known or self.time, self.time, self.id

    @property
    def target(self) -> str:
        """Where it places the money: the debtor, or an invoice of the debtor."""
        return key(self.debtor, self.invoice or "")


@dataclass(slots=True)
class NotOf:
    """A person's word that a payment is not a debtor's; a later assignment says otherwise (`version`)."""

    time: datetime
    id: str
    known: datetime | None = None

    @property
    def version(self) -> tuple[datetime, datetime, str]:
        """As that of an `Assignment`."""
        return self.known or self.time, self.time, self.id


@dataclass(slots=True)
class Return:
    """Money of a payment that went back, in minor units; ``amount`` None is the whole payment.

    ``booked`` is the day of a refund, where it is known. ``messages``: the bank's messages that told a reversal (see
    `schemas.payment_events.PaymentReversed`), each as its channel and name; none of one that an older store knew.
    """

    kind: Literal["reversed", "refunded"]
    time: datetime
    id: str
    amount: int | None = None
    known: datetime | None = None
    booked: date | None = None
    channel: MoneyChannel | None = None
    messages: list[tuple[MoneyChannel, str]] = field(default_factory=list)

    @property
    def known_at(self) -> datetime:
        """The instant at which it is known (rules.md K1)."""
        return self.known or self.time


@dataclass(slots=True)
class Telling:
    """One time that a payment was told: by what, in which message, under which id, as booked on which day.

    ``place`` is given where the bank gave no id (see `schemas.payment_events.PaymentReceived`).
    """

    payment: str
    booked: date
    channel: MoneyChannel | None = None
    statement: str | None = None
    place: int | None = None


@dataclass(slots=True)
class KnownPayment:
    """A payment that was received, where its money is placed, and, while it is unmatched, which accounts it holds.

    ``content`` distinguishes a repeated event from a conflicting one. ``payment`` is its name, the first id under which
    it was told (with the day where another payment has that name). ``amount`` is in minor units of ``currency``.
    ``iban`` and ``name`` are the payer's. ``message`` are the words of the bank and the payer, ``references`` and
    ``numbers`` the candidates found in them (see `remittance`). ``reason`` says why it has no certain placement.
    ``declared`` is what was published about it as unmatched, if anything was: its end is published then as well.
    ``since`` is the frontier at which it was first found unplaced. ``pointed`` are the debtors whose letters it may
    hold, each with a digest of what was published; ``is_listed``: debtors of a name like its payer's are awaited;
    ``is_asked``: a person was asked to look at it. ``not_of`` are the debtors whose it is not, as persons say.
    ``first_assigned``: since when it is known that a person assigns it, by debtor and invoice (`Assignment.target`).
    ``demands`` is the confidence that each kind of debtor needed when a score placed it: the placement stays under
    these terms (rules.md K3).

    ``tellings``: by what it was told, the first one first; none of a payment that an older store knew. ``batch``: the
    archive id of the entry of which it is one of several transactions. ``same_as``: the payment whose money it is,
    told twice (rules.md B2), or "" where a corrected statement no longer tells it; then it is on no account. ``maybe``:
    the payment whose money it may be; then it waits for a person. ``is_other_money``: a person said that it is not.
    ``is_lacking``: the statement of its booking day does not tell it; then it waits for a later one or a person.
    ``tie``: how many completions of its feed had counted when it was counted; None in an older store.
    ``charges`` (minor units) are what the creditor's own bank may have kept of ``amount`` (rules.md M11).
    ``known``: since when it is known, where that is earlier than ``time`` (rules.md K1). Two fields are stored under
    older names.
    """

    content: str
    creditor: str
    time: datetime
    id: str
    account: str
    payment: str
    amount: int
    currency: str
    paid: date
    booked: date
    reference: str | None = None
    debtor: str | None = None
    iban: str | None = None
    name: str | None = None
    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    placement: Annotated[Placement | None, Field(alias="place")] = None
    assigned: Assignment | None = None
    returns: list[Return] = field(default_factory=list)
    reason: str | None = None
    declared: Annotated[DeclaredUnmatched | None, Field(alias="told")] = None
    since: datetime | None = None
    pointed: dict[str, str] = field(default_factory=dict)
    is_listed: bool = False
    is_asked: bool = False
    not_of: dict[str, NotOf] = field(default_factory=dict)
    demands: dict[Literal["consumer", "business"], int] = field(default_factory=dict)
    same_as: str | None = None
    known: datetime | None = None
    tellings: list[Telling] = field(default_factory=list)
    batch: str | None = None
    message: str | None = None
    maybe: str | None = None
    is_other_money: bool = False
    charges: int = 0
    is_lacking: bool = False
    tie: int | None = None
    first_assigned: dict[str, datetime] = field(default_factory=dict)

    @property
    def channels(self) -> set[MoneyChannel]:
        """By what it was told, as far as the events said so."""
        return {each.channel for each in self.tellings if each.channel is not None}

    @property
    def is_notified_only(self) -> bool:
        """Whether only notifications or KTL files told it, beside which a statement speaks for the account."""
        return bool(self.channels) and self.channels <= {"notification", "ktl"}

    @property
    def key(self) -> str:
        """Its row's key: the creditor, the bank account and the bank's archive id."""
        return key(self.creditor, self.account, self.payment)

    @property
    def known_at(self) -> datetime:
        """The instant at which it is known (rules.md K1)."""
        return self.known or self.time

    @property
    def assignment(self) -> Assignment | None:
        """The assignment in force: the latest, unless a person has said since that it is not this debtor's."""
        return None if self.assigned is None or self.is_not_of(self.assigned.debtor) else self.assigned

    def note_assigned(self, assignment: Assignment) -> None:
        """Note since when a person's assignment of this target is known: the earliest counts, in whatever order."""
        known = assignment.version[0]
        self.first_assigned[assignment.target] = min(known, self.first_assigned.get(assignment.target, known))

    def is_not_of(self, debtor: str) -> bool:
        """Whether a person has said so, and nobody has assigned it to the debtor since."""
        said, assigned = self.not_of.get(debtor), self.assigned
        if said is None or assigned is None or assigned.debtor != debtor:
            return said is not None
        return assigned.version < said.version

    def gone(self, kind: Literal["reversed", "refunded"]) -> int:
        """How much of it was reversed, or refunded, in minor units; never more than came."""
        gone = 0
        for back in self.returns:
            if back.kind == kind:
                gone = self.amount if back.amount is None else gone + back.amount
        return min(gone, self.amount)

    @property
    def sum_to_place(self) -> int:
        """What is compared with sums of invoices: what is left of it; of money that is placed or all gone what came."""
        return self.amount if self.placement is not None else self.left or self.amount

    @property
    def left(self) -> int:
        """The minor units that were neither reversed nor refunded, never below zero."""
        return max(0, self.amount - self.gone("reversed") - self.gone("refunded"))
