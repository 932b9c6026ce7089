"""Messages on the topic ``commands``: overdue's orders to the notifier and to collection. Key: the account."""

from collections.abc import Callable
from typing import Final, Literal

from schemas.fields import Date, Instant, Kind
from schemas.letters import Letter, LetterPart, Recipient
from schemas.messages import Message, by_type, decoder


class NoticePlanned(Message):
    """A letter is to be sent on its ``date``; the notifier claims it before it sends (design.md §7).

    ``notice`` is the letter's id in every message about it.
    """

    type: Literal["notice-planned"] = "notice-planned"
    notice: str
    letter: Letter


class NoticeGranted(Message):
    """Overdue grants the notifier's claim: the letter, with refreshed amounts, may be sent until ``good_until``."""

    type: Literal["notice-granted"] = "notice-granted"
    notice: str
    letter: Letter
    good_until: Instant


class NoticeWithdrawn(Message):
    """The letter must not be sent. Only the notifier closes the notice, as the letter may have left already.

    ``reasons`` are the codes of rules.md, "Stops".
    """

    type: Literal["notice-withdrawn"] = "notice-withdrawn"
    notice: str
    creditor: str
    debtor: str
    reasons: tuple[str, ...]


class NoticeOutcomeSettled(Message):
    """A person has settled a notice whose outcome is unknown; the notifier closes it so (design.md §7.4).

    ``accepted``: the letter left; ``failed``: it did not, or (``came-back``) it came back. ``how`` is the detail of the
    notice's outcome.
    """

    type: Literal["notice-settled"] = "notice-settled"
    notice: str
    creditor: str
    debtor: str
    outcome: Literal["accepted", "failed"]
    how: Literal["settled", "came-back"] = "settled"


class HandOverLine(LetterPart):
    """One receivable that is handed over: its amounts open on the day, in minor units of the hand-over's currency.

    ``original`` is what was invoiced; ``effective_due`` the due day moved to a banking day; ``interest_through`` the
    day up to which interest was counted, where a missing rate stopped it (rules.md I3).
    """

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
    """Receivables of one account and currency go to the collector (rules.md S7). ``hand_over`` is its id."""

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
