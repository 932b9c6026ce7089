"""A store for Kafka's workers, made from the topics alone (docs/adr/0013).

Cash application, overdue and reporting begin at the first record: they decide the same again, which is compared with
what the log has and not published. Intake and notifier go on behind their last word, from rows and positions that the
topics tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient

from schemas.commands import decode_commands
from schemas.journal import NoticeMessage, NoticeOutcome, decode_journal
from schemas.messages import encode
from schemas.topics import (
    ALL_TOPICS,
    COMMANDS,
    FACTS,
    JOURNAL,
    PUBLIC_TOPICS,
    account_key,
    partition_of,
)
from services.intake.resume_positions import ResumePositions
from services.notifier.rebuild_state import RebuiltNotices
from services.notifier.worker import Notifier
from services.pipeline import READS, WORKERS, Rebuild, WorkerEntry
from services.prepared_store import named_log, prepared
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.names import group_name
from services.runtime.kafka.broker.read_partition import FROM_THE_BEGINNING, partition_ends, read_to_end
from services.runtime.kafka.broker.topics import refuse_wrong_topics
from services.runtime.kafka.engine.log_scan import LogScan
from services.runtime.kafka.engine.sequences import Sequences, dump_sequences, output_key
from services.runtime.last_tick import remember_tick
from services.runtime.open_store import open_store
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
from services.runtime.store.partition_tasks import PendingRecord
from services.runtime.store.port import Access, Store

_INTERNAL: Final = tuple(topic for topic in ALL_TOPICS if topic not in PUBLIC_TOPICS)
"""The topics between workers, in the order of the flow."""


def rebuild(settings: Settings) -> Iterator[str]:
    """Prepare the settings' store; lines that say what is done.

    Raises Refusal when workers run, when the store was worked on, when the topics lack records, and when they hold
    trial letters although letters are to go live.
    """
    refuse_wrong_topics(settings)
    _refuse_running(settings)
    with prepared(open_store(settings, Access.ENGINE), named_log(settings)) as store:
        _refuse_used(store)
        yield "reading the topics"
        told = _read(settings)
        _refuse_trial_letters(told, settings)
        store.fix_partitions(settings.store.partitions)
        store.begin()
        try:
            _write(store, told)
            store.commit()
        except BaseException:
            store.rollback()
            raise
    yield f"{told.records} records read; time has come to {told.passed.reached or 'nothing yet'}"
    yield f"{sum(len(each.rows()['notice']) for each in told.notices)} letters are open"
    yield "start the workers: they go over the topics once more; `erapaiva status` shows how far they are"


@dataclass
class _Told:
    """What the topics tell. `notices`: by partition."""

    passed: ResumePositions
    notices: list[RebuiltNotices]
    scan: LogScan = field(default_factory=LogScan)
    ends: dict[str, list[int]] = field(default_factory=dict)
    records: int = 0
    has_trial_letters: bool = False


# -- reading -------------------------------------------------------------------------------------------------------


def _read(settings: Settings) -> _Told:
    """Read every topic once; own words before the commands that they follow, facts before what they were made of."""
    partitions = settings.store.partitions
    told = _Told(ResumePositions(partitions), [RebuiltNotices() for _ in range(partitions)])
    takes = dict.fromkeys(_INTERNAL, _take) | dict.fromkeys(PUBLIC_TOPICS, _take_public)
    takes |= {FACTS: _take_fact, JOURNAL: _take_outcome, COMMANDS: _take_command}
    with connected(KafkaConsumer, settings.kafka, **FROM_THE_BEGINNING) as consumer:
        told.ends = {topic.name: partition_ends(consumer, settings.kafka, topic, partitions) for topic in ALL_TOPICS}
        for topic in (*_INTERNAL, *PUBLIC_TOPICS):
            for partition, end in enumerate(told.ends[topic.name]):
                for record in read_to_end(consumer, settings.kafka, topic, partition, end):
                    takes[topic](told, record)
                    told.records += 1
    return told


def _take(told: _Told, record: Any) -> None:
    told.scan.add(record)


def _take_fact(told: _Told, record: Any) -> None:
    if told.scan.add(record) is not None:
        told.passed.fact(record.partition, record.value)


def _take_outcome(told: _Told, record: Any) -> None:
    origin = told.scan.add(record)
    if origin is not None and origin.producer == Notifier.name:
        message = decode_journal(record.value)
        assert isinstance(message, NoticeMessage), "the notifier speaks of notices only"
        told.notices[record.partition].add_message(message)
        told.has_trial_letters |= isinstance(message, NoticeOutcome) and message.trial


def _take_command(told: _Told, record: Any) -> None:
    if told.scan.add(record) is not None:
        told.notices[record.partition].add_command(decode_commands(record.value), record.value)


def _take_public(told: _Told, record: Any) -> None:
    key = (record.key or b"").decode("utf-8", "backslashreplace")
    told.passed.public(record.topic, record.partition, record.offset, key, record.value or b"")


# -- writing -------------------------------------------------------------------------------------------------------


def _write(store: Store, told: _Told) -> None:
    """Inside a transaction: sequences, positions, the notifier's rows and what it has still to send, the time."""
    for partition in range(store.partitions):
        for entry in WORKERS.values():
            sequences = _sequences(told, entry, partition)
            if entry.name == Notifier.name and told.passed.reached is not None:
                _keep_notices(store, partition, told.notices[partition], sequences, told.passed.reached)
            store.partition_tasks.take_over(entry.name, partition)
            store.partition_tasks.finish_transaction(entry.name, partition, dump_sequences(sequences), busy=True)
            if entry.rebuild is Rebuild.RESUME:
                store.move({(entry.name, *place): offset for place, offset in _positions(told, entry, partition)})
    if told.passed.reached is not None:
        remember_tick(store, told.passed.reached)


