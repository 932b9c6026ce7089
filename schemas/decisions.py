"""Messages on ``decisions``: each decision with its reasons, state changes, unmatched money.

Key: the account; the creditor where no account is known. Money is minor units.
"""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Date, Instant
from schemas.letters import Letter, LetterPart
from schemas.messages import Message, by_type, decoder


class NoticeDecided(Message):
    """A notice is planned."""

    type: Literal["notice-decided"] = "notice-decided"
    creditor: str
    debtor: str
    date: Date
    notice: str
    letter: Letter


class NoticeEnded(Message):
    """A notice's outcome is known; ``letter`` as it was granted. One message per outcome."""

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
    """Why not: a code of rules.md "Stops", for one invoice or all, until a day if one is known."""

    code: str
    invoice: str | None = None
    until: Date | None = None


class Withheld(Message):
    """A step's earliest date is reached and the letter may not go, or the reasons changed."""

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
    """A person is asked to do something."""

    type: Literal["task-raised"] = "task-raised"
    creditor: str
    debtor: str
    date: Date
    task: str
    reason: str
    invoice: str | None = None


class HandedOver(Message):
    """Receivables are handed over to the collector, or were recalled."""

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
    """A payment is known, once: what its money was before it was placed anywhere."""

    type: Literal["payment-taken"] = "payment-taken"
    creditor: str
    account: str
    payment: str
    amount: int
    currency: str
    booked: Date


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


class StatementTaken(Message):
    """A bank's statement is known, once: opening + received - returned + other = closing.

    ``first`` and ``through`` are its first and last day.
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


class Suggestion(LetterPart):
    """Whose an unmatched payment may be, and for which of its invoices, if any is known.

    ``confidence`` is in percent; ``why`` is the code of a way to find a place (docs/matching.md).
    """

    debtor: str
    invoices: tuple[str, ...] = ()
    confidence: int
    why: str


class Unmatched(Message):
    """Money that is nobody's yet, visible until a person assigns or refunds it; the best suggestion comes first.

    A later one of the same payment replaces it.
    """

    type: Literal["unmatched"] = "unmatched"
    creditor: str
    date: Date
    account: str
    payment: str
    amount: int
    currency: str
    reason: str
    suggestions: tuple[Suggestion, ...] = ()


class Placed(Message):
    """Money that was unmatched is so no longer; without ``debtor`` it was reversed or refunded.

    ``invoices`` when it was placed on several.
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
    """One receivable of an account as it now is. ``status`` is a word of overdue's."""

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


class Credit(LetterPart):
    """Money of the debtor's that is on no receivable."""

    currency: str
    amount: int


class PaymentUse(LetterPart):
    """Where the money of one payment of the debtor's lies: all of it in exactly one place.

    ``amount``, ``reversed`` and ``refunded`` as told to the account. The places: ``principal``, ``interest`` and
    ``costs`` of receivables, unused ``credit``, ``given_back`` (what refunds took of it, of whichever payment they
    were), ``refused`` (the account does not take it), and what was reversed. Without ``payment``: credit that came
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


class AccountChanged(Message):
    """The account as it now is, whole: it replaces what was said of it before."""

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
    next_check: Date | None = None


class Alert(Message):
    """Something the operator should look at; ``detail`` holds no personal data."""

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
    | StatementTaken
    | Unmatched
    | Placed
    | AccountChanged
    | Alert
)

decode_decisions: Final[Callable[[bytes], DecisionsMessage]] = decoder("decisions", by_type(DecisionsMessage))
"""Bytes of the topic ``decisions`` -> message."""
