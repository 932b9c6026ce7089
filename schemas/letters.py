"""A letter: everything needed to render it, to send it and to book it.

Money is minor units of the letter's currency; fees, compensation and waivers are in the country's currency and
zero in another currency (rules.md F6).
"""

from typing import Literal

from pydantic import ConfigDict

from schemas.channels import ChannelName
from schemas.fields import Date, Kind, Language, Part, Tone

LetterPurpose = Literal["reminder", "instalment", "apology"]
"""What a letter is: a dunning step, the letter about a missed instalment of a plan, or a note of apology."""


class LetterPart(Part):
    """A part of a letter or of another message between our own workers; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class LetterAddress(LetterPart):
    """A postal address as it is printed."""

    street: str
    postcode: str
    city: str
    country: str | None = None


class Recipient(LetterPart):
    """The debtor to whom the letter goes: name, e-mail address, postal address."""

    name: str
    email: str | None = None
    address: LetterAddress | None = None


class LetterSender(LetterPart):
    """The sender in an e-mail's header."""

    name: str
    email: str


class LetterContact(LetterPart):
    """The creditor's contact that the letter prints; ``hours`` is free text."""

    phone: str
    hours: str
    email: str
    url: str


class LetterAccount(LetterPart):
    """A bank account to which the debtor can pay; ``holder`` is its holder's exact name, which payers' banks check.

    An older letter has no holder: it is the creditor.
    """

    iban: str
    bic: str
    holder: str = ""


class LetterCreditor(LetterPart):
    """The creditor as the letter prints it."""

    name: str
    business_id: str
    address: LetterAddress
    contact: LetterContact
    accounts: tuple[LetterAccount, ...]


class InterestSlice(LetterPart):
    """Interest for days of one rate and one principal, ``first`` and ``last`` included (rules.md I1, I2).

    ``rate`` is percent a year as text; ``amount_exact`` the unrounded minor units as text.
    """

    first: Date
    last: Date
    days: int
    principal: int
    rate: str
    amount_exact: str | None = None


class NextStep(LetterPart):
    """The policy's next step if nothing is paid, taken on the day ``not_before`` or later.

    ``fee`` is in minor units; ``interest`` and ``compensation`` say whether the step demands them.
    """

    action: Literal["letter", "call", "hand-over", "none"]
    step: str | None = None
    not_before: Date | None = None
    fee: int = 0
    interest: bool = False
    compensation: bool = False
    needs_approval: bool = False


class LetterLine(LetterPart):
    """One receivable in a letter, its balances as they are after the letter is booked.

    ``due`` is as printed on the invoice or rescheduled, ``effective_due`` rolled to a banking day; ``step`` the step it
    moves to, None when it is only listed; ``waived`` what was waived as a rest (rules.md M6); ``discount_taken`` what
    was taken off for early payment (M8); ``interest_new``, ``fee_new``, ``compensation_new`` what this letter books. Of
    an invoice in parts ``invoice`` is a part's own id: the ``part``-th of ``parts`` of the invoice ``whole`` (rules.md
    M9).

    ``stands`` is the letter step behind which it stands after this letter, ``tone`` that step's; ``next`` what comes
    next for it, None where no principal is open or older letters do not say it (rules.md S4).
    """

    invoice: str
    subject: str | None = None
    issued: Date
    due: Date
    effective_due: Date
    original: int
    received: int = 0
    credited: int = 0
    disputed: int = 0
    step: str | None = None
    principal: int
    interest: int
    costs: int
    balance: int
    waived: int = 0
    discount_taken: int = 0
    slices: tuple[InterestSlice, ...] = ()
    interest_new: int = 0
    fee_new: int = 0
    compensation_new: int = 0
    whole: str | None = None
    part: int = 0
    parts: int = 0
    stands: str | None = None
    tone: Tone | None = None
    next: NextStep | None = None


class LetterInstalment(LetterPart):
    """An instalment of a payment plan: its day as agreed, its amount, and what is unpaid of it, in minor units."""

    due: Date
    amount: int
    unpaid: int


class LetterPlan(LetterPart):
    """What a letter about a missed instalment says of the plan (rules.md G5).

    ``missed`` are the missed instalments by due day, the last of which the letter is about; what is unpaid of them is
    the letter's total. ``following`` is the next one, ``left`` what is unpaid of the whole plan.
    """

    missed: tuple[LetterInstalment, ...]
    following: LetterInstalment | None = None
    left: int


class Letter(LetterPart):
    """One letter about one account and one currency (rules.md S4).

    ``step`` is the furthest that moves, None for a reminder of a missed instalment and for an apology; ``title_step``
    the furthest behind which a receivable with open principal stands, and ``tone`` the firmest of these (rules.md S4);
    ``letter_number`` counts within the account and is in the letter's own ``reference``; ``fee_forgiven`` is rules.md
    F5; ``fee_barred_by_suspension`` G3; ``payments_through`` the day through which bank feeds are complete;
    ``interest_through`` is there only when counting stopped for want of a rate (I3); ``plan`` only in a letter about a
    missed instalment (G5).
    """

    notice: str
    creditor: str
    debtor: str
    date: Date
    currency: str
    kind: Kind
    policy: str
    policy_version: int
    step: str | None = None
    step_title: str | None = None
    title_step: str | None = None
    tone: Tone
    purpose: LetterPurpose = "reminder"
    language: Language
    channel: ChannelName
    recipient: Recipient
    trader: bool = False
    sender: LetterSender
    house: LetterCreditor
    reference: str
    letter_number: int
    response_by: Date
    fee: int = 0
    interest: int = 0
    fixed_compensation: int = 0
    total: int
    fee_forgiven: bool = False
    fee_barred_by_suspension: bool = False
    payments_through: Date | None = None
    interest_through: Date | None = None
    lines: tuple[LetterLine, ...]
    next: NextStep
    plan: LetterPlan | None = None
