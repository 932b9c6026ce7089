"""Messages on the topic ``journal``: everything that may change an account, totally ordered in its partition.

Key: the account (`schemas.topics.account_key`). Messages with a ``lane`` (a partition of facts) are written to every
partition: the lane's settings, bank feeds, creditor-wide holds, and its frontier. Money is minor units.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from pydantic import Field, InstanceOf, SerializeAsAny

from schemas.data import AccountData, SettingsData
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.fields import Date, Instant
from schemas.letters import LetterPart
from schemas.messages import Message, by_type, decoder, with_data


class AccountMessage(Message):
    """A message about one account."""

    creditor: str
    debtor: str


class LaneMessage(Message):
    """A message of one lane to every partition of the journal."""

    lane: int


# --- facts of an account -------------------------------------------------------------------------


class AccountNumbered(AccountMessage):
    """The account's number within its creditor, part of its letters' references; an account's first message."""

    type: Literal["account-numbered"] = "account-numbered"
    number: int


class AccountEvent(Message):
    """A public event about the account: ``event`` is its type, ``time`` its time, ``id`` its ``source#id``.

    ``known``: since when it is known, where that is earlier than ``time`` and fixed already (rules.md K1). ``door`` is
    how it came in, as in `schemas.facts.Fact`. ``adds_to``: the invoice to which this one adds, where it
    is a correction that does (M10).
    """

    type: Literal["event"] = "event"
    event: str
    time: Instant
    id: str
    known: Instant | None = None
    door: str | None = None
    adds_to: str | None = None
    data: SerializeAsAny[InstanceOf[AccountData]]

    @property
    def known_at(self) -> datetime:
        """The instant at which it is known, as far as that is fixed."""
        return self.known or self.time

    @property
    def creditor(self) -> str:
        """The creditor in the data."""
        return self.data.creditor

    @property
    def debtor(self) -> str:
        """The debtor in the data."""
        return self.data.debtor


class KnownFixed(AccountMessage):
    """An event that was published to the account is known as of ``known``, which is earlier than its ``time``.

    ``event`` is its type, ``id`` its ``source#id``, ``invoice`` the one invoice that it names (rules.md K1).
    """

    type: Literal["known-fixed"] = "known-fixed"
    event: str
    id: str
    time: Instant
    known: Instant
    invoice: str | None = None


class CorrectionAsked(AccountMessage):
    """An invoice corrects another one, and a person is to say whether it replaces it or adds to it (rules.md M10).

    ``invoice`` is the one that is corrected, ``correction`` the number of the other, ``id`` its event's ``source#id``.
    """

    type: Literal["correction-asked"] = "correction-asked"
    time: Instant
    id: str
    invoice: str
    correction: str


# --- money on an account -------------------------------------------------------------------------


class MoneyMessage(AccountMessage):
    """A message about one payment: ``account`` is the IBAN it came to, ``payment`` the bank's archive id."""

    account: str
    payment: str


class MoneyPlaced(MoneyMessage):
    """A payment belongs to the account (rules.md M3).

    ``invoice`` when an invoice's own reference, an assignment or the remittance text names one, ``invoices`` when the
    text names several, ``letter`` when a letter's own reference does, none of them when only the debtor is known.
    ``why`` and ``confidence`` (percent) when a score placed it (docs/matching.md). ``paid`` is the payer's day,
    ``booked`` the bank's. ``assigned``: since when a person's assignment of it, which places it, is known. A later
    message about the same payment replaces it.
    """

    type: Literal["money-placed"] = "money-placed"
    time: Instant
    id: str
    amount: int
    currency: str
    paid: Date
    booked: Date
    invoice: str | None = None
    invoices: tuple[str, ...] | None = None
    letter: int | None = None
    reference: str | None = None
    why: str | None = None
    confidence: int | None = None
    assigned: Instant | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The invoices that it was placed on: none, one or several."""
        return self.invoices or (() if self.invoice is None else (self.invoice,))


class MoneyMoved(MoneyMessage):
    """The payment belongs to another account now: on this one it counts as if it had never come."""

    type: Literal["money-moved"] = "money-moved"
    time: Instant
    id: str


class MoneyReversed(MoneyMessage):
    """The payment, or ``amount`` of it, is undone as if it had never come (rules.md M5)."""

    type: Literal["money-reversed"] = "money-reversed"
    time: Instant
    id: str
    amount: int | None = None


class MoneyRefunded(MoneyMessage):
    """The creditor has refunded the payment, or ``amount`` of it, on its own day ``booked`` (rules.md M5)."""

    type: Literal["money-refunded"] = "money-refunded"
    time: Instant
    id: str
    amount: int | None = None
    booked: Date | None = None


PointerStrength = Literal["strong", "strong-with-sum", "weak", "weak-with-sum"]
"""How much one pointer weighs (rules.md G10). ``strong-with-sum``: strong where the payment is the exact sum of an
invoice or letter of the account, else weak. ``weak-with-sum``: weak where it is, else nothing."""


class MoneyPointer(LetterPart):
    """Why an unmatched payment may be the account's: ``why`` is a code of docs/matching.md.

    ``invoices`` are the account's that the payment may mean, where it means some. ``many``: it means more than five
    accounts in this way, and holds only those of them that have its exact sum open.
    """

    why: str
    strength: PointerStrength = "strong"
    many: bool = False
    invoices: tuple[str, ...] = ()


class MoneyPointed(MoneyMessage):
    """An unmatched payment points to the account, which may get no letter meanwhile (rules.md G10).

    ``amount`` is what is left of it; ``since`` the lane's first frontier at which it was not placed. A later message
    about the same payment replaces it. Messages of version 2 say only that it points.
    """

    type: Literal["money-pointed"] = "money-pointed"
    amount: int = 0
    currency: str = ""
    since: Instant | None = None
    pointers: tuple[MoneyPointer, ...] = (MoneyPointer(why="payer"),)


class MoneyCleared(MoneyMessage):
    """The unmatched payment points to the account no longer."""

    type: Literal["money-cleared"] = "money-cleared"


# --- to every partition --------------------------------------------------------------------------


class SettingsCopied(LaneMessage):
    """A settings event as the lane applied it; accounts use it from the lane's next frontier on.

    ``known`` is as in `AccountEvent`.
    """

    type: Literal["settings-copied"] = "settings-copied"
    event: str
    time: Instant
    id: str
    known: Instant | None = None
    data: SerializeAsAny[InstanceOf[SettingsData]]


class SettingKnownFixed(LaneMessage):
    """A registration or a rate is known as of ``known``, which is earlier than its ``time`` (rules.md K1).

    ``event`` is its type, ``id`` its ``source#id``, ``name`` the creditor or the country.
    """

    type: Literal["setting-known-fixed"] = "setting-known-fixed"
    event: str
    name: str
    id: str
    time: Instant
    known: Instant


class FeedReached(LaneMessage):
    """All payments of a bank account booked up to and with ``through`` are in; the latest message counts.

    ``through`` goes back when a statement before that day turns out to be missing.
    """

    type: Literal["feed-reached"] = "feed-reached"
    creditor: str
    account: str
    through: Date


class AccountsJudged(LaneMessage):
    """Which bank accounts of a creditor's registration are not confirmed by another source (rules.md G11).

    ``changed``: one of them stands for an account that letters print no more, so no letter goes. ``holders`` is the
    exact name of each account's holder, by IBAN, where a confirmation gives it. The latest message counts.
    """

    type: Literal["accounts-judged"] = "accounts-judged"
    creditor: str
    unconfirmed: tuple[str, ...] = ()
    changed: bool = False
    holders: dict[str, str] = Field(default_factory=dict)


class CreditorHold(LaneMessage):
    """An event of the creditor could not be read: none of its accounts gets a letter. ``key`` is the doubt's."""

    type: Literal["creditor-hold"] = "creditor-hold"
    creditor: str
    key: str


