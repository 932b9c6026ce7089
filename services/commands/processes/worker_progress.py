"""How far the workers are on their topics, as a table for a person or as JSON, for `status`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from schemas.topics import ALL_TOPICS
from services.pipeline import READS
from services.prepared_store import named_log
from services.runtime.last_tick import last_tick
from services.runtime.settings import Settings
from services.runtime.store.log_identity import refuse_other_engine, refuse_other_log
from services.runtime.store.partition_tasks import PartitionTaskStatus
from services.runtime.store.port import Store
from services.runtime.telemetry.consumer_lag import Ends, PartitionLag, delivering, is_drained, partition_lags


class LogOffsets(NamedTuple):
    """Questions to a log: the end offsets of its topics, and when a worker's next record was appended, if known."""

    ends: Callable[[], Ends]
    arrived: Callable[[PartitionLag], datetime | None]


@dataclass(frozen=True, slots=True)
class WorkerProgress:
    """Every worker on every topic-partition, and whether all is drained.

    ``ages``: how long the next record has waited, in seconds. ``tasks``: by worker and partition, what a partition task
    on Kafka has still to send or to do. ``delivering``: letters on their way.
    """

    lags: list[PartitionLag]
    ages: dict[PartitionLag, int]
    tasks: dict[tuple[str, int], PartitionTaskStatus]
    delivering: int
    drained: bool


@contextmanager
def offsets_of(settings: Settings, store: Store, path: Path | None) -> Iterator[LogOffsets]:
    """The offsets of a store's log: Kafka's where a broker is set and ``path`` is None, else the store's own."""
    if path is not None or settings.kafka.bootstrap is None:
        refuse_other_engine(store, "embedded")
        yield LogOffsets(lambda: {topic.name: store.log.ends(topic.name) for topic in ALL_TOPICS}, lambda _: None)
        return
    from services.runtime.kafka.broker.connection import explained  # its clients take a while to load
    from services.runtime.kafka.broker.end_offsets import EndOffsets

    refuse_other_log(store, named_log(settings))
    with explained(settings.kafka):
        ends = EndOffsets(settings.kafka, store.partitions)
        try:
            yield LogOffsets(ends.fetch, lambda each: ends.appended_at(each.topic, each.partition, each.position))
        finally:
            ends.close()


def progress(store: Store, log: LogOffsets, now: datetime, *, ages: bool = True) -> WorkerProgress:
    """How far the workers are; without ``ages`` nothing is asked but what shows whether all is drained."""
    drained = is_drained(store, READS, log.ends) and not _is_due(store)
    found = partition_lags(store, READS, log.ends())
    waiting = {each: log.arrived(each) for each in found if each.lag} if ages else {}
    return WorkerProgress(
        found,
        {each: max(0, int((now - since).total_seconds())) for each, since in waiting.items() if since is not None},
        {(task.worker, task.partition): task for task in store.partition_tasks.status()},
        delivering(store),
        drained,
    )


def _is_due(store: Store) -> bool:
    """Whether a worker has something due by the last tick: due accounts, a letter to be claimed."""
    reached, wake = last_tick(store), store.state.earliest_wake()
    return reached is not None and wake is not None and wake <= reached.timestamp()


def as_lines(found: WorkerProgress) -> Iterator[str]:
    """A JSON object for each worker, topic and partition, and one for the whole."""
    for each in found.lags:
        task = found.tasks.get((each.worker, each.partition))
        yield json.dumps(
            {
                "worker": each.worker,
                "topic": each.topic,
                "partition": each.partition,
                "position": each.position,
                "end": each.end,
                "lag": each.lag,
                "age_s": found.ages.get(each),
                "pending": task.pending if task else 0,
                "busy": task.busy if task else False,
            }
        )
    yield json.dumps({"drained": found.drained, "delivering": found.delivering})


def as_table(found: WorkerProgress) -> Table:
    """The table for a person, one line for each worker, topic and partition."""
    left = "nothing is left to do" if found.drained else f"not drained; letters on their way: {found.delivering}"
    table = Table("worker", "topic", box=None, caption=left, caption_justify="left")
    for number in ("partition", "position", "end", "lag", "age", "pending"):
        table.add_column(number, justify="right")
    table.add_column("busy")
    for each in found.lags:
        task = found.tasks.get((each.worker, each.partition))
        numbers = (each.partition, each.position, each.end, each.lag)
        age = f"{found.ages[each]} s" if each in found.ages else ""
        held = (str(task.pending), "busy" if task.busy else "") if task else ("", "")
        table.add_row(each.worker, each.topic, *map(str, numbers), age, *held)
    return table
