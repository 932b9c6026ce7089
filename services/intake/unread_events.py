"""Events that cannot be read: their dead letters, the doubts that they raise and the release (design.md §3)."""

from hashlib import sha256

from schemas.dead_letters import DeadLetter, DeadLetterClosed, kept_content, kept_key
from schemas.decisions import Alert
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.ticks import TICK_KEY
from schemas.topics import DEAD_LETTERS, DECISIONS, FACTS
from services.intake.labels import Label
from services.intake.reading import Doubt, Unread, doubt_about
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record


def refuse(unread: Unread, record: Record, label: Label, raw: bytes, unit: UnitOfWork) -> str:
    """Publish the dead letter of an event and the doubt that it raises; returns the doubt's key."""
    readable = unread.readable
    doubt = doubt_about(readable, record.topic, "" if record.key == TICK_KEY else record.key, label.creditors or ())
    letter = DeadLetter(
        key=_doubt_key(record, label, raw),
        reason=unread.reason,
        detail=unread.lines,
        origin=origin_of(record),
        position=record.offset,
        at=unread.time,
        file=label.file,
        line=label.line,
        source=readable.source,
        id=readable.id,
        event=readable.type,
        creditor=doubt.creditor,
        debtor=doubt.debtor,
        account=doubt.account,
        record_key=kept_key(record.key),
        content=kept_content(raw),
    )
    unit.publish(DEAD_LETTERS, letter.source or "", letter)
    _hold(doubt, letter, unit)
    return letter.key


def _hold(doubt: Doubt, letter: DeadLetter, unit: UnitOfWork) -> None:
    unread = UnreadEvent(
        key=letter.key,
        creditor=doubt.creditor,
        debtor=doubt.debtor,
        account=doubt.account,
        invoice=doubt.invoice,
        reference=doubt.reference,
        reason=letter.reason,
    )
    if doubt.creditor is not None:
        unit.publish(FACTS, doubt.creditor, unread)
    elif doubt.account is not None:
        unit.publish_everywhere(FACTS, unread)
    for creditor in doubt.creditors:
        unit.publish(FACTS, creditor, unread.model_copy(update={"creditor": creditor}))
    if doubt.alarm:
        where = f"{letter.origin} at {letter.position}"
        detail = (
            f"an event could not be read and its debtor cannot be told: {letter.reason}, {where}; see its dead letter"
        )
        unit.publish(DECISIONS, "", Alert(code="unread-event", detail=detail))


def release(key: str, source: str | None, *, discarded: bool, unit: UnitOfWork) -> None:
    """Release a doubt after the event that was put back, and close its dead letter under that letter's ``source``."""
    unit.publish_everywhere(FACTS, UnreadReleased(key=key))
    closed = DeadLetterClosed(key=key, outcome="discarded" if discarded else "redriven")
    unit.publish(DEAD_LETTERS, source or "", closed)


def _doubt_key(record: Record, label: Label, raw: bytes) -> str:
    """The dead letter's key; that of a line of a file is made of the line, so that reading it again gives the same."""
    if label.file is None:
        return f"{origin_of(record)}/{record.offset}"
    return sha256(f"{label.file}\n{label.line}\n".encode() + raw).hexdigest()[:32]


def origin_of(record: Record) -> str:
    """The topic-partition that a record came from, such as ``invoices/3``."""
    return f"{record.topic.name}/{record.partition}"
