"""Messages on the topic ``decisions``: each decision with its reasons, changes of accounts, unmatched money.

Key: the account; the creditor where no account is known. Money is minor units of the currency beside it; ``date`` is
the creditor's local day.
"""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Date, Instant
from schemas.letters import Letter, LetterPart
from schemas.messages import Message, by_type, decoder


class NoticeDecided(Message):
    """Overdue has decided to send a letter; ``notice`` is its id."""

    type: Literal["notice-decided"] = "notice-decided"
    creditor: str
    debtor: str
    date: Date
    notice: str
    letter: Letter


class NoticeEnded(Message):
    """A notice has an outcome; ``letter`` is as it was granted. A notice has one such message for each outcome.

    ``deferred`` and ``unknown`` are not final. A ``trial`` letter was written to the outbox instead of sent.
    """

    type: Literal["notice-ended"] = "notice-ended"
    creditor: str
    debtor: str
    date: Date
    notice: str
    letter: Letter
    status: Literal["accepted", "failed", "unknown", "deferred", "withdrawn"]
    at: Instant
    trial: bool


class Reason(LetterPart):
    """Why a letter may not be sent: a code of rules.md "Stops", for one invoice or all, until a day if one is known."""

    code: str
    invoice: str | None = None
    until: Date | None = None


class Withheld(Message):
    """A step is due and its letter may not be sent, or the reasons for that have changed.

    ``next_check``: the day on which the account is decided again, if nothing happens before.
    """

    type: Literal["withheld"] = "withheld"
    creditor: str
    debtor: str
    date: Date
    currency: str | None = None
    step: str | None = None
    reasons: tuple[Reason, ...]
    next_check: Date | None = None
    policy: str | None = None
    policy_version: int | None = None


class TaskRaised(Message):
    """A person is asked to do something, such as a call; ``task`` is its id, ``reason`` a code (rules.md S7).

    ``account`` and ``payment`` name the payment that it is about. A task about money that may be of many debtors has
    none of them as ``debtor`` and some of them in ``debtors``. ``correction`` is the invoice that corrects ``invoice``.
    """

    type: Literal["task-raised"] = "task-raised"
    creditor: str
    debtor: str | None = None
    date: Date
    task: str
    reason: str
    invoice: str | None = None
    account: str | None = None
    payment: str | None = None
    debtors: tuple[str, ...] | None = None
    correction: str | None = None


class HandedOver(Message):
    """Receivables of one account and currency were handed over to the collector (rules.md S7).

    ``status`` is ``published``: the hand-over is on the topic ``commands``.
    """

    type: Literal["handed-over"] = "handed-over"
    creditor: str
    debtor: str
    date: Date
    invoices: tuple[str, ...]
    principal: int
    interest: int
    costs: int
    currency: str
    status: str


class PaymentTaken(Message):
    """A payment came in: its amount and booking day, before it is placed anywhere.

    A later message about the same payment replaces it. ``payer`` is a digest of the payer's name, whatever its order;
    ``told`` says by which channels and messages it was told.
    """

    type: Literal["payment-taken"] = "payment-taken"
    creditor: str
    account: str
    payment: str
    amount: int
    currency: str
    booked: Date
    reference: str | None = None
    payer: str | None = None
    told: tuple[str, ...] = ()


class PaymentReturned(Message):
    """A payment, or ``amount`` of it, was reversed by the bank or refunded by the creditor; ``id`` is the event's."""

    type: Literal["payment-returned"] = "payment-returned"
    creditor: str
    account: str
    payment: str
    id: str
    kind: Literal["reversed", "refunded"]
    amount: int | None = None
    booked: Date


class PaymentWithdrawn(Message):
    """A payment that came in is none: it is the money of the payment ``same_as``, told twice (rules.md B2).

    Without ``same_as``: a corrected statement no longer tells it.
    """

    type: Literal["payment-withdrawn"] = "payment-withdrawn"
    creditor: str
    account: str
    payment: str
    same_as: str | None = None


class StatementTaken(Message):
    """A bank's statement came in: opening + received - returned + other = closing. One message for each statement.

    ``first`` and ``through`` are its first and last day; ``number`` is the bank's. ``corrects``: without a number, the
    closing balance of the statement of these days whose place it takes.
    """

    type: Literal["statement-taken"] = "statement-taken"
    creditor: str
    account: str
    currency: str
    number: int | None = None
    first: Date | None = None
    through: Date
    opening: int
    received: int
    returned: int
    other: int
    closing: int
    corrects: int | None = None


class Suggestion(LetterPart):
    """A debtor who may have made an unmatched payment, and for which invoices, if any is known.

    ``confidence`` is in percent; ``why`` is the code of the way of matching (docs/matching.md).
    """

    debtor: str
    invoices: tuple[str, ...] = ()
    confidence: int
    why: str


