"""The public events of design.md §4: one model per type, exactly the fields of its table.

A model is the event's ``data``; the attributes around it are `schemas.envelope.Envelope`. Amounts are minor units here
and decimal strings outside (see `schemas.fields`). An event without ``invoice`` concerns the whole account. The order
of the fields is part of the contract, as `schemas.facts.content_of` hashes it: new fields go last.
"""

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from schemas.data import AccountData, Data, SettingsData
from schemas.fields import (
    Country,
    Currency,
    Day,
    Days,
    DomesticAmount,
    Email,
    Iban,
    Identifier,
    Language,
    Line,
    Part,
    Percent,
    PositiveAmount,
    Text,
    Timezone,
)
from schemas.invoice_events import InvoiceCancelled, InvoiceCredited, InvoiceIssued, InvoiceRescheduled
from schemas.parties import (
    BankAccounts,
    Contact,
    CreditorAddress,
    PartyChange,
    PolicyChoice,
    Sender,
)
from schemas.payment_events import (
    BankFeedCompleted,
    BankFeedWithdrawn,
    PaymentAssigned,
    PaymentNotOf,
    PaymentReceived,
    PaymentRefunded,
    PaymentReversed,
    PaymentSameAs,
)
from schemas.policy import Policy

CONTRACTS_VERSION: Final = 1
"""The version of the public contracts as a whole: the number at the end of each type's name."""


# --- settings ------------------------------------------------------------------------------------


class CreditorRegistered(SettingsData):
    """A creditor, with everything that its letters print about it; a later event replaces an earlier one.

    ``terms_days`` are the days from an invoice to its due date where a file of invoices gives none (docs/formats.md).
    ``corrections`` says what an invoice that corrects another one does (rules.md M10).
    """

    event_type: ClassVar[str] = "creditor.registered.v1"

    creditor: Identifier
    name: Line
    business_id: Line
    country: Country
    timezone: Timezone
    language: Language
    accounts: BankAccounts
    address: CreditorAddress
    contact: Contact
    sender: Sender
    policies: PolicyChoice
    terms_days: Days | None = None
    corrections: Literal["replace", "add", "ask"] = "ask"


class ReferenceRatePublished(SettingsData):
    """A country's reference rate, percent, from one day to another, both included (rules.md I2)."""

    event_type: ClassVar[str] = "reference-rate.published.v1"

    country: Country
    from_: Day = Field(alias="from")
    to: Day
    rate: Percent

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("ends before it begins; let from be no later than to")
        return self


class AccountConfirmed(SettingsData):
    """Somebody else than who told a creditor's bank account confirms it (rules.md G11).

    ``holder`` is the account holder's exact name, as payers' banks check it.
    """

    event_type: ClassVar[str] = "account.confirmed.v1"

    creditor: Identifier
    iban: Iban
    holder: Line


# --- instructions --------------------------------------------------------------------------------


class InstructionData(AccountData):
    """The data of a person's instruction about an account."""

    topic: ClassVar[str] = "instructions"


class InvoiceOrAccountData(InstructionData):
    """The data of a person's instruction about one invoice; without ``invoice`` about the whole account."""

    invoice: Identifier | None = None


class DisputeRaised(InvoiceOrAccountData):
    """The debtor disputes the whole or ``amount`` of it (rules.md G2)."""

    event_type: ClassVar[str] = "dispute.raised.v1"

    ground: Text | None = None
    amount: PositiveAmount | None = None
    currency: Currency | None = None


class DisputeSettled(InvoiceOrAccountData):
    """All disputes of this debtor and invoice have ended, with one outcome (rules.md G2)."""

    event_type: ClassVar[str] = "dispute.settled.v1"

    outcome: Literal["upheld", "unfounded", "withdrawn"]


class HoldPlaced(InvoiceOrAccountData):
    """A hold: no letter is sent until it is lifted or the day ``until`` has passed (rules.md G3).

    ``reason`` is free text; the known words are agreed, investigating, insolvency, deceased, minor,
    guardian: the last three hold notes too, and money pays what is investigated as if it were free (G0).
    """

    event_type: ClassVar[str] = "hold.placed.v1"

    until: Day | None = None
    reason: Text


class HoldLifted(InvoiceOrAccountData):
    """Ends all holds of the same debtor and invoice."""

    event_type: ClassVar[str] = "hold.lifted.v1"

    reason: Text | None = None


class SuspensionRequested(InvoiceOrAccountData):
    """A consumer asks to suspend collection (LSP 4 c §; rules.md G3)."""

    event_type: ClassVar[str] = "suspension.requested.v1"


class SuspensionEnded(InvoiceOrAccountData):
    """Ends the suspension of the same debtor and invoice."""

    event_type: ClassVar[str] = "suspension.ended.v1"


class PromiseMade(InvoiceOrAccountData):
    """The debtor promises to pay by ``until`` (rules.md G4)."""

    event_type: ClassVar[str] = "promise.made.v1"

    until: Day


class ExtensionGranted(InvoiceOrAccountData):
    """The creditor grants more time: a new due date, never an earlier one (rules.md M7)."""

    event_type: ClassVar[str] = "extension.granted.v1"

    until: Day


class Instalment(Part):
    """One instalment of a payment plan: its due day and amount."""

    due: Day
    amount: PositiveAmount


