"""One account: everything known of one debtor of one creditor, as it is stored.

The account keeps *entries*, never balances: invoices, credit notes, payments, letters, disputes and the like, each with
the day it counts for and the instant it became known. Balances are computed from the entries (``books``), so they
cannot depend on the order in which the entries arrived (rules.md M1).

Amounts are integer minor units of the entry's currency; days are the creditor's local calendar dates; instants
are aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from schemas.fields import Kind
from schemas.journal import MoneyPointer
from schemas.parties import Party
from services.overdue.addresses import AddressReport, flagged
from services.overdue.due_dates import DueDateChange, due_after
from services.overdue.entry_terms import EntryTerms, TermsFrom
from services.overdue.invoice_changes import AddedInvoice, CorrectedAmount, OfferedDiscount
from services.overdue.known_order import known_order
from services.overdue.letter_record import LetterRecord
from services.overdue.task_records import PersonsAnswer, RaisedTask
from services.overdue.undone_money import UndoneMoney

StopKind = Literal["dispute", "hold", "suspension", "promise"]


@dataclass(slots=True)
class CreditNote:
    """A credit note: it counts from the invoice's beginning (rules.md M4). It became known on the day ``known_on``.

    ``of_whole``: it names an invoice in parts, of which each part has it; it takes from the last (rules.md M9).
    """

    known: datetime
    id: str
    day: date
    known_on: Annotated[date, Field(alias="told")]
    amount: int
    of_whole: bool = False
    terms: EntryTerms | None = None


@dataclass(slots=True)
class GrantedCredit:
    """Credit of the debtor without an invoice, in minor units; ``day`` is the local one on which it became known.

    ``terms`` are fixed at the frontier at which it is known (rules.md K3, M11).
    """

    known: datetime
    id: str
    day: date
    credit: str
    amount: int
    currency: str
    terms: EntryTerms | None = None


@dataclass(slots=True)
class Reduction:
    """A fee waiver (of costs) or a write-off (of the receivable), in minor units; ``amount`` None is all.

    ``of_whole``: it names an invoice in parts, of which each part has it; it takes from the last (rules.md M9).
    """

    known: datetime
    id: str
    day: date
    amount: int | None
    of: Literal["costs", "receivable"]
    of_whole: bool = False


@dataclass(slots=True)
class WaitingCorrection:
    """An invoice that corrects ``invoice``: a person is to say what it does; ``id`` is its event's (rules.md M10)."""

    id: str
    invoice: str
    correction: str


@dataclass(slots=True)
class StepDone:
    """A step taken without a letter of Eräpäivä: before go-live, or by a call (rules.md S3, S7); ``fee`` in cents.

    ``kind`` is the debtor's, as its invoice says, and ``interest`` whether the step claims interest, once that is fixed
    (rules.md K3).
    """

    step: str
    day: date
    known: datetime
    response_by: date | None
    fee: int
    letter: bool
    kind: Kind | None = None
    interest: bool | None = None


@dataclass(slots=True)
class Receivable:
    """One invoice and what happened to it since; ``amount`` is the invoiced one, ``late_interest`` an agreed rate.

    A part of an invoice is a receivable of its own: the ``part``-th, counted from 1, of the invoice ``whole``
    (rules.md M9).
    """

    invoice: str
    reference: str
    currency: str
    amount: int
    issued: date
    sent: date
    due: date
    due_agreed: bool | None
    interest_stated: bool
    late_interest: int | None
    subject: str | None
    known: datetime
    dues: list[DueDateChange] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    cancelled: date | None = None
    acknowledged: list[date] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    done: list[StepDone] = field(default_factory=list)
    reversals: list[date] = field(default_factory=list)
    handed_over: date | None = None
    whole: str | None = None
    part: int = 0
    discounts: list[OfferedDiscount] = field(default_factory=list)
    corrected: list[CorrectedAmount] = field(default_factory=list)
    added: list[AddedInvoice] = field(default_factory=list)

    @property
    def amount_now(self) -> int:
        """The amount in force: what was invoiced, or what the latest known correction says (rules.md M10)."""
        latest = self._latest_correction
        return self.amount if latest is None else latest.amount

    @property
    def discounts_now(self) -> list[OfferedDiscount]:
        """The discounts offered: those of the latest known correction, else the invoice's own (rules.md M8, M10)."""
        latest = self._latest_correction
        return self.discounts if latest is None or latest.discounts is None else latest.discounts

    @property
    def _latest_correction(self) -> CorrectedAmount | None:
        return max(self.corrected, key=known_order, default=None)

    def is_named_by(self, invoice: str) -> bool:
        """Whether an invoice's id means this receivable: by its own, or by that of the invoice it is a part of."""
        return invoice in (self.invoice, self.whole)

    @property
    def due_now(self) -> date:
        """The due date in force: reschedules and extensions in the order they became known (rules.md M7)."""
        return due_after(self.due, self.dues)

    def due_known_at(self, at: datetime) -> date:
        """The due date that was in force at an instant."""
        return due_after(self.due, [change for change in self.dues if change.known <= at])


