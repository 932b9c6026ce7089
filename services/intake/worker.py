"""The intake worker.

Reads the public topics: CloudEvents from anybody, ticks from the clock. Writes facts, keyed by creditor (what has no
creditor, and ticks, go to every partition: design.md §3); what cannot be read goes to dead-letters, keyed by source,
and raises a doubt on facts where the event would have gone, or the alarm on decisions when it names nobody.
"""

from collections.abc import Sequence
from hashlib import sha256

from schemas.data import creditor_of
from schemas.dead_letters import DeadLetter, DeadLetterClosed, kept_content, kept_key
from schemas.decisions import Alert
from schemas.facts import Fact, Tick, UnreadEvent, UnreadReleased, content_of
from schemas.parsing import PublicEvent
from schemas.ticks import TICK_KEY, reached_instant
from schemas.topics import DEAD_LETTERS, DECISIONS, FACTS, PUBLIC_TOPICS
from services.intake.labels import Label, unlabelled
from services.intake.reading import Doubt, Unread, doubt_about, read_labelled
from services.intake.tally import KEY, KIND, WORKER, IntakeTally
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record


class Intake:
    """Turns what comes from outside into canonical facts; never stops at what it cannot read."""

    name = WORKER
    reads = PUBLIC_TOPICS

    def pending(self, partition: int) -> bool:  # noqa: ARG002  (the contract names it)
        """Never: all of intake's work lies in its topics."""
        return False

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Take every record of the batch."""
        before = unit.get(KIND, KEY)
        tally = IntakeTally.from_bytes(before)
        for record in batch:
            instant = reached_instant(record.key, record.value)
            if instant is not None:
                unit.publish_everywhere(FACTS, Tick(instant=instant, origin=_origin(record)))
            else:
                _take(record, unit, tally)
        after = tally.to_bytes()
        if after != before:
            unit.put(KIND, KEY, after)
        return len(batch)


def _take(record: Record, unit: UnitOfWork, tally: IntakeTally) -> None:
    label, raw = unlabelled(record.value)
    doubt: str | None = None
    if raw or label.mends is None:
        found = read_labelled(label, raw)
        if isinstance(found, PublicEvent):
            _pass_on(found, label, unit, tally)
        else:
            doubt = _refuse(found, record, label, raw, unit)
            tally.dead_letters += 1
    if label.mends is not None and label.mends != doubt:
        _release(label.mends, label.source, discarded=not raw, unit=unit)


def _pass_on(event: PublicEvent, label: Label, unit: UnitOfWork, tally: IntakeTally) -> None:
    envelope, data = event.envelope, event.data
    creditor = creditor_of(data)
    fact = Fact(
        type=envelope.type,
        source=envelope.source,
        id=envelope.id,
        time=envelope.time,
        creditor=creditor,
        content=content_of(data),
        data=data,
        file=label.file,
        line=label.line,
    )
    if creditor is None:
        unit.publish_everywhere(FACTS, fact)
    else:
        unit.publish(FACTS, creditor, fact)
    tally.passed += 1
    for path in event.unknown:
        tally.count_unknown(envelope.type, path)


def _refuse(unread: Unread, record: Record, label: Label, raw: bytes, unit: UnitOfWork) -> str:
    """Make a dead letter of it, raise the doubt, and answer the doubt's key."""
    readable = unread.readable
    doubt = doubt_about(readable, record.topic, "" if record.key == TICK_KEY else record.key)
    letter = DeadLetter(
        key=_doubt_key(record, label, raw),
        reason=unread.reason,
        detail=unread.lines,
        origin=_origin(record),
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
    if doubt.names_somebody:
        unread = UnreadEvent(
            key=letter.key, creditor=doubt.creditor, debtor=doubt.debtor, account=doubt.account, reason=letter.reason
        )
        if doubt.creditor is None:
            unit.publish_everywhere(FACTS, unread)
        else:
            unit.publish(FACTS, doubt.creditor, unread)
    if doubt.alarm:
        where = f"{letter.origin} at {letter.position}"
        detail = (
            f"an event could not be read and its debtor cannot be told: {letter.reason}, {where}; see its dead letter"
        )
        unit.publish(DECISIONS, "", Alert(code="unread-event", detail=detail))


def _release(key: str, source: str | None, *, discarded: bool, unit: UnitOfWork) -> None:
    """Behind the event that was put back: whoever knows the doubt lets go of it."""
    unit.publish_everywhere(FACTS, UnreadReleased(key=key))
    closed = DeadLetterClosed(key=key, outcome="discarded" if discarded else "redriven")
    unit.publish(DEAD_LETTERS, source or "", closed)


def _doubt_key(record: Record, label: Label, raw: bytes) -> str:
    """Names the dead letter: a line of a file by what it is, so that reading it again names the same one."""
    if label.file is None:
        return f"{_origin(record)}/{record.offset}"
    return sha256(f"{label.file}\n{label.line}\n".encode() + raw).hexdigest()[:32]


def _origin(record: Record) -> str:
    return f"{record.topic.name}/{record.partition}"
