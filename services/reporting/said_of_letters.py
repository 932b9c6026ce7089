"""What people say of letters, and whether it counts: the first word about one that is unknown holds (rules.md S6).

The account decides the same in overdue, from the same messages in the same order.
"""

from typing import Final

from schemas.events import NoticeCameBack, NoticeSettled
from schemas.journal import NoticeOutcome
from services.runtime.unit_of_work import UnitOfWork

SAID: Final = "said-of-letter"
"""The kind of the rows: by notice, what was said first of one that is unknown or came back; empty: nothing yet."""

_NOBODY: Final = b""
_CAME_BACK: Final = b"came-back"


def note_outcome(message: NoticeOutcome, unit: UnitOfWork) -> None:
    """Note a notice that turns out to be unknown."""
    if message.outcome == "unknown" and unit.get(SAID, message.notice) is None:
        unit.put(SAID, message.notice, _NOBODY)


def words_of(data: NoticeSettled | NoticeCameBack, unit: UnitOfWork) -> str:
    """What a person says, and what it changes."""
    first = unit.get(SAID, data.notice)
    words = _of_settled(data, first) if isinstance(data, NoticeSettled) else _of_came_back(first)
    if first == _NOBODY or (first is None and isinstance(data, NoticeCameBack)):
        unit.put(SAID, data.notice, data.outcome.encode() if isinstance(data, NoticeSettled) else _CAME_BACK)
    return f"{words}; its address is wrong" if data.address_is_wrong else words


def _of_settled(data: NoticeSettled, first: bytes | None) -> str:
    if first == _NOBODY:
        return data.outcome
    why = "its outcome was known" if first is None else f"the first word holds: {first.decode()}"
    return f"{data.outcome}, which changes nothing, as {why}"


def _of_came_back(first: bytes | None) -> str:
    if first in (b"failed", _CAME_BACK):
        return f"which changes nothing, as the first word holds: {first.decode()}"
    if first == _NOBODY:
        return "it counts as never sent"
    return "what it moved and booked is taken back"