@dataclass(slots=True)
class Refund:
    """Money given back to the payer; ``amount`` None is all that was left of the payment."""

    known: datetime
    id: str
    day: date
    amount: int | None


@dataclass(slots=True)
class ReceivedMoney:
    """A payment placed on this account: on invoices, on what a letter listed, or on the debtor (rules.md M3).

    ``invoice`` where it is one, ``invoices`` where one payment names several, ``letter`` the number of a letter.
    ``account`` is the bank account, ``payment`` the bank's archive id, ``reversed`` how much was taken back. ``day``
    (rules.md I5) and ``terms`` are fixed at the frontier at which it is known (K3). ``assigned``: since when a person's
    assignment places it, which is known.
    """

    account: str
    payment: str
    currency: str
    amount: int
    paid: date
    booked: date
    known: datetime
    id: str
    invoice: str | None = None
    letter: int | None = None
    reversed: int = 0
    refunds: list[Refund] = field(default_factory=list)
    invoices: tuple[str, ...] = ()
    day: date | None = None
    terms: EntryTerms | None = None
    assigned: datetime | None = None

    @property
    def placed(self) -> datetime:
        """The instant at which it is known whose money it is."""
        return self.known if self.assigned is None else max(self.known, self.assigned)

    @property
    def named(self) -> tuple[str, ...]:
        """The invoices that it was placed on: none, one or several."""
        return self.invoices or (() if self.invoice is None else (self.invoice,))


@dataclass(slots=True)
class FixedTerms:
    """Day and terms of a payment that a person moved away: it keeps them when it comes back (rules.md K3)."""

    money: str
    day: date
    terms: EntryTerms


@dataclass(slots=True)
class Stop:
    """A dispute, hold, suspension or promise; without ``invoice`` it stops the whole account (rules.md G0).

    ``reason`` is a hold's, free text; older stores did not keep it.
    """

    kind: StopKind
    invoice: str | None
    known: datetime
    id: str
    day: date
    until: date | None = None
    amount: int | None = None
    time: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class StopEnd:
    """The end of all stops of a kind for the same invoice (design.md §4); ``upheld`` disputes wait for the credit."""

    kind: StopKind
    invoice: str | None
    known: datetime
    id: str
    day: date
    upheld: bool = False
    time: datetime | None = None


@dataclass(slots=True)
class PlanInstalment:
    """A part of a payment plan, in minor units."""

    due: date
    amount: int


@dataclass(slots=True)
class PaymentPlan:
    """An instalment plan over some receivables (rules.md G5)."""

    id: str
    known: datetime
    day: date
    invoices: list[str]
    instalments: list[PlanInstalment]
    ended: datetime | None = None
    time: datetime | None = None


@dataclass(slots=True)
class PlanEnd:
    """The end of plans; without invoices, of all of the debtor's."""

    known: datetime
    id: str
    invoices: list[str]
    time: datetime | None = None


@dataclass(slots=True)
class PointedMoney:
    """A payment that is not placed and may be this account's, and why (rules.md G10).

    ``amount`` is what is left of it, ``since`` the frontier at which it was first found unplaced.
    """

    account: str
    payment: str
    amount: int = 0
    currency: str = ""
    since: datetime | None = None
    pointers: tuple[MoneyPointer, ...] = ()

    @property
    def key(self) -> str:
        """Its key within the account, as `books.entries.payment_key` makes it of money that is placed."""
        return f"{self.account} {self.payment}"


@dataclass(slots=True)
class StatedParty:
    """What one event says about the debtor: an invoice, ``issued`` on a day, or an update, without one.

    ``fields`` are those of a ``Party`` that it gives; ``time`` is the event's.
    """

    known: datetime
    time: datetime
    id: str
    issued: date | None
    fields: dict[str, Any]


