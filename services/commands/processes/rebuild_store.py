"""Rebuilds the store of Kafka's workers from the topics alone (docs/adr/0013).

Workers that REPLAY begin at the first record: what they decide again is compared with the log and not published.
Workers that RESUME go on after their last record, from rows and positions that are made here out of the topics. The
registry (services/pipeline.py) says which does what.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from services.intake.worker import Intake
from services.notifier.rebuild_state import RebuiltNotices
from services.notifier.trial import remember_live
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
from services.runtime.store.port import Access, StateRow, Store

_INTERNAL: Final = tuple(topic for topic in ALL_TOPICS if topic not in PUBLIC_TOPICS)
"""The topics between workers, in the order of the flow."""


def rebuild(settings: Settings) -> Iterator[str]:
    """Prepare the settings' store; lines that report what is done.

    Raises Refusal when workers run, when the store was worked on, when the topics lack records, and when they hold
    trial letters although letters are to go live.
    """
    refuse_wrong_topics(settings)
    _refuse_running(settings)
    with prepared(open_store(settings, Access.ENGINE), named_log(settings)) as store:
        _refuse_used(store)
        yield "reading the topics"
        contents = _read(settings)
        _refuse_trial_letters(contents, settings)
        store.fix_partitions(settings.store.partitions)
        store.begin()
        try:
            _write(store, contents)
            store.commit()
        except BaseException:
            store.rollback()
            raise
    yield f"{contents.records} records read; time has come to {contents.passed.reached or 'nothing yet'}"
    yield f"{sum(len(each.rows()['notice']) for each in contents.notices)} letters are open"
    yield "start the workers: they go over the topics once more; `erapaiva status` shows how far they are"


@dataclass
class _TopicContents:
    """What reading all topics gathers. `notices`: by partition; `ends`: by topic, each partition's end offset."""

    passed: ResumePositions
    notices: list[RebuiltNotices]
    scan: LogScan = field(default_factory=LogScan)
    ends: dict[str, list[int]] = field(default_factory=dict)
    records: int = 0
    has_trial_letters: bool = False
    has_live_letters: bool = False


# -- reading -------------------------------------------------------------------------------------------------------


def _read(settings: Settings) -> _TopicContents:
    """Read every topic once: outcomes before the commands that they answer, facts before the public events."""
    partitions = settings.store.partitions
    contents = _TopicContents(ResumePositions(partitions), [RebuiltNotices() for _ in range(partitions)])
    takes = dict.fromkeys(_INTERNAL, _take) | dict.fromkeys(PUBLIC_TOPICS, _take_public)
    takes |= {FACTS: _take_fact, JOURNAL: _take_outcome, COMMANDS: _take_command}
    with connected(KafkaConsumer, settings.kafka, **FROM_THE_BEGINNING) as consumer:
        contents.ends = {
            topic.name: partition_ends(consumer, settings.kafka, topic, partitions) for topic in ALL_TOPICS
        }
        for topic in (*_INTERNAL, *PUBLIC_TOPICS):
            for partition, end in enumerate(contents.ends[topic.name]):
                for record in read_to_end(consumer, settings.kafka, topic, partition, end):
                    takes[topic](contents, record)
                    contents.records += 1
    return contents


def _take(contents: _TopicContents, record: Any) -> None:
    contents.scan.add(record)


def _take_fact(contents: _TopicContents, record: Any) -> None:
    if contents.scan.add(record) is not None:
        contents.passed.fact(record.partition, record.value)


def _take_outcome(contents: _TopicContents, record: Any) -> None:
    origin = contents.scan.add(record)
    if origin is not None and origin.producer == Notifier.name:
        message = decode_journal(record.value)
        assert isinstance(message, NoticeMessage), "the notifier publishes messages about notices only"
        contents.notices[record.partition].add_message(message)
        if isinstance(message, NoticeOutcome):
            contents.has_trial_letters |= message.trial
            contents.has_live_letters |= message.outcome == "accepted" and not message.trial


def _take_command(contents: _TopicContents, record: Any) -> None:
    if contents.scan.add(record) is not None:
        contents.notices[record.partition].add_command(decode_commands(record.value), record.value)


def _take_public(contents: _TopicContents, record: Any) -> None:
    key = (record.key or b"").decode("utf-8", "backslashreplace")
    contents.passed.public(record.topic, record.partition, record.offset, key, record.value or b"")


