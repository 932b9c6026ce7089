"""How far the workers are, as a table for a person or as JSON: the engine room of `status`."""

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


class Log(NamedTuple):
    """What is asked of a log: where it ends, and when the record at a place came in, where the log knows that."""

    ends: Callable[[], Ends]
    arrived: Callable[[PartitionLag], datetime | None]


@dataclass(frozen=True, slots=True)
class Progress:
    """Every worker on every partition, the age in seconds of what it has not taken, its seats, and the whole."""

    places: list[PartitionLag]
    ages: dict[PartitionLag, int]
    seats: dict[tuple[str, int], PartitionTaskStatus]
    delivering: int
    drained: bool


@contextmanager
def log_of(settings: Settings, store: Store, path: Path | None) -> Iterator[Log]:
    """The log that belongs to a store: Kafka's where the settings name a broker and nobody a file."""
    if path is not None or settings.kafka.bootstrap is None:
        refuse_other_engine(store, "embedded")
        yield Log(lambda: {topic.name: store.log.ends(topic.name) for topic in ALL_TOPICS}, lambda _: None)
        return
    from services.runtime.kafka.broker.connection import explained  # its clients take a while to load
    from services.runtime.kafka.broker.end_offsets import EndOffsets

    refuse_other_log(store, named_log(settings))
    with explained(settings.kafka):
        ends = EndOffsets(settings.kafka, store.partitions)
        try:
            yield Log(ends.fetch, lambda place: ends.appended_at(place.topic, place.partition, place.position))
        finally:
            ends.close()


def progress(store: Store, log: Log, now: datetime, *, ages: bool = True) -> Progress:
    """Look at store and log; without ``ages`` only what is needed to tell whether all is drained."""
    drained = is_drained(store, READS, log.ends) and not _is_due(store)
    found = partition_lags(store, READS, log.ends())
    waiting = {place: log.arrived(place) for place in found if place.lag} if ages else {}
    return Progress(
        found,
        {place: max(0, int((now - since).total_seconds())) for place, since in waiting.items() if since is not None},
        {(seat.worker, seat.partition): seat for seat in store.partition_tasks.status()},
        delivering(store),
        drained,
    )


def _is_due(store: Store) -> bool:
    """Whether something was to be done by the last tick: a run of due accounts, a letter to be claimed."""
    reached, wake = last_tick(store), store.state.earliest_wake()
    return reached is not None and wake is not None and wake <= reached.timestamp()


def as_lines(found: Progress) -> Iterator[str]:
    """A JSON object for each worker, topic and partition, and one for the whole."""
    for place in found.places:
        seat = found.seats.get((place.worker, place.partition))
        yield json.dumps(
            {
                "worker": place.worker,
                "topic": place.topic,
                "partition": place.partition,
                "position": place.position,
                "end": place.end,
                "lag": place.lag,
                "age_s": found.ages.get(place),
                "pending": seat.pending if seat else 0,
                "busy": seat.busy if seat else False,
            }
        )
    yield json.dumps({"drained": found.drained, "delivering": found.delivering})


def as_table(found: Progress) -> Table:
    """The same for a person."""
    left = "nothing is left to do" if found.drained else f"not drained; letters on their way: {found.delivering}"
    table = Table("worker", "topic", box=None, caption=left, caption_justify="left")
    for number in ("partition", "position", "end", "lag", "age", "pending"):
        table.add_column(number, justify="right")
    table.add_column("busy")
    for place in found.places:
        seat = found.seats.get((place.worker, place.partition))
        numbers = (place.partition, place.position, place.end, place.lag)
        age = f"{found.ages[place]} s" if place in found.ages else ""
        held = (str(seat.pending), "busy" if seat.busy else "") if seat else ("", "")
        table.add_row(place.worker, place.topic, *map(str, numbers), age, *held)
    return table