class CreditorReleased(LaneMessage):
    """The creditor's hold ``key`` is over."""

    type: Literal["creditor-released"] = "creditor-released"
    creditor: str
    key: str


class FeedHold(LaneMessage):
    """An event of a bank account could not be read: its feed does not count as complete. ``key`` is the doubt's."""

    type: Literal["feed-hold"] = "feed-hold"
    creditor: str
    account: str
    key: str


class FeedReleased(LaneMessage):
    """The feed's hold ``key`` is over."""

    type: Literal["feed-released"] = "feed-released"
    creditor: str
    account: str
    key: str


class FrontierReached(LaneMessage):
    """Everything published for the lane before ``instant`` is in this partition of the journal."""

    type: Literal["frontier-reached"] = "frontier-reached"
    instant: Instant


# --- outcomes from the notifier ------------------------------------------------------------------


class NoticeMessage(AccountMessage):
    """A message of the notifier about one notice (design.md §7)."""

    notice: str


class NoticeClaimed(NoticeMessage):
    """The notifier asks whether it may send the notice now; ``now`` is its clock's instant."""

    type: Literal["notice-claimed"] = "notice-claimed"
    now: Instant


class NoticeAttempting(NoticeMessage):
    """The notifier is about to hand the letter to its post: from here on it may have reached the debtor."""

    type: Literal["notice-attempting"] = "notice-attempting"
    at: Instant


Fault = Literal["address", "refused", "nobody"]
"""Why a letter did not reach the debtor (rules.md S6): its address is wrong, the server does not take our mail from us
or not this letter, or neither is known."""


class NoticeOutcome(NoticeMessage):
    """What became of the notice. ``deferred`` and ``unknown`` do not close it; ``detail`` is a code.

    ``fault``: whose fault it is that the letter was deferred or failed; of one that failed, without it: the address's.
    """

    type: Literal["notice-outcome"] = "notice-outcome"
    at: Instant
    outcome: Literal["accepted", "failed", "unknown", "deferred", "withdrawn"]
    detail: str | None = None
    trial: bool
    fault: Fault | None = None


JournalMessage = (
    AccountNumbered
    | AccountEvent
    | KnownFixed
    | CorrectionAsked
    | MoneyPlaced
    | MoneyMoved
    | MoneyReversed
    | MoneyRefunded
    | MoneyPointed
    | MoneyCleared
    | UnreadEvent
    | UnreadReleased
    | SettingsCopied
    | SettingKnownFixed
    | FeedReached
    | AccountsJudged
    | CreditorHold
    | CreditorReleased
    | FeedHold
    | FeedReleased
    | FrontierReached
    | NoticeClaimed
    | NoticeAttempting
    | NoticeOutcome
)

decode_journal: Final[Callable[[bytes], JournalMessage]] = decoder(
    "journal",
    by_type(JournalMessage)
    | {
        "event": with_data(AccountEvent, "event"),
        "settings-copied": with_data(SettingsCopied, "event"),
    },
)
"""Bytes of the topic ``journal`` -> message."""