class Unmatched(Message):
    """A payment that nothing places yet; the best suggestion comes first.

    ``amount`` is what neither the bank reversed nor the creditor refunded, ``since`` the day on which it was first
    found unplaced. A later message about the same payment replaces it; `Placed` ends it.
    """

    type: Literal["unmatched"] = "unmatched"
    creditor: str
    date: Date
    account: str
    payment: str
    amount: int
    currency: str
    reason: str
    since: Date | None = None
    suggestions: tuple[Suggestion, ...] = ()


class Placed(Message):
    """An unmatched payment was placed after all; without ``debtor`` all of it was reversed or refunded.

    ``invoice`` when it was placed on one invoice, ``invoices`` when on several.
    """

    type: Literal["placed"] = "placed"
    creditor: str
    date: Date
    account: str
    payment: str
    debtor: str | None = None
    invoice: str | None = None
    invoices: tuple[str, ...] | None = None


class Balance(LetterPart):
    """One receivable of an account as it now is, amounts in minor units.

    ``original`` is what was invoiced, ``principal``, ``interest`` and ``costs`` what is open of it; ``effective_due``
    is the due day moved to a banking day; ``step`` the dunning step it is at; ``status`` overdue's code;
    ``discount_taken`` what was taken off for early payment (rules.md M8); ``to_approve`` the steps ahead that a person
    may approve.
    """

    invoice: str
    currency: str
    issued: Date
    due: Date
    effective_due: Date
    original: int
    principal: int
    interest: int
    costs: int
    step: str | None = None
    status: str
    subject: str | None = None
    reference: str | None = None
    discount_taken: int = 0
    to_approve: tuple[str, ...] = ()


class Credit(LetterPart):
    """Money of the debtor that pays no receivable, by currency."""

    currency: str
    amount: int


class PaymentUse(LetterPart):
    """What one payment of the debtor was used for, so that every minor unit of it is counted exactly once.

    ``amount``, ``reversed`` and ``refunded`` are as published to the account. The uses: ``principal``, ``interest`` and
    ``costs`` of receivables, unused ``credit``, ``given_back`` (what refunds took of it, whichever payment they named),
    ``refused`` (money that the account does not accept), and what was reversed. An empty ``payment`` stands for credit
    from credit notes, as far as it was given back.
    """

    account: str
    payment: str
    currency: str
    amount: int
    reversed: int = 0
    refunded: int = 0
    principal: int = 0
    interest: int = 0
    costs: int = 0
    credit: int = 0
    given_back: int = 0
    refused: int = 0


class HeldMoney(LetterPart):
    """A payment that is not placed and holds the account (rules.md G10): until a person decides, or until a day."""

    account: str
    payment: str
    why: tuple[str, ...]
    until: Date | None = None


class OpenTask(LetterPart):
    """A task that is open since a day: raised, not done, and of a matter that still stands (see `TaskRaised`).

    ``step`` is the step that is to be approved or called about.
    """

    task: str
    reason: str
    since: Date
    invoice: str | None = None
    step: str | None = None
    account: str | None = None
    payment: str | None = None
    correction: str | None = None


class AccountChanged(Message):
    """The whole account as it now is; it replaces every earlier message about the account.

    ``number`` is the account's within its creditor (see its letters' references), ``as_of`` the frontier up to which it
    is true, ``next_check`` the day on which it is decided again. ``email`` is the debtor's e-mail address, ``flagged``
    are the addresses at which letters failed (rules.md S6).
    """

    type: Literal["account-changed"] = "account-changed"
    creditor: str
    debtor: str
    number: int | None = None
    name: str | None = None
    kind: str | None = None
    as_of: Instant
    balances: tuple[Balance, ...] = ()
    credit: tuple[Credit, ...] = ()
    money: tuple[PaymentUse, ...] = ()
    held_by: tuple[HeldMoney, ...] = ()
    tasks: tuple[OpenTask, ...] = ()
    email: str | None = None
    flagged: tuple[str, ...] = ()
    next_check: Date | None = None


class Alert(Message):
    """A matter for the operator: ``code`` is its kind, ``detail`` a sentence about it without personal data."""

    type: Literal["alert"] = "alert"
    code: str
    creditor: str | None = None
    date: Date | None = None
    detail: str


DecisionsMessage = (
    NoticeDecided
    | NoticeEnded
    | Withheld
    | TaskRaised
    | HandedOver
    | PaymentTaken
    | PaymentReturned
    | PaymentWithdrawn
    | StatementTaken
    | Unmatched
    | Placed
    | AccountChanged
    | Alert
)

decode_decisions: Final[Callable[[bytes], DecisionsMessage]] = decoder("decisions", by_type(DecisionsMessage))
"""Bytes of the topic ``decisions`` -> message."""