@dataclass(slots=True)
class Account:
    """A debtor of a creditor: the party, the receivables, the money, the letters and the stops.

    ``stated_parties`` are what events said about the debtor, from which ``party`` is merged (`debtor_party`).
    ``pointed`` are unplaced payments that may be this account's, ``unread`` events that nobody could read and that may
    concern it, ``addresses`` what is known of addresses at which letters failed (``flagged_before``: of an older
    store), ``mail_refused`` the days on which mail was refused (`letter_outcomes`). ``cycles`` counts closed attempts
    by invoice and step. ``tasks`` and ``refused`` are the keys of tasks raised and payments refused, ``withheld`` and
    ``reported`` what was published last, so that nothing is published twice. ``terms`` are those of the uses of credit,
    fixed up to the day ``terms_through`` (rules.md K3). ``corrections`` are invoices of which a person has yet to say
    what they do to the ones that they correct (M10). ``undone`` are the reversals. ``open_tasks`` are the tasks that
    the last decision left open, ``done_tasks`` the keys of those that people did, ``answers`` what people said about
    tasks and steps since then (K4). ``moved`` are the terms of payments that were moved away (K3).
    """

    creditor: str
    debtor: str
    number: int = 0
    party: Party | None = None
    stated_parties: list[StatedParty] = field(default_factory=list)
    receivables: dict[str, Receivable] = field(default_factory=dict)
    dues: list[DueDateChange] = field(default_factory=list)
    moneys: list[ReceivedMoney] = field(default_factory=list)
    credits: list[GrantedCredit] = field(default_factory=list)
    letters: list[LetterRecord] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    stop_ends: list[StopEnd] = field(default_factory=list)
    plans: list[PaymentPlan] = field(default_factory=list)
    plan_ends: list[PlanEnd] = field(default_factory=list)
    pointed: list[PointedMoney] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    acknowledged: list[date] = field(default_factory=list)
    flagged_before: Annotated[list[str], Field(alias="unreachable")] = field(default_factory=list)
    cycles: dict[str, int] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    open_tasks: list[RaisedTask] = field(default_factory=list)
    done_tasks: list[str] = field(default_factory=list)
    answers: list[PersonsAnswer] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    withheld: str = ""
    reported: str = ""
    terms: list[TermsFrom] = field(default_factory=list)
    terms_through: date | None = None
    corrections: list[WaitingCorrection] = field(default_factory=list)
    undone: list[UndoneMoney] = field(default_factory=list)
    addresses: list[AddressReport] = field(default_factory=list)
    mail_refused: list[date] = field(default_factory=list)
    moved: list[FixedTerms] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Consumer or business, as the party's record says."""
        assert self.party is not None, "an account begins with an invoice, which names the party"
        return self.party.kind

    @property
    def trader(self) -> bool:
        """Whether the debtor is a trader in the sense of act 30/2013 1 § (a business by default)."""
        return self.kind == "business" and self.party is not None and self.party.trader is not False

    def named(self, invoice: str) -> list[Receivable]:
        """The receivables that an invoice's id means: that invoice, or its parts in their order (rules.md M9)."""
        one = self.receivables.get(invoice)
        if one is not None:
            return [one]
        parts = [each for each in self.receivables.values() if each.whole == invoice]
        return sorted(parts, key=lambda each: each.part)

    def whole_of(self, receivable: Receivable) -> list[Receivable]:
        """All parts of the invoice that a receivable is a part of, in their order; else the receivable alone."""
        return [receivable] if receivable.whole is None else self.named(receivable.whole)

    @property
    def unreachable(self) -> frozenset[str]:
        """The e-mail and postal addresses that are flagged: no letter goes there (rules.md S6)."""
        return flagged(self.addresses, self.flagged_before)

    def accepted(self) -> list[LetterRecord]:
        """Accepted letters in the order of their day."""
        return sorted(
            (letter for letter in self.letters if letter.status == "accepted"), key=lambda it: (it.day, it.granted)
        )

    def reversals_of(self, receivable: Receivable) -> list[date]:
        """The days of reversals of money that had paid the receivable, in no order; older stores kept them in it."""
        return [*receivable.reversals, *(each.day for each in self.undone if receivable.invoice in each.invoices)]

    def open_letter(self) -> LetterRecord | None:
        """The one notice that is not closed or accepted yet, or None (design.md §7.1: at most one)."""
        for letter in reversed(self.letters):
            if letter.status not in ("accepted", "closed"):
                return letter
        return None


_ADAPTER: TypeAdapter[Account] = TypeAdapter(Account)


def dump_account(account: Account) -> bytes:
    """The account as compact JSON, as it is stored."""
    return _ADAPTER.dump_json(account, exclude_defaults=True, by_alias=True)


def load_account(stored: bytes) -> Account:
    """The account that ``dump_account`` wrote."""
    return _ADAPTER.validate_json(stored)