def _sequences(told: _Told, entry: WorkerEntry, partition: int) -> Sequences:
    """What a worker has written from a partition, in the form that its kind of rebuild goes by."""
    match entry.rebuild:
        case Rebuild.RESUME:
            internal = tuple(topic.name for topic in entry.reads if topic in _INTERNAL)
            return told.scan.to_continue(entry.name, partition, internal)
        case Rebuild.REPLAY:
            return told.scan.to_remake(entry.name, partition)
        case Rebuild.REPLAY_UNORDERED:
            return told.scan.to_recount(entry.name, partition)


def _positions(told: _Told, entry: WorkerEntry, partition: int) -> Iterator[tuple[tuple[str, int], int]]:
    """Where a worker that resumes goes on: behind what intake passed on, and at the end of an internal topic."""
    for topic in entry.reads:
        public = topic in PUBLIC_TOPICS
        yield (
            (topic.name, partition),
            told.passed.position(topic.name, partition) if public else told.ends[topic.name][partition],
        )


def _keep_notices(store: Store, partition: int, notices: RebuiltNotices, sequences: Sequences, now: datetime) -> None:
    for kind, rows in notices.rows().items():
        if rows:
            store.state.save(store.state.space(Notifier.name, kind), partition, rows)
    owed = [_pending(outcome, sequences, store.partitions) for outcome in notices.missing_outcomes(now)]
    if owed:
        store.partition_tasks.add_pending(Notifier.name, partition, owed)


def _pending(outcome: NoticeOutcome, sequences: Sequences, partitions: int) -> PendingRecord:
    key = account_key(outcome.creditor, outcome.debtor)
    partition = partition_of(key, partitions)
    sequences.number += 1
    output = output_key(JOURNAL.name, partition)
    sent = sequences.sent[output] = sequences.sent.get(output, 0) + 1
    return PendingRecord(sequences.number, JOURNAL.name, partition, sent, key, encode(outcome))


# -- refusals ------------------------------------------------------------------------------------------------------


def _refuse_running(settings: Settings) -> None:
    """Workers that run would write while the topics are read."""
    with connected(KafkaAdminClient, settings.kafka) as admin:
        groups = admin.describe_groups([group_name(settings.kafka, worker) for worker in READS])
    running = sorted(name for name, group in groups.items() if group["members"])
    if running:
        raise Refusal(f"rebuild: {', '.join(running)}: processes are running; stop all workers, and the clock")


def _refuse_used(store: Store) -> None:
    """What a worker has done there would be mixed with what the topics tell."""
    if store.positions() or any(seat.token.transactions for seat in store.partition_tasks.status()):
        raise Refusal("rebuild: the store was worked on before; name a new, empty database")


def _refuse_trial_letters(told: _Told, settings: Settings) -> None:
    """The store's own look finds them only once reporting has gone over the topics again."""
    if told.has_trial_letters and settings.mail.mode == "live":
        raise Refusal(
            "ERAPAIVA_MAIL__MODE: these topics hold trial letters, which nobody got; go live with new topics and a new "
            "database"
        )
