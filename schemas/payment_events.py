"""The public events about money on a creditor's bank accounts (design.md §4; rules.md M3, M5, B1)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.data import BankData
from schemas.fields import (
    Amount,
    Count,
    Currency,
    Day,
    Identifier,
    PaidReference,
    Part,
    PositiveAmount,
    Text,
)
from schemas.parties import Payer
from schemas.statements import BankStatement

MoneyChannel = Literal["statement", "notification", "ktl", "table"]
"""By what a bank's money became known: an account statement, a notification, a KTL file, a table of payments."""


class BankIds(Part):
    """The ids that a bank's message gives beside the archive id of a transaction (rules.md B1).

    ``entry`` is the archive id of the whole entry, where it has one transaction only; ``batch`` that of the entry of
    which this is one of several transactions; ``end_to_end``, ``uetr`` and ``instruction`` are the payer's and the
    banks'; ``mandate`` is a direct debit's.
    """

    entry: Identifier | None = None
    batch: Identifier | None = None
    end_to_end: Identifier | None = None
    uetr: Identifier | None = None
    instruction: Identifier | None = None
    mandate: Identifier | None = None


class PaymentReceived(BankData):
    """A payment came in to the creditor's bank account.

    ``payment`` is the bank's archive id; ``paid`` the payer's day (rules.md I5), ``booked`` the bank's. ``reference``
    is kept in canonical form, right or wrong; ``message`` is the remittance text; ``debtor``, where the sender knows
    whose payment it is.

    ``channel`` is by what it became known, ``statement`` the bank's name of the message that told it. ``place``: the
    bank gave no id; the payment is the n-th of its like (day, sum, reference, payer) in that message, from 1.
    ``charges`` are what the creditor's own bank may have kept of ``amount``, so that other messages may tell the rest
    of it only (rules.md M11). ``duplicate``: the bank says that its message is a copy or duplicate of an earlier one.
    """

    event_type: ClassVar[str] = "payment.received.v1"

    payment: Identifier
    reference: PaidReference = None
    amount: PositiveAmount
    currency: Currency
    paid: Day
    booked: Day
    payer: Payer | None = None
    message: Text | None = None
    debtor: Identifier | None = None
    channel: MoneyChannel | None = None
    statement: Identifier | None = None
    place: Annotated[int, Field(strict=True, ge=1, lt=10**6)] | None = None
    charges: PositiveAmount | None = None
    ids: BankIds | None = None
    duplicate: Literal[True] | None = None


class PaymentReversed(BankData):
    """The bank has reversed a payment, or ``amount`` of it: it counts as if it had never come (rules.md M5).

    ``amount`` is in ``currency``; without ``currency`` it has at most two decimals. ``booked``: the bank's day of it.

    ``payment`` is the payment's archive id, or the return's own where the bank gives none of the payment:
    ``payment_booked``, ``ids`` and ``reference`` then find the payment (rules.md B1). ``channel``,
    ``statement`` and ``duplicate`` as in ``payment.received``.
    """

    event_type: ClassVar[str] = "payment.reversed.v1"

    payment: Identifier
    amount: PositiveAmount | None = None
    currency: Currency | None = None
    reason: Text
    booked: Day | None = None
    payment_booked: Day | None = None
    reference: PaidReference = None
    channel: MoneyChannel | None = None
    statement: Identifier | None = None
    ids: BankIds | None = None
    duplicate: Literal[True] | None = None


class PaymentRefunded(BankData):
    """The creditor has refunded a payment's credit, or ``amount`` of it; amounts as in ``payment.reversed``.

    ``booked`` is the refund's own day, ``payment_booked`` the booking day of the payment.
    """

    event_type: ClassVar[str] = "payment.refunded.v1"

    payment: Identifier
    amount: PositiveAmount | None = None
    currency: Currency | None = None
    reason: Text
    booked: Day | None = None
    payment_booked: Day | None = None


class PaymentAssigned(BankData):
    """A person assigns a payment to a debtor and, with ``invoice``, to one invoice (rules.md M3).

    ``booked`` is the payment's booking day, where the bank gave one id to payments of several days.
    """

    event_type: ClassVar[str] = "payment.assigned.v1"

    payment: Identifier
    debtor: Identifier
    invoice: Identifier | None = None
    booked: Day | None = None


class PaymentSameAs(BankData):
    """A person says that two payments are one money that was told twice: ``as`` stays (rules.md B2).

    ``payment`` is taken off its account, as if it had never come; ``booked`` is its booking day.
    """

    event_type: ClassVar[str] = "payment.same-as.v1"

    payment: Identifier
    as_: Annotated[Identifier, Field(alias="as")]
    booked: Day | None = None


class PaymentNotOf(BankData):
    """A person says that a payment is not this debtor's (rules.md G10): it neither holds nor pays the account.

    An assignment to the debtor that is known later says otherwise again. ``booked`` is the payment's booking day.
    """

    event_type: ClassVar[str] = "payment.not-of.v1"

    payment: Identifier
    debtor: Identifier
    booked: Day | None = None


class BankFeedWithdrawn(BankData):
    """A person takes back that a bank account's payments are in further than to ``through`` (rules.md K2).

    All completions and statements known earlier reach no further than that day; those sent again count anew.
    """

    event_type: ClassVar[str] = "bank-feed.withdrawn.v1"

    through: Day


class BankFeedCompleted(BankData):
    """All payments booked up to and with ``through`` are in (design.md §3, watermarks).

    ``count`` and ``sum`` of the payments since the last completion, where given, must agree with the payments that
    came. ``statement``: the sums of the bank statement that ends on this day; it must follow the one before.
    """

    event_type: ClassVar[str] = "bank-feed.completed.v1"

    through: Day
    count: Count | None = None
    sum: Amount | None = None
    statement: BankStatement | None = None
