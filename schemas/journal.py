"""Messages on ``journal``: everything that may change an account, totally ordered per partition.

Key: the account (:func:`schemas.topics.account_key`). Messages with a ``lane`` go to every partition:
copies of settings, feeds and creditor-wide holds of one lane (partition of facts), and its frontier.
"""

from collections.abc import Callable
from typing import Final, Literal

from pydantic import InstanceOf, SerializeAsAny

from schemas.data import Settings
from schemas.events import AccountData
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.fields import Date, Instant
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
    """The account's number within its creditor, for its letters' references; its first record."""

    type: Literal["account-numbered"] = "account-numbered"
    number: int


class AccountEvent(Message):
    """A public event about the account, ``event`` being its type and ``id`` its ``source#id``."""

    type: Literal["event"] = "event"
    event: str
    time: Instant
    id: str
    data: SerializeAsAny[InstanceOf[AccountData]]

    @property
    def creditor(self) -> str:
        """The creditor in the data."""
        return self.data.creditor

    @property
    def debtor(self) -> str:
        """The debtor in the data."""
        return self.data.debtor


# --- money on an account -------------------------------------------------------------------------


class MoneyMessage(AccountMessage):
    """A message about one payment, known by the bank account it came to and its archive id."""

    account: str
    payment: str


class MoneyPlaced(MoneyMessage):
    """A payment belongs to the account (rules.md M3).

    ``invoice`` when by an invoice's own reference, by assignment or by its words, ``invoices`` when its
    words name several, ``letter`` when by a letter's own reference, none of them when only the debtor is
    known. ``why`` and ``confidence`` (percent) where the place was weighed (docs/matching.md). ``amount``
    is minor units of ``currency``.
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

    @property
    def named(self) -> tuple[str, ...]:
        """The invoices that it was placed on: none, one or several."""
        return self.invoices or (() if self.invoice is None else (self.invoice,))


class MoneyMoved(MoneyMessage):
    """The payment was assigned to another account: here as if it had never come."""

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
    """The payment's credit, or ``amount`` of it, was given back."""

    type: Literal["money-refunded"] = "money-refunded"
    time: Instant
    id: str
    amount: int | None = None


class MoneyPointed(MoneyMessage):
    """Money that is not placed points to the account (rules.md G10)."""

    type: Literal["money-pointed"] = "money-pointed"


class MoneyCleared(MoneyMessage):
    """That money points to the account no longer."""

    type: Literal["money-cleared"] = "money-cleared"


# --- to every partition --------------------------------------------------------------------------


class SettingsCopied(LaneMessage):
    """Settings as the lane knows them; used from the lane's next frontier on."""

    type: Literal["settings-copied"] = "settings-copied"
    event: str
    time: Instant
    id: str
    data: SerializeAsAny[InstanceOf[Settings]]


class FeedReached(LaneMessage):
    """All payments of a bank account up to and with ``through`` are in: the latest word, which may go back.

    It goes back when a statement before that day turns out to be missing.
    """

    type: Literal["feed-reached"] = "feed-reached"
    creditor: str
    account: str
    through: Date


class CreditorHold(LaneMessage):
    """Something of the creditor could not be read: none of its accounts gets a letter."""

    type: Literal["creditor-hold"] = "creditor-hold"
    creditor: str
    key: str


class CreditorReleased(LaneMessage):
    """The creditor's hold ``key`` is over."""

    type: Literal["creditor-released"] = "creditor-released"
    creditor: str
    key: str


class FeedHold(LaneMessage):
    """Something of a bank account could not be read: its feed does not count as complete."""

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
    """All that was published for the lane before ``instant`` is in this partition."""

    type: Literal["frontier-reached"] = "frontier-reached"
    instant: Instant


# --- outcomes from the notifier ------------------------------------------------------------------


class NoticeMessage(AccountMessage):
    """The notifier's word about one notice (design.md §7)."""

    notice: str


class NoticeClaimed(NoticeMessage):
    """The notifier wants to send it now, by its clock."""

    type: Literal["notice-claimed"] = "notice-claimed"
    now: Instant


class NoticeAttempting(NoticeMessage):
    """The notifier is about to hand it over: from here it may have reached the debtor."""

    type: Literal["notice-attempting"] = "notice-attempting"
    at: Instant


class NoticeOutcome(NoticeMessage):
    """What became of it. ``deferred`` and ``unknown`` do not close it; ``detail`` is a code."""

    type: Literal["notice-outcome"] = "notice-outcome"
    at: Instant
    outcome: Literal["accepted", "failed", "unknown", "deferred", "withdrawn"]
    detail: str | None = None
    trial: bool


JournalMessage = (
    AccountNumbered
    | AccountEvent
    | MoneyPlaced
    | MoneyMoved
    | MoneyReversed
    | MoneyRefunded
    | MoneyPointed
    | MoneyCleared
    | UnreadEvent
    | UnreadReleased
    | SettingsCopied
    | FeedReached
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