class PlanAgreed(InstructionData):
    """Debtor and creditor agree on a payment plan for invoices; amounts as in ``payment.reversed`` (rules.md G5)."""

    event_type: ClassVar[str] = "plan.agreed.v1"

    invoices: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=1000)]
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=1000)]
    currency: Currency | None = None


class PlanEnded(InstructionData):
    """Ends the plans over any of ``invoices``; without them all plans of the account."""

    event_type: ClassVar[str] = "plan.ended.v1"

    invoices: Annotated[tuple[Identifier, ...], Field(max_length=1000)] = ()
    reason: Text


class DebtAcknowledged(InvoiceOrAccountData):
    """The debtor acknowledges the debt: its limitation time starts anew (rules.md G8)."""

    event_type: ClassVar[str] = "debt.acknowledged.v1"


class DebtorUpdated(InstructionData):
    """Some of the debtor's own data change, such as the address."""

    event_type: ClassVar[str] = "debtor.updated.v1"

    party: PartyChange


class FeeWaived(InstructionData):
    """A person waives the costs of an invoice, or ``amount`` of them in the country's currency."""

    event_type: ClassVar[str] = "fee.waived.v1"

    invoice: Identifier
    amount: Annotated[DomesticAmount, Field(gt=0)] | None = None
    reason: Text


class ReceivableWrittenOff(InstructionData):
    """The creditor writes off what is open of an invoice, or ``amount`` of it; amounts as in ``payment.reversed``."""

    event_type: ClassVar[str] = "receivable.written-off.v1"

    invoice: Identifier
    amount: PositiveAmount | None = None
    currency: Currency | None = None
    reason: Text


class CreditGranted(InstructionData):
    """The creditor gives the debtor credit that no invoice names; ``credit`` is unique per creditor (rules.md M11)."""

    event_type: ClassVar[str] = "credit.granted.v1"

    credit: Identifier
    amount: PositiveAmount
    currency: Currency
    reason: Text


class StepApproved(InstructionData):
    """A person approves the dunning step that an invoice is to take next (rules.md S7)."""

    event_type: ClassVar[str] = "step.approved.v1"

    invoice: Identifier
    step: Line


class TaskDone(InvoiceOrAccountData):
    """A person has done a task, such as a call (rules.md S7); ``outcome`` is free text."""

    event_type: ClassVar[str] = "task.done.v1"

    task: Identifier
    outcome: Text


class CorrectionSettled(InstructionData):
    """A person says what an invoice that corrects another one does: it replaces it, or adds to it (rules.md M10).

    ``invoice`` is the invoice that is corrected; ``correction`` the number of the one that corrects it, where several
    wait.
    """

    event_type: ClassVar[str] = "correction.settled.v1"

    invoice: Identifier
    as_: Literal["replace", "add"] = Field(alias="as")
    correction: Identifier | None = None


class NoticeSettled(InstructionData):
    """A person says whether a notice of unknown outcome left (``accepted``) or not (``failed``; design.md §7.4).

    ``address_is_wrong``: it failed because of the address it went to, which is flagged (rules.md S6).
    """

    event_type: ClassVar[str] = "notice.settled.v1"

    notice: Identifier
    outcome: Literal["accepted", "failed"]
    address_is_wrong: bool = False


class NoticeCameBack(InstructionData):
    """A letter came back to the creditor: printed, or as a bounce of mail that was accepted (rules.md S6).

    ``address_is_wrong``: it came back because of the address it went to, which is flagged.
    """

    event_type: ClassVar[str] = "notice.came-back.v1"

    notice: Identifier
    address_is_wrong: bool = False


class AddressCleared(InstructionData):
    """A person says that letters reach the debtor at an e-mail address that was flagged (rules.md S6)."""

    event_type: ClassVar[str] = "address.cleared.v1"

    email: Email


EVENT_TYPES: Final[dict[str, type[Data]]] = {
    model.event_type: model
    for model in (
        CreditorRegistered,
        Policy,
        ReferenceRatePublished,
        AccountConfirmed,
        InvoiceIssued,
        InvoiceCredited,
        InvoiceCancelled,
        InvoiceRescheduled,
        PaymentReceived,
        PaymentReversed,
        PaymentRefunded,
        PaymentAssigned,
        PaymentNotOf,
        PaymentSameAs,
        BankFeedCompleted,
        BankFeedWithdrawn,
        DisputeRaised,
        DisputeSettled,
        HoldPlaced,
        HoldLifted,
        SuspensionRequested,
        SuspensionEnded,
        PromiseMade,
        ExtensionGranted,
        PlanAgreed,
        PlanEnded,
        DebtAcknowledged,
        DebtorUpdated,
        FeeWaived,
        ReceivableWrittenOff,
        CreditGranted,
        StepApproved,
        TaskDone,
        NoticeSettled,
        NoticeCameBack,
        AddressCleared,
        CorrectionSettled,
    )
}
"""Every public event type and the model of its data."""

ACCOUNT_EVENT_TYPES: Final[frozenset[str]] = frozenset(
    name for name, model in EVENT_TYPES.items() if issubclass(model, AccountData)
)
"""The types that travel on the journal as they are, as ``AccountEvent``."""
