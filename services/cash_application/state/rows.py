"""All rows of a lane: their dataclasses and the names under which the database keeps them.

No other module spells the name of a row. The names are part of every store, so a new one needs a migration.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, Self

from schemas.fields import Kind
from schemas.policy import SURE, Policy
from services.cash_application.state.bank_accounts import (
    AccountHolders,
    JudgedAccounts,
    RegisteredAccounts,
    ToldAccount,
)
from services.cash_application.state.feeds import Feed
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.row_kind import RowKind


@dataclass(slots=True)
class Creditor:
    """A registered creditor, by its latest registration: ``time`` and ``id`` are the event's.

    ``known``: since when it is known, where that is earlier than ``time`` (rules.md K1).
    ``accounts`` are its IBANs; ``policies`` names the policy that it uses for each kind of debtor; ``corrections`` what
    an invoice that corrects another one does (rules.md M10). Older stores do not know its ``country``.
    """

    time: datetime
    id: str
    timezone: str
    accounts: list[str]
    policies: dict[Kind, str] = field(default_factory=dict)
    known: datetime | None = None
    corrections: Literal["replace", "add", "ask"] = "ask"
    country: str | None = None


@dataclass(slots=True)
class NumberedAccount:
    """A debtor of a creditor, known since the first invoice: the account's number (see `account_numbers`).

    ``name`` is the debtor's latest; ``currencies`` are those of its invoices.
    """

    number: int
    name: str
    currencies: list[str] = field(default_factory=list)


@dataclass(slots=True)
class NumberOwner:
    """The debtor whose account has a number."""

    debtor: str


@dataclass(slots=True)
class KnownInvoice:
    """An invoice that was issued, or one of its parts; ``content`` tells a repeated event from another one.

    ``parts`` is the number of an invoice's parts, 0 without; a part has the id of its invoice as ``whole`` (rules.md
    M9). ``terms`` digests all but the party; an invoice that ``replaces`` another one is known as that one from then
    on; ``credited`` and ``cancelled`` say what came about it (rules.md M10).
    """

    content: str
    debtor: str
    currency: str
    parts: int = 0
    whole: str | None = None
    terms: str = ""
    replaces: str | None = None
    credited: bool = False
    cancelled: bool = False


@dataclass(slots=True)
class InvoiceCorrection:
    """An invoice that corrects another one; ``settled`` is what it does, None until that is decided (rules.md M10).

    ``number`` is its own, or one made of it: ``1001 (2)``; ``printed`` as it was sent, empty in older stores. ``id``
    (``source#id``), ``known``, ``time`` are its event's. ``asked``: a person is to decide. Else as of a `KnownInvoice`.
    """

    number: str
    id: str
    content: str
    terms: str
    currency: str
    parts: int = 0
    settled: Literal["replace", "add"] | None = None
    asked: bool = False
    printed: str = ""
    known: datetime | None = None
    time: datetime | None = None


@dataclass(slots=True)
class InvoiceCorrections:
    """The corrections of one invoice, in the order in which they came."""

    corrections: list[InvoiceCorrection] = field(default_factory=list)


@dataclass(slots=True)
class UncheckedSteps:
    """An invoice to a ``kind`` of debtor, with steps taken before, that came after a tick of its partition."""

    kind: Kind
    after: datetime | None


@dataclass(slots=True)
class CorrectedInvoice:
    """The invoice that a correcting one is about."""

    invoice: str


@dataclass(slots=True)
class IndexedInvoice:
    """An invoice as payments find it, by reference, number or amount.

    ``amount`` is what was invoiced, in minor units of ``currency``; ``kind`` is the debtor's. ``part_amounts`` are
    those of an invoice in parts, ``whole`` the invoice whose part this is (rules.md M9), ``discounted`` the sums less
    each cash discount (M8).
    """

    due: date
    invoice: str
    debtor: str
    currency: str
    amount: int = 0
    kind: Kind = "consumer"
    part_amounts: tuple[int, ...] = ()
    whole: str | None = None
    discounted: tuple[int, ...] = ()


@dataclass(slots=True)
class CarryingInvoices:
    """The invoices that carry one payment reference or one folded invoice number: a single one, as a rule."""

    invoices: list[IndexedInvoice] = field(default_factory=list)


@dataclass(slots=True)
class PolicyVersion:
    """A version of a policy: in force from the day ``in_force``, ``confidence`` in percent that it requires.

    ``steps`` are the names of its letters and calls, ``after`` the last tick before it in its partition; older stores
    know neither these nor its kind of debtor and country.
    """

    version: int
    in_force: date
    confidence: int
    kind: Kind | None = None
    country: str | None = None
    steps: list[str] | None = None
    after: datetime | None = None

    @classmethod
    def of(cls, policy: Policy, after: datetime | None = None) -> Self:
        """What is kept of a policy's version that was published after a tick."""
        confidence = SURE if policy.match_confidence is None else policy.match_confidence
        names = [step.name for step in policy.steps if step.action != "hand-over"]
        return cls(policy.version, policy.in_force, confidence, policy.kind, policy.country, names, after)


@dataclass(slots=True)
class PolicyVersions:
    """The versions of a policy that were published."""

    versions: list[PolicyVersion] = field(default_factory=list)


@dataclass(slots=True)
class ChainedStatement:
    """A bank statement in its chain: last day, the bank's number, booked balances in minor units.

    ``returned`` is customers' money that the bank took back, ``first`` its first day, ``name`` what payments call it
    where it has no number; older stores do not know these.
    """

    through: date
    number: int | None
    opening: int
    closing: int
    returned: int | None = None
    first: date | None = None
    name: str | None = None


@dataclass(slots=True)
class TakenCompletion:
    """A completion that was taken, so that it can be taken back (rules.md K2).

    ``count`` to ``lines_total`` are of the payments that it settled, once it has ``counted``. ``statement`` is the
    natural key of its statement, ``currency`` and ``number`` that one's. ``cut``: it was taken back.
    """

    through: date
    known: datetime
    id: str
    believed: bool = False
    counted: bool = False
    count: int = 0
    total: int = 0
    lines: int = 0
    lines_total: int = 0
    statement: str | None = None
    currency: str | None = None
    number: int | None = None
    cut: bool = False


@dataclass(slots=True)
class StatementChain:
    """All statements of one bank account in one currency."""

    statements: list[ChainedStatement] = field(default_factory=list)


@dataclass(slots=True)
class PaymentsOfId:
    """The names of the payments of a bank account that were told under one archive id."""

    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class WaitingReturn:
    """A return whose payment is not found: the key of its doubt and dead letter, and of its row in `WAITING`.

    ``is_reported``: its dead letter is published. ``is_sent_again``: a person sent it again as it was.
    """

    doubt: str
    row: str
    is_reported: bool = False
    is_sent_again: bool = False


@dataclass(slots=True)
class WaitingInstruction:
    """An instruction that waits for an invoice or a debtor that it names (rules.md K4); ``row`` is its `WAITING` row.

    ``held`` are the debtors whom it holds, ``reported`` is the reason of its dead letter once that is published.
    """

    row: str
    held: list[str] = field(default_factory=list)
    reported: str | None = None


@dataclass(slots=True)
class StatementVersions:
    """How often a numbered statement was completed, and when the version that counts was made (the event's time)."""

    times: int = 0
    made: datetime | None = None


@dataclass(slots=True)
class Change:
    """The row that is put when a change happens. It has no content; payments wait for it (see `subscriptions`)."""


# -- rows with a dataclass ------------------------------------------------------------------------------------------

CREDITORS: Final = RowKind("creditor", Creditor)
"""By creditor."""
REGISTERED_ACCOUNTS: Final = RowKind("registered-accounts", RegisteredAccounts)
"""By creditor, of every lane: each lane decides alike whose a bank account is."""
ACCOUNT_HOLDERS: Final = RowKind("account-holders", AccountHolders)
"""By IBAN, of every lane."""
TOLD_ACCOUNTS: Final = RowKind("told-account", ToldAccount)
"""By creditor, IBAN."""
JUDGED_ACCOUNTS: Final = RowKind("judged-accounts", JudgedAccounts)
"""By creditor."""
ACCOUNTS: Final = RowKind("account", NumberedAccount)
"""By creditor, debtor."""
INVOICES: Final = RowKind("invoice", KnownInvoice)
"""By creditor, invoice."""
REFERENCES: Final = RowKind("reference", CarryingInvoices)
"""By creditor, canonical reference."""
INVOICE_NUMBERS: Final = RowKind("invoice-number", CarryingInvoices)
"""By creditor, folded invoice number."""
AMOUNTS: Final = RowKind("amount", IndexedInvoice)
"""By creditor, debtor, currency, amount, invoice."""
POLICIES: Final = RowKind("policy", PolicyVersions)
"""By policy."""
PAYMENTS: Final = RowKind("payment", KnownPayment)
"""By creditor, bank account, name: the archive id under which it was first told, with the day where that is taken."""
CORRECTIONS: Final = RowKind("corrections", InvoiceCorrections)
"""By creditor, invoice that is corrected."""
CORRECTED: Final = RowKind("corrected", CorrectedInvoice)
"""By creditor, number of the correcting invoice."""
DECIDED_CORRECTIONS: Final = RowKind("correction-decided", Change)
"""By creditor, invoice that is corrected, id of the correcting event. It has no content; the event waits for it."""
TAKEN_UNCHECKED: Final = RowKind("taken-unchecked", UncheckedSteps)
"""By creditor, id of the invoice's event: its steps are checked at a frontier (rules.md S8)."""
TAKEN_CHECKED: Final = RowKind("taken-checked", Change)
"""By creditor, id of the invoice's event. It has no content; the invoice waits for it."""
NUMBERS: Final = RowKind("number", NumberOwner)
"""By creditor, account number."""
FEEDS: Final = RowKind("feed", Feed)
"""By creditor, bank account."""
CHAINS: Final = RowKind("statements", StatementChain)
"""By creditor, bank account, currency."""
MONEY_IDS: Final = RowKind("money-id", PaymentsOfId)
"""By creditor, bank account, archive id, where it is not the payment's name."""
RETURNS_WAITING: Final = RowKind("return-waiting", WaitingReturn)
"""By creditor, source, id of the event."""
INSTRUCTIONS_WAITING: Final = RowKind("instruction-waiting", WaitingInstruction)
"""By key of the doubt and dead letter about it."""
STATEMENT_VERSIONS: Final = RowKind("statement-versions", StatementVersions)
"""By creditor, bank account, currency, the statement's year and number."""
COMPLETIONS: Final = RowKind("completion", TakenCompletion)
"""By creditor, bank account, day, source, id of the event."""
CHANGES: Final = RowKind("change", Change)
"""By subject of a subscription, number of the change."""

# -- rows of plain bytes --------------------------------------------------------------------------------------------

SEEN: Final = "seen"
"""By creditor, source, id of an event: the digest of its content."""
NATURAL: Final = "natural"
"""By natural key (see `identity`): the digest of the event's content."""
WAITING: Final = "waiting"
"""By what is missing, time and id of a fact: its offset on facts, a line end, and the message."""
WANTING: Final = "wanting"
"""By what is missing, payment: nothing. The payment is placed again when the missing row exists."""
RELEASED: Final = "released"
"""By a row that was missing and now exists: the instant since which it exists, while facts still wait for it."""
WATCHED: Final = "watched"
"""By subject of a subscription: the number of its next change."""
HINTS: Final = "hint"
"""By creditor, payer's IBAN, debtor: how many reasons make the IBAN point to the debtor."""
NAMES: Final = "debtor-name"
"""By creditor, index text, debtor, the name's digest: the name in UTF-8 (see `matching.name_index`)."""
PAYERS: Final = "payer-name"
"""By creditor, bucket of names, payment: its payer's name in UTF-8. The payment waits for debtors of such a name."""
PAYERS_IN_BUCKET: Final = "payer-names"
"""By creditor, bucket of names: how many payments wait for debtors of names in it."""
EQUAL_MONEY: Final = "equal-money"
"""By creditor, bank account, booking day, currency, amount, payment: nothing."""
ALIKE: Final = "alike"
"""By creditor, bank account, digest of what payments of one like say, place among them, payment: nothing. Of tables."""
CHANNELS_OF_SUM: Final = "channels"
"""By creditor, bank account, booking day, currency, amount: by what such payments were told, parted by spaces."""
NOTIFIED: Final = "notified"
"""By creditor, bank account, currency, booking day, payment: nothing, or that its statement lacks it, or that it may be
told twice. Only notifications or KTL files told it, and no statement has come to its sum with it (rules.md B2)."""
NOTIFIED_NEWS: Final = "notified-news"
"""By creditor, bank account: nothing. Such payments are compared with statements at the next frontier."""
LACKING: Final = b"lacking"
"""The value of a `NOTIFIED` row: the statement of the payment's day lacks it."""
TWICE: Final = b"twice"
"""The value of a `NOTIFIED` row: the payment may be another one's money, told twice."""
MAYBE_TWICE: Final = "maybe-twice"
"""By creditor, bank account, booking day, currency, amount: nothing. Compared at the next frontier (rules.md B2)."""
RETURN_IDS: Final = "return-id"
"""By creditor, bank account, kind of id, id, payment: nothing. A return may name its payment so (rules.md B1)."""
LUMPS: Final = "lump"
"""By creditor, bank account, booking day, currency: nothing. Money of nobody came, perhaps a sum of other payments."""
LUMP_NEWS: Final = "lump-news"
"""By creditor, bank account, booking day, currency: nothing. Such sums are compared at the next frontier."""
RETURN_NEWS: Final = "return-news"
"""By creditor, source, id of an event: nothing. A return without its payment came since the last frontier."""
INSTRUCTION_NEWS: Final = "instruction-news"
"""By instant, key of an instruction that waits: nothing. It is looked at again at the first frontier from then on."""
NAMED_IN_VAIN: Final = "named-in-vain"
"""By creditor, ``invoice`` or ``debtor``, an id that an instruction names, the instruction's key: nothing."""
STATEMENT_LINES: Final = "statement-line"
"""By creditor, bank account, currency, the statement's year and number, id and booking day of a payment: in which
versions of the statement it was told, by their numbers from 0, parted by spaces."""
UNSCORED: Final = "fresh"
"""By payment: nothing. The payment is scored at the next frontier."""
DOUBTS: Final = "doubt"
"""By doubt: the message that raised it, reduced to what it holds."""
DOUBTS_OF_BANK_ACCOUNT: Final = "doubt-of-account"
"""By IBAN, doubt: nothing. The doubt names the bank account and no creditor."""
TAKEN_NEWS: Final = "taken-news"
"""One row under ``TAKEN_NEWS_KEY``: the last tick before the invoices and settings by which steps are yet checked."""
TAKEN_NEWS_KEY: Final = "taken-news"
NEW_CORRECTIONS: Final = "correction-new"
"""By creditor, invoice: nothing. A correction of the invoice came since the last frontier."""
OWNERS: Final = "owner"
"""By IBAN, creditor: nothing. The creditor registered the bank account."""
REGISTRATIONS: Final = "registration"
"""By last tick before a registration, its time, id and creditor: its offset on facts, a line end, and the message."""
SHARED_ACCOUNTS: Final = "shared-account"
"""By creditor, IBAN: nothing. An older store let another creditor have the account too; no alert was raised yet."""
JUDGED_NEWS: Final = "judged-news"
"""By creditor: nothing. An account of its registration became unconfirmed since the last frontier."""
FEED_NEWS: Final = "statement-news"
"""By creditor, bank account: nothing. The feed may move at the next frontier; its name is older than that."""
TIME_ALERTS: Final = "time-alert"
"""By creditor, source: the day of the last alert about events whose time lies ahead."""
AHEAD: Final = "ahead"
"""By number: the facts of one call that may be known before their time (`noted_facts`)."""
FRONTIER: Final = "frontier"
"""The lane's frontier, one row under ``FRONTIER_KEY``."""
FRONTIER_KEY: Final = "frontier"
TALLY: Final = "tally"
"""The lane's tally, one row under ``TALLY_KEY``."""
TALLY_KEY: Final = "tally"

# -- beginnings of keys ---------------------------------------------------------------------------------------------

NATURAL_POLICY: Final = "policy"
"""Of a natural key; then policy, version."""
NATURAL_RATE: Final = "rate"
"""Of a natural key; then country, first day."""
NATURAL_CREDIT_NOTE: Final = "credit-note"
"""Of a natural key; then creditor, invoice, credit note."""
NATURAL_CREDIT: Final = "credit"
"""Of a natural key; then creditor, credit."""
NATURAL_STATEMENT: Final = "statement"
"""Of a natural key; then creditor, bank account, currency, the statement's name."""
HINT_CHANGES: Final = "hint"
"""Of a subscription; then creditor, payer hint."""
INVOICE_CHANGES: Final = "invoices"
"""Of a subscription; then creditor, debtor."""
PAYER_CHANGES: Final = "payer"
"""Of a subscription; then payment."""
CARRIER_CHANGES: Final = "carriers"
"""Of a subscription; then kind of row, its key."""
MONEY_CHANGES: Final = "money"
"""Of a subscription; then creditor, bank account."""
FRONTIER_CHANGES: Final = "frontier"
"""Of a subscription: the lane reaches a frontier."""
POLICY_CHANGES: Final = "demands"
"""Of a subscription; then creditor."""
