"""Messages on ``commands``: what overdue asks of the notifier and of collection. Key: the account."""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Date, Instant, Kind
from schemas.letters import Letter, LetterPart, Recipient
from schemas.messages import Message, by_type, decoder


class NoticePlanned(Message):
    """A letter should go today; the notifier claims it before it sends (design.md §7)."""

    type: Literal["notice-planned"] = "notice-planned"
    notice: str
    letter: Letter


class NoticeGranted(Message):
    """The claim is granted, with refreshed amounts, until ``good_until``."""

    type: Literal["notice-granted"] = "notice-granted"
    notice: str
    letter: Letter
    good_until: Instant


class NoticeWithdrawn(Message):
    """The letter must not go; ``reasons`` are codes of rules.md. Only the notifier closes it."""

    type: Literal["notice-withdrawn"] = "notice-withdrawn"
    notice: str
    creditor: str
    debtor: str
    reasons: tuple[str, ...]


class NoticeOutcomeSettled(Message):
    """A person says what became of a notice whose outcome is unknown; the notifier closes it (design.md §7.4)."""

    type: Literal["notice-settled"] = "notice-settled"
    notice: str
    creditor: str
    debtor: str
    outcome: Literal["accepted", "failed"]


class HandOverLine(LetterPart):
    """A receivable that is handed over: minor units open on the day."""

    invoice: str
    subject: str | None = None
    issued: Date
    due: Date
    effective_due: Date
    original: int
    principal: int
    interest: int
    costs: int
    interest_through: Date | None = None


class HandOver(Message):
    """Receivables go to the collector (rules.md S7)."""

    type: Literal["hand-over"] = "hand-over"
    hand_over: str
    creditor: str
    debtor: str
    date: Date
    currency: str
    kind: Kind
    policy: str
    policy_version: int
    step: str
    recipient: Recipient
    lines: tuple[HandOverLine, ...]


CommandsMessage = NoticePlanned | NoticeGranted | NoticeWithdrawn | NoticeOutcomeSettled | HandOver

decode_commands: Final[Callable[[bytes], CommandsMessage]] = decoder("commands", by_type(CommandsMessage))
"""Bytes of the topic ``commands`` -> message."""