# -- writing -------------------------------------------------------------------------------------------------------


def _write(store: Store, contents: _TopicContents) -> None:
    """Inside a transaction: sequences, positions, intake's and the notifier's rows, unsent outcomes, the last tick."""
    for partition in range(store.partitions):
        for entry in WORKERS.values():
            sequences = _sequences(contents, entry, partition)
            if entry.name == Notifier.name and contents.passed.reached is not None:
                _keep_notices(store, partition, contents.notices[partition], sequences, contents.passed.reached)
            if entry.name == Intake.name:
                _keep_rows(store, Intake.name, partition, contents.passed.rows(partition))
            store.partition_tasks.take_over(entry.name, partition)
            store.partition_tasks.finish_transaction(entry.name, partition, dump_sequences(sequences), busy=True)
            if entry.rebuild is Rebuild.RESUME:
                store.move({(entry.name, *place): offset for place, offset in _positions(contents, entry, partition)})
    if contents.passed.reached is not None:
        remember_tick(store, contents.passed.reached)
    if contents.has_live_letters:
        remember_live(store)


def _sequences(contents: _TopicContents, entry: WorkerEntry, partition: int) -> Sequences:
    """The sequences of a worker's partition task, as its kind of rebuild needs them."""
    match entry.rebuild:
        case Rebuild.RESUME:
            internal = tuple(topic.name for topic in entry.reads if topic in _INTERNAL)
            return contents.scan.to_continue(entry.name, partition, internal)
        case Rebuild.REPLAY:
            return contents.scan.to_remake(entry.name, partition)
        case Rebuild.REPLAY_UNORDERED:
            return contents.scan.to_recount(entry.name, partition)


def _positions(contents: _TopicContents, entry: WorkerEntry, partition: int) -> Iterator[tuple[tuple[str, int], int]]:
    """Where a worker that resumes goes on: after what intake passed on, and at the end of an internal topic."""
    for topic in entry.reads:
        public = topic in PUBLIC_TOPICS
        yield (
            (topic.name, partition),
            contents.passed.position(topic.name, partition) if public else contents.ends[topic.name][partition],
        )


def _keep_notices(store: Store, partition: int, notices: RebuiltNotices, sequences: Sequences, now: datetime) -> None:
    _keep_rows(store, Notifier.name, partition, notices.rows())
    owed = [_pending(outcome, sequences, store.partitions) for outcome in notices.missing_outcomes(now)]
    if owed:
        store.partition_tasks.add_pending(Notifier.name, partition, owed)


def _keep_rows(store: Store, worker: str, partition: int, by_kind: Mapping[str, Sequence[StateRow]]) -> None:
    for kind, rows in by_kind.items():
        if rows:
            store.state.save(store.state.space(worker, kind), partition, rows)


def _pending(outcome: NoticeOutcome, sequences: Sequences, partitions: int) -> PendingRecord:
    key = account_key(outcome.creditor, outcome.debtor)
    partition = partition_of(key, partitions)
    sequences.number += 1
    output = output_key(JOURNAL.name, partition)
    sent = sequences.sent[output] = sequences.sent.get(output, 0) + 1
    return PendingRecord(sequences.number, JOURNAL.name, partition, sent, key, encode(outcome))


# -- refusals ------------------------------------------------------------------------------------------------------


def _refuse_running(settings: Settings) -> None:
    """Refuse while workers run: they would write while the topics are read."""
    with connected(KafkaAdminClient, settings.kafka) as admin:
        groups = admin.describe_groups([group_name(settings.kafka, worker) for worker in READS])
    running = sorted(name for name, group in groups.items() if group["members"])
    if running:
        raise Refusal(f"rebuild: {', '.join(running)}: processes are running; stop all workers, and the clock")


def _refuse_used(store: Store) -> None:
    """Refuse a store that workers have used: its rows would be mixed with those made from the topics."""
    if store.positions() or any(task.token.transactions for task in store.partition_tasks.status()):
        raise Refusal("rebuild: the store was worked on before; name a new, empty database")


def _refuse_trial_letters(contents: _TopicContents, settings: Settings) -> None:
    """Refuse live letters on topics with trial letters; the store shows those only once reporting has run."""
    if contents.has_trial_letters and settings.mail.mode == "live":
        raise Refusal(
            "ERAPAIVA_MAIL__MODE: these topics hold trial letters, which nobody got; go live with new topics and a new "
            "database"
        )
