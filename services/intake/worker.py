"""The intake worker: public events become facts, and what cannot be read becomes a dead letter.

Reads the public topics: CloudEvents from any producer, ticks from the clock. Writes facts, keyed by creditor (what has
no creditor, registrations of creditors, and ticks go to every partition: design.md §3). What cannot be read, or came by
a door that may not bring it, goes to dead-letters, keyed by source, and raises a doubt on facts where the event would
have gone, or an alert on decisions when it names no account, bank account or creditor.
"""

from collections.abc import Sequence
from datetime import datetime

from schemas.data import creditor_of
from schemas.events import CreditorRegistered
from schemas.facts import Fact, Tick, content_of
from schemas.parsing import PublicEvent
from schemas.ticks import reached_instant
from schemas.topics import FACTS, PUBLIC_TOPICS
from services.intake.doors.door_rules import NOT_THIS_DOOR, Doors
from services.intake.doors.misdirected import MisdirectedEvent, MisdirectedEvents
from services.intake.labels import Label, door_of, unlabelled
from services.intake.reading import Unread, misdirected_event, read_labelled
from services.intake.state_rows import LAST_TICK, TALLY_KEY, TALLY_KIND, WORKER
from services.intake.tally import IntakeTally
from services.intake.unread_events import origin_of, refuse, release
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record


class Intake:
    """Turns records of the public topics into facts; an event that it cannot read never stops it."""

    name = WORKER
    reads = PUBLIC_TOPICS

    def __init__(self, doors: Doors) -> None:
        """``doors`` say which types of event may come by which way."""
        self._doors = doors

    def pending(self, partition: int) -> bool:  # noqa: ARG002  (the contract names it)
        """Never: intake has no work but the records of its topics."""
        return False

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Handle every record of the batch, and count them in the partition's tally."""
        before = unit.get(TALLY_KIND, TALLY_KEY)
        tally = IntakeTally.from_bytes(before)
        misdirected = MisdirectedEvents(unit)
        for record in batch:
            instant = reached_instant(record.key, record.value)
            if instant is not None:
                unit.publish_everywhere(FACTS, Tick(instant=instant, origin=origin_of(record)))
                _remember_tick(record, instant, unit)
            else:
                self._take(record, unit, tally, misdirected)
        after = tally.to_bytes()
        if after != before:
            unit.put(TALLY_KIND, TALLY_KEY, after)
        return len(batch)

    def _take(self, record: Record, unit: UnitOfWork, tally: IntakeTally, misdirected: MisdirectedEvents) -> None:
        label, raw = unlabelled(record.value)
        doubt: str | None = None
        if raw or label.mends is None:
            found = self._by_its_door(record, label, read_labelled(label, raw))
            if isinstance(found, PublicEvent):
                _pass_on(found, record, label, unit, tally)
                for key, source in misdirected.take(raw):
                    release(key, source, discarded=False, unit=unit)
            else:
                doubt = refuse(found, record, label, raw, unit)
                tally.dead_letters += 1
                if found.reason == NOT_THIS_DOOR and label.file is not None:
                    misdirected.note(raw, MisdirectedEvent(doubt, found.readable.source))
        if label.mends is not None and label.mends != doubt:
            release(label.mends, label.source, discarded=not raw, unit=unit)

    def _by_its_door(self, record: Record, label: Label, found: PublicEvent | Unread) -> PublicEvent | Unread:
        """What was read, unless it is an event that may not come by this door."""
        if isinstance(found, Unread):
            return found
        line = self._doors.refusal(door_of(label), record.topic, found.envelope.type)
        return found if line is None else misdirected_event(found, line)


def _remember_tick(record: Record, instant: datetime, unit: UnitOfWork) -> None:
    last = _last_tick(record, unit)
    if last is None or last < instant:
        unit.put(LAST_TICK, record.topic.name, instant.isoformat().encode())


def _last_tick(record: Record, unit: UnitOfWork) -> datetime | None:
    """The instant of the last tick before a record in its partition of the public topic (rules.md K1)."""
    stored = unit.get(LAST_TICK, record.topic.name)
    return None if stored is None else datetime.fromisoformat(stored.decode())


def _pass_on(event: PublicEvent, record: Record, label: Label, unit: UnitOfWork, tally: IntakeTally) -> None:
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
        after=_last_tick(record, unit),
        door=door_of(label),
        mends=label.mends,
    )
    if creditor is None or isinstance(data, CreditorRegistered):
        unit.publish_everywhere(FACTS, fact)  # each lane knows all registrations: a bank account has one owner
    else:
        unit.publish(FACTS, creditor, fact)
    tally.passed += 1
    for path in event.unknown:
        tally.count_unknown(envelope.type, path)
